"""What is counted of questions is what all answers give, though a refresh reads those of a few students only."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, land, lines_of, refreshed, void_of

pytestmark = pytest.mark.slow

_OF_ITEMS = [relation for relation in load_relations() if relation.scope == "activity"]


def _wrong(warehouse: Warehouse) -> dict[str, int]:
    """How many rows of what belongs to questions all answers do not give, or give and they do not stand."""
    warehouse.use(LAKE)
    found = {}
    for relation in _OF_ITEMS:
        columns = ", ".join(relation.columns)
        told, stands = (
            f"SELECT {columns} FROM ({relation.sql})",
            f"SELECT {columns} FROM {relation.full_name}",
        )
        differing = f"(({told}) EXCEPT ALL ({stands})) UNION ALL (({stands}) EXCEPT ALL ({told}))"
        found[relation.name] = int(warehouse.one(f"SELECT count(*) FROM ({differing})")[0])
    return {name: n for name, n in found.items() if n}


@pytest.mark.long
def test_counts_are_those_of_all_answers(tmp_path: Path) -> None:
    """So it is after later answers and earlier ones, without a last answer, on another day, and recounted."""
    lines = lines_of(tmp_path / "class", students=4, faults=0.0)
    answers = [line for line in lines if b"verbs/answered" in line]
    early, late = answers[:3], answers[-12:]
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "most.jsonl", [line for line in lines if line not in (*early, *late)])
        refreshed(warehouse)
        assert _wrong(warehouse) == {}
        for name, more in (("late", late), ("early", early)):
            land(warehouse, tmp_path / f"{name}.jsonl", more)
            assert refreshed(warehouse).full_because is None
            assert _wrong(warehouse) == {}, name

        (last,) = warehouse.one(
            "SELECT last_attempt_id::VARCHAR FROM marts.mart_item_count WHERE n_students > 1 ORDER BY ALL LIMIT 1"
        )
        land(warehouse, tmp_path / "void.jsonl", [void_of(last)])
        assert refreshed(warehouse).full_because is None
        assert (last,) not in warehouse.rows("SELECT last_attempt_id::VARCHAR FROM marts.mart_item_count")
        assert _wrong(warehouse) == {}

        refreshed(warehouse, day=LAST_DAY - dt.timedelta(5))
        assert _wrong(warehouse) == {}

        warehouse.run("UPDATE marts.mart_item_count SET n_attempts = n_attempts + 1")
        recounting = RefreshRequest(end_of_day(LAST_DAY - dt.timedelta(5), "UTC"), recounts=True)
        assert refresh(warehouse, SETTINGS, recounting, clock=lambda: NOW).full_because is None
        assert _wrong(warehouse) == {}
