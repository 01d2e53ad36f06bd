"""What refreshes and delivers at once takes turns with scheduled runs, and is ended where it hangs."""

import contextvars
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from learnloom.flows import kept, live
from learnloom.flows.kept import step
from learnloom.flows.live import Follower
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.turns import DELIVERY, REFRESH, TurnTakenError, turn

_HANGING = """
import sys, threading, time
from pathlib import Path
from learnloom.flows import live
from learnloom.pipelines.config.settings import Settings

is_hanging = threading.Event()

def hang_here(_):
    is_hanging.set()
    threading.Event().wait()

live.has_news = hang_here
follower = live.Follower(Settings(warehouse=Path(sys.argv[1])))
threading.Thread(target=follower.follow, daemon=True).start()
is_hanging.wait()
began = time.monotonic()
time.monotonic = lambda: began + 1e6
live.end_if_hanging(follower)
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
        monkeypatch.setattr(live, "has_news", lambda _: False)
        return {"raised": 1, "ended": 0}

    def delivered(limit: int) -> dict[str, Any]:
        done.append("deliver")
        return {"tutor": {"delivered": limit - 1}}

    monkeypatch.setattr(live, "has_news", lambda _: True)
    monkeypatch.setattr(live, "refresh", refreshed)
    monkeypatch.setattr(live, "deliver", delivered)
    hook = {"name": "tutor", "to": "file", "folder": folder.parent / "told"}
    follower = Follower(Settings.model_validate({"warehouse": folder, "subscriptions": [hook]}))
    with turn(folder, REFRESH), pytest.raises(TurnTakenError):
        follower.take_in()
    assert done == []
    with turn(folder, DELIVERY), pytest.raises(TurnTakenError):
        follower.take_in()
    assert done == ["refresh"]
    monkeypatch.setattr(live, "filled_tables", lambda _: {"feedback.outbox"})
    follower.take_in()
    assert done == ["refresh", "deliver"]


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
    follower = Follower(chosen)
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

    monkeypatch.setattr(live, "has_news", lambda _: True)
    monkeypatch.setattr(live, "refresh", refreshed)
    monkeypatch.setattr(live, "tidy_if_needed", lambda *_, **__: None)
    # Not the clock of the process: event loops of servers in other threads go by it.
    for module in (live, kept):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    contextvars.copy_context().run(follower.follow)
    assert found == [False, False, False, True]
