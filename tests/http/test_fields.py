from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import ValidationError

from service.http.fields import Boolean, Integer, QueryInteger, Schema, String
from tests.http.things import client_of


class Everything(Schema):
    text = String()
    number = Integer()
    switch = Boolean()
    query_number = QueryInteger()


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return client_of(tmp_path)


@pytest.mark.parametrize(
    "values",
    [
        {"text": "", "number": 0, "switch": False},
        {"text": "ä\n\U0001f600", "number": -(2**53) + 1, "switch": True},
    ],
)
def test_json_is_taken_as_it_is_said(values: dict[str, Any]) -> None:
    assert Everything().load(values) == values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 1),
        ("text", None),
        ("text", "a\x00"),
        ("text", "\ud800"),
        ("number", "7"),
        ("number", 7.0),
        ("number", True),
        ("number", 2**53),
        ("switch", 1),
        ("switch", "true"),
        ("query_number", 7),
        ("query_number", "7.0"),
        ("query_number", " 7"),
        ("query_number", "\N{ARABIC-INDIC DIGIT SEVEN}"),
        ("unknown", 1),
    ],
)
def test_what_is_said_otherwise_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Everything().load({name: value})


def test_the_query_is_text() -> None:
    assert Everything().load({"query_number": "-7"}) == {"query_number": -7}


def test_a_refused_body_names_each_place(client: FlaskClient) -> None:
    answer = client.post("/v1/things", json={"size": 1.0, "color": "red"})
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [
        ("#/name", "required"),
        ("#/size", "invalid"),
        ("#/color", "unknown"),
    ]


def test_a_body_of_another_shape_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/things", json=[1])
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "#")
