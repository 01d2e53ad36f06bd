"""It can be told which run wrote a row."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.lineage import keep_lineage
from learnloom.pipelines.lake.maintain import tidy
from learnloom.pipelines.lake.run import Run
from tests.conftest import land
from tests.pipelines.cli.samples import answer, lines

_WAIT_SECONDS = 20.0
_WHO = """
    SELECT run_id, what, count(*) FROM landing.statement INNER JOIN landing.lineage USING (snapshot_id)
    GROUP BY ALL ORDER BY ALL
"""


@pytest.mark.slow
def test_rows_name_their_run_when_snapshots_are_long_gone(tmp_path: Path) -> None:
    """Each statement leads to the run that landed it, also after files were merged and snapshots dropped."""
    for number, run in enumerate(("first", "second")):
        file = tmp_path / f"{run}.jsonl"
        file.write_bytes(lines(*(answer(number * 10 + n) for n in range(3 + number))))
        with Warehouse(tmp_path / "warehouse", run=Run(run, "flow land")) as warehouse:
            land(warehouse, file)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        assert keep_lineage(warehouse, wait_seconds=_WAIT_SECONDS) > 0
        assert keep_lineage(warehouse, wait_seconds=_WAIT_SECONDS) == 0, "what is kept is kept once"
        now = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
        tidy(warehouse, now=now, wait_seconds=_WAIT_SECONDS, kept_days=1)
        assert warehouse.rows(_WHO) == [("first", "flow land", 3), ("second", "flow land", 4)]


@pytest.mark.slow
def test_what_is_kept_names_the_tables(tmp_path: Path) -> None:
    """A transaction is kept with the tables that it changed, and nobody's transactions are not kept."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(answer(1)))
    with Warehouse(tmp_path / "warehouse") as unsigned:
        land(unsigned, file)
        assert keep_lineage(unsigned, wait_seconds=_WAIT_SECONDS) == 0
    file.write_bytes(lines(answer(1), answer(2)))
    with Warehouse(tmp_path / "warehouse", run=Run("r", "flow land")) as warehouse:
        land(warehouse, file)
        keep_lineage(warehouse, wait_seconds=_WAIT_SECONDS)
        ((relations,),) = warehouse.rows("SELECT relations FROM landing.lineage WHERE run_id = 'r'")
    assert {"landing.statement", "landing.position"} <= set(relations)
