"""Jobs over HTTP: polled cheaply, waited for, listed, canceled, deleted."""

import threading
import time

import pytest

from service.backbone import Backbone
from service.jobs.lease import Lease
from tests.api import Api
from tests.jobs.builders import Desk


@pytest.fixture
def lease(api: Api, desk: Desk) -> Lease:
    """A job of the caller's, in hand."""
    return desk.claim(desk.queue(created_by=api.user_id, parameters={"columns": ["a", "b"]}))


def test_a_job_is_sent_again_only_when_it_has_changed(api: Api, desk: Desk, lease: Lease) -> None:
    path = f"/jobs/{lease.job.id}"
    first = api.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    same = api.get(path, headers=tag)
    desk.step(lease)
    changed = api.get(path, headers=tag)

    assert first.headers["ETag"] == f'"{lease.job.id}.2"'
    assert (same.status_code, same.headers["Retry-After"]) == (304, "1")
    assert (changed.status_code, changed.get_json()["progress"]["done"]) == (200, 1)


def test_who_waits_is_answered_when_there_is_news(api: Api, desk: Desk, lease: Lease) -> None:
    tag = {"If-None-Match": api.get(f"/jobs/{lease.job.id}").headers["ETag"]}
    threading.Timer(0.3, lambda: lease.finish("succeeded")).start()

    answer = api.get(f"/jobs/{lease.job.id}?wait=20", headers=tag)

    assert (answer.status_code, answer.get_json()["state"]) == (200, "succeeded")
    assert "Retry-After" not in answer.headers


def test_who_already_missed_something_does_not_wait(api: Api, desk: Desk, lease: Lease) -> None:
    tag = {"If-None-Match": api.get(f"/jobs/{lease.job.id}").headers["ETag"]}
    desk.step(lease)
    begun = time.monotonic()

    assert api.get(f"/jobs/{lease.job.id}?wait=20", headers=tag).status_code == 200
    assert time.monotonic() - begun < 5


def test_a_wait_that_runs_out_says_that_nothing_changed(api: Api, lease: Lease) -> None:
    tag = {"If-None-Match": api.get(f"/jobs/{lease.job.id}").headers["ETag"]}

    assert api.get(f"/jobs/{lease.job.id}?wait=1", headers=tag).status_code == 304


def test_a_job_that_has_ended_is_not_waited_for(api: Api, lease: Lease) -> None:
    lease.finish("canceled")
    begun = time.monotonic()

    assert api.get(f"/jobs/{lease.job.id}?wait=20").get_json()["state"] == "canceled"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("wait", ["26", "-1", "1.5", "soon"])
def test_a_wait_has_bounds(api: Api, lease: Lease, wait: str) -> None:
    assert api.get(f"/jobs/{lease.job.id}?wait={wait}").status_code == 422


def test_whoever_sees_less_has_another_tag(api: Api, lease: Lease) -> None:
    colleague = api.member("colleague@example.org")

    mine, theirs = api.get(f"/jobs/{lease.job.id}"), colleague.get(f"/jobs/{lease.job.id}")
    assert mine.headers["ETag"] != theirs.headers["ETag"]
    assert colleague.get(f"/jobs/{lease.job.id}/errors").status_code == 403


def test_a_list_goes_on_with_its_cursor(api: Api, desk: Desk) -> None:
    made = [desk.queue().id for _ in range(3)]

    first = api.get("/jobs?limit=2&state=queued")
    rest = api.get(f"/jobs?limit=2&state=queued&cursor={first.get_json()['next_cursor']}")

    assert [job["id"] for job in first.get_json()["data"]] == [made[2], made[1]]
    assert 'rel="next"' in first.headers["Link"]
    assert [job["id"] for job in rest.get_json()["data"]] == [made[0]]
    assert rest.get_json()["next_cursor"] is None


def test_a_cursor_is_good_for_its_own_list_only(api: Api, desk: Desk) -> None:
    desk.queue(), desk.queue()
    cursor = api.get("/jobs?limit=1").get_json()["next_cursor"]

    assert api.get(f"/jobs?limit=1&state=queued&cursor={cursor}").status_code == 400
    assert api.get("/jobs?cursor=made-up").status_code == 400


def test_a_cancellation_is_asked_for_by_put(api: Api, desk: Desk, lease: Lease) -> None:
    waiting = desk.queue(created_by=api.user_id)

    running = api.put(f"/jobs/{lease.job.id}/cancellation")
    ended = api.put(f"/jobs/{waiting.id}/cancellation")

    assert (running.status_code, running.get_json()["state"]) == (200, "canceling")
    assert (ended.status_code, ended.get_json()["state"]) == (200, "canceled")


def test_a_job_that_has_ended_is_deleted(api: Api, desk: Desk, lease: Lease) -> None:
    path = f"/jobs/{lease.job.id}"
    refused = api.delete(path)
    lease.finish("succeeded")

    assert (refused.status_code, refused.get_json()["state"]) == (409, "running")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_stranger_sees_no_job(api: Api, backbone: Backbone, lease: Lease) -> None:
    stranger = api.member("stranger@example.org")
    api.delete(f"/spaces/main/members/{stranger.user_id}")

    assert stranger.get(f"/jobs/{lease.job.id}").status_code == 404
    assert stranger.get("/jobs").get_json()["data"] == []


def test_row_errors_are_a_download(api: Api, desk: Desk, lease: Lease) -> None:
    desk.fail_rows(lease, 4)

    answer = api.get(f"/jobs/{lease.job.id}/errors.csv")

    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.text.splitlines() == ["a,b,row,column,code,message", "4,x,4,a,type,not a number"]
