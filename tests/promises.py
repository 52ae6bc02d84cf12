"""Holds every answer that a test gets against the OpenAPI document: none is undocumented."""

from functools import cache
from urllib.parse import urlsplit

import orjson
from flask import Flask
from jsonschema_rs import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.document import Document, Json, Operation

ANYWHERE = {404, 405, 406, 414, 431}
"""What a request may meet before an operation has to do with it."""

PROBLEM = "application/problem+json"
NAME = "promises"


class Promises:
    """What the document says that a request may be answered."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._operations = {
            (operation.method, operation.path): operation
            for operation in document.operations.values()
        }
        self._validators: dict[tuple[str, int], Draft202012Validator] = {}

    def hold(self, app: Flask, method: str, path: str, answer: TestResponse) -> None:
        """Raise AssertionError where ``answer`` is not what was promised."""
        operation = self._operation(app, method, path)
        if operation is None:
            return
        about = f"{operation.name} answered {answer.status_code}"
        promised = operation.responses.get(str(answer.status_code))
        if promised is None:
            assert answer.status_code in ANYWHERE, f"{about}, which is not documented"
            return
        if "content" not in promised:
            assert not answer.data, f"{about} with a body, which is not documented"
            return
        self._hold_body(operation, promised, answer, about)

    def _operation(self, app: Flask, method: str, path: str) -> Operation | None:
        try:
            rule, _ = app.url_map.bind("").match(urlsplit(path).path, method, return_rule=True)
        except HTTPException:
            return None
        template = rule.rule.replace("<id:", "{").replace(">", "}")
        return self._operations.get((method.lower(), template))

    def _hold_body(
        self, operation: Operation, promised: Json, answer: TestResponse, about: str
    ) -> None:
        content = promised["content"]
        assert answer.mimetype in content, f"{about} as {answer.mimetype}, which is not documented"
        if answer.mimetype == PROBLEM:
            known = operation.codes[str(answer.status_code)]
            code = answer.get_json()["code"]
            assert code in known, f"{about} {code}, which is not documented"
        if answer.is_json:
            key = operation.name, answer.status_code
            validator = self._validators.get(key) or self._document.validator(
                content[answer.mimetype]["schema"], is_closed=True
            )
            self._validators[key] = validator
            faults = [fault.message for fault in validator.iter_errors(answer.get_json())]
            assert not faults, f"{about}, but {faults}"


def hold(app: Flask, method: str, path: str, answer: TestResponse) -> None:
    """Raise AssertionError where ``answer`` is not what the document of ``app`` promises."""
    if NAME not in app.extensions:
        app.extensions[NAME] = _promises(app.test_client().get("/v1/openapi.json").data)
    app.extensions[NAME].hold(app, method, path, answer)


@cache
def _promises(document: bytes) -> Promises:
    """Applications are many, and their documents are all alike."""
    return Promises(Document(orjson.loads(document)))
