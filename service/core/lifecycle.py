"""How a process of the service ends: it drains when told to, and it never outlives its parent."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Draining:
    """Whether this process has been told to stop: true from then on, false before.

    ``/readyz`` answers 503 while it is true, and whoever waits for something that may take long
    (a long poll, a subscription) looks at it and answers with what there is.
    """

    def __init__(self) -> None:
        self._begun = False

    def __bool__(self) -> bool:
        return self._begun

    def begin(self) -> None:
        """Remember it. Safe in a signal handler: it takes no lock and wakes nobody."""
        self._begun = True


draining = Draining()


def die_with_parent(parent_pid: int, death_signal: int = signal.SIGKILL) -> None:
    """Have the kernel send ``death_signal`` to this process when its parent ends, however it ends.

    To be called in the child, before ``exec`` or after. Other systems than Linux have no such
    thing; there a killed parent leaves its children to notice for themselves.
    """
    if sys.platform != "linux":
        return
    LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent_pid:  # it ended between our birth and the line above
        os.kill(os.getpid(), death_signal)
