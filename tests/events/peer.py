"""Another process: it waits for ``jobs``, and publishes ``job:answer`` when asked to."""

import sys

from tests.events.places import PATIENCE_SECONDS, commit, running


def answer(url: str) -> None:
    """Be woken, then wake: one step a line of input."""
    with running(url) as bus, bus.subscribe("jobs") as subscription:
        say("ready")
        woken = subscription.wait(PATIENCE_SECONDS)
        sys.stdin.readline()
        say("woken" if woken else "forgotten")
        sys.stdin.readline()
        commit(url)
        bus.publish("job:answer")
        say("done")


def say(text: str) -> None:
    """Tell the parent."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    answer(sys.argv[1])
