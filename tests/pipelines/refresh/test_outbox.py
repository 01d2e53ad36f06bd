"""The outbox tells each change of what stands once: in the refresh's own transaction, and in one order."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.digests import DIGEST
from learnloom.schemas.event import SignalEvent
from tests.conftest import SmallClass
from tests.forked import Forked
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.refresher import refreshing
from tests.pipelines.refresh.school import (
    LAST_DAY,
    SETTINGS,
    differences,
    land,
    lines_of,
    refreshed,
    tables,
    void_of,
)

pytestmark = pytest.mark.slow

_LATER = LAST_DAY + dt.timedelta(days=60)
"""Nobody has done anything for so long that most of what was said has ended."""


def _events(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "SELECT sequence, event_id, change, occurrence, student_key, signal_id FROM feedback.outbox ORDER BY sequence"
    )


def _torn(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    """Signals of which outbox and table say different things; what calls a teacher in a course may wait."""
    return warehouse.rows(
        "SELECT signal_id FROM (SELECT signal_id FROM feedback.outbox GROUP BY signal_id "
        "HAVING arg_max(change, sequence) = 'raised') AS told FULL JOIN feedback.signal AS standing "
        "USING (signal_id) WHERE standing.signal_id IS NULL OR (told.signal_id IS NULL "
        "AND signal_id NOT IN (SELECT signal_id FROM feedback.signal_course))"
    )


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Records of a small class."""
    return lines_of(tmp_path_factory.mktemp("class") / "class", students=3, faults=0.0)


def test_every_signal_is_raised_once(refreshed_class: RefreshedClass) -> None:
    """The first refresh raises each signal in the order of students and signals; the same again adds nothing."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        events = _events(warehouse)
        assert [row[0] for row in events] == list(range(1, len(events) + 1))
        assert [row[4:] for row in events] == warehouse.rows(
            "SELECT student_key, signal_id FROM feedback.signal ORDER BY ALL"
        )
        assert {row[2:4] for row in events} == {("raised", 1)}
        refreshed(warehouse)
        refreshed(warehouse, full=True)
        assert _events(warehouse) == events


@pytest.mark.long
def test_what_ends_and_comes_again_is_another_occurrence(refreshed_class: RefreshedClass) -> None:
    """A signal that ends is told to end; raised again it is its second occurrence, under ids of their own."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        refreshed(warehouse, day=_LATER)
        assert _torn(warehouse) == []
        refreshed(warehouse)
        assert _torn(warehouse) == []
        events = _events(warehouse)
        again = [row[2:4] for row in events if row[5] == events[0][5]]
        assert again == [("raised", 1), ("ended", 1), ("raised", 2)]
        assert len({row[1] for row in events}) == len(events)
        assert [row[0] for row in events] == list(range(1, len(events) + 1))


def test_new_figures_under_the_same_id_are_no_event(refreshed_class: RefreshedClass) -> None:
    """A signal whose document changes while it stands is not told again."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        before, events = (
            warehouse.rows("SELECT signal_id, signal::VARCHAR FROM feedback.signal"),
            len(_events(warehouse)),
        )
        refreshed(warehouse, day=LAST_DAY + dt.timedelta(days=1))
        after = dict(warehouse.rows("SELECT signal_id, signal::VARCHAR FROM feedback.signal"))
        changed = [name for name, document in before if after.get(name, document) != document]
        assert changed
        assert not {row[5] for row in _events(warehouse)[events:]} & set(changed)


@pytest.mark.long
def test_incremental_refreshes_tell_what_a_full_one_would(tmp_path: Path, lines: list[bytes]) -> None:
    """However refreshes were cut, the outbox says of each signal that it stands if it does."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        for number, start in enumerate(range(0, len(lines), len(lines) // 3 + 1)):
            land(warehouse, tmp_path / f"{number}.jsonl", lines[start : start + len(lines) // 3 + 1])
            refreshed(warehouse)
            assert _torn(warehouse) == []
        events = _events(warehouse)
        refreshed(warehouse, full=True)
        assert _events(warehouse) == events
        assert {"raised", "ended"} == {row[2] for row in events}


def _void_one(warehouse: Warehouse, file: Path) -> str:
    """Void all that a student did, and refresh; give the key."""
    (key,) = warehouse.one("SELECT min(student_key) FROM feedback.signal")
    of_student = "SELECT statement_id::VARCHAR FROM staging.stg_statement WHERE student_key = ?"
    ids = (row[0] for row in warehouse.rows(of_student, [key]))
    land(warehouse, file, [void_of(statement, number) for number, statement in enumerate(ids)])
    assert refreshed(warehouse).full_because is None
    return str(key)


def test_a_student_who_is_gone_takes_everything_along(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """When all that a student did is voided, the signals end, and nothing of the student is left, digests included."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        key = _void_one(warehouse, tmp_path / "voids.jsonl")
        for name in ("dimensional.dim_student", "feedback.student_profile", "feedback.signal", DIGEST):
            left = warehouse.one(f"SELECT count(*) FROM {name} WHERE student_key = ?", [key])
            assert left == (0,), name
        assert _torn(warehouse) == []


@pytest.mark.long
def test_a_student_who_is_gone_leaves_what_a_full_refresh_leaves(
    refreshed_class: RefreshedClass, tmp_path: Path
) -> None:
    """So do the others, of whom nothing was voided."""
    with Warehouse(refreshed_class(students=3, faults=0.0).folder) as warehouse:
        _void_one(warehouse, tmp_path / "voids.jsonl")
        incremental = tables(warehouse)
        refreshed(warehouse, full=True)
        assert differences(incremental, tables(warehouse)) == {}


def test_an_event_is_a_cloud_event_with_the_signal(small_class: SmallClass) -> None:
    """Each event follows its schema and carries id, times and the whole signal as it was raised."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        rows = warehouse.rows(
            "SELECT event, event_id, change, occurrence, student_key, signal_id, signal_kind, audience, created_at, "
            "expires_at FROM feedback.outbox"
        )
    assert {row[2] for row in rows} == {"raised", "ended"}
    for text, *columns in rows:
        event = SignalEvent.model_validate_json(text)
        signal = event.data
        assert columns == [
            event.id,
            event.change,
            event.occurrence,
            event.subject,
            signal.signal_id,
            signal.kind,
            signal.audience,
            event.time,
            signal.expires_at,
        ]
        assert event.type == f"learnloom.signal.{signal.kind}.{event.change}"
        assert (event.source, event.partitionkey) == (SETTINGS.event_source, signal.student_key)


@pytest.mark.long
def test_killed_while_writing_nothing_is_told(tmp_path: Path, lines: list[bytes]) -> None:
    """Killed as the signals are being written, table and outbox say the same, and the next refresh tells each once."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "first.jsonl", lines[: len(lines) // 2])
        refreshed(warehouse)
        land(warehouse, tmp_path / "second.jsonl", lines[len(lines) // 2 :])
    process = Forked(refreshing, folder)
    assert process.hear("writing")
    process.kill()
    with Warehouse(folder) as warehouse:
        assert _torn(warehouse) == []
        refreshed(warehouse)
        assert _torn(warehouse) == []
        events = _events(warehouse)
        assert [row[0] for row in events] == list(range(1, len(events) + 1))


@pytest.mark.long
def test_two_refreshes_at_once_count_on(tmp_path: Path, lines: list[bytes]) -> None:
    """Two first refreshes at once raise each signal once, without gaps in the sequence."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        land(warehouse, tmp_path / "all.jsonl", lines)
    processes = [Forked(refreshing, folder) for _ in range(2)]
    assert [process.end() for process in processes] == [0, 0]
    with Warehouse(folder, read_only=True) as warehouse:
        events = _events(warehouse)
        assert [row[0] for row in events] == list(range(1, len(events) + 1))
        assert len({row[5] for row in events}) == len(events)
        assert _torn(warehouse) == []
