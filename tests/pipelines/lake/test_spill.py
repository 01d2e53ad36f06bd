"""What a process had spilled when it was killed is removed by the next one; what those who live have spilled is not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

_SPILLING = """
import sys
from pathlib import Path
from learnloom.pipelines.lake.connection import Warehouse

with Warehouse(Path(sys.argv[1]), memory_limit="32MB") as warehouse:
    warehouse.run("SET threads = 1")
    warehouse.run("CREATE TEMP TABLE much AS SELECT hash(range) AS h, range AS n FROM range(4000000)")
    print(warehouse.one("SELECT current_setting('temp_directory')")[0], flush=True)
    sys.stdin.read()
"""


@contextmanager
def _spilling(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process that has spilled, and where; it ends when its input does."""
    command = [sys.executable, "-c", _SPILLING, str(folder / "warehouse")]
    with subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(folder / "spills")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_has_spilled_is_removed_by_the_next(tmp_path: Path) -> None:
    """The files of the dead go, those of the living stay, and in the end nothing is left."""
    (tmp_path / "spills").mkdir()
    with _spilling(tmp_path) as (living, of_the_living):
        with _spilling(tmp_path) as (killed, of_the_dead):
            killed.kill()
        assert list(of_the_dead.iterdir())
        with _spilling(tmp_path):
            assert not of_the_dead.exists()
            assert list(of_the_living.iterdir())
        assert living.poll() is None
    assert not list((tmp_path / "spills").iterdir())
