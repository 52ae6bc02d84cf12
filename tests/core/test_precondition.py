import pytest

from service.core.errors import PreconditionFailed
from service.core.precondition import ANY_STATE, MUST_BE_ABSENT, Position, Precondition

HERE: Position = ("e1", 4)
AT_FOUR = Precondition(positions=frozenset({HERE, ("e1", 5)}))
NOWHERE = Precondition(positions=frozenset())


@pytest.mark.parametrize(
    ("precondition", "current", "holds"),
    [
        (ANY_STATE, HERE, True),
        (ANY_STATE, None, False),
        (MUST_BE_ABSENT, None, True),
        (MUST_BE_ABSENT, HERE, False),
        (AT_FOUR, HERE, True),
        (AT_FOUR, ("e1", 6), False),
        (AT_FOUR, ("e2", 4), False),
        (AT_FOUR, None, False),
        (NOWHERE, HERE, False),
    ],
)
def test_it_holds_for_what_it_names(
    precondition: Precondition, current: Position | None, holds: bool
) -> None:
    assert precondition.holds(current) is holds


def test_a_failure_tells_the_present_state() -> None:
    with pytest.raises(PreconditionFailed) as failure:
        MUST_BE_ABSENT.require(HERE, current={"id": "a"})
    assert failure.value.members == {"current": {"id": "a"}}
