"""The data checks on a whole warehouse; what each file of sql/checks finds is stated by the cases of tests/sql."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import Relation, load_relations
from learnloom.pipelines.people.events import MERGE, PersonChange, Teller, tell
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.refresh.checks import CheckResult, all_checks, run_checks
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.stage import stage
from tests.conftest import SmallClass
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, land

# A state is one row, read as a single value: were it two, no other check could run.
_TABLES = [r for r in load_relations() if r.stored == "table" and r.scope != "state"]


def _filled(warehouse: Warehouse) -> Iterator[Relation]:
    for relation in _TABLES:
        if warehouse.one(f"SELECT count(*) FROM {relation.full_name}")[0]:
            yield relation


@pytest.fixture(scope="module")
def filled(small_class: SmallClass) -> list[Relation]:
    """Tables of the small class that hold rows."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        return list(_filled(warehouse))


@pytest.fixture(scope="module")
def spoiled(
    small_class: SmallClass, filled: list[Relation], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CheckResult]:
    """Results where every table has one row twice, and every table about students a row of nobody's."""
    with Warehouse(small_class.copy_to(tmp_path_factory.mktemp("spoiled") / "warehouse")) as warehouse:
        with warehouse.transaction():
            for relation in filled:
                place = relation.full_name
                of_nobody = f"SELECT * REPLACE ('nobody' AS student_key) FROM {place} LIMIT 1"
                has_nobody = relation.scope == "student" and relation.name != "dim_student"
                more = f"UNION ALL BY NAME ({of_nobody})" if has_nobody else ""
                warehouse.run(f"INSERT INTO {place} SELECT * FROM (FROM {place} LIMIT 1) {more}")
        # As if a refresh had taken in what is staged.
        warehouse.run("UPDATE run.refresh_state SET staged_snapshot = ?", [warehouse.snapshot()])
        return {result.name: result for result in run_checks(warehouse, sample_rows=2)}


def test_a_refreshed_warehouse_passes_every_check(small_class: SmallClass) -> None:
    """What the pipeline wrote breaks no rule, and every rule could be asked."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        results = run_checks(warehouse)
    assert [result for result in results if not result.is_passed] == []


def test_what_a_refresh_has_only_staged_breaks_no_rule(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """While a refresh is under way, or after one was killed, new students are no fault, nor students of another key."""
    made = refreshed_class(students=3)
    with Warehouse(made.folder) as warehouse:
        (raw,) = warehouse.one(
            "SELECT any_value(raw) FROM landing.statement SEMI JOIN dimensional.fact_statement USING (statement_id)"
        )
        new = {**json.loads(raw), "id": str(uuid.UUID(int=1)), "actor": {"mbox": "mailto:new@school.example"}}
        land(warehouse, tmp_path / "more.jsonl", [json.dumps(new).encode()])
        one, other = (
            identifier
            for (identifier,) in warehouse.rows(
                "SELECT any_value(identifier) FROM staging.stg_statement SEMI JOIN feedback.signal USING (student_key) "
                "GROUP BY student_key ORDER BY student_key LIMIT 2"
            )
        )
        merge = PersonChange(MERGE, key_of(one), one, key_of(other))
        tell(warehouse, lambda _: [merge], Teller(NOW, "head", None, "merge"), wait_seconds=20)
        request = RefreshRequest(end_of_day(LAST_DAY, SETTINGS.time_zone))
        stage(warehouse, load_relations(), request, wait_seconds=20)
        results = {each.name: each for each in run_checks(warehouse)}
        assert [each for each in results.values() if each.is_passed is False] == []
        assert results["signal_evidence_counts"].why_unknown == "a refresh is half done: ask again after it"


def test_checks_have_names_of_their_own() -> None:
    """No two checks share a name, by which they are told apart."""
    names = [check.name for check in all_checks()]
    assert len(names) == len(set(names))


@pytest.mark.long
def test_a_row_that_stands_twice_is_found_in_every_table(
    spoiled: dict[str, CheckResult], filled: list[Relation]
) -> None:
    """The grain of each table that holds rows is checked."""
    names = {f"{relation.name}_grain" for relation in filled}
    assert len(names) > 40
    assert {name for name in names if spoiled[name].is_passed is not False} == set()


@pytest.mark.long
def test_a_row_of_nobody_is_found_in_every_table_about_students(
    spoiled: dict[str, CheckResult], filled: list[Relation]
) -> None:
    """A row of a student who is not in dim_student is found, wherever it stands."""
    about = {relation.name for relation in filled if relation.scope == "student"}
    about -= {"dim_student"}
    assert len(about) > 20
    assert {name for name in about if spoiled[f"{name}_student"].is_passed is not False} == set()


@pytest.mark.long
def test_offending_rows_are_shown_up_to_a_limit(spoiled: dict[str, CheckResult]) -> None:
    """The sample holds the offending rows by column, no more than asked for."""
    result = spoiled["attempt_has_statement"]
    assert result.n_offending is not None
    assert 0 < len(result.sample) <= min(2, result.n_offending)
    assert result.sample[0].keys() == {"attempt_id", "student_key"}


def test_what_does_not_stand_yet_is_unknown(tmp_path: Path) -> None:
    """On a warehouse without tables no check has passed or failed."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        results = run_checks(warehouse)
    assert {result.is_passed for result in results} == {None}
