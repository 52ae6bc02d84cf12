"""Lists that are read forward, page by page."""

from urllib.parse import urlencode

from tests.api import Api


def next_cursor(api: Api, path: str) -> str:
    cursor: str = api.get(path).get_json()["next_cursor"]
    return cursor


def status(api: Api, path: str, **query: object) -> int:
    return api.get(f"{path}?{urlencode(query)}").status_code


def test_a_link_leads_to_the_next_page(api: Api) -> None:
    second = api.post("/users", {"name": "Bob"}).get_json()

    link = api.get("/users?limit=1").headers["Link"]
    following = link.removeprefix("</v1").removesuffix('>; rel="next"')

    assert api.get(following).get_json() == {"data": [second], "next_cursor": None}


def test_the_last_page_has_no_link(api: Api) -> None:
    assert "Link" not in api.get("/users").headers


def test_a_cursor_may_be_used_with_another_limit_and_not_with_another_filter(api: Api) -> None:
    mine = f"/api-keys?user_id={api.user_id}"
    api.post("/api-keys", {"name": "x", "scopes": ["admin"]})
    cursor = next_cursor(api, f"{mine}&limit=1")

    assert status(api, "/api-keys", user_id=api.user_id, limit=9, cursor=cursor) == 200
    assert status(api, "/api-keys", limit=1, cursor=cursor) == 400
    assert status(api, "/api-keys", user_id="usr_other", cursor=cursor) == 400


def test_a_cursor_that_was_altered_is_refused(api: Api) -> None:
    api.post("/users", {"name": "Bob"})
    cursor = next_cursor(api, "/users?limit=1")

    assert status(api, "/users", cursor=cursor[:-1] + "~") == 400
    assert status(api, "/users", cursor=cursor[::-1]) == 400
    assert status(api, "/users", cursor="") == 422
