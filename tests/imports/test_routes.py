"""Imports over HTTP: a real file goes in, the job is watched, the records are there."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.backbone import Backbone
from tests.api import Api
from tests.imports import airports
from tests.jobs.builders import Desk

CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def airports_path(api: Api) -> str:
    """The path of an empty collection for airports."""
    return api.collection("airports", schema=airports.SCHEMA)


def upload(api: Api, data: bytes | Iterator[bytes] = airports.CSV, **query: Any) -> TestResponse:
    query = {"collection": "airports", "key": "iata"} | query
    return api.send("POST", "/spaces/main/imports", data=data, query_string=query, headers=CSV)


def run(backbone: Backbone, job: dict[str, Any]) -> None:
    """Do what a worker does."""
    lease = backbone.leases.claim(job["id"], "worker", ("import",))
    assert lease is not None
    for _ in backbone.pipeline.run(lease):
        pass
    lease.finish("succeeded")


def test_a_file_becomes_records(api: Api, backbone: Backbone, airports_path: str) -> None:
    accepted = upload(api)
    job = accepted.get_json()
    assert accepted.status_code == 202
    assert accepted.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert accepted.headers["Retry-After"] == "1"
    assert (job["state"], job["progress"]["bytes_total"]) == ("queued", len(airports.CSV))

    run(backbone, job)

    done = api.get(f"/jobs/{job['id']}")
    assert "Retry-After" not in done.headers
    body = done.get_json()
    assert (body["state"], body["outcome"]) == ("succeeded", "complete")
    assert body["counts"] == {"created": airports.COUNT, "updated": 0, "unchanged": 0}
    assert body["progress"]["done"] == body["progress"]["total"] == airports.COUNT
    first = api.get(f"{airports_path}/00M").get_json()
    assert first["data"] == {
        "iata": "00M",
        "name": "Thigpen",
        "city": "Bay Springs",
        "state": "MS",
        "country": "USA",
        "latitude": 31.95376472,
        "longitude": -89.23450472,
    }


def test_the_same_file_again_changes_nothing(
    api: Api,
    backbone: Backbone,
    airports_path: str,
) -> None:
    run(backbone, upload(api).get_json())
    again = upload(api, mode="upsert").get_json()
    run(backbone, again)

    counts = api.get(f"/jobs/{again['id']}").get_json()["counts"]
    assert counts == {"created": 0, "updated": 0, "unchanged": airports.COUNT}


def test_bad_rows_come_back_in_the_shape_of_the_upload(
    api: Api,
    backbone: Backbone,
    airports_path: str,
) -> None:
    data = airports.CSV.replace(b"31.95376472", b"north").replace(b"30.68586111", b"95")
    job = upload(api, data).get_json()
    run(backbone, job)

    body = api.get(f"/jobs/{job['id']}").get_json()
    assert (body["outcome"], body["progress"]["failed"]) == ("partial", 2)
    assert [error["code"] for error in body["errors"]["sample"]] == ["type", "maximum"]
    mended = list(csv.DictReader(api.get(body["errors"]["url"][3:]).text.splitlines()))
    assert [(row["iata"], row["row"], row["column"]) for row in mended] == [
        ("00M", "1", "latitude"),
        ("00R", "2", "latitude"),
    ]
    listed = api.get(f"/jobs/{job['id']}/errors?limit=1").get_json()
    assert listed["data"][0]["values"][:2] == ["00M", "Thigpen"]
    rest = api.get(f"/jobs/{job['id']}/errors?limit=1&cursor={listed['next_cursor']}").get_json()
    assert (rest["data"][0]["row"], rest["next_cursor"]) == (2, None)


def test_an_import_stops_after_as_many_bad_rows_as_were_allowed(
    api: Api,
    backbone: Backbone,
    airports_path: str,
) -> None:
    data = airports.CSV.replace(b",USA,", b",USA,x") + b"good,,,,,1,1\n"
    job = upload(api, b"\n".join([airports.HEADER, b"a,,,,,1,1", data]), on_error="stop_after:3")
    lease = backbone.leases.claim(job.get_json()["id"], "worker", ("import",))
    assert lease is not None

    with pytest.raises(Exception, match="3 rows were bad"):
        list(backbone.pipeline.run(lease))

    assert (lease.job.done, lease.job.failed) == (4, 3)


@pytest.mark.parametrize(
    ("data", "query", "refusal"),
    [
        (airports.CSV, {"collection": "nowhere"}, (404, "collection_not_found")),
        (airports.CSV, {"mode": "upsert", "key": ""}, (422, "invalid_import")),
        (airports.CSV, {"key": "icao"}, (422, "invalid_import")),
        (airports.CSV, {"realm": "column:circle"}, (422, "invalid_import")),
        (airports.CSV, {"mode": "replace"}, (422, "invalid")),
        (airports.CSV, {"on_error": "stop_after:0"}, (422, "invalid")),
        (airports.CSV, {"format": "parquet"}, (422, "invalid")),
        (airports.CSV, {"encoding": "utf-7"}, (422, "invalid")),
        (airports.CSV, {"dry": "true"}, (422, "invalid")),
        (b"", {}, (422, "unreadable_file")),
        (b"iata,iata\n", {}, (422, "unreadable_file")),
        (b"iata,latitude\n1,x\n2,y\n", {}, (422, "unfit_file")),
        (b"iata\n00M\n", {}, (422, "unfit_file")),
    ],
)
def test_what_cannot_work_is_refused_before_there_is_a_job(
    api: Api,
    airports_path: str,
    data: bytes,
    query: dict[str, str],
    refusal: tuple[int, str],
) -> None:
    refused = upload(api, data, **query)

    assert (refused.status_code, refused.get_json()["code"]) == refusal
    assert api.get("/jobs").get_json()["data"] == []


def test_nothing_is_kept_of_what_was_refused(
    api: Api,
    backbone: Backbone,
    airports_path: str,
) -> None:
    upload(api, b"iata\n" + b"00M\n" * 300_000)
    backbone.artifacts.remove_expired()

    assert Desk(backbone).rows("SELECT artifact_id FROM artifact_chunks") == []


def test_another_kind_of_body_is_refused(api: Api, airports_path: str) -> None:
    refused = api.post("/spaces/main/imports?collection=airports", {"iata": "00M"})

    assert refused.status_code == 415
    assert "text/csv" in refused.get_json()["supported"]


def test_only_those_who_may_write_may_import(api: Api, airports_path: str) -> None:
    viewer = api.member("viewer@example.org", "viewer")

    assert upload(viewer).status_code == 403


def test_a_key_for_writing_alone_may_import(api: Api, airports_path: str) -> None:
    scopes = {"name": "loader", "scopes": ["records:write"]}
    key = api.post("/api-keys", scopes).get_json()["key"]
    loader = Api(api.app, key, api.user_id)

    accepted = upload(loader)
    assert accepted.status_code == 202
    assert loader.get(f"/jobs/{accepted.get_json()['id']}").status_code == 403


def test_nobody_imports_into_a_realm_that_they_are_not_in(api: Api, airports_path: str) -> None:
    editor = api.member("editor@example.org")

    refused = upload(editor, realm="secret")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "invalid_import")


def test_the_space_of_strangers_is_not_there(api: Api, airports_path: str) -> None:
    stranger = api.member("stranger@example.org")
    api.delete(f"/spaces/main/members/{stranger.user_id}")

    assert upload(stranger).status_code == 404


def test_a_job_says_what_it_was_asked_and_what_it_was_given(api: Api, airports_path: str) -> None:
    params = upload(api, realm="shared", on_error="stop_after:5").get_json()["params"]

    assert params["collection"] == "airports"
    assert (params["key"], params["on_error"]) == ("iata", "stop_after:5")
    assert params["columns"][0] == "iata"
    assert len(params["sha256"]) == 64
