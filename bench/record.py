"""The record that everybody stores: ten fields of the usual kinds, about 340 bytes of JSON."""

import random
import uuid
from typing import Any

STATES = ("open", "waiting", "done")
TAGS = ("garden", "kitchen", "office", "travel", "school", "urgent", "later", "shared")
WORDS = ("bring", "call", "check", "clean", "finish", "order", "paint", "repair", "water", "write")
NOTE_CHARACTERS = 95

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "state": {"enum": list(STATES)},
        "priority": {"type": "integer", "minimum": 0, "maximum": 9},
        "hours": {"type": "number", "minimum": 0},
        "pinned": {"type": "boolean"},
        "due_at": {"type": "string", "format": "date-time"},
        "assignee": {"type": "string", "format": "email"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 10},
        "note": {"type": "string", "maxLength": 1000},
        "external_id": {"type": "string", "format": "uuid"},
    },
    "required": [
        *("title", "state", "priority", "hours", "pinned"),
        *("due_at", "assignee", "tags", "note", "external_id"),
    ],
    "additionalProperties": False,
}


def make(n: int) -> dict[str, Any]:
    """The ``n``-th record; the same one every time."""
    dice = random.Random(n)
    words = " ".join(dice.choices(WORDS, k=30))
    return {
        "title": words[:24],
        "state": dice.choice(STATES),
        "priority": dice.randrange(10),
        "hours": dice.randrange(1, 400) / 4,
        "pinned": dice.random() < 0.1,
        "due_at": f"2027-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}T09:30:00Z",
        "assignee": f"member{dice.randrange(1000):03}@example.org",
        "tags": dice.sample(TAGS, 3),
        "note": words[-NOTE_CHARACTERS:],
        "external_id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
    }
