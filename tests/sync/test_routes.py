"""Pull and push over HTTP, on both databases."""

from typing import Any

import pytest

from tests.api import Api

CHANGES = "/spaces/main/changes"


@pytest.fixture
def todos(api: Api) -> str:
    """The path of a collection's records."""
    return api.collection()


def mutation(id_: str, n: int = 1, **about: Any) -> dict[str, Any]:
    return {
        "mutation_id": f"m-{id_}-{n}",
        "op": "put",
        "collection": "todos",
        "id": id_,
        "data": {"n": n},
    } | about


def push(api: Api, *mutations: dict[str, Any], **about: Any) -> list[dict[str, Any]]:
    answer = api.post(CHANGES, {"client_id": "phone", "mutations": list(mutations), **about})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.get_json()["results"]
    return results


def pull(api: Api, cursor: str | None = None, **query: Any) -> dict[str, Any]:
    answer = api.get(CHANGES, query_string=query | ({"cursor": cursor} if cursor else {}))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.get_json()
    return page


def test_a_client_bootstraps_and_then_gets_what_changed(api: Api, todos: str) -> None:
    push(api, mutation("a"), mutation("b"))
    first = pull(api)
    assert [c["record"]["id"] for c in first["changes"]] == ["a", "b"]
    assert (first["phase"], first["more"]) == ("backfill", False)

    push(api, mutation("c"), mutation("a", 2, op="delete", data=None, base_version=1))
    second = pull(api, first["cursor"])

    assert [(c["op"], c.get("id") or c["record"]["id"]) for c in second["changes"]] == [
        ("put", "c"),
        ("delete", "a"),
    ]
    assert second["phase"] == "delta"
    assert pull(api, second["cursor"])["changes"] == []


def test_pages_are_full_while_there_is_more(api: Api, todos: str) -> None:
    push(api, *(mutation(f"r{n}") for n in range(25)))

    page = pull(api, limit=10)
    sizes = [len(page["changes"])]
    while page["more"]:
        page = pull(api, page["cursor"], limit=10)
        sizes.append(len(page["changes"]))

    assert sizes == [10, 10, 5]


def test_a_mutation_that_is_sent_again_has_one_effect(api: Api, todos: str) -> None:
    (first,) = push(api, mutation("a"))
    (again,) = push(api, mutation("a"))

    assert first == {"mutation_id": "m-a-1", "status": "applied", "version": 1, "seq": first["seq"]}
    assert again["status"] == "duplicate"
    assert again["original"] == {"status": "applied", "version": 1, "seq": first["seq"]}


def test_another_body_under_a_used_mutation_id_is_rejected(api: Api, todos: str) -> None:
    push(api, mutation("a"))
    (again,) = push(api, mutation("a", data={"n": 2}))

    assert again["status"] == "rejected"
    assert again["errors"][0]["code"] == "mutation_id_reused"


def test_one_bad_mutation_does_not_hold_up_the_others(api: Api, todos: str) -> None:
    results = push(
        api,
        mutation("a"),
        mutation("b", collection="nowhere"),
        mutation("c", op="patch"),
        mutation("x", id="bad id!"),
        mutation("d"),
    )

    assert [result["status"] for result in results] == [
        "applied",
        "rejected",
        "rejected",
        "rejected",
        "applied",
    ]


def test_a_conflict_shows_what_the_server_has(api: Api, todos: str) -> None:
    push(api, mutation("a"), mutation("a", 2, base_version=1))
    (result,) = push(api, mutation("a", 3, base_version=1))

    assert result["status"] == "conflict"
    assert result["server"]["data"] == {"n": 2}


def test_members_that_nobody_else_touched_are_merged(api: Api, todos: str) -> None:
    push(api, mutation("a", data={"x": 1, "y": 1}))
    push(api, mutation("a", 2, data={"x": 2, "y": 1}, base_version=1))

    (merged,) = push(
        api, mutation("a", 3, data={"x": 1, "y": 2}, base_version=1, on_conflict="merge")
    )

    assert merged["status"] == "merged"
    assert api.get(f"{todos}/a").get_json()["data"] == {"x": 2, "y": 2}


def test_a_merge_that_repeats_the_realm_does_not_undo_a_move(api: Api, todos: str) -> None:
    push(api, mutation("a", data={"x": 1, "y": 1}, realm="board"))
    push(api, mutation("a", 2, data={"x": 2, "y": 1}, base_version=1, realm="team"))

    mine = {"data": {"x": 1, "y": 2}, "base_version": 1, "realm": "board"}
    (merged,) = push(api, mutation("a", 3, on_conflict="merge", **mine))

    assert merged["status"] == "merged"
    assert api.get(f"{todos}/a").get_json()["realm"] == "team"


def test_nobody_merges_from_what_they_could_not_see(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")
    push(api, mutation("a", data={"secret": 42}, realm="board"))
    push(api, mutation("a", 2, data={"secret": 1}, base_version=1, realm="shared"))

    guesses = [
        mutation("a", 3 + n, data={"secret": guess}, base_version=1, on_conflict="merge")
        for n, guess in enumerate((41, 42))
    ]
    wrong, right = push(bob, *guesses)

    assert [wrong["status"], right["status"]] == ["conflict", "conflict"]
    assert "fields" not in wrong | right


def test_who_is_removed_is_not_even_told_of_another_epoch(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")
    push(bob, mutation("a"))
    api.delete(f"/spaces/main/members/{bob.user_id}")

    late = {"client_id": "phone", "epoch": "another", "mutations": [mutation("b")]}
    answer = bob.post(CHANGES, late)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "space_not_found")


def test_members_that_both_touched_are_a_conflict(api: Api, todos: str) -> None:
    push(api, mutation("a", data={"x": 1, "y": 1}))
    push(api, mutation("a", 2, data={"x": 2, "y": 1}, base_version=1))

    (result,) = push(
        api, mutation("a", 3, data={"x": 3, "y": 2}, base_version=1, on_conflict="merge")
    )

    assert (result["status"], result["fields"]) == ("conflict", ["x"])


def test_overwrite_wins(api: Api, todos: str) -> None:
    push(api, mutation("a"), mutation("a", 2, base_version=1))

    (result,) = push(api, mutation("a", 3, on_conflict="overwrite"))

    assert (result["status"], result["version"]) == ("applied", 3)


def test_an_atomic_push_stands_as_a_whole_or_not_at_all(api: Api, todos: str) -> None:
    push(api, mutation("a"))
    body = {
        "client_id": "phone",
        "atomic": True,
        "mutations": [mutation("b"), mutation("a", 2, base_version=7)],
    }

    refused = api.post(CHANGES, body)

    assert (refused.status_code, refused.get_json()["code"]) == (409, "atomic_conflict")
    assert [r["mutation_id"] for r in refused.get_json()["results"]] == ["m-a-2"]
    assert api.get(f"{todos}/b").status_code == 404
    assert [r["status"] for r in push(api, mutation("b"))] == ["applied"]


def test_a_push_under_another_epoch_is_410(api: Api, todos: str) -> None:
    answer = api.post(
        CHANGES, {"client_id": "phone", "epoch": "otherepoch", "mutations": [mutation("a")]}
    )

    assert (answer.status_code, answer.get_json()["code"]) == (410, "epoch_changed")


def test_a_viewers_mutations_are_forbidden_one_by_one(api: Api, todos: str) -> None:
    eve = api.member("eve@example.org", role="viewer")

    (result,) = push(eve, mutation("a"))

    assert result["status"] == "forbidden"


def test_a_move_out_of_sight_is_a_leave_that_says_nothing_more(api: Api, todos: str) -> None:
    push(api, mutation("a"))
    bob = api.member("bob@example.org")
    cursor = pull(bob)["cursor"]

    push(api, mutation("a", 2, base_version=1, realm="board"))

    assert pull(bob, cursor)["changes"] == [{"op": "leave", "collection": "todos", "id": "a"}]


def test_a_grant_brings_the_realm_and_a_revocation_takes_it(api: Api, todos: str) -> None:
    push(api, mutation("a", realm="board"))
    bob = api.member("bob@example.org")
    member = f"/spaces/main/members/{bob.user_id}"
    cursor = pull(bob)["cursor"]

    api.put(member, {"role": "editor", "realms": ["shared", "board"]}, match="*")
    granted = pull(bob, cursor)
    while granted["more"]:
        granted = pull(bob, granted["cursor"])
    assert [change["record"]["id"] for change in granted["changes"]] == ["a"]

    api.put(member, {"role": "editor", "realms": ["shared"]}, match="*")
    assert pull(bob, granted["cursor"])["changes"] == [{"op": "leave_realm", "realm": "board"}]


def test_who_is_removed_is_told_what_to_forget_and_then_sees_nothing(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")
    cursor = pull(bob)["cursor"]
    api.delete(f"/spaces/main/members/{bob.user_id}")

    farewell = pull(bob, cursor)

    assert farewell["changes"] == [{"op": "leave_realm", "realm": "*"}]
    assert bob.get(CHANGES, query_string={"cursor": farewell["cursor"]}).status_code == 404
    assert bob.get(CHANGES).status_code == 404


def test_another_role_starts_again(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")
    cursor = pull(bob)["cursor"]
    api.put(
        f"/spaces/main/members/{bob.user_id}", {"role": "viewer", "realms": ["shared"]}, match="*"
    )

    answer = bob.get(CHANGES, query_string={"cursor": cursor})

    assert (answer.status_code, answer.get_json()["reason"]) == (410, "view_changed")


def test_a_cursor_is_bound_to_its_filter(api: Api, todos: str) -> None:
    cursor = pull(api, collections="todos")["cursor"]

    answer = api.get(CHANGES, query_string={"cursor": cursor, "collections": "others"})

    assert (answer.status_code, answer.get_json()["reason"]) == (410, "filter_changed")


def test_a_filter_leaves_other_collections_out(api: Api, todos: str) -> None:
    api.collection("notes")
    push(api, mutation("a"), mutation("b", collection="notes"))

    page = pull(api, collections="notes")

    assert [change["record"]["id"] for change in page["changes"]] == ["b"]


@pytest.mark.parametrize("cursor", ["x", "a.b.c", "e30", "0" * 2000])
def test_a_forged_cursor_is_400(api: Api, cursor: str) -> None:
    answer = api.get(CHANGES, query_string={"cursor": cursor})

    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_cursor")


def test_somebody_elses_cursor_is_400(api: Api, todos: str) -> None:
    bob = api.member("bob@example.org")

    answer = bob.get(CHANGES, query_string={"cursor": pull(api)["cursor"]})

    assert answer.status_code == 400


def test_an_unchanged_space_is_304(api: Api, todos: str) -> None:
    push(api, mutation("a"))
    cursor = pull(api)["cursor"]
    answer = api.get(CHANGES, query_string={"cursor": cursor})

    again = api.get(
        CHANGES, query_string={"cursor": cursor}, headers={"If-None-Match": answer.headers["ETag"]}
    )

    assert again.status_code == 304


def test_a_key_that_is_revoked_while_it_waits_gets_nothing(
    api: Api, todos: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"name": "till", "scopes": ["changes:read"]}
    made = api.post("/api-keys", wanted).get_json()
    till = Api(api.app, made["key"], api.user_id)
    cursor = pull(till)["cursor"]

    def revoked_meanwhile(*_: object) -> bool:
        push(api, mutation("a"))
        return api.send("DELETE", f"/api-keys/{made['id']}").status_code == 204

    monkeypatch.setattr("service.sync.pull.follow", revoked_meanwhile)
    answer = till.get(CHANGES, query_string={"cursor": cursor, "wait": "5"})

    assert (answer.status_code, answer.get_json()["code"]) == (401, "invalid_token")


def test_a_wait_that_runs_out_is_204(api: Api, todos: str) -> None:
    cursor = pull(api)["cursor"]

    assert api.get(CHANGES, query_string={"cursor": cursor, "wait": 1}).status_code == 204


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"mutations": []}, 422, "invalid"),
        ({"client_id": "c", "mutations": {}}, 422, "invalid"),
        ({"client_id": "c", "mutations": [], "more": 1}, 422, "invalid"),
        ({"client_id": "c", "mutations": [{"op": "put"}]}, 422, "invalid"),
        ({"client_id": "c", "mutations": [7]}, 422, "invalid"),
        ({"client_id": "c", "mutations": [{"mutation_id": "m"}] * 1001}, 413, "push_too_large"),
    ],
)
def test_a_broken_envelope_is_refused(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    answer = api.post(CHANGES, body)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_key_that_is_named_twice_is_refused_wherever_it_stands(api: Api, todos: str) -> None:
    def send(text: str) -> Any:
        return api.send("POST", CHANGES, data=text, content_type="application/json")

    outside = send('{"client_id":"c","mutations":[],"mutations":[]}')
    inside = send(
        '{"client_id":"c","mutations":[{"mutation_id":"m","op":"put","collection":"todos",'
        '"id":"a","data":{"x":1,"x":2}}]}'
    )

    assert (outside.status_code, outside.get_json()["code"]) == (400, "duplicate_key")
    assert inside.get_json()["results"][0]["status"] == "rejected"


def test_text_that_cannot_be_kept_is_the_mutations_own_fault(api: Api, todos: str) -> None:
    answer = api.send(
        "POST",
        CHANGES,
        data=b'{"client_id":"c","mutations":[{"mutation_id":"m1","op":"put","collection":"todos",'
        b'"id":"a","data":{"x":"\\ud800"}},{"mutation_id":"m2","op":"put","collection":"todos",'
        b'"id":"b","data":{"x":"\\u0000"}},{"mutation_id":"m3","op":"put","collection":"todos",'
        b'"id":"c","data":{"x":"fine"}}]}',
        content_type="application/json",
    )

    assert answer.status_code == 200, answer.text
    statuses = [result["status"] for result in answer.get_json()["results"]]
    assert statuses == ["rejected", "rejected", "applied"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"client_id":"a","mutations":%s}' % (b"[" * 5000 + b"]" * 5000), "json_too_deep"),
        (
            b'{"client_id":"a","mutations":[{"data":%s}]}' % (b"[" * 5000 + b"]" * 5000),
            "json_too_deep",
        ),
        (b'{"client_id":"\xff","mutations":[]}', "malformed_json"),
    ],
    ids=["deep", "deep mutation", "not UTF-8"],
)
def test_a_body_that_no_decoder_takes_is_400(api: Api, todos: str, body: bytes, code: str) -> None:
    answer = api.send("POST", CHANGES, data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_a_mutation_id_that_is_not_utf_8_is_422(api: Api, todos: str) -> None:
    body = b'{"client_id":"a","mutations":[{"mutation_id":"\xff"}]}'

    answer = api.send("POST", CHANGES, data=body, content_type="application/json")

    assert answer.status_code == 422
