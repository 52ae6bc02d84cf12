"""Forgetting what is old, on both databases."""

from typing import Any

import pytest

from service.backbone import Backbone
from service.core.clock import DAY_MS, now_ms
from service.records.prune import Pruner
from tests.api import Api

CHANGES = "/spaces/main/changes"


@pytest.fixture
def todos(api: Api) -> str:
    return api.collection(retention_days=30)


def prune(backbone: Backbone, days: int) -> int:
    pruner = Pruner(backbone.db, backbone.log, retention_days=90, answer_days=30)
    return pruner.prune(now_ms() + days * DAY_MS)


def pull(api: Api, cursor: str | None = None) -> Any:
    return api.get(CHANGES, query_string={"cursor": cursor} if cursor else {})


def test_a_tombstone_lives_as_long_as_its_collection_says(
    api: Api, backbone: Backbone, todos: str
) -> None:
    api.put(f"{todos}/milk", {"data": {}})
    cursor = pull(api).get_json()["cursor"]
    api.delete(f"{todos}/milk")

    prune(backbone, days=29)
    assert pull(api, cursor).get_json()["changes"][0]["op"] == "delete"

    prune(backbone, days=31)
    answer = pull(api, cursor)
    assert (answer.status_code, answer.get_json()["reason"]) == (410, "cursor_expired")


def test_a_cursor_that_missed_nothing_stays_good(api: Api, backbone: Backbone, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {}})
    cursor = pull(api).get_json()["cursor"]

    prune(backbone, days=400)

    assert pull(api, cursor).status_code == 200
    assert api.get(f"{todos}/milk").status_code == 200


def test_history_goes_and_the_record_stays(api: Api, backbone: Backbone, todos: str) -> None:
    api.put(f"{todos}/milk", {"data": {"n": 1}})
    api.patch(f"{todos}/milk", {"data": {"n": 2}})

    prune(backbone, days=400)

    assert api.get(f"{todos}/milk/revisions").get_json()["data"] == []
    assert api.get(f"{todos}/milk").get_json()["data"] == {"n": 2}


def test_a_record_made_again_after_its_tombstone_went_starts_at_one(
    api: Api, backbone: Backbone, todos: str
) -> None:
    api.put(f"{todos}/milk", {"data": {}})
    api.delete(f"{todos}/milk")
    prune(backbone, days=400)

    assert api.put(f"{todos}/milk", {"data": {}}).get_json()["version"] == 1


def test_a_record_made_again_has_no_history_of_the_one_before(
    api: Api, backbone: Backbone, todos: str
) -> None:
    api.put(f"{todos}/milk", {"data": {"old": 1}, "realm": "board"})
    api.patch(f"{todos}/milk", {"data": {"old": 2}})
    api.delete(f"{todos}/milk")
    prune(backbone, days=31)
    api.put(f"{todos}/milk", {"data": {"new": 1}})

    revisions = api.get(f"{todos}/milk/revisions").get_json()["data"]
    restored = api.post(f"{todos}/milk/revisions", {"version": 2}, headers={"If-Match": "*"})

    assert [(revision["version"], revision["data"]) for revision in revisions] == [(1, {"new": 1})]
    assert restored.status_code == 404


def test_tombstones_go_even_if_their_collection_went_first(
    api: Api, backbone: Backbone, todos: str
) -> None:
    api.put(f"{todos}/milk", {"data": {}})
    cursor = pull(api).get_json()["cursor"]
    api.delete(f"{todos}/milk")
    api.delete("/spaces/main/collections/todos")

    prune(backbone, days=89)
    assert pull(api, cursor).get_json()["changes"][0]["op"] == "delete"

    prune(backbone, days=91)
    assert pull(api, cursor).status_code == 410


def test_an_old_mutation_id_may_be_used_again(api: Api, backbone: Backbone, todos: str) -> None:
    mutation = {"mutation_id": "m", "op": "put", "collection": "todos", "id": "a", "data": {}}
    body = {"client_id": "c", "mutations": [mutation]}
    api.post(CHANGES, body)
    assert prune(backbone, days=29) == 0
    assert api.post(CHANGES, body).get_json()["results"][0]["status"] == "duplicate"

    prune(backbone, days=31)

    assert api.post(CHANGES, body).get_json()["results"][0]["status"] == "conflict"


def test_more_than_one_bite_is_eaten_whole(api: Api, backbone: Backbone, todos: str) -> None:
    for start in (0, 600):
        mutations = [
            {"mutation_id": f"m{n}", "op": "put", "collection": "todos", "id": f"r{n}", "data": {}}
            for n in range(start, start + 600)
        ]
        assert api.post(CHANGES, {"client_id": "c", "mutations": mutations}).status_code == 200

    assert prune(backbone, days=400) >= 2400
