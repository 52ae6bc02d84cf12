"""Members and collections as tests need them, past the routes."""

from typing import Any

from sqlalchemy import Select

from service.auth.principal import Principal
from service.backbone import Backbone
from service.changes.position import position_of
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT, Precondition
from service.spaces.access import Access
from service.spaces.collections import Collection
from service.spaces.declare import Declaration, SeenCollection
from service.spaces.members import SeenMember, new_member


def owner_of_main(backbone: Backbone) -> Principal:
    """The first admin, who owns ``main``."""
    user = backbone.bootstrap.by_shell("ada@example.org", "Ada").user
    return Principal(user.id, "key_ada", frozenset({"admin"}), "admin")


def user(backbone: Backbone, by: Principal, email: str = "bob@example.org") -> Principal:
    """A new user who is nowhere a member."""
    made = backbone.users.create(by, email, None, "member")
    return Principal(made.id, "key_bob", frozenset({"admin"}), "member")


def put_member(
    backbone: Backbone,
    by: Principal,
    who: Principal,
    role: str = "editor",
    realms: tuple[str, ...] = ("shared",),
    expected: Precondition = ANY_STATE,
) -> SeenMember:
    """Make ``who`` a member of ``main``, or change their standing."""
    current = member_now(backbone, by, who)
    based_on = expected if current else MUST_BE_ABSENT
    wanted = new_member(who.user_id, role, list(realms))
    return backbone.members.put(by, "main", wanted, based_on)[0]


def member_now(backbone: Backbone, by: Principal, who: Principal) -> bool:
    """Whether ``who`` is a member of ``main``."""
    return who.user_id in {each.user_id for each in backbone.members.page(by, "main", "", 100)}


def declare(
    backbone: Backbone,
    by: Principal,
    name: str = "todos",
    expected: Precondition = MUST_BE_ABSENT,
    **options: object,
) -> SeenCollection:
    """Declare a collection of ``main``, or declare it anew."""
    standard: dict[str, Any] = {
        "schema": None,
        "indexes": [],
        "on_conflict": "reject",
        "retention_days": 90,
    }
    wanted = Declaration(name=name, **standard | options)
    return backbone.collections.put(by, "main", wanted, expected)[0]


def access(backbone: Backbone, who: Principal, space: str = "main") -> Access:
    """What ``who`` may see now."""
    with backbone.db.reading() as connection:
        position = position_of(connection, space)
        return backbone.access_book.access(connection, position, who.user_id)


def collection(backbone: Backbone, name: str = "todos") -> Collection:
    """A collection of ``main`` as the book has it now."""
    with backbone.db.reading() as connection:
        return backbone.collection_book.collection(
            connection, position_of(connection, "main"), name
        )


def rows(backbone: Backbone, query: "Select[Any]") -> list[tuple[Any, ...]]:
    """What ``query`` finds."""
    with backbone.db.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]
