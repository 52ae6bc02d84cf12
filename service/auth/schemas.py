"""The documented forms of users and keys."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import marshmallow as ma
from marshmallow.validate import Email, Length, OneOf

from service.auth.policy import SCOPES
from service.core.clock import EXAMPLE as NOW
from service.http.fields import Schema, String
from service.http.pages import PageQuery

ROLES: Final = ("admin", "member")
KEY_FORM: Final = "^syn_sk_[0-9A-Za-z]{38}$"

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")

USER_EXAMPLE: Final = {
    "id": "usr_01jd8x0000000000000000000a",
    "email": "ada@example.org",
    "name": "Ada",
    "role": "admin",
    "created_at": NOW,
    "updated_at": NOW,
}
KEY_EXAMPLE: Final = {
    "id": "key_01jd8x0000000000000000000b",
    "user_id": USER_EXAMPLE["id"],
    "name": "Till in the shop",
    "last4": "0kQz",
    "scopes": ["changes:read", "records:write"],
    "created_at": NOW,
    "created_by": USER_EXAMPLE["id"],
    "expires_at": None,
    "last_used_at": None,
}
NEW_KEY_EXAMPLE: Final = {
    **KEY_EXAMPLE,
    "key": "syn_sk_7Jq2mT0vXc9LrB4yHs6NwZ8dKf1GpA3E0a1b2c",
}

_MOMENT_FORM = "Write it like 2026-11-22T13:57:50Z."


class Moment(String):
    """A point in time as text (RFC 3339, with its offset); it loads as milliseconds since 1970."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not _RFC_3339.fullmatch(text):
            raise ma.ValidationError(_MOMENT_FORM)
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return int(moment.timestamp() * 1000)
        except (ValueError, OverflowError) as error:
            raise ma.ValidationError(_MOMENT_FORM) from error


def _name(**options: Any) -> String:
    return String(validate=Length(1, 200), **options)


def _email(**options: Any) -> String:
    return String(validate=[Length(max=254), Email()], **options)


def _moment(**options: Any) -> ma.fields.DateTime:
    return ma.fields.DateTime(required=True, **options)


class UserNew(Schema):
    """A user to add. They can do nothing before somebody makes them a key."""

    email = _email(allow_none=True, load_default=None)
    name = _name(allow_none=True, load_default=None)
    role = String(validate=OneOf(ROLES), load_default="member")


class UserPatch(Schema):
    """What may be changed of a user."""

    email = _email(allow_none=True)
    name = _name(allow_none=True)
    role = String(validate=OneOf(ROLES))


class UserOut(Schema):
    """A user. ``role`` is that in the installation; roles in spaces are members'."""

    id = String(required=True)
    email = String(required=True, allow_none=True)
    name = String(required=True, allow_none=True)
    role = String(required=True, validate=OneOf(ROLES))
    created_at = _moment()
    updated_at = _moment()


class KeyNew(Schema):
    """A key to make."""

    name = _name(required=True)
    scopes = ma.fields.List(
        String(validate=OneOf(sorted(SCOPES))),
        required=True,
        validate=Length(1, len(SCOPES)),
        metadata={"description": "What it may be used for: none that your own credential lacks."},
    )
    user_id = String(
        validate=Length(1, 64),
        load_default=None,
        metadata={"description": "Whose it is; default: yours. Admins make keys for anybody."},
    )
    expires_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"format": "date-time", "description": "null: it does not expire."},
    )


class KeyPatch(Schema):
    """What may be changed of a key."""

    name = _name(required=True)


class KeyOut(Schema):
    """A key, without its text."""

    id = String(required=True)
    user_id = String(required=True)
    name = String(required=True)
    last4 = String(required=True, metadata={"description": "How its text ends."})
    scopes = ma.fields.List(String(), required=True)
    created_at = _moment()
    created_by = String(required=True)
    expires_at = _moment(allow_none=True)
    last_used_at = _moment(
        allow_none=True, metadata={"description": "Written once a minute at the most."}
    )


class KeyMade(KeyOut):
    """A key that was made just now."""

    key = String(
        required=True,
        metadata={"pattern": KEY_FORM, "description": "Its text. It is never shown again."},
    )


class KeyQuery(PageQuery):
    """Which keys."""

    user_id = String(
        validate=Length(1, 64), metadata={"description": "Only this user's; for admins."}
    )


class BootstrapIn(Schema):
    """Who the first user is."""

    email = _email(required=True)
    name = _name(allow_none=True, load_default=None)


class BootstrapOut(Schema):
    """The first user, and their first key."""

    user = ma.fields.Nested(UserOut(), required=True)
    api_key = ma.fields.Nested(KeyMade(), required=True)
