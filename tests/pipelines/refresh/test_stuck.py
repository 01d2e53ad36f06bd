"""Who stays stuck is learned from the school's own past where that tells better than what is shipped."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from learnloom.pipelines.feedback.stuck import SHIPPED
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.stuck_cases import SkillAnswer, decided, moments
from learnloom.pipelines.serve.students import read_signals
from learnloom.schemas import vocabulary as xapi
from learnloom.schemas.signal import SignalKind
from tests.pipelines.refresh.school import land, refreshed

_FIRST = dt.date(2026, 9, 7)
_DAY = 86_400.0
_SKILL = "https://school.example/skill/fractions"


def _rows(right: str, *, every: float = 60.0) -> list[SkillAnswer]:
    """Answers, R for a right one, one each minute; each says of mastery how many there were."""
    return [SkillAnswer(one == "R", n * every, n / 100, False, False) for n, one in enumerate(right)]


@pytest.mark.parametrize(
    ("right", "outcomes"),
    [
        ("WWWWW" + "W" * 10, [True] + [None] * 10),
        ("WWWWW" + "RRR" + "W" * 3, [False, None, None]),
        ("WWWWW" + "WW", [None, None, None]),
        ("RRR" + "W" * 20, []),
        ("WRRR" + "W" * 20, []),
    ],
)
def test_a_case_is_decided_by_the_next_ten_answers_alone(right: str, outcomes: list[bool | None]) -> None:
    """Three right in a row end the cases and prove those before them wrong; too few answers leave one open."""
    found = list(moments({("ann", "s"): _rows(right)}, {}, least=5, known_until=100 * _DAY))
    assert [one.is_true for one in found] == outcomes
    assert [one.n for one in found] == list(range(5, 5 + len(found)))


def test_what_lies_beyond_what_is_known_decides_nothing() -> None:
    """As long as the claim's days are not over, neither success nor failure is counted."""
    by_pair = {("ann", "s"): _rows("WWWWW" + "RRR")}
    assert [one.is_true for one in moments(by_pair, {}, least=5, known_until=_DAY)] == [None] * 3
    arrays, known = decided(list(moments(by_pair, {}, least=5, known_until=_DAY)))
    assert (len(arrays.outcomes), len(known)) == (0, 0)


def test_a_prerequisite_counts_as_it_was_known_then() -> None:
    """Of the skill before, the estimate after its last answer by that moment, and no later one."""
    by_pair = {("ann", "s"): _rows("WWWWWW"), ("ann", "before"): _rows("WWWW", every=100.0)}
    found = list(moments(by_pair, {"s": ["before", "unmet"]}, least=5, known_until=100 * _DAY))
    # After the fifth answer, at second 240, the third on the skill before (.02) was the last.
    assert found[0].found.before == pytest.approx(np.log(0.02 / 0.98))


def _answers(students: int, *, first: dt.date = _FIRST) -> Iterator[bytes]:
    """Each gives thirty answers on one skill within five days: two right, one wrong, and so on."""
    for student in range(students):
        for n in range(30):
            at = dt.datetime.combine(first, dt.time(8), dt.UTC)
            at += dt.timedelta(days=n // 6, minutes=10 * (n % 6), seconds=student)
            statement = {
                "id": str(uuid.UUID(int=first.toordinal() * 10_000 + student * 100 + n)),
                "actor": {"mbox": f"mailto:s{first}.{student}@school.example"},
                "verb": {"id": xapi.ANSWERED},
                "object": {
                    "id": f"https://school.example/q/{n % 9}",
                    "definition": {"type": xapi.INTERACTION},
                },
                "result": {"success": (n + student) % 3 != 0},
                "context": {
                    "contextActivities": {
                        "other": [{"id": _SKILL, "definition": {"type": xapi.OBJECTIVE}}],
                        "grouping": [{"id": "https://school.example/c", "definition": {"type": xapi.COURSE}}],
                    }
                },
                "timestamp": at.isoformat(),
            }
            yield json.dumps(statement).encode() + b"\n"


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A new one."""
    with Warehouse(tmp_path / "warehouse") as opened:
        yield opened


@pytest.mark.slow
def test_a_school_in_which_nobody_gets_there_is_told_of_them(warehouse: Warehouse) -> None:
    """The shipped model is silent where two of three are right; a school that saw 30 stay stuck hears of the next."""
    day = _FIRST + dt.timedelta(days=40)
    later = _answers(4, first=day - dt.timedelta(days=5))
    land(warehouse, warehouse.folder.parent / "all.jsonl", [*_answers(30), *later])
    refreshed(warehouse, day=day)
    kept = warehouse.rows(
        "SELECT intercept, n_students, log_loss < log_loss_shipped FROM estimates.stuck_model"
    )
    assert [row[1:] for row in kept] == [(30, True)]
    assert kept[0][0] > SHIPPED.intercept
    said = read_signals(warehouse, kind=SignalKind.WHEEL_SPINNING.value, limit=1_000)
    assert len({signal.student_key for signal, _ in said}) == 4
    assert min(signal.value or 0.0 for signal, _ in said) >= 0.8


@pytest.mark.slow
def test_a_small_school_keeps_what_is_shipped(warehouse: Warehouse) -> None:
    """Of ten students nothing is learned, and nothing is said of whom the shipped model does not foresee it."""
    land(warehouse, warehouse.folder.parent / "all.jsonl", _answers(10))
    refreshed(warehouse, day=_FIRST + dt.timedelta(days=40))
    assert warehouse.rows("FROM estimates.stuck_model") == []
    assert read_signals(warehouse, kind=SignalKind.WHEEL_SPINNING.value, limit=1_000) == []
