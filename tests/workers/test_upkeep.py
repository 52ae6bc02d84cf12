"""Upkeep is done when its time has come, and one that fails keeps nobody else from it."""

import pytest

from service.backbone import Backbone
from workers.upkeep import UPKEEP, Caretaker, Upkeep


def test_everything_that_the_product_does_runs_on_both_databases(
    backbone: Backbone, caplog: pytest.LogCaptureFixture
) -> None:
    Caretaker(backbone).look()

    assert "upkeep failed" not in caplog.text
    assert len(UPKEEP) >= 3


def test_each_has_its_own_interval(backbone: Backbone) -> None:
    done: list[str] = []
    caretaker = Caretaker(
        backbone,
        [
            Upkeep("often", 0, lambda _: done.append("often")),
            Upkeep("seldom", 60, lambda _: done.append("seldom")),
        ],
    )
    caretaker.look()
    caretaker.look()

    assert done == ["often", "seldom", "often"]


def test_one_that_fails_is_logged_and_the_next_is_done(
    backbone: Backbone, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []
    failing = Upkeep("broken", 0, lambda _: 1 / 0)
    Caretaker(backbone, [failing, Upkeep("sound", 0, lambda _: done.append("sound"))]).look()

    assert done == ["sound"]
    assert "upkeep failed: broken" in caplog.text
