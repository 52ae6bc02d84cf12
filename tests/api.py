"""A client for tests: requests as one caller, answers as JSON."""

from dataclasses import dataclass, field
from typing import Any, Self

from flask import Flask
from werkzeug.test import TestResponse

from tests import promises
from tests.databases import BOOTSTRAP_TOKEN


@dataclass
class Api:
    """``key`` speaks for one user; paths are below ``/v1``."""

    app: Flask
    key: str
    user_id: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def bootstrapped(cls, app: Flask) -> Self:
        """The first admin."""
        answer = app.test_client().post(
            "/v1/bootstrap",
            json={"email": "ada@example.org", "name": "Ada"},
            headers={"Authorization": f"Bearer {BOOTSTRAP_TOKEN}"},
        )
        assert answer.status_code == 201, answer.text
        made = answer.get_json()
        return cls(app, made["api_key"]["key"], made["user"]["id"])

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any request; its answer has to be one that is documented."""
        headers = {"Authorization": f"Bearer {self.key}"} | self.headers
        headers |= options.pop("headers", {})
        answer = self.app.test_client().open(
            f"/v1{path}", method=method, headers=headers, **options
        )
        promises.hold(self.app, method, f"/v1{path}", answer)
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """POST a JSON body."""
        return self.send("POST", path, json=body, **options)

    def put(self, path: str, body: Any = None, *, match: str = "", **options: Any) -> TestResponse:
        """PUT a JSON body: with ``If-Match``, or (without ``match``) ``If-None-Match: *``."""
        condition = {"If-Match": match} if match else {"If-None-Match": "*"}
        headers = condition | options.pop("headers", {})
        return self.send("PUT", path, json=body, headers=headers, **options)

    def patch(self, path: str, body: Any, *, match: str = "*") -> TestResponse:
        """PATCH with a merge patch."""
        return self.send("PATCH", path, json=body, headers={"If-Match": match})

    def delete(self, path: str, *, match: str = "*") -> TestResponse:
        """DELETE."""
        return self.send("DELETE", path, headers={"If-Match": match})

    def collection(self, name: str = "todos", space: str = "main", **declared: Any) -> str:
        """Declare a collection; the path of its records."""
        path = f"/spaces/{space}/collections/{name}"
        answer = self.put(path, declared)
        assert answer.status_code == 201, answer.text
        return f"{path}/records"

    def member(
        self,
        email: str,
        role: str = "editor",
        realms: tuple[str, ...] = ("shared",),
        space: str = "main",
    ) -> "Api":
        """A new user who is a member of ``space``, with a key of their own."""
        member = self.user(email)
        path = f"/spaces/{space}/members/{member.user_id}"
        added = self.put(path, {"role": role, "realms": list(realms)})
        assert added.status_code == 201, added.text
        return member

    def user(self, email: str) -> "Api":
        """A new user who is in no space, with a key of their own."""
        user = self.post("/users", {"email": email}).get_json()
        key = self.post("/api-keys", {"name": email, "user_id": user["id"], "scopes": ["admin"]})
        assert key.status_code == 201, key.text
        return Api(self.app, key.get_json()["key"], user["id"])
