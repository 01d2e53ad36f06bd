"""One day gone by against what came: for each claim of whom it could have been said, whether it was, and what came."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from learnloom.pipelines.backtest.came import After
from learnloom.pipelines.backtest.compared import COMPARED, Baseline, Row
from learnloom.pipelines.backtest.past import PastDay
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.claims import Claim, Unit
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.schemas.signal import SignalKind

Key = tuple[str, str | None]
"""A student, and the skill or course that it is about."""


class Case(NamedTuple):
    """One claim that could have been made, or was, at the end of a day."""

    kind: SignalKind
    student: str
    subject: str | None
    day: int
    """The day, as its ordinal in the calendar."""
    said: tuple[str, ...] = ()
    """Ids of the messages that said it; empty where nothing was said."""
    promised: float | None = None
    """Probability that the signal gave."""
    is_true: bool | None = None
    """Whether it came true; None where that is not known."""
    days: float | None = None
    """Days until that was certain."""
    seen: int | None = None
    """Of a run: answers until it was certain, or all that came; None where it is too early, or about no run."""
    by_rule: bool = False
    """Whether the simple rule would have said it."""


class _Said(NamedTuple):
    """What was said of one student and subject."""

    messages: set[str]
    promised: float | None


def cases_of(day: PastDay, after: After, thresholds: Thresholds) -> Iterator[Case]:
    """Hold everything that was told at the end of a day against what came.

    Args:
        day: what was known and told then, of some students.
        after: what came of them.
        thresholds: those by which it was told.
    """
    said = _said(day)
    rows = {
        Unit.SKILL: _keyed(day.skills.to_pylist(), "skill_id"),
        Unit.STUDENT: _keyed(day.students.to_pylist(), None),
        Unit.COURSE: _keyed(day.courses.to_pylist(), "course_id"),
    }
    rows[Unit.CHOICE] = rows[Unit.SKILL]
    measures = _keyed(day.measures.to_pylist(), "measure_name")
    for kind, compared in COMPARED.items():
        claim = SIGNAL_KINDS[kind].claim
        if claim is None:
            continue
        standing = rows[claim.unit]
        if claim.measure is not None:
            standing = {(key[0], None): row for key, row in measures.items() if key[1] == claim.measure}
        for key in sorted(standing.keys() | said[kind].keys(), key=str):
            row, told = standing.get(key), said[kind].get(key)
            if told is not None or (row is not None and compared.among(row, thresholds)):
                case = Case(kind, *key, day.at.date().toordinal())
                yield _told(_came(_ruled(case, compared, row), claim, compared, row, after), told)


def _keyed(rows: list[dict[str, Any]], subject: str | None) -> dict[Key, Row]:
    return {(row["student_key"], row[subject] if subject else None): row for row in rows}


def _said(day: PastDay) -> Mapping[SignalKind, dict[Key, _Said]]:
    """What was said, by kind, student and subject: to both audiences is said once."""
    found: dict[SignalKind, dict[Key, _Said]] = defaultdict(dict)
    for row in day.signals.to_pylist():
        kind = SignalKind(row["signal_kind"])
        claim = SIGNAL_KINDS[kind].claim
        if claim is None:
            continue
        for subject, promised in _subjects(claim, row):
            key = (row["student_key"], subject)
            earlier = found[kind].get(key, _Said(set(), promised))
            found[kind][key] = _Said(earlier.messages | {row["message_id"]}, promised)
    return found


def _subjects(claim: Claim, row: Row) -> Iterator[tuple[str | None, float | None]]:
    if claim.unit is Unit.CHOICE:
        yield from zip(row["choice_skills"], row["choice_p"], strict=True)
    else:
        subject = None if claim.unit is Unit.STUDENT else row["subject"]
        yield subject, row["value"] if claim.is_promised else None


def _ruled(case: Case, compared: Baseline, row: Row | None) -> Case:
    return case._replace(by_rule=row is not None and bool(compared.rule(row)))


def _came(case: Case, claim: Claim, compared: Baseline, row: Row | None, after: After) -> Case:
    usual = row[compared.usual] if row is not None and compared.usual else None
    came = after.came(claim, case.student, case.subject, None if usual is None else float(usual))
    case = case._replace(seen=after.seen(claim, case.student, case.subject))
    return case if came is None else case._replace(is_true=claim.comes_true(came.outcome), days=came.days)


def _told(case: Case, said: _Said | None) -> Case:
    return case if said is None else case._replace(said=tuple(sorted(said.messages)), promised=said.promised)
