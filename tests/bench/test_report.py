from collections.abc import Sequence

from bench import report
from bench.rounds import Outcome
from bench.row import Row, at_least
from bench.sample import Contender
from bench.site import Site
from tests.bench.samples import sample


def nobody(_site: Site) -> Sequence[Contender]:
    return []


ROW = Row("P1", "reads", [at_least(0.6, "get", "hello"), at_least(0.8, "304", "hello")], nobody)
SAMPLES = {
    "hello": [sample(rate=1000), sample(rate=1000)],
    "get": [sample(rate=700), sample(rate=720)],
    "304": [sample(rate=700), sample(rate=700)],
}
OUTCOME = Outcome(ROW, SAMPLES, ["get: 1 requests failed"])


def test_the_summary_counts_targets_and_names_the_missed_ones() -> None:
    assert report.summary([OUTCOME]).splitlines() == [
        "1 of 2 targets reached",
        "  missed: P1 304 / hello: 0.70, not ≥ 0.80",
    ]


def test_the_table_has_a_line_a_contender_a_claim_and_a_problem() -> None:
    lines = report.table(OUTCOME).splitlines()
    assert [line.split()[0] for line in lines] == [
        *("P1", "per", "hello", "get", "304"),
        *("ratio,", "get", "304", "WRONG:"),
    ]
    assert lines[-3].endswith("pass")
    assert lines[-2].endswith("MISS")


def test_the_document_has_every_figure() -> None:
    document = report.as_json(OUTCOME)
    assert [claim["holds"] for claim in document["claims"]] == [True, False]
    assert document["claims"][0]["ratios"] == [0.7, 0.72]
    assert [one["rate"] for one in document["samples"]["get"]] == [700, 720]
    assert document["problems"] == ["get: 1 requests failed"]
