"""When a refresh builds everything, and what it is a function of."""

import datetime as dt
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.ingest.catalogue.skills import import_skills
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.refresh.refresh import refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.serve.students import read_signals
from learnloom.schemas.message import Message
from learnloom.schemas.signal import Signal
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, differences, planned, refreshed, tables

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(refreshed_class: RefreshedClass) -> Path:
    """A refreshed class and its skill map."""
    return refreshed_class(students=3).folder.parent


def test_as_of_is_the_last_instant_of_a_day_in_the_school() -> None:
    """The as_of of a day lies within that day in the school's own time zone."""
    as_of = end_of_day(dt.date(2026, 3, 29), "Europe/Berlin")
    assert as_of.date() == dt.date(2026, 3, 29)
    assert as_of.astimezone(dt.UTC) == dt.datetime(2026, 3, 29, 21, 59, 59, 999_999, tzinfo=dt.UTC)


def test_the_day_that_stands_is_told_again_as_a_day_of_the_school(folder: Path) -> None:
    """Asked for by its moment in UTC, as after an erasure, today is the same day of the school as before."""
    there = SETTINGS.model_copy(update={"time_zone": "America/Los_Angeles"})
    as_of = end_of_day(LAST_DAY, there.time_zone).astimezone(dt.UTC)
    with Warehouse(folder / "warehouse") as warehouse:
        refresh(warehouse, there, RefreshRequest(as_of), clock=lambda: NOW)
        told = warehouse.rows("SELECT DISTINCT profile::JSON ->> 'as_of' FROM feedback.student_profile")
    assert [dt.datetime.fromisoformat(row[0]).date() for row in told] == [LAST_DAY]


def test_of_an_hour_that_comes_twice_at_midnight_the_second_ends_the_day() -> None:
    """Where clocks are put back at midnight, what comes in the second last hour of the day still counts for it."""
    as_of = end_of_day(dt.date(2026, 4, 4), "America/Santiago")
    assert as_of.astimezone(dt.UTC) == dt.datetime(2026, 4, 5, 3, 59, 59, 999_999, tzinfo=dt.UTC)


@pytest.mark.long
def test_another_as_of_tells_the_past_again(folder: Path) -> None:
    """Told as of an earlier day and then as of the first day again, everything is as it was."""
    with Warehouse(folder / "warehouse") as warehouse:
        before = tables(warehouse)
        summary = refreshed(warehouse, day=LAST_DAY - dt.timedelta(days=7))
        assert (summary.full_because, summary.is_new_day) == (None, True)
        newest, n_attempts = warehouse.one("SELECT max(occurred_at), count(*) FROM dimensional.fact_attempt")
        assert newest <= summary.as_of
        assert 0 < n_attempts < len(before["dimensional.fact_attempt"])
        refreshed(warehouse)
        assert differences(before, tables(warehouse)) == {}


def test_changed_thresholds_change_what_is_said(folder: Path) -> None:
    """Another threshold makes the next refresh a full one that follows it."""
    strict = SETTINGS.model_copy(
        update={"thresholds": Thresholds(strength_margin=0.99, foreseen_chance=0.999)}
    )
    with Warehouse(folder / "warehouse") as warehouse:
        summary = refreshed(warehouse, settings=strict)
        said = warehouse.one(
            "SELECT count(*) FROM feedback.signal WHERE signal_kind IN ('strength', 'weakness')"
        )
    assert summary.full_because == "rules, settings or what the school has told have changed"
    assert said == (0,)


@pytest.mark.long
def test_a_new_skill_map_is_used(folder: Path) -> None:
    """After `skills import` the next refresh resolves skills by the map, and prerequisites are known."""
    with Warehouse(folder / "warehouse") as warehouse:
        import_skills(warehouse, folder / "class" / "skills.csv", wait_seconds=10)
        summary = refreshed(warehouse)
        known = warehouse.one("SELECT count(*) FROM dimensional.dim_skill WHERE len(prerequisite_ids) > 0")[0]
    assert summary.full_because == "rules, settings or what the school has told have changed"
    assert known > 0


def test_refit_makes_the_next_version_and_keeps_the_first(folder: Path) -> None:
    """A refit stores a new version beside the old one, and a full rebuild keeps using the new one."""
    with Warehouse(folder / "warehouse") as warehouse:
        first = refreshed(warehouse).model_version
        refitted = refreshed(warehouse, refit=True)
        _, again = planned(warehouse, full=True)
        versions = warehouse.rows("SELECT model_version FROM estimates.model_version ORDER BY ALL")
    assert (refitted.model_version, refitted.is_fitted) == (first + 1, True)
    assert (again.state.model_version, again.fits) == (first + 1, False)
    assert versions[-2:] == [(first,), (first + 1,)]


def test_without_any_statement_there_is_nothing_to_say(tmp_path: Path) -> None:
    """A refresh of an empty warehouse works and computes nobody."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        summary = refreshed(warehouse)
        assert summary.students == 0
        assert warehouse.one("SELECT count(*) FROM feedback.signal") == (0,)


def test_every_signal_has_what_the_contract_asks(folder: Path) -> None:
    """Every signal names evidence that stands in the warehouse, and every id is there once."""
    with Warehouse(folder / "warehouse") as warehouse:
        unknown = warehouse.rows(
            "SELECT signal_id, id FROM (SELECT signal_id, unnest(evidence_ids) AS id FROM feedback.signal) "
            "WHERE id NOT IN (SELECT statement_id::VARCHAR FROM dimensional.fact_statement)"
        )
        bare = warehouse.rows("SELECT signal_kind FROM feedback.signal WHERE len(evidence_ids) = 0")
        doubled = warehouse.rows("SELECT signal_id FROM feedback.signal GROUP BY ALL HAVING count(*) > 1")
    assert (unknown, bare, doubled) == ([], [], [])


def test_every_sentence_can_be_said_again(folder: Path) -> None:
    """The message and the values stored beside a sentence give that sentence, in the table as in the document."""
    with Warehouse(folder / "warehouse") as warehouse:
        rows = warehouse.rows("SELECT sentence, message_id, parameters, signal FROM feedback.signal")
    assert rows
    for sentence, message_id, parameters, document in rows:
        message = Signal.model_validate_json(document).message
        assert message is not None
        assert message.message_id == message_id
        assert message == TypeAdapter(Message).validate_json(
            f'{{"message_id": "{message_id}", "parameters": {parameters}}}'
        )
        assert ENGLISH.say(message) == sentence


@pytest.mark.long
def test_tables_of_an_earlier_learnloom_go_on(folder: Path) -> None:
    """The next refresh builds them anew with their new columns: under the same ids, and without an event.

    Signals without a message are read until then. Enrolments gain when they began, and what reads them works.
    """
    with Warehouse(folder / "warehouse") as warehouse:
        standing = _standing(warehouse)
        enrolments = warehouse.rows("FROM dimensional.fact_enrolment ORDER BY ALL")
        assert enrolments
        for column in ("message_id", "parameters"):
            warehouse.run(f"ALTER TABLE {LAKE}.feedback.signal DROP COLUMN {column}")
        warehouse.run(
            f"UPDATE {LAKE}.feedback.signal SET signal = json_merge_patch(signal, '{{\"message\": null}}')"
        )
        warehouse.run(f"ALTER TABLE {LAKE}.dimensional.fact_enrolment DROP COLUMN enrolled_at")
        warehouse.run(f"UPDATE {LAKE}.run.refresh_state SET rules_digest = 'of before'")
        assert {signal.message for signal, _ in read_signals(warehouse, limit=10)} == {None}
        assert refreshed(warehouse).full_because is not None
        assert _standing(warehouse) == standing
        assert warehouse.one("SELECT count(*) FROM feedback.signal WHERE message_id IS NULL") == (0,)
        assert warehouse.rows("FROM dimensional.fact_enrolment ORDER BY ALL") == enrolments
        assert warehouse.one("SELECT count(*) >= 0 FROM feedback.student_window") == (True,)


def _standing(warehouse: Warehouse) -> tuple[list[tuple[str, ...]], int]:
    """Ids of the signals that stand, and how many events there were."""
    ids = warehouse.rows("SELECT signal_id FROM feedback.signal ORDER BY signal_id")
    return ids, warehouse.one("SELECT count(*) FROM feedback.outbox")[0]
