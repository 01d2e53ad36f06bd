"""An import that is asked to stop by a signal ends cleanly, also while it waits for input."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.ingest.samples import lines_of, statements

_ROOT = Path(__file__).resolve().parents[3]
_CHILD = """
import sys
from pathlib import Path
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.ingest.samples import bring_in, file_source
with Warehouse(Path(sys.argv[1])) as warehouse, StopSignal.from_signals() as stop:
    source = file_source(STDIN, stdin=sys.stdin.buffer, max_records=200)
    summary = bring_in(
        warehouse,
        source=source,
        max_records=200,
        stop=stop,
        observer=lambda so: print(so.read, flush=True),
    )
print("interrupted" if summary.is_interrupted else "complete", summary.read, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_waiting_for_input(tmp_path: Path, number: signal.Signals) -> None:
    """Waiting at a pipe that brings nothing more, it stops, tells what has landed, and rows equal that."""
    folder = tmp_path / "warehouse"
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    # More than the 64 KiB by which a file is known again, so that batches come before the input ends.
    child.stdin.write(lines_of(statements(range(2_000))))
    child.stdout.read(1)  # the first batch has landed
    child.send_signal(number)
    told = child.stdout.read().decode().splitlines()[-1]
    assert child.wait() == 0
    child.stdin.close()
    child.stdout.close()
    with Warehouse(folder) as warehouse:
        rows = tables.statement_count(warehouse)
        (position,) = tables.positions(warehouse).values()
    assert told == f"interrupted {rows}"
    assert position.next_offset == rows
    assert rows < 2_000


def test_asking_breaks_off_reading_and_nothing_else() -> None:
    """Asked while reading it raises at once; asked elsewhere it waits for the next reading."""
    stop = StopSignal()

    def read_and_be_asked() -> None:
        with stop.interruptible():
            stop.set()

    with pytest.raises(KeyboardInterrupt):
        read_and_be_asked()
    stop.set()
    later = StopSignal()
    later.set()
    with pytest.raises(KeyboardInterrupt), later.interruptible():
        pytest.fail("nothing is read once it was asked")
