"""Killed anywhere, an erasure shows nothing of the student, loses nothing of others, and is gone on with."""

from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from tests.forked import Forked
from tests.pipelines.privacy.eraser import erasing
from tests.pipelines.privacy.making import account, answer, asked, left_of, line, run
from tests.pipelines.refresh.school import comparable, differences, land, refreshed, tables

pytestmark = pytest.mark.slow

_GONE = account("gone-77", "Gail Gone")
_STAYS = account("stays-1")
_KILLED_AT = ("refreshed", "rewritten", "expired", "gone")


@pytest.mark.long
def test_killed_at_each_step_it_is_gone_on_with(tmp_path: Path) -> None:
    """After kill -9 in a step the student stays hidden and others stay; the next run ends it without a trace."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        said = [line(answer(number, (_GONE, _STAYS)[number % 2])) for number in range(20)]
        land(warehouse, tmp_path / "class.jsonl", said)
        refreshed(warehouse)
        asked(warehouse, "gone-77")
        others = comparable(warehouse.rows("FROM landing.statement"))
    for step in _KILLED_AT:
        process = Forked(erasing, folder)
        process.hear(step)
        process.kill()
        with Warehouse(folder, read_only=True) as reader:
            assert comparable(reader.rows("FROM landing.statement")) == others
            assert reader.rows("SELECT identifier FROM staging.stg_identifier") == [
                ("https://lms.school.example stays-1",)
            ]
    with Warehouse(folder) as warehouse:
        assert [each.waits_for for each in run(warehouse)] == [None]
        assert run(warehouse) == []
        incremental = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(incremental, tables(warehouse)) == {}
    assert left_of(folder, ["gone-77", "Gail Gone"]) == set()
