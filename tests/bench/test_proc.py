import os

from bench.proc import Stat, cpu_seconds, parse_stat, peak_mib, tree

LINE = (
    "4242 (gunicorn: (web) 1) S 4200 4242 4242 0 -1 4194560 9876 0 0 0"
    " 111 22 3 4 20 0 5 0 12345 99999 8888"
)


def test_a_process_is_read_past_the_brackets_in_its_name() -> None:
    assert parse_stat(LINE) == Stat(pid=4242, parent=4200, ticks=111 + 22 + 3 + 4)


def test_a_tree_has_children_and_their_children_and_nobody_else() -> None:
    root, child, grandchild = Stat(10, 1, 0), Stat(11, 10, 0), Stat(12, 11, 0)
    stranger = Stat(20, 1, 0)
    assert tree([grandchild, stranger, child, root], 10) == [root, child, grandchild]


def test_a_process_that_is_gone_has_no_tree() -> None:
    assert tree([Stat(10, 1, 0)], 99) == []


def test_this_process_has_used_time_and_memory() -> None:
    assert cpu_seconds(os.getpid()) > 0
    assert peak_mib(os.getpid()) > 1
