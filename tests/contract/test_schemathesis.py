"""A stranger's program reads the document and holds the running service to it.

Every check that it has is on, but for one: ``positive_data_acceptance`` wants whatever fits a
schema to be taken, and there is more to be wrong than a schema can say (2.0 where a whole number is
asked for, a day that has passed, a column that the file does not have).
"""

from pathlib import Path

import orjson
import pytest

from tests.contract.fuzz import Campaign, Outcome, run
from tests.contract.live import Live, live, serving, settled
from tests.databases import PostgresShelf, SqliteShelf
from tests.document import Document

CONFORMANCE = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)
AUTHORISATION = "object_level_authorization"

# Most requests are about something that is there; `If-Match: *` gets writes past their
# precondition, and nobody waits for what will not come.
WORLD = """
[parameters]
"If-Match" = "*"
"wait" = 0
"space" = {{ dictionary = "spaces", probability = 0.8 }}
"collection" = {{ dictionary = "collections", probability = 0.8 }}
"user" = {{ dictionary = "users", probability = 0.8 }}
"path.key" = {{ dictionary = "keys", probability = 0.8 }}

[dictionaries]
spaces = {{ values = ["{space}"] }}
collections = {{ values = ["todos"] }}
users = {{ values = {users} }}
keys = {{ values = ["{key}"] }}
"""
CARELESS = "tests.contract.careless_app:app"
AS_ADA = """
[auth.openapi.api_key]
bearer = "{text}"

[checks]
positive_data_acceptance.enabled = false
object_level_authorization.enabled = false

# A refusal may come before what is wrong is looked at: the history is another one (410), a
# condition does not hold (412), the address is too long (414).
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422, 428, 431]

# One bad mutation does not hold up the others: it is answered by its own result, in a 200.
[[operations]]
include-operation-id = "push_changes"
checks.negative_data_rejection.enabled = false

# Following links it would come to itself, take its own rights away, and prove nothing from then on.
[[operations]]
include-operation-id = ["update_user", "put_member", "delete_member"]
phases.stateful.enabled = false
"""
AS_PEERS = """
[auth.wfc]
path = "{users}"
user = "alice"
peers = ["alice", "bob"]

[checks]
enabled = false
object_level_authorization.enabled = true
"""
LEFT_ALONE = ("revoke_api_key", "delete_user")
"""The same, and there is no getting back what they take."""

NO_SUCCESS = {
    "POST /v1/bootstrap": "there is a first user",
    "DELETE /v1/api-keys/{key}": "left alone",
    "DELETE /v1/users/{user}": "left alone",
    "DELETE /v1/spaces/{space}/collections/{collection}": "those that it knows hold records",
}
NOT_BETWEEN_PEERS = "^/v1/(users|bootstrap)|/members"
"""Alice does not look after users, and as an owner she may let Bob into her space."""


def as_ada(running: Live, directory: Path) -> Outcome:
    """Everything, by somebody who may do everything."""
    people = running.people
    world = WORLD.format(space="main", users=list(people.members), key=people.spare_key_id)
    config = world + AS_ADA.format(text=people.ada.key)
    options = [f"--exclude-operation-id={name}" for name in LEFT_ALONE]
    return run(running, directory, Campaign(config, options))


def as_peers(running: Live, directory: Path, *options: str) -> Outcome:
    """Alice makes and reads what is hers; each read is tried again by Bob, and by nobody."""
    people = running.people
    keys = {"alice": people.alice.key, "bob": people.bob.key}
    users = directory / "users.json"
    users.write_bytes(orjson.dumps({"auth": [entry(*each) for each in keys.items()]}))
    world = WORLD.format(space=people.alices_space, users=["nobody"], key=people.spare_key_id)
    phases = "--phases=examples,fuzzing,stateful"
    config = world + AS_PEERS.format(users=users)
    return run(running, directory, Campaign(config, [phases, *options]))


def entry(name: str, key: str) -> dict[str, object]:
    header = {"name": "Authorization", "value": f"Bearer {key}"}
    return {"name": name, "fixedHeaders": [header]}


class TestEverything:
    @pytest.fixture(scope="class")
    @staticmethod
    def outcome(postgres_shelf: PostgresShelf, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
        directory = tmp_path_factory.mktemp("everything")
        with postgres_shelf.copy(directory) as url, live(url, directory) as running:
            return as_ada(running, directory)

    def test_is_answered_as_documented(self, outcome: Outcome) -> None:
        assert outcome.exit_code == 0, outcome.failures

    def test_is_held_against_every_check(self, outcome: Outcome) -> None:
        assert set(outcome.checks) == set(CONFORMANCE)

    def test_is_not_only_refused(self, outcome: Outcome, document: Document) -> None:
        operations = {f"{it.method.upper()} {it.path}" for it in document.operations.values()}
        succeeded = {label for label, statuses in outcome.statuses.items() if min(statuses) < 400}
        assert operations - succeeded <= set(NO_SUCCESS)


class TestBetweenPeers:
    def test_nobody_reads_what_is_anothers(self, sqlite_shelf: SqliteShelf, tmp_path: Path) -> None:
        with sqlite_shelf.copy(tmp_path) as url, live(url, tmp_path) as running:
            outcome = as_peers(running, tmp_path, f"--exclude-path-regex={NOT_BETWEEN_PEERS}")
        assert outcome.exit_code == 0, outcome.failures
        assert outcome.checks[AUTHORISATION] > 0
        assert outcome.identities["bob"] > 0

    @pytest.mark.parametrize(
        ("view", "operations"),
        [
            ("spaces.get_space", ["create_space", "get_space"]),
            ("records.get_record", ["create_record", "get_record"]),
        ],
    )
    def test_a_view_that_forgets_to_ask_who_reads_is_found(
        self, sqlite_shelf: SqliteShelf, tmp_path: Path, view: str, operations: list[str]
    ) -> None:
        """Without peers the check says nothing and passes: this shows that it is on."""
        included = [f"--include-operation-id={name}" for name in operations]
        with sqlite_shelf.copy(tmp_path) as url:
            people = settled(url, tmp_path)
            defect = {"CARELESS_VIEW": view, "OWNERS_KEY": people.alice.key}
            with serving(url, tmp_path, people, CARELESS, **defect) as running:
                outcome = as_peers(running, tmp_path, *included)
        assert outcome.exit_code == 1
        assert "`bob` received the" in outcome.text
