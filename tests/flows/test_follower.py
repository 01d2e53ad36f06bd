"""What refreshes and delivers at once takes turns with scheduled runs, and is ended where it hangs."""

import contextvars
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from learnloom.flows import follow, kept
from learnloom.flows.follow import Deliverer, Follower
from learnloom.flows.kept import call_delivery, step
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.turns import DELIVERY, REFRESH, TurnTakenError, turn

_HANGING = """
import sys, threading, time
from pathlib import Path
from learnloom.flows import follow, live
from learnloom.pipelines.config.settings import Settings

is_hanging = threading.Event()

def hang_here(_):
    is_hanging.set()
    threading.Event().wait()

follow.has_news = hang_here
follower = follow.Follower(Settings(warehouse=Path(sys.argv[1])), None)
threading.Thread(target=follower.follow, daemon=True).start()
is_hanging.wait()
began = time.monotonic()
time.monotonic = lambda: began + 1e6
live.end_if_hanging([follower])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an empty warehouse."""
    open_to_write(Settings(warehouse=tmp_path / "warehouse")).close()
    return tmp_path / "warehouse"


def test_it_stands_back_while_a_scheduled_run_is_at_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process refreshes it does not; while another delivers it refreshes, and delivers later."""
    done: list[str] = []

    def refreshed() -> dict[str, Any]:
        done.append("refresh")
        return {"raised": 1, "ended": 0}

    def delivered(limit: int) -> dict[str, Any]:
        done.append("deliver")
        return {"tutor": {"delivered": limit, "is_cut": False}}

    monkeypatch.setattr(follow, "has_news", lambda _: True)
    monkeypatch.setattr(follow, "refresh", refreshed)
    monkeypatch.setattr(follow, "deliver", delivered)
    monkeypatch.setattr(follow, "filled_tables", lambda _: {"feedback.outbox"})
    deliverer = Deliverer(Settings(warehouse=folder))
    follower = Follower(Settings(warehouse=folder), deliverer)
    with turn(folder, REFRESH), pytest.raises(TurnTakenError):
        follower.take_in()
    assert done == []
    with turn(folder, DELIVERY):
        assert follower.take_in()
        with pytest.raises(TurnTakenError):
            deliverer.send()
    assert done == ["refresh"]
    deliverer.send()
    assert done == ["refresh", "deliver"]


def test_it_refreshes_while_events_are_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a refresh has told is sent beside the next one, and what that tells after it; nobody waits for the other."""
    is_sending, has_refreshed_again, sent = threading.Event(), threading.Event(), threading.Semaphore(0)
    n_refreshes = 0

    def refreshed() -> dict[str, Any]:
        nonlocal n_refreshes
        n_refreshes += 1
        if n_refreshes == 2:
            assert is_sending.wait(60)
            has_refreshed_again.set()
        call_delivery()
        return {"raised": 1, "ended": 0}

    def delivered(limit: int) -> dict[str, Any]:
        is_sending.set()
        assert has_refreshed_again.wait(60)
        sent.release()
        return {"tutor": {"delivered": limit, "is_cut": False}}

    monkeypatch.setattr(follow, "has_news", lambda _: n_refreshes < 2)
    monkeypatch.setattr(follow, "refresh", refreshed)
    monkeypatch.setattr(follow, "deliver", delivered)
    monkeypatch.setattr(follow, "filled_tables", lambda _: {"feedback.outbox"} if n_refreshes else set())
    deliverer = Deliverer(Settings(warehouse=folder))
    follower = Follower(Settings(warehouse=folder), deliverer)
    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(worker.follow,))
        for worker in (follower, deliverer)
    ]
    for thread in threads:
        thread.start()
    try:
        assert is_sending.wait(60)
        follower.note()
        assert sent.acquire(timeout=60)
        assert sent.acquire(timeout=60), "what the second refresh told was not sent"
    finally:
        follower.close()
        deliverer.close()
        for thread in threads:
            thread.join(60)


@pytest.mark.slow
def test_a_process_that_hangs_ends_and_says_where(folder: Path) -> None:
    """Where nothing goes on any more the process leaves with an error and the trace of each thread."""
    ran = subprocess.run(
        [sys.executable, "-c", _HANGING, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 1
    assert "came no step further" in ran.stderr
    assert "in hang_here" in ran.stderr


def test_each_step_is_a_sign_of_life(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a refresh takes, it does not hang while it begins step after step."""
    chosen = Settings(warehouse=folder)
    follower = Follower(chosen, None)
    clock, found = [time.monotonic()], []

    def refreshed() -> dict[str, Any]:
        for _ in range(3):
            clock[0] += chosen.flows.live_step_seconds - 1
            found.append(follower.is_hanging)
            step()
        clock[0] += chosen.flows.live_step_seconds + 1
        found.append(follower.is_hanging)
        follower.close()
        return {"raised": 0, "ended": 0}

    monkeypatch.setattr(follow, "has_news", lambda _: True)
    monkeypatch.setattr(follow, "refresh", refreshed)
    monkeypatch.setattr(follow, "tidy_if_needed", lambda *_, **__: None)
    # Not the clock of the process: event loops of servers in other threads go by it.
    for module in (follow, kept):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    contextvars.copy_context().run(follower.follow)
    assert found == [False, False, False, True]
