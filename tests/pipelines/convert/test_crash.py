"""kill -9 at any instant while corrections land: rows equal positions, and in the end every grade stands once."""

import random
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.lake.connection import Warehouse
from tests.forked import Forked
from tests.pipelines.convert.gradebook import landed, standing, written

pytestmark = pytest.mark.slow

_SEED: int | None = None
"""Put in the seed that a failing run has printed, to run it again."""
_STUDENTS = 1_000
_KILLS = 4


def _importing(folder: Path, book: Path) -> None:
    with Warehouse(folder) as warehouse:
        print("open", flush=True)  # noqa: T201 - heard by whoever started the process
        landed(warehouse, book, max_records=50, observer=lambda so: print(so.read, flush=True))  # noqa: T201
    print("done", flush=True)  # noqa: T201


def _assert_rows_equal_positions(folder: Path, told: str) -> None:
    with Warehouse(folder) as warehouse:
        (accepted,) = warehouse.one("SELECT sum(accepted) FROM landing.position")
        assert tables.statement_count(warehouse) == accepted, told
        (ids, versions) = warehouse.one(
            "SELECT count(DISTINCT statement_id), (SELECT count(*) FROM landing.statement_version) "
            "FROM landing.statement"
        )
        assert ids == accepted == _STUDENTS + 2 * versions, told
        assert len(standing(warehouse)) == _STUDENTS, told


@pytest.mark.long
def test_killed_at_random_instants_every_grade_stands_once(tmp_path: Path) -> None:
    """After every kill each grade stands once, old or new; in the end all are new, and each was replaced once."""
    seed = random.SystemRandom().randrange(1 << 32) if _SEED is None else _SEED
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    rng = random.Random(seed)
    book, folder = tmp_path / "a.csv", tmp_path / "warehouse"
    grades = {(f"s{number}", "essay"): rng.randrange(10) for number in range(_STUDENTS)}
    with Warehouse(folder) as warehouse:
        landed(warehouse, written(book, grades), max_records=1_000)
    raised = {key: points + 1 for key, points in grades.items()}
    written(book, raised)
    kills = 0
    while True:
        child = Forked(_importing, folder, book)
        is_done = any(child.hear("") == "done\n" for _ in range(1 + rng.randrange(3)))
        if is_done:
            child.end()
            break
        for _ in range(rng.randrange(2_000_000)):  # somewhere between two lines, differing with the seed
            pass
        child.kill()
        kills += 1
        _assert_rows_equal_positions(folder, f"seed {seed}, kill {kills}")
        assert kills < 100, f"seed {seed}: no end"
    assert kills >= _KILLS, f"seed {seed}: only {kills} kills"
    _assert_rows_equal_positions(folder, f"seed {seed}")
    with Warehouse(folder) as warehouse:
        assert standing(warehouse) == raised
        assert warehouse.one("SELECT count(*), max(version) FROM landing.statement_version") == (_STUDENTS, 2)
