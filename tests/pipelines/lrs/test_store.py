"""The store's one writer: what many ask for goes into one commit, and what fails is undone alone."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from learnloom.pipelines.lrs.database import Connection, insert
from learnloom.pipelines.lrs.store import Joint, Store, Work
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Clock

_NAMES = "SELECT name FROM agent_name ORDER BY name"


def _together(store: Store, *works: Work[int]) -> list[Future[int]]:
    """Have a thread ask for each work, in this order, so that they share a commit."""
    begun, is_asked = threading.Event(), threading.Event()

    def hold(_: Connection, __: int) -> None:
        begun.set()
        is_asked.wait()

    asked: list[Future[int]] = []
    with ThreadPoolExecutor(len(works) + 1) as threads:
        threads.submit(store.write, hold)
        begun.wait()
        for work in works:
            asked.append(threads.submit(store.write, work))
            wait_until(lambda: store._queue.qsize() == len(asked), lambda: None)  # noqa: SLF001 - nothing else tells
        is_asked.set()
    return asked


def _named(do: Callable[[Connection, int, Sequence[str]], int]) -> list[Joint[str, int]]:
    return [Joint(do, [name]) for name in ("one", "two", "bad", "four")]


def _name(connection: Connection, names: Sequence[str]) -> int:
    insert(connection, "agent_name", [("agent", name) for name in names])
    return len(names)


def test_work_of_one_kind_is_done_once_for_all_who_ask_for_it(tmp_path: Path) -> None:
    """What several requests bring goes in together, and each of them is told."""
    with Store(tmp_path, now=Clock()) as store:
        works = _named(lambda connection, _, names: _name(connection, names))
        told = [future.result() for future in _together(store, *works)]
    assert told == [4, 4, 4, 4]


def test_the_same_work_that_two_ask_for_is_done_twice(tmp_path: Path) -> None:
    """Only what is joint is done once: anything else is done for each request."""

    def count(connection: Connection, _: int) -> int:
        connection.execute("INSERT INTO agent_name SELECT 'agent', count(*) FROM agent_name")
        return int(connection.execute("SELECT count(*) FROM agent_name").fetchall()[0][0])

    with Store(tmp_path, now=Clock()) as store:
        assert [future.result() for future in _together(store, count, count)] == [1, 2]


def test_of_work_done_together_only_what_fails_is_undone(tmp_path: Path) -> None:
    """A request that is refused takes none of the others with it, though they share its transaction."""

    def do(connection: Connection, _: int, names: Sequence[str]) -> int:
        _name(connection, names)
        if "bad" in names:
            raise ValueError("bad")
        return len(names)

    with Store(tmp_path, now=Clock()) as store:
        one, two, bad, four = _together(store, *_named(do))
        with store.reading() as connection:
            kept = [name for (name,) in connection.execute(_NAMES)]
    assert [one.result(), two.result(), four.result()] == [1, 1, 1]
    with pytest.raises(ValueError, match="bad"):
        bad.result()
    assert kept == ["four", "one", "two"]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 100, 237])
def test_every_row_is_inserted_once(count: int) -> None:
    """However many rows there are, none is lost or doubled where one statement ends and the next begins."""
    rows = [(number, f"text {number}") for number in range(count)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE one (number INTEGER, text TEXT)")
        insert(connection, "one (number, text)", rows)
        assert connection.execute("SELECT * FROM one ORDER BY rowid").fetchall() == rows
