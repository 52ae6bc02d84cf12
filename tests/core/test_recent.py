"""What was used least recently is forgotten, whoever else is at it."""

import sys
import threading

from service.core.recent import Recent


def test_what_was_used_least_recently_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_what_is_put_again_is_new_again() -> None:
    recent: Recent[str, int] = Recent(2)
    for key, value in [("a", 1), ("b", 2), ("a", 3), ("c", 4)]:
        recent.put(key, value)
    assert [recent.get(key) for key in "abc"] == [3, None, 4]


def test_threads_may_share_it() -> None:
    recent: Recent[int, int] = Recent(2)
    faults: list[Exception] = []

    def use() -> None:
        try:
            for n in range(20_000):
                recent.put(n % 3, n % 3)
                assert recent.get(n % 3) in (None, n % 3)
        except Exception as fault:  # noqa: BLE001 - told by the assertion below
            faults.append(fault)

    switch_seconds = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch_seconds)
    assert faults == []
