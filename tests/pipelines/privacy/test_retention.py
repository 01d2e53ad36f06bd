"""What is old goes by the school's rules, from files too, and what is kept goes on as before."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.deliver.queue import SubscriptionFilter
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy import retention
from learnloom.pipelines.privacy.erase_run import Erasing
from learnloom.pipelines.privacy.receipt import read_receipts
from learnloom.pipelines.privacy.retention import follow
from learnloom.pipelines.privacy.retention_carry import write_known
from learnloom.pipelines.privacy.retention_plan import Going, plan
from tests.pipelines.privacy.making import (
    NOW,
    answer,
    asked,
    copied,
    failed_checks,
    left_of,
    line,
)
from tests.pipelines.privacy.weeks import (
    CUT,
    QUIZ,
    SAID,
    STUDENTS,
    fill_weeks,
    lines_of_weeks,
    rule,
    settings_with,
    void,
)
from tests.pipelines.refresh.school import differences, land, refreshed, tables

pytestmark = pytest.mark.slow


@pytest.fixture
def weeks(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The answers of two weeks."""
    with copied(tmp_path_factory, "weeks", tmp_path, fill_weeks) as warehouse:
        yield warehouse


@pytest.fixture
def weeks_on_a_server(tmp_path: Path, database: str) -> Iterator[Warehouse]:
    """The same with its catalogue in PostgreSQL."""
    with Warehouse(tmp_path / "warehouse", postgres=database) as warehouse:
        fill_weeks(warehouse, tmp_path)
        yield warehouse


def _end(warehouse: Warehouse, settings: Settings) -> list[str | None]:
    done = Erasing(warehouse, settings, clock=lambda: NOW, at_once=True).run()
    return [each.waits_for for each in done]


_ESTIMATES = "SELECT student_key, attempt_id, round(p_before, 9) FROM estimates.attempt_estimate ORDER BY ALL"
_SKILLS = (
    "SELECT student_key, skill_id, round(theta, 9), round(p_mastery, 9), level_since_at, mastered_at, review_due_at, "
    "n_reviews FROM estimates.student_skill ORDER BY ALL"
)


@pytest.mark.long
@pytest.mark.parametrize("where", ["weeks", pytest.param("weeks_on_a_server", marks=pytest.mark.long)])
def test_what_is_old_goes_and_what_was_known_goes_on(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A dry run tells it; then no byte of it is left, and what is kept has the estimates of before."""
    warehouse: Warehouse = request.getfixturevalue(where)
    settings = settings_with(warehouse, rule("old"))
    before = tables(warehouse)
    estimates, skills = warehouse.rows(_ESTIMATES), warehouse.rows(_SKILLS)
    (n_old,) = warehouse.one("SELECT count(*) FROM staging.stg_statement WHERE occurred_at < ?", [CUT])
    going = plan(warehouse, settings, now=NOW)
    assert Going("old", "landing.statement", n_old) in going
    assert Going("old", "dimensional.fact_attempt", n_old) in going
    assert tables(warehouse) == before
    assert follow(warehouse, settings, clock=lambda: NOW) == going
    assert warehouse.one("SELECT min(occurred_at) >= ? FROM staging.stg_statement", [CUT]) == (True,)
    assert _end(warehouse, settings) == [None]
    assert failed_checks(warehouse) == []
    assert left_of(tmp_path / "warehouse", [SAID]) == set()
    kept = {str(row[0]) for row in warehouse.rows("SELECT statement_id FROM landing.statement")}
    assert warehouse.rows(_ESTIMATES) == [row for row in estimates if str(row[1]) in kept]
    (gone,) = warehouse.one("SELECT identifier_key FROM landing.student_prior WHERE weight = 1")
    assert warehouse.rows(_SKILLS) == [row for row in skills if row[0] != gone]
    land(warehouse, tmp_path / "again.jsonl", lines_of_weeks())
    assert warehouse.one("SELECT count(*) FROM landing.statement") == (len(kept),)
    land(warehouse, tmp_path / "new.jsonl", [line(answer(70, STUDENTS[2], context=QUIZ))])
    assert refreshed(warehouse).full_because is None
    incremental = tables(warehouse)
    refreshed(warehouse, full=True)
    assert differences(incremental, tables(warehouse)) == {}
    assert asked(warehouse, "u-102").n_statements == 1
    assert warehouse.rows("FROM landing.skill_prior WHERE identifier_key = ?", [gone]) == []


@pytest.mark.long
def test_ended_between_two_batches_the_next_one_goes_on(
    weeks: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only some students are hidden yet, the rest follows, and nothing is carried twice."""
    warehouse = weeks
    settings = settings_with(warehouse, rule("old"))
    skills = warehouse.rows(_SKILLS)
    monkeypatch.setattr(retention, "_AT_ONCE", 1)
    written: list[Any] = []

    def once(*given: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(given)
        write_known(*given)

    monkeypatch.setattr(retention, "write_known", once)
    with pytest.raises(KeyboardInterrupt):
        follow(warehouse, settings, clock=lambda: NOW)
    monkeypatch.setattr(retention, "write_known", write_known)
    assert warehouse.one("SELECT count(*) FROM landing.student_prior") == (1,)
    follow(warehouse, settings, clock=lambda: NOW)
    assert warehouse.one("SELECT count(*) FROM landing.student_prior") == (3,)
    assert set(_end(warehouse, settings)) == {None}
    assert failed_checks(warehouse) == []
    assert set(warehouse.rows(_SKILLS)) < set(skills)


@pytest.mark.long
def test_a_void_stays_as_long_as_what_it_voids(weeks: Warehouse, tmp_path: Path) -> None:
    """An old void of a statement that is kept is kept; one whose statement goes too goes with it."""
    warehouse = weeks
    land(warehouse, tmp_path / "voids.jsonl", [void(80, 40, 2), void(81, 14, 2)])
    refreshed(warehouse)
    follow(warehouse, settings_with(warehouse, rule("old")), clock=lambda: NOW)
    voids = warehouse.rows(
        "SELECT voided_statement_id::VARCHAR FROM staging.stg_statement WHERE voided_statement_id IS NOT NULL"
    )
    assert voids == [(answer(40, {})["id"],)]
    refreshed(warehouse)
    assert warehouse.rows("FROM dimensional.fact_attempt WHERE attempt_id = ?", [voids[0][0]]) == []


def test_rules_choose_by_source_and_course(tmp_path: Path) -> None:
    """The first rule that fits a statement counts; a course that has no end in the plan keeps what it has."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "one_a.jsonl", lines_of_weeks()[:20])
        land(warehouse, tmp_path / "oneba.jsonl", lines_of_weeks()[20:])
        refreshed(warehouse)
        settings = settings_with(
            warehouse,
            rule("ended", days=1, counted_from="course_end"),
            rule("elsewhere", days=1, courses=("https://other.example/*",)),
            rule("first-file", days=1, sources=("*one_a.jsonl",)),
        )
        found = [each for each in plan(warehouse, settings, now=NOW) if each.relation == "landing.statement"]
        assert found == [Going("first-file", "landing.statement", 20)]


def test_letters_what_was_carried_and_files_go_by_their_rules(tmp_path: Path) -> None:
    """Old refused records of a source lose their content, old exports go; nothing beside them does."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "bad.jsonl", [b"zq-17 sent this\n"], at=CUT - dt.timedelta(days=1))
        land(warehouse, tmp_path / "other.jsonl", [b"none either\n"], at=CUT - dt.timedelta(days=1))
        folder = tmp_path / "exports"
        (folder / "old").mkdir(parents=True)
        for name in ("old/a.parquet", "new.csv", "notes.txt"):
            (folder / name).write_text("x")
        for name in ("old/a.parquet", "notes.txt"):
            os.utime(folder / name, times=(CUT.timestamp() - 1, CUT.timestamp() - 1))
        settings = settings_with(
            warehouse,
            rule("letters", what="dead_letters", sources=("*bad.jsonl",)),
            rule("carried", what="carried"),
            rule("exports", what="exports", folder=folder),
        )
        assert follow(warehouse, settings, clock=lambda: NOW) == [
            Going("letters", "landing.dead_letter", 1),
            Going("exports", "exports", 1),
        ]
        assert warehouse.rows(
            "SELECT topic LIKE '%other%' FROM landing.dead_letter WHERE raw IS NOT NULL"
        ) == [(True,)]
        assert sorted(each.name for each in folder.iterdir()) == ["new.csv", "notes.txt"]
        assert _end(warehouse, settings) == [None]
    assert left_of(tmp_path / "warehouse", ["zq-17"]) == set()


def _event(sequence: int, signal_id: str, occurrence: int, change: str, days_ago: int) -> dict[str, Any]:
    at = (NOW - dt.timedelta(days=days_ago)).isoformat()
    return {
        "sequence": sequence,
        "event_id": f"{sequence:032x}",
        "change": change,
        "occurrence": occurrence,
        "student_key": "aaaaaaaaaaaaaaaa",
        "signal_id": signal_id,
        "signal_kind": "strength",
        "audience": "teacher",
        "created_at": at,
        "expires_at": at,
        "event": json.dumps({"data": {"sentence": f"{signal_id} {SAID}", "created_at": at}}),
    }


@pytest.mark.long
def test_events_of_what_ended_long_ago_go_and_count_on(tmp_path: Path) -> None:
    """Their content is in no file any more, nobody is told of them again, and what stands or ended lately stays."""
    told = [
        _event(1, "old", 1, "raised", 90),
        _event(2, "stands", 1, "raised", 90),
        _event(3, "old", 1, "ended", 80),
        _event(4, "late", 1, "raised", 80),
        _event(5, "old", 2, "raised", 70),
        _event(6, "old", 2, "ended", 60),
        _event(7, "late", 1, "ended", 5),
    ]
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "class.jsonl", [line(answer(70, STUDENTS[0]))])
        refreshed(warehouse)
        warehouse.run("DELETE FROM feedback.outbox")
        (tmp_path / "told.json").write_text("\n".join(map(json.dumps, told)))
        warehouse.run(f"INSERT INTO feedback.outbox BY NAME FROM read_json('{tmp_path / 'told.json'}')")
        (tmp_path / "told.json").unlink()
        warehouse.run(
            "INSERT INTO feedback.delivery SELECT 'tutor', sequence, event_id, student_key, 'waiting', 1, now(), NULL, "
            "now() FROM feedback.outbox WHERE sequence IN (6, 7)"
        )
        settings = settings_with(warehouse, rule("told", what="events", days=30))
        assert plan(warehouse, settings, now=NOW) == [Going("told", "feedback.outbox", 3)]
        assert follow(warehouse, settings, clock=lambda: NOW) == [Going("told", "feedback.outbox", 3)]
        assert plan(warehouse, settings, now=NOW) == [Going("told", "feedback.outbox", 0)]
        assert warehouse.rows(
            "SELECT sequence, change, occurrence FROM feedback.outbox ORDER BY sequence"
        ) == [
            (2, "raised", 1),
            (4, "raised", 1),
            (6, "forgotten", 2),
            (7, "ended", 1),
        ]
        assert warehouse.rows("SELECT sequence FROM feedback.delivery") == [(7,)]
        condition, values = SubscriptionFilter("tutor").condition()
        wanted = f"SELECT sequence FROM feedback.outbox WHERE {condition} ORDER BY sequence"
        assert warehouse.rows(wanted, values) == [(2,), (4,), (7,)]
        assert _end(warehouse, settings) == [None]
        assert [name for name, _ in failed_checks(warehouse) if name != "outbox_tells_what_stands"] == []
        assert left_of(tmp_path / "warehouse", [f"old {SAID}"]) == set()
        assert left_of(tmp_path / "warehouse", [f"late {SAID}"])
        (receipt,) = read_receipts(warehouse.folder)
        assert receipt.content["events_removed"] == 3
