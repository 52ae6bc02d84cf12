"""Who belongs to a space, in which role, and which realms they are in.

Every change is a change of the space's log, under its lock. What it means for the member's working
copy is written beside it: a realm that they leave or enter is an event of the delta. ``*`` stands
for every realm in events too: whoever loses it leaves all of them and enters those they are left.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from service.audit.store import audit
from service.auth import policy
from service.auth import store as auth_store
from service.auth.errors import LastOwner, UserNotFound
from service.auth.principal import Principal
from service.changes.log import Log, OpenLog, appending
from service.changes.position import position_of
from service.core.db import Database
from service.core.precondition import Precondition
from service.spaces import store
from service.spaces.access import EVERY_REALM, Access, AccessBook
from service.spaces.errors import MemberNotFound, TooManyMembers
from service.spaces.store import Member

MEMBERS_MAX: Final = 10_000
OWNER: Final = "owner"


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A member in the history ``epoch``; not whole where realms are hidden from the caller."""

    epoch: str
    member: Member
    is_whole: bool = True


class Members:
    """The verbs."""

    def __init__(self, db: Database, log: Log, access_book: AccessBook) -> None:
        self._db = db
        self._log = log
        self._access_book = access_book

    def page(self, principal: Principal, space: str, after: str, limit: int) -> list[Member]:
        """Members from behind the user id ``after``. Raises SpaceNotFound."""
        with self._db.reading() as connection:
            access = self._access_for_reading(connection, principal, space)
            found = store.list_members(connection, space, after, limit)
        return [_as_seen(member, access) for member in found]

    def get(self, principal: Principal, space: str, user_id: str) -> SeenMember:
        """Raises SpaceNotFound, MemberNotFound."""
        with self._db.reading() as connection:
            access = self._access_for_reading(connection, principal, space)
            member = store.find_member(connection, space, user_id)
        if member is None:
            raise MemberNotFound
        seen = _as_seen(member, access)
        return SeenMember(access.epoch, seen, is_whole=seen == member)

    def put(
        self, principal: Principal, space: str, wanted: Member, expected: Precondition
    ) -> tuple[SeenMember, bool]:
        """Make a user a member, or change their role and realms; whether they are new.

        Of ``wanted`` the user id, role and realms count. Raises SpaceNotFound, UserNotFound,
        LastOwner, TooManyMembers, Forbidden, PreconditionFailed with ``current``.
        """

        def body(connection: Connection, log: OpenLog) -> tuple[SeenMember, bool]:
            current = self._current(connection, log, principal, wanted.user_id)
            _check_owners(connection, log, principal, (current, wanted))
            _require(expected, log, current)
            member = _save(connection, log, principal, (current, wanted))
            return SeenMember(log.epoch, member), current is None

        return self._log.write(space, body)

    def remove(
        self, principal: Principal, space: str, user_id: str, expected: Precondition
    ) -> None:
        """Raises SpaceNotFound, MemberNotFound, LastOwner, Forbidden, PreconditionFailed."""

        def body(connection: Connection, log: OpenLog) -> None:
            current = self._current(connection, log, principal, user_id)
            if current is None:
                raise MemberNotFound
            _check_owners(connection, log, principal, (current, None))
            _require(expected, log, current)
            _remove(connection, log, principal, current)

        self._log.write(space, body)

    def leave_everywhere(self, principal: Principal, user_id: str) -> None:
        """Remove a user who is about to be deleted from every space. Raises LastOwner."""
        with self._db.reading() as connection:
            spaces = store.space_ids_of(connection, user_id)
            if any(store.owners(connection, space) == {user_id} for space in spaces):
                raise LastOwner
        for space in spaces:
            self._log.write(space, lambda c, log: _part(c, log, principal, user_id))

    def admit_owner(self, connection: Connection, principal: Principal, space: str) -> None:
        """Make ``principal`` the first owner, in a transaction that is open already."""
        with appending(connection, space) as log:
            wanted = new_member(principal.user_id, OWNER, [EVERY_REALM])
            _save(connection, log, principal, (None, wanted))

    def _access_for_reading(
        self, connection: Connection, principal: Principal, space: str
    ) -> Access:
        position = position_of(connection, space)
        return self._access_book.allowed(connection, position, principal, "members.read")

    def _current(
        self, connection: Connection, log: OpenLog, principal: Principal, user_id: str
    ) -> Member | None:
        """The member as they are, for a caller who may change members."""
        self._access_book.allowed(connection, log, principal, "members.manage")
        return store.find_member(connection, log.space, user_id)


def new_member(user_id: str, role: str, realms: list[str]) -> Member:
    """What ``put`` takes. Every realm is written ``*`` alone, others once and in order."""
    named = (EVERY_REALM,) if EVERY_REALM in realms else tuple(sorted(set(realms)))
    return Member(user_id, role, named, version=0, seq=0, created_at="", updated_at="")


def _as_seen(member: Member, access: Access) -> Member:
    """Names of realms that the caller is not in are for those who manage members."""
    if policy.outranks(access.role, "admin") or member.user_id == access.user_id:
        return member
    return replace(member, realms=tuple(realm for realm in member.realms if access.sees(realm)))


def _require(expected: Precondition, log: OpenLog, current: Member | None) -> None:
    expected.require(store.place(log.epoch, current), current=current and current.as_dict())


def _check_owners(
    connection: Connection,
    log: OpenLog,
    principal: Principal,
    change: tuple[Member | None, Member | None],
) -> None:
    """Only owners make and unmake owners, and the last one stays."""
    before, _ = change
    was, stays = (member is not None and member.role == OWNER for member in change)
    if not was and not stays:
        return
    caller = store.find_member(connection, log.space, principal.user_id)
    policy.decide(principal, "owners.manage", caller.role if caller else None)
    if before is not None and not stays:
        _keep_an_owner(connection, log, before.user_id)


def _keep_an_owner(connection: Connection, log: OpenLog, user_id: str) -> None:
    if store.owners(connection, log.space) == {user_id}:
        raise LastOwner


def _save(
    connection: Connection,
    log: OpenLog,
    principal: Principal,
    change: tuple[Member | None, Member],
) -> Member:
    current, wanted = change
    if current is not None and (current.role, current.realms) == (wanted.role, wanted.realms):
        return current
    if current is None:
        _check_new(connection, log, wanted.user_id)
    seq = _append(log, principal, wanted.user_id, current, "update" if current else "create")
    member = Member(
        wanted.user_id,
        wanted.role,
        wanted.realms,
        version=current.version + 1 if current else 1,
        seq=seq,
        created_at=current.created_at if current else log.at,
        updated_at=log.at,
    )
    store.save_member(connection, log.space, member)
    events = realm_events(current.realms if current else (), wanted.realms)
    store.insert_events(connection, (log.space, member.user_id, seq), events)
    _audit(connection, log, principal, member.user_id)
    return member


def _remove(connection: Connection, log: OpenLog, principal: Principal, member: Member) -> None:
    seq = _append(log, principal, member.user_id, member, "delete")
    store.delete_member(connection, log.space, member.user_id)
    events = [(realm, "revoke") for realm in member.realms]
    store.insert_events(connection, (log.space, member.user_id, seq), events)
    _audit(connection, log, principal, member.user_id)


def _part(connection: Connection, log: OpenLog, principal: Principal, user_id: str) -> None:
    member = store.find_member(connection, log.space, user_id)
    if member is not None:
        _keep_an_owner(connection, log, user_id)
        _remove(connection, log, principal, member)


def _check_new(connection: Connection, log: OpenLog, user_id: str) -> None:
    # Locked: a user who is being deleted is found here no more, or this is found by their deletion.
    if auth_store.find_user(connection, user_id, lock=True) is None:
        raise UserNotFound
    if store.count_members(connection, log.space) >= MEMBERS_MAX:
        raise TooManyMembers(limits={"members_max": MEMBERS_MAX})


def _append(
    log: OpenLog, principal: Principal, user_id: str, before: Member | None, op: str
) -> int:
    version = before.version + 1 if before else 1
    essence = before.essence() if before else None
    seq = log.append(
        "member", op, user_id, version=version, actor=principal.user_id, before=essence
    )
    log.configured()
    return seq


def realm_events(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str, str]]:
    """The realms that are left and entered. Whoever sees every realm now has left none."""
    stays = before if EVERY_REALM in after else after
    left = [(realm, "revoke") for realm in before if realm not in stays]
    return left + [(realm, "grant") for realm in after if realm not in before]


def _audit(connection: Connection, log: OpenLog, principal: Principal, user_id: str) -> None:
    resource = f"spaces/{log.space}/members/{user_id}"
    audit(connection, principal, "members.manage", resource, log.space)
