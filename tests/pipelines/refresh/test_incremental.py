"""The promise of the incremental refresh: it leaves just what a full one would."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.refresh.touched import FIRST_SEEN
from tests.pipelines.refresh.claims import claims_in
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import (
    differences,
    earliest_answer_to_a_shared_question,
    land,
    lines_of,
    refreshed,
    tables,
    void_of,
)

pytestmark = pytest.mark.slow


@pytest.mark.long
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_incremental_equals_full(data: st.DataObject, seed: int) -> None:
    """However records are ordered and cut into batches, incremental refreshes leave what a full one would."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = lines_of(folder / "class", seed=seed, students=4)
        lines += claims_in(lines)
        order = data.draw(st.permutations(range(len(lines))), label="order")
        shuffled = [lines[index] for index in order]
        # The first batch may be anything, even nothing but a few: the model version is fitted on it and kept.
        cuts = sorted(data.draw(st.lists(st.integers(1, len(lines)), min_size=1, max_size=3), label="cuts"))
        with Warehouse(folder / "warehouse") as warehouse:
            if data.draw(st.booleans(), label="skill map"):
                import_skills(warehouse, folder / "class" / "skills.csv", wait_seconds=10)
            for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True)):
                land(warehouse, folder / f"batch{number}.jsonl", shuffled[start:end])
                refreshed(warehouse)
            incremental = tables(warehouse)
            assert incremental["marts.mart_student_voice"]
            refreshed(warehouse, full=True)
            assert differences(incremental, tables(warehouse)) == {}


@pytest.mark.long
def test_who_was_first_concerns_nobody_else(tmp_path: Path) -> None:
    """When a question was first seen changes with a statement that comes late, and computes no other student anew."""
    lines = lines_of(tmp_path / "class", faults=0.0)
    first = earliest_answer_to_a_shared_question(lines)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "most.jsonl", [line for line in lines if line != first])
        refreshed(warehouse)
        seen = "SELECT activity_id, introduced_at FROM dimensional.dim_activity ORDER BY ALL"
        before = warehouse.rows(seen)
        land(warehouse, tmp_path / "late.jsonl", [first])
        summary = refreshed(warehouse)
        assert (summary.staged, summary.students) == (1, 1)
        assert warehouse.rows(seen) != before
        incremental = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(incremental, tables(warehouse)) == {}


def test_no_student_hangs_on_when_anything_was_first_seen() -> None:
    """Nothing that is computed of students reads the column whose changes compute none of them anew."""
    assert [
        relation.full_name
        for relation in load_relations()
        if relation.scope == "student" and relation.is_select and FIRST_SEEN in relation.sql
    ] == []


def test_nothing_new_computes_nobody(refreshed_class: RefreshedClass) -> None:
    """A refresh right after a refresh computes no student and leaves every table as it is."""
    with Warehouse(refreshed_class(students=3).folder) as warehouse:
        before = tables(warehouse)
        assert refreshed(warehouse).students == 0
        assert differences(before, tables(warehouse)) == {}


def test_late_void_takes_a_statement_out(tmp_path: Path) -> None:
    """A void that arrives after its target was refreshed takes the attempt out; one that arrives first keeps it out."""
    early, late = (f"6690e6c9-3ef0-4ed3-8b37-7f396473{number}" for number in ("0bee", "0bef"))
    attempts = [
        f'{{"id":"{target}","actor":{{"mbox":"mailto:a@school.example"}},"verb":{{"id":'
        '"http://adlnet.gov/expapi/verbs/answered"},"object":{"id":"https://school.example/q1"},'
        '"result":{"success":true},"timestamp":"2026-09-10T10:00:00Z"}\n'.encode()
        for target in (early, late)
    ]
    voids = [void_of(target, number) for number, target in enumerate((early, late))]
    count = "SELECT attempt_id::VARCHAR FROM dimensional.fact_attempt"
    with Warehouse(tmp_path / "warehouse") as warehouse:
        for name, landed, found in (
            ("first", [attempts[0], voids[1]], [(early,)]),
            ("then", [attempts[1], voids[0]], []),
        ):
            land(warehouse, tmp_path / f"{name}.jsonl", landed)
            refreshed(warehouse)
            assert warehouse.rows(count) == found
