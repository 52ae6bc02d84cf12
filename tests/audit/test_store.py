"""What was done stands in the audit exactly if it was done."""

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from service.audit.store import audit
from service.audit.tables import audit_events
from service.backbone import Backbone
from service.core import log
from tests.auth.callers import caller


def events(backbone: Backbone) -> "list[sa.Row[tuple[object, ...]]]":
    with backbone.db.reading() as connection:
        return list(connection.execute(sa.select(audit_events)))


def test_an_event_says_who_did_what_to_what_with_which_credential(backbone: Backbone) -> None:
    log.begin(request_id="req-1")

    backbone.db.write(lambda c: audit(c, caller(), "records.erase", "spaces/main/x", "main"))

    (event,) = events(backbone)
    assert event._asdict() | {"id": "", "at": ""} == {
        "id": "",
        "at": "",
        "space": "main",
        "actor": "usr_caller",
        "credential": "key_caller",
        "request_id": "req-1",
        "action": "records.erase",
        "resource": "spaces/main/x",
        "outcome": "allowed",
    }


def test_what_belongs_to_no_space_has_none(backbone: Backbone) -> None:
    backbone.db.write(lambda c: audit(c, caller(), "keys.create", "api-keys/key_1"))

    (event,) = events(backbone)
    assert event.space is None


def test_an_effect_that_is_rolled_back_leaves_no_event(backbone: Backbone) -> None:
    def body(connection: Connection) -> None:
        audit(connection, caller(), "keys.create", "api-keys/key_1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        backbone.db.write(body)

    assert events(backbone) == []
