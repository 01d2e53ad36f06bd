"""Precision and recall of each kind of signal, measured on the truth of a simulated class."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.simulate.recovery import numbers_of
from learnloom.schemas.signal import SignalKind

# A change this long ago fills the last week, and not yet the weeks that it is held against.
_RECENT_DAYS: Final = 10
# Fall of the probability right, since the skill was last used, from which it counts as fading.
_FALLEN: Final = 0.02
_EMITTED: Final = """
    SELECT DISTINCT identifier, signal_kind, subject, value
    FROM feedback.signal INNER JOIN dimensional.dim_student USING (student_key)
    ORDER BY ALL
"""
_MASTERED: Final = """
    SELECT identifier, skill_id
    FROM estimates.student_skill INNER JOIN dimensional.dim_student USING (student_key)
    WHERE mastered_at IS NOT NULL
    ORDER BY ALL
"""

Row = dict[str, Any]
Pair = tuple[int, str]


class EmittedSignal(NamedTuple):
    """One signal."""

    identifier: str
    """Of the student, as dim_student has it."""
    kind: str
    subject: str | None
    value: float | None


@dataclass(frozen=True)
class SignalTruth:
    """One kind of signal, and what is true behind it."""

    signal: str
    truth: str
    """What has to be true for the signal to be right."""
    n_candidates: int
    """Students, or pairs of student and skill, who could have had the signal."""
    n_emitted: int
    n_true: int
    n_right: int
    """Said and true."""

    @property
    def precision(self) -> float | None:
        """Share of the emitted signals that are true; None without a signal."""
        return self.n_right / self.n_emitted if self.n_emitted else None

    @property
    def recall(self) -> float | None:
        """Share of the true cases with a signal; None without a true case."""
        return self.n_right / self.n_true if self.n_true else None

    @property
    def share_true(self) -> float | None:
        """The precision of saying it of anybody; None without candidates."""
        return self.n_true / self.n_candidates if self.n_candidates else None


def engagement_truth_of(warehouse: Warehouse, truth: Path, *, day: int) -> SignalTruth:
    """Compare the engagement signals of a simulated class, after so many days, with the truth."""
    return compare_engagement(truth, _emitted(warehouse), day=day)


def signal_truth_of(warehouse: Warehouse, truth: Path, thresholds: Thresholds) -> list[SignalTruth]:
    """Compare the signals of a simulated class, at its end, with the truth."""
    mastered = [(row[0], row[1]) for row in warehouse.rows(_MASTERED)]
    return compare_signals(truth, _emitted(warehouse), mastered, thresholds=thresholds)


def compare_signals(
    truth: Path,
    emitted: Iterable[EmittedSignal],
    mastered: Iterable[tuple[str, str]],
    *,
    thresholds: Thresholds,
) -> list[SignalTruth]:
    """Compare the signals of the last day of a class with the truth.

    Args:
        truth: folder of truth files, as `simulate` writes it.
        emitted: all signals.
        mastered: identifier and skill of every pair once mastered, by the estimates: a review can be due of these.
        thresholds: those by which the signals were given.
    """
    numbers = numbers_of(truth)
    by_number = _by_number(numbers, emitted)
    pairs = {
        (row["student_number"], row["skill"]): row
        for row in pq.read_table(truth / "student_skill.parquet").to_pylist()
    }
    keys = [(numbers[identifier], skill) for identifier, skill in mastered if identifier in numbers]
    return [
        *_of_pairs(by_number, pairs, {key: pairs[key] for key in keys if key in pairs}),
        *_of_students(by_number, _students(truth), thresholds),
    ]


def compare_engagement(truth: Path, emitted: Iterable[EmittedSignal], *, day: int) -> SignalTruth:
    """Compare the signals about a drop in engagement with the truth, while the course runs.

    Args:
        truth: folder of truth files, as `simulate` writes it.
        emitted: all signals of that day.
        day: number of days that the class has lasted.
    """
    # Whoever has left formally, or a while ago, is no longer looked after.
    here = {
        number: row
        for number, row in _students(truth).items()
        if row["dropout_day"] is None
        or row["dropout_day"] >= (day if row["has_left_formally"] else day - _RECENT_DAYS)
    }
    return _compared(
        _by_number(numbers_of(truth), emitted),
        here,
        SignalKind.ENGAGEMENT_CHANGE,
        f"does far less, or nothing, since {_RECENT_DAYS} days or less",
        lambda row: any(
            began is not None and day - _RECENT_DAYS <= began < day
            for began in (row["engagement_drop_day"], row["dropout_day"])
        ),
    )


def _emitted(warehouse: Warehouse) -> list[EmittedSignal]:
    return [EmittedSignal(*row) for row in warehouse.rows(_EMITTED)]


def _by_number(
    numbers: Mapping[str, int], emitted: Iterable[EmittedSignal]
) -> list[tuple[int, EmittedSignal]]:
    return [(numbers[one.identifier], one) for one in emitted if one.identifier in numbers]


def _students(truth: Path) -> dict[int, Row]:
    return {row["number"]: row for row in pq.read_table(truth / "student.parquet").to_pylist()}


def _of_students(
    by_number: list[tuple[int, EmittedSignal]], students: dict[int, Row], limits: Thresholds
) -> list[SignalTruth]:
    usual_help = median(row["help_seeking"] for row in students.values())
    return [
        _compared(
            by_number,
            students,
            SignalKind.RAPID_GUESSING,
            "guesses at least as often as the threshold",
            lambda row: row["guessing"] >= limits.rapid_share,
        ),
        _compared(
            by_number,
            students,
            SignalKind.HELP_SEEKING,
            "asks for help less readily than most",
            lambda row: row["help_seeking"] < usual_help,
            is_claim=lambda value: value < limits.help_max_share,
        ),
        _compared(
            by_number,
            students,
            SignalKind.PACE,
            "takes clearly more or less time than others",
            lambda row: not limits.pace_fast < row["pace"] < limits.pace_slow,
        ),
    ]


def _compared(
    by_number: list[tuple[int, EmittedSignal]],
    students: dict[int, Row],
    signal: SignalKind,
    truth: str,
    is_true: Callable[[Row], bool],
    *,
    is_claim: Callable[[float], bool] = lambda _: True,
) -> SignalTruth:
    """Count a signal about students; `is_claim`: whether a value is the claim that the truth is about."""
    emitted = {
        number
        for number, one in by_number
        if number in students and one.kind == signal and (one.value is None or is_claim(one.value))
    }
    true = {number for number, row in students.items() if is_true(row)}
    return _counted(signal, truth, set(students), emitted, true)


def _of_pairs(
    by_number: list[tuple[int, EmittedSignal]], pairs: dict[Pair, Row], reviewable: dict[Pair, Row]
) -> list[SignalTruth]:
    met = {key: row for key, row in pairs.items() if row["opportunities"] and row["mastery"] is not None}
    known: dict[str, list[float]] = {}
    for (_, skill), row in met.items():
        known.setdefault(skill, []).append(row["mastery"])
    usual = {skill: sum(values) / len(values) for skill, values in known.items()}
    return [
        _compared_pairs(
            by_number,
            met,
            SignalKind.STRENGTH,
            "masters the skill better than the class",
            lambda row: row["mastery"] > usual[row["skill"]],
        ),
        _compared_pairs(
            by_number,
            met,
            SignalKind.WEAKNESS,
            "masters the skill worse than the class",
            lambda row: row["mastery"] < usual[row["skill"]],
        ),
        _compared_pairs(
            by_number,
            met,
            SignalKind.WHEEL_SPINNING,
            "holds a misconception, so that practice hardly helps",
            lambda row: row["has_misconception"],
        ),
        _compared_pairs(
            by_number,
            reviewable,
            SignalKind.REVIEW_DUE,
            "knew it better when last used",
            lambda row: row["mastery_when_last_used"] - row["mastery"] >= _FALLEN,
        ),
    ]


def _compared_pairs(
    by_number: list[tuple[int, EmittedSignal]],
    pairs: dict[Pair, Row],
    signal: SignalKind,
    truth: str,
    is_true: Callable[[Row], bool],
) -> SignalTruth:
    """Count a signal about a student's skills, for any audience."""
    emitted = {(number, one.subject) for number, one in by_number if one.kind == signal}
    true = {key for key, row in pairs.items() if is_true(row)}
    return _counted(signal, truth, set(pairs), emitted & set(pairs), true)


def _counted(
    signal: SignalKind, truth: str, among: set[Any], emitted: set[Any], true: set[Any]
) -> SignalTruth:
    return SignalTruth(signal.value, truth, len(among), len(emitted), len(true), len(emitted & true))
