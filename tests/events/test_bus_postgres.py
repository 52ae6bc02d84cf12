"""What the bus takes from Postgres."""

import psycopg
import pytest

from service.events.bus import Bus
from tests.events.places import eventually, running


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_it_takes_one_connection_that_is_named_and_not_in_a_transaction(bus: Bus, url: str) -> None:
    before = states(url)
    with running(url) as other:
        other.publish("space:a", "1")
        eventually(lambda: len(states(url)) == len(before) + 1)
        eventually(lambda: set(states(url)) == {"idle"})


def states(url: str) -> list[str]:
    """The state of every connection of a bus."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute(
            "SELECT state FROM pg_stat_activity WHERE application_name = 'syncline bus'"
        )
        return [row[0] for row in rows]
