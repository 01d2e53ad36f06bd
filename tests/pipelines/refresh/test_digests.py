"""What is the same again is not written again."""

import json
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import catalogued_tables, load_relations
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import differences, land, refreshed, tables

pytestmark = pytest.mark.slow

_KEPT = {each.full_name for each in load_relations() if each.stored == "table" and each.layer != "staging"}


def _written_since(warehouse: Warehouse, snapshot: int) -> set[str]:
    """Tables that have changed since a snapshot."""
    rows = warehouse.rows(
        f"SELECT DISTINCT unnest(flatten(map_values(changes))) FROM {LAKE}.snapshots() WHERE snapshot_id > ?",
        [snapshot],
    )
    changed = {row[0] for row in rows}
    return {name for name, table in catalogued_tables(warehouse).items() if str(table.table_id) in changed}


def test_only_tables_whose_rows_differ_are_written(refreshed_class: RefreshedClass, tmp_path: Path) -> None:
    """After one answer its student alone is computed: what is another is written, and figures of this question."""
    made = refreshed_class(students=3, faults=0.0)
    last = max(number for number, line in enumerate(made.lines) if b"/verbs/answered" in line)
    answer = {**json.loads(made.lines[last]), "id": "7790e6c9-3ef0-4ed3-8b37-7f3964730bee"}
    with Warehouse(made.folder) as warehouse:
        before = tables(warehouse)
        land(warehouse, tmp_path / "again.jsonl", [json.dumps(answer).encode() + b"\n"])
        snapshot = warehouse.snapshot()
        summary = refreshed(warehouse)
        assert (summary.staged, summary.students, summary.full_because) == (1, 1, None)
        differing = differences(before, tables(warehouse)).keys()
        written = _written_since(warehouse, snapshot) & before.keys()
        questions = warehouse.rows(
            f"SELECT activity_id FROM ducklake_table_insertions('{LAKE}', 'marts', 'mart_item', ?, ?)",
            [snapshot + 1, warehouse.snapshot()],
        )
    assert questions == [(answer["object"]["id"],)]
    assert {"dimensional.fact_attempt", "feedback.student_profile"} <= written
    assert written & _KEPT == (differing & _KEPT) | {"marts.mart_item_answer"}
