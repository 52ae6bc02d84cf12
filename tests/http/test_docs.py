"""The documentation as a browser gets it: nothing from elsewhere, nothing inline, revalidated."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.http.docs import CONTENT_POLICY, register_docs
from tests.http.things import things_app

PAGES = ["/docs", "/docs/api", "/docs/errors", "/docs/errors/not_found"]
ASSETS = ["docs.css", "mark.svg", "reference.js", "swagger-ui-bundle.js", "swagger-ui.css"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    app, _ = things_app(tmp_path_factory.mktemp("docs"))
    register_docs(app, "1.2.3", None)
    return app.test_client()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_html_under_a_strict_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY


def test_the_address_itself_leads_here(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/docs"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(
    client: FlaskClient, path: str
) -> None:
    html = client.get(path).text
    assert re.findall(r'(?:src|<link[^>]*href)="(?!/docs/)', html) == []
    assert re.findall(r"<script>|<style|\son\w+=|\sstyle=", html) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(client: FlaskClient, path: str) -> None:
    register = set(re.findall(r'href="(/docs[^"#]*)', client.get(path).text))
    assert {client.get(link).status_code for link in register} == {200}


@pytest.mark.parametrize("name", ASSETS)
def test_assets_come_from_here(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/docs/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_what_is_known_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/docs").headers["ETag"]
    answer = client.get("/docs", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "public, no-cache"


def test_compressed_and_plain_are_the_same_page(client: FlaskClient) -> None:
    plain = client.get("/docs/errors")
    small = client.get("/docs/errors", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(small.data) == plain.data
    assert small.headers["ETag"] == f'{plain.headers["ETag"][:-1]}.gz"'


@pytest.mark.parametrize(
    "path", ["/docs/nowhere", "/docs/errors/nowhere", "/docs/assets/layout.html", "/docs/../app.py"]
)
def test_there_are_no_other_pages(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_an_error_says_where_its_page_is(client: FlaskClient) -> None:
    problem = client.get("/nowhere").get_json()
    page = client.get(problem["type"].removeprefix("http://localhost"))
    assert problem["title"] in page.text


def test_without_guides_the_index_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.http.docs.GUIDES_DIRECTORY", tmp_path)
    app, _ = things_app(tmp_path)
    register_docs(app, "1.2.3", None)
    assert app.test_client().get("/docs").status_code == 200
