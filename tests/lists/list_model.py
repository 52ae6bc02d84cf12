"""What a list is, in plain Python: no database, no index, no SQL. And how lists are made up."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from service.lists.sorts import Sort
from tests.lists.listed import index

INDEXES = (
    index("t:text"),
    index("n:number"),
    index("b:boolean", "-n:number"),
    index("at:timestamp", "t:text"),
    index("owner.name:text", "b:boolean", "n:number"),
    index("realm:text", "updated_at:timestamp"),
)
KINDS = {
    "id": "own",
    "seq": "own",
    "realm": "own",
    "updated_at": "own",
    "t": "text",
    "owner.name": "text",
    "n": "number",
    "b": "boolean",
    "at": "timestamp",
}
MISSING = object()
UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z", re.ASCII)

Thing = dict[str, Any]


def value_of(thing: Thing, path: str) -> Any:
    """The value of a field if it is one of its kind, as it is compared."""
    kind = KINDS[path]
    value: Any = thing
    for name in path.split("."):
        value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
    return value if kind == "own" else AS_KIND[kind](value)


def _text(value: Any) -> Any:
    return value[:200] if isinstance(value, str) else MISSING


def _number(value: Any) -> Any:
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) else MISSING
    )


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else MISSING


def _timestamp(value: Any) -> Any:
    match = UTC.fullmatch(value) if isinstance(value, str) else None
    return (match[1], ((match[2] or "") + "000")[:3]) if match else MISSING


AS_KIND: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}


@dataclass(frozen=True)
class Ask:
    """A filter with values as they are in data."""

    path: str
    operator: str
    values: tuple[Any, ...]

    @property
    def parameter(self) -> tuple[str, str]:
        """As a query has it."""
        return f"filter[{self.path}][{self.operator}]", ",".join(map(_written, self.values))

    @property
    def fixes(self) -> bool:
        """Whether all that pass are alike in this field."""
        return self.operator == "eq" or (self.operator == "exists" and not self.values[0])

    def passes(self, thing: Thing) -> bool:
        """Whether a record is one that is asked for."""
        found = value_of(thing, self.path)
        if self.operator == "exists":
            return (found is not MISSING) is self.values[0]
        wanted = [self._as_compared(value) for value in self.values]
        if self.operator == "ne":
            return found is MISSING or bool(found != wanted[0])
        return found is not MISSING and COMPARE[self.operator](found, wanted)

    def _as_compared(self, value: Any) -> Any:
        kind = KINDS[self.path]
        return value if kind == "own" else AS_KIND[kind](value)


COMPARE: dict[str, Callable[[Any, list[Any]], bool]] = {
    "eq": lambda found, wanted: found == wanted[0],
    "lt": lambda found, wanted: found < wanted[0],
    "lte": lambda found, wanted: found <= wanted[0],
    "gt": lambda found, wanted: found > wanted[0],
    "gte": lambda found, wanted: found >= wanted[0],
    "in": lambda found, wanted: found in wanted,
    "prefix": lambda found, wanted: found.startswith(wanted[0]),
}


def listed(
    things: Sequence[Thing], asks: Sequence[Ask], order: Sequence[Sort], realms: Sequence[str]
) -> list[str]:
    """The ids of the records that are asked for and visible, in order."""
    seen = [thing for thing in things if "*" in realms or thing["realm"] in realms]
    found = [
        thing for thing in seen if not thing.get("deleted") and all(a.passes(thing) for a in asks)
    ]
    for path, descending in reversed(order):
        found.sort(key=lambda thing: _place(value_of(thing, path)), reverse=descending)
    return [thing["id"] for thing in found]


def _place(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is MISSING else (True, value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


LONG = "x" * 199
MILLISECONDS = ["", ".5", ".50", ".123", ".1234", ".124", ".999999999", ".000"]

# Mostly values of which there are few, so that they meet; now and then any that there are.
few_words = st.sampled_from(["", "a", "b", "ab", "B", "ä", "=", LONG, LONG + "é", LONG + "éé"])
many_words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
words = few_words | few_words | st.just("\U0010ffff") | many_words
few_numbers = st.sampled_from([-1, 0, -0.0, 0.1, 0.30000000000000004, 0.3, 1, 1.0, 2])
extremes = st.sampled_from([5e-324, 1.7976931348623157e308, 2**53 - 1, -(2**53) + 1, 1e22])
many_numbers = st.floats(allow_nan=False, allow_infinity=False)
numbers = few_numbers | few_numbers | extremes | many_numbers
instants = st.builds(
    "2026-01-01T00:00:0{}{}Z".format, st.integers(0, 1), st.sampled_from(MILLISECONDS)
)
odd_instants = st.sampled_from(
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00ZZ",
        "2026-01-01T00:00:00.1xZ",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01t00:00:00z",
        "\n",
    ]
)
anything = st.one_of(
    words,
    numbers,
    st.booleans(),
    st.none(),
    instants,
    odd_instants,
    st.just([1]),
    st.just({"name": "a"}),
)
SAME_KIND: dict[str, st.SearchStrategy[Any]] = {
    "text": words,
    "number": numbers,
    "boolean": st.booleans(),
    "timestamp": instants,
}
REALMS = ("shared", "red", "blue")


def _members(path: str) -> st.SearchStrategy[Any]:
    same = SAME_KIND[KINDS[path]]
    return st.one_of(same, same, same, anything, st.just(MISSING))


owners = st.one_of(anything, st.fixed_dictionaries({}, optional={"name": words | anything}))
things = st.fixed_dictionaries(
    {
        "id": st.text("abAB01-_", min_size=1, max_size=3),
        "realm": st.sampled_from(REALMS),
        "deleted": st.sampled_from([False, False, False, False, True]),
        **{path: _members(path) for path in ("t", "n", "b", "at")},
    },
    optional={"owner": owners},
).map(lambda thing: {name: value for name, value in thing.items() if value is not MISSING})
collections = st.integers(0, 15).flatmap(
    lambda least: st.lists(things, min_size=least, max_size=30, unique_by=lambda thing: thing["id"])
)


def _asks_of(path: str) -> st.SearchStrategy[Ask]:
    kind = KINDS[path]
    value = SAME_KIND[kind]
    operators = ["eq", "ne", "lt", "lte", "gt", "gte"]
    one = st.builds(Ask, st.just(path), st.sampled_from(operators), st.tuples(value))
    exists = st.builds(Ask, st.just(path), st.just("exists"), st.tuples(st.booleans()))
    plain = value.filter(lambda each: "," not in str(each))
    some = st.lists(plain, min_size=1, max_size=4).map(tuple)
    among = st.builds(Ask, st.just(path), st.just("in"), some)
    prefix = st.builds(Ask, st.just(path), st.just("prefix"), st.tuples(value))
    return st.one_of(one, one, exists, among, *([prefix] if kind == "text" else []))


def _own_asks() -> st.SearchStrategy[Ask]:
    comparing = st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"])
    ids = st.text("abAB01-_", min_size=1, max_size=2)
    return st.one_of(
        st.builds(Ask, st.just("id"), comparing, st.tuples(ids)),
        st.builds(
            Ask, st.just("id"), st.just("in"), st.lists(ids, min_size=1, max_size=4).map(tuple)
        ),
        st.builds(Ask, st.just("id"), st.just("prefix"), st.tuples(ids)),
        st.builds(Ask, st.just("seq"), comparing, st.tuples(st.integers(0, 20))),
        st.builds(Ask, st.just("realm"), comparing, st.tuples(st.sampled_from(REALMS))),
    )


_on_one_field = st.one_of(
    *(st.lists(_asks_of(path), min_size=1, max_size=2) for path in ("t", "n", "b", "at")),
    st.lists(_asks_of("owner.name"), min_size=1, max_size=2),
    st.lists(_own_asks(), min_size=1, max_size=2),
)
asks = st.lists(_on_one_field, max_size=2).map(
    lambda groups: list({ask.parameter[0]: ask for group in groups for ask in group}.values())
)
sorts = st.sampled_from(
    ["", "id", "-id", "seq", "-seq", "t", "-t", "n", "-n", "b,-n", "-b,n", "b,n", "n,t", "at"]
) | st.sampled_from(
    ["-at,-t", "at,t,id", "owner.name,b,n", "-owner.name", "realm", "-realm,-updated_at"]
)
circles = st.sampled_from([("*",), ("shared",), ("red", "blue"), ()])
