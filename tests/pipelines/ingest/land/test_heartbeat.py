"""A process that hangs ends by itself and says where it hung; one that works shows it."""

import subprocess
import sys
from pathlib import Path

from learnloom.pipelines.ingest.land.consume import Patience
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat
from learnloom.pipelines.ingest.land.loop import ImportSummary
from learnloom.pipelines.ingest.land.stop import StopSignal

_HANGING = """
import threading
from learnloom.pipelines.ingest.land.heartbeat import Heartbeat

def hang_here():
    threading.Event().wait()

with Heartbeat(0.1) as heartbeat:
    heartbeat.beat()
    hang_here()
"""


def test_who_shows_no_sign_of_life_ends_and_says_where_it_hung() -> None:
    """The process leaves with an error; its standard error holds the function in which it waited."""
    ran = subprocess.run(
        [sys.executable, "-c", _HANGING], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 1
    assert "in hang_here" in ran.stderr


def test_nobody_watches_what_has_ended() -> None:
    """After the block the process may take as long as it likes."""
    done = _HANGING.replace("    hang_here()", "") + "threading.Event().wait(0.3); print('alive')"
    ran = subprocess.run(
        [sys.executable, "-c", done], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (0, "alive\n")


def test_a_sign_of_life_is_seen_in_a_file(tmp_path: Path) -> None:
    """Each attempt at landing gives a sign: a trouble that is waited for is no hanging."""
    file = tmp_path / "alive"
    attempts = Patience(ImportSummary(), stall_seconds=1, stop=StopSignal(), heartbeat=Heartbeat(file=file))
    with next(iter(attempts)):
        assert file.exists()
