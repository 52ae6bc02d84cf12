"""Being told to stop reaches the job, not the process, whoever is told."""

import os
import signal

from workers.stop import Stop


def test_nobody_is_told_to_stop_at_first() -> None:
    assert not Stop()


def test_sigterm_stops_the_present_job_and_spares_the_process() -> None:
    stop, before = Stop(), signal.getsignal(signal.SIGTERM)

    with stop.heeding_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop

    assert signal.getsignal(signal.SIGTERM) is before


def test_the_next_job_is_not_stopped_by_what_stopped_the_last() -> None:
    stop = Stop()
    with stop.heeding_sigterm():
        stop.here()

    with stop.heeding_sigterm():
        assert not stop


def test_a_child_hears_what_its_parent_says() -> None:
    stop = Stop()
    child = os.fork()
    if child == 0:
        os._exit(0 if stop.wait(10) else 1)

    stop.everybody()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert stop


def test_sleeping_ends_when_told_to_stop() -> None:
    stop = Stop()

    assert not stop.wait(0.05)
    stop.here()
    assert stop.wait(60)
