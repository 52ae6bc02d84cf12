from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.http.things import client_of

PATH = "/v1/things"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path)


def refused(client: FlaskClient, url: str) -> list[tuple[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 422
    faults: list[dict[str, Any]] = answer.get_json()["errors"]
    return [(fault["parameter"], fault["code"]) for fault in faults]


def test_declared_parameters_are_read(client: FlaskClient) -> None:
    assert client.get(f"{PATH}?limit=5").get_json() == {"query": {"limit": 5}}


def test_without_parameters_there_are_defaults(client: FlaskClient) -> None:
    assert client.get(PATH).get_json() == {"query": {"limit": 20}}


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("limits=5", [("limits", "unknown")]),
        ("limit=5&limit=5", [("limit", "repeated")]),
        ("limit=5&&=", [("", "unknown")]),
        ("limit=0", [("limit", "invalid")]),
        ("limit=5.0", [("limit", "invalid")]),
        ("limit=%205", [("limit", "invalid")]),
        ("limit=", [("limit", "invalid")]),
        ("limit=99999999999999999999", [("limit", "invalid")]),
        ("filter[a][eq]=1&filter[a][eq]=2", [("filter[a][eq]", "repeated")]),
    ],
)
def test_anything_else_is_refused(
    client: FlaskClient, query: str, faults: list[tuple[str, str]]
) -> None:
    assert refused(client, f"{PATH}?{query}") == faults


def test_a_route_without_parameters_takes_none(client: FlaskClient) -> None:
    assert refused(client, f"{PATH}/a?x=1") == [("x", "unknown")]
