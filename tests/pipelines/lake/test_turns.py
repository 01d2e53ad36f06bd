"""One process at a time does a work; who waits for it comes before who does not, and who dies lets go."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from learnloom.pipelines.lake.fence import try_lock
from learnloom.pipelines.lake.turns import DELIVERY, FOLDER, REFRESH, TurnTakenError, turn
from servers.waiting import wait_until

_DYING = """
import sys, threading
from pathlib import Path
from learnloom.pipelines.lake.turns import REFRESH, turn

with turn(Path(sys.argv[1]), REFRESH):
    print("taken", flush=True)
    threading.Event().wait()
"""


def test_who_is_killed_lets_go(tmp_path: Path) -> None:
    """A turn that a process had ends with it; until then nobody else has it."""
    with subprocess.Popen(
        [sys.executable, "-c", _DYING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        with pytest.raises(TurnTakenError, match=r"refresh\.lock"), turn(tmp_path, REFRESH):
            pass
        process.kill()
    with turn(tmp_path, REFRESH):
        pass


def test_each_work_has_turns_of_its_own(tmp_path: Path) -> None:
    """Nobody waits with a delivery for a refresh; an error within the block ends the turn."""
    with pytest.raises(ZeroDivisionError), turn(tmp_path, REFRESH), turn(tmp_path, DELIVERY):
        raise ZeroDivisionError
    with turn(tmp_path, REFRESH), turn(tmp_path, DELIVERY):
        pass


def test_who_waits_comes_before_who_does_not(tmp_path: Path) -> None:
    """A process that takes turn after turn without a pause keeps nobody waiting who has asked."""
    has_it, may_end = threading.Event(), threading.Event()

    def wait_for_it() -> None:
        with turn(tmp_path, REFRESH, wait_seconds=60):
            has_it.set()
            may_end.wait(60)

    def is_queued() -> bool:
        let_go = try_lock(tmp_path / FOLDER / "refresh.next.lock")
        if let_go is not None:
            let_go()
        return let_go is None

    waiting = threading.Thread(target=wait_for_it)
    with turn(tmp_path, REFRESH):
        waiting.start()
        wait_until(is_queued, lambda: None, seconds=60)
        assert not has_it.is_set()
    with pytest.raises(TurnTakenError), turn(tmp_path, REFRESH):
        pass
    assert has_it.wait(60)
    may_end.set()
    waiting.join()
    with turn(tmp_path, REFRESH):
        pass


def test_waiting_has_a_limit(tmp_path: Path) -> None:
    """Who has waited in vain is told what is in the way, and waits for nobody's turn any more."""
    with turn(tmp_path, REFRESH), pytest.raises(TurnTakenError), turn(tmp_path, REFRESH, wait_seconds=0.01):
        pass
    with turn(tmp_path, REFRESH):
        pass
