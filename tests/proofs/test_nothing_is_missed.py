"""Eight writers at once, one by one and in batches: who follows gets everything, in order."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from tests.proofs.budget import budget
from tests.proofs.site import Caller, Site, put, together
from tests.sync.replica import Replica

SINGLES = budget(40, 400)
BATCHES = budget(12, 120)
BATCH = 25
SHARED_RECORDS = 12
PAGE_ITEMS = 40
PAGES_MAX = 100_000
FIRST_SEQ = 3  # the space's owner is its first change, the collection its second
END = "the-end"


class Written(NamedTuple):
    """A write that was acknowledged."""

    id: str
    version: int
    seq: int
    data: Any


Write = Callable[[Caller, str, str], list[Written]]


@dataclass
class Follower:
    """Pulls page after page until it has seen the end."""

    caller: Caller
    space: str
    wait_seconds: int
    replica: Replica = field(default_factory=lambda: Replica("follower", "ada"))
    seqs: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """While there is nothing yet: from here on everything comes as delta."""
        self.replica.apply(self.caller.pull(self.space))

    def follow(self) -> None:
        for _ in range(PAGES_MAX):
            wish = {"limit": PAGE_ITEMS, "wait": self.wait_seconds}
            page = self.caller.pull(self.space, self.replica.cursor, **wish)
            if page is not None and self._take(page):
                return
        raise AssertionError("the end never came")

    def _take(self, page: Any) -> bool:
        assert page["phase"] == "delta"
        self.replica.apply(page)
        self.seqs += [change.get("record", change)["seq"] for change in page["changes"]]
        return ("notes", END) in self.replica.copy


def created_one_by_one(caller: Caller, space: str, name: str) -> list[Written]:
    path = f"{space}/collections/notes/records"
    headers = {"If-None-Match": "*"}
    answers = [
        caller.insist("PUT", f"{path}/{name}-{n}", {"data": {"n": n}}, headers=headers)
        for n in range(SINGLES)
    ]
    return [written(answer.json()) for answer in answers]


def created_in_batches(caller: Caller, space: str, name: str) -> list[Written]:
    done: list[Written] = []
    for batch in range(BATCHES):
        ids = [f"{name}-{batch}-{n}" for n in range(BATCH)]
        results = caller.push(space, name, [put(id_, {"by": name}) for id_ in ids])
        done += accepted(ids, results, {"by": name})
    return done


def dice_of(name: str) -> random.Random:
    return random.Random(name)


def changed_one_by_one(caller: Caller, space: str, name: str) -> list[Written]:
    """Whatever is there is replaced or deleted, whatever is not is made."""
    dice = dice_of(name)
    done: list[Written] = []
    for n in range(SINGLES):
        path = f"{space}/collections/notes/records/{dice.randrange(SHARED_RECORDS)}"
        condition = dice.choice([{"If-Match": "*"}, {"If-None-Match": "*"}])
        answer = caller.send("PUT", path, {"data": {name: n}}, headers=condition)
        done += [written(answer.json())] if answer.is_success else []
        if dice.random() < 0.2:
            caller.send("DELETE", path, headers={"If-Match": "*"})
    return done


def changed_in_batches(caller: Caller, space: str, name: str) -> list[Written]:
    """Some batches write a record more than once."""
    dice = dice_of(name)
    done: list[Written] = []
    for batch in range(BATCHES):
        ids = [str(dice.randrange(SHARED_RECORDS)) for _ in range(BATCH)]
        mutations = [
            put(id_, {name: batch}, mutation_id=f"{batch}-{n}", on_conflict="overwrite")
            for n, id_ in enumerate(ids)
        ]
        done += accepted(ids, caller.push(space, name, mutations), {name: batch})
    return done


def written(record: Any) -> Written:
    return Written(record["id"], record["version"], record["seq"], record["data"])


def accepted(ids: Sequence[str], results: Any, data: Any) -> list[Written]:
    assert {result["status"] for result in results} == {"applied"}
    return [
        Written(id_, result["version"], result["seq"], data)
        for id_, result in zip(ids, results, strict=True)
    ]


def written_while_followed(
    site: Site, space: str, writes: Sequence[Write]
) -> tuple[list[Written], list[Follower]]:
    """What the writers were told, and the followers when they have seen the end."""
    followers = [Follower(site.caller(n), space, wait) for n, wait in enumerate((0, 5, 0, 5))]
    for follower in followers:
        follower.begin()
    with ThreadPoolExecutor(len(followers)) as pool:
        following = [pool.submit(follower.follow) for follower in followers]
        try:
            works = [work(site, space, write, n) for n, write in enumerate(writes)]
            done = list(chain.from_iterable(together(*works)))
        finally:
            with site.caller(0) as caller:
                ended = accepted([END], caller.push(space, END, [put(END, {})]), {})
        for each in following:
            each.result()
    for follower in followers:
        follower.caller.client.close()
    return [*done, *ended], followers


def work(site: Site, space: str, write: Write, number: int) -> Callable[[], list[Written]]:
    def do() -> list[Written]:
        with site.caller(number) as caller:
            return write(caller, space, f"writer{number}")

    return do


def test_every_number_comes_once_and_in_order(site: Site, space: str) -> None:
    writes = [created_one_by_one, created_in_batches] * 4

    done, followers = written_while_followed(site, space, writes)

    in_order = sorted(done, key=lambda each: each.seq)
    expected = list(range(FIRST_SEQ, FIRST_SEQ + len(done)))
    assert [each.seq for each in in_order] == expected
    assert [follower.seqs for follower in followers] == [expected] * len(followers)
    log = site.log(space)
    assert [row.seq for row in log] == list(range(1, len(log) + 1))
    assert [(row.seq, row.id) for row in log[2:]] == [(each.seq, each.id) for each in in_order]


def test_who_follows_ends_with_what_is_there(site: Site, space: str) -> None:
    writes = [changed_one_by_one, changed_in_batches] * 4

    done, followers = written_while_followed(site, space, writes)

    with site.caller(0) as caller:
        there = Replica("at the end", "ada")
        there.apply(caller.pull(space, limit=1000))
    assert [follower.replica.copy for follower in followers] == [there.copy] * len(followers)
    assert all(follower.seqs == sorted(set(follower.seqs)) for follower in followers)
    log = site.log(space)
    assert [row.seq for row in log] == list(range(1, len(log) + 1))
    by_seq = {row.seq: (row.id, row.version) for row in log}
    assert [by_seq[each.seq] for each in done] == [(each.id, each.version) for each in done]
    assert all(versions == list(range(1, len(versions) + 1)) for versions in versions_of(log))
    newest = {each.seq: each.data for each in done}
    assert all(row.data == newest[row.seq] for row in there.copy.values())


def versions_of(log: Sequence[Any]) -> list[list[int]]:
    """Of each record, in the order of the log."""
    versions: dict[str, list[int]] = defaultdict(list)
    for row in log:
        if row.kind == "record":
            versions[row.id].append(row.version)
    return list(versions.values())
