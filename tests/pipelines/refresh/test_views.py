"""What is computed when it is read: it stands after any refresh, in a backup, and for who may only read."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.backup import back_up
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables, load_relations
from learnloom.pipelines.serve.export import export
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, land, lines_of, refreshed

pytestmark = pytest.mark.slow

_VIEWS = {relation.full_name for relation in load_relations() if relation.scope == "read"}
_LATER = LAST_DAY + dt.timedelta(days=15)
_SAID = "SELECT signal_kind, audience, count(*) FROM feedback.signal_outcome GROUP BY ALL ORDER BY ALL"


@pytest.mark.long
def test_what_is_read_follows_every_refresh(tmp_path: Path) -> None:
    """Views tell of the rows of the last refresh, full or not, read only, and in a backup."""
    told = lines_of(tmp_path / "class", faults=0.0)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "most.jsonl", told[:-1])
        refreshed(warehouse, day=LAST_DAY - dt.timedelta(days=2))
        assert warehouse.rows(_SAID) == []
        refreshed(warehouse, day=_LATER)
        said = warehouse.rows(_SAID)
        assert said
        land(warehouse, tmp_path / "last.jsonl", told[-1:])
        assert refreshed(warehouse, day=_LATER).full_because is None
        assert warehouse.rows(_SAID) == said
        refreshed(warehouse, day=_LATER, full=True)
        assert warehouse.rows(_SAID) == said
        back_up(warehouse, tmp_path / "safe")
    for place in ("warehouse", "safe"):
        with Warehouse(tmp_path / place, read_only=True) as warehouse:
            assert warehouse.rows(_SAID) == said


def test_a_refresh_makes_a_view_that_is_gone(refreshed_class: RefreshedClass) -> None:
    """Every view stands after a refresh that has something to do, and none of them is exported as a table."""
    folder = refreshed_class(students=3).folder
    with Warehouse(folder) as warehouse:
        assert existing_tables(warehouse) >= _VIEWS
        warehouse.run("DROP VIEW feedback.signal_outcome")
        land(warehouse, folder.parent / "more.jsonl", [lines(answer(1))])
        assert refreshed(warehouse).full_because is None
        assert existing_tables(warehouse) >= _VIEWS
        written = {name for name, _ in export(warehouse, folder.parent / "out", everything=False)}
    assert "feedback.outbox" in written
    assert not written & _VIEWS
