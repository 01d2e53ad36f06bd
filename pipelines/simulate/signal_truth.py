"""What signals say, held against what is true of a simulated class: precision and recall of each kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.simulate.recovery import numbers_of
from learnloom.schemas.signal import SignalKind

_RECENT_DAYS: Final = 10
"""A change this long ago fills the last week, and not yet the weeks that it is held against."""
_FALLEN: Final = 0.02
"""Fall of the probability right, since the skill was last used, from which it counts as fading."""

Row = dict[str, Any]
Pair = tuple[int, str]


class Said(NamedTuple):
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
    """Students, or pairs of student and skill, of whom it could have been said."""
    n_said: int
    n_true: int
    n_right: int
    """Said and true."""

    @property
    def precision(self) -> float | None:
        """Share of what was said that is true; None where nothing was said."""
        return self.n_right / self.n_said if self.n_said else None

    @property
    def recall(self) -> float | None:
        """Share of what is true that was said; None where nothing is true."""
        return self.n_right / self.n_true if self.n_true else None

    @property
    def share_true(self) -> float | None:
        """The precision of saying it of anybody; None without candidates."""
        return self.n_true / self.n_candidates if self.n_candidates else None


def compare_signals(
    truth: Path, said: Iterable[Said], mastered: Iterable[tuple[str, str]], *, thresholds: Thresholds
) -> list[SignalTruth]:
    """Hold the signals of the last day of a class against the truth.

    Args:
        truth: folder of truth files, as `simulate` writes it.
        said: all signals.
        mastered: identifier and skill of every pair once mastered, by the estimates: a review can be due of these.
        thresholds: those by which the signals were given.
    """
    numbers = numbers_of(truth)
    told = _told(numbers, said)
    pairs = {
        (row["student_number"], row["skill"]): row
        for row in pq.read_table(truth / "student_skill.parquet").to_pylist()
    }
    keys = [(numbers[identifier], skill) for identifier, skill in mastered if identifier in numbers]
    return [
        *_of_pairs(told, pairs, {key: pairs[key] for key in keys if key in pairs}),
        *_of_students(told, _students(truth), thresholds),
    ]


def compare_engagement(truth: Path, said: Iterable[Said], *, day: int) -> SignalTruth:
    """Hold the calls for a drop in engagement against the truth, while the course goes on.

    Args:
        truth: folder of truth files, as `simulate` writes it.
        said: all signals of that day.
        day: number of days that the class has lasted.
    """
    # Whoever has left formally, or a while ago, is no longer looked after.
    here = {
        number: row
        for number, row in _students(truth).items()
        if row["dropout_day"] is None
        or row["dropout_day"] >= (day if row["has_left_formally"] else day - _RECENT_DAYS)
    }
    return _held_to(
        _told(numbers_of(truth), said),
        here,
        SignalKind.ENGAGEMENT_CHANGE,
        f"does far less, or nothing, since {_RECENT_DAYS} days or less",
        lambda row: any(
            began is not None and day - _RECENT_DAYS <= began < day
            for began in (row["engagement_drop_day"], row["dropout_day"])
        ),
    )


def _told(numbers: Mapping[str, int], said: Iterable[Said]) -> list[tuple[int, Said]]:
    return [(numbers[one.identifier], one) for one in said if one.identifier in numbers]


def _students(truth: Path) -> dict[int, Row]:
    return {row["number"]: row for row in pq.read_table(truth / "student.parquet").to_pylist()}


def _of_students(
    told: list[tuple[int, Said]], students: dict[int, Row], limits: Thresholds
) -> list[SignalTruth]:
    usual_help = median(row["help_seeking"] for row in students.values())
    return [
        _held_to(
            told,
            students,
            SignalKind.RAPID_GUESSING,
            "guesses as often as the threshold says",
            lambda row: row["guessing"] >= limits.rapid_share,
        ),
        _held_to(
            told,
            students,
            SignalKind.HELP_SEEKING,
            "asks for help less readily than most",
            lambda row: row["help_seeking"] < usual_help,
            is_meant=lambda value: value < limits.help_max_share,
        ),
        _held_to(
            told,
            students,
            SignalKind.PACE,
            "takes clearly more or less time than others",
            lambda row: not limits.pace_fast < row["pace"] < limits.pace_slow,
        ),
    ]


def _held_to(
    told: list[tuple[int, Said]],
    students: dict[int, Row],
    signal: SignalKind,
    truth: str,
    is_true: Callable[[Row], bool],
    *,
    is_meant: Callable[[float], bool] = lambda _: True,
) -> SignalTruth:
    """Count a signal about students; `is_meant`: the values with which it says what the truth is about."""
    said = {
        number
        for number, one in told
        if number in students and one.kind == signal and (one.value is None or is_meant(one.value))
    }
    true = {number for number, row in students.items() if is_true(row)}
    return _counted(signal, truth, set(students), said, true)


def _of_pairs(
    told: list[tuple[int, Said]], pairs: dict[Pair, Row], reviewable: dict[Pair, Row]
) -> list[SignalTruth]:
    met = {key: row for key, row in pairs.items() if row["opportunities"] and row["mastery"] is not None}
    known: dict[str, list[float]] = {}
    for (_, skill), row in met.items():
        known.setdefault(skill, []).append(row["mastery"])
    usual = {skill: sum(values) / len(values) for skill, values in known.items()}
    return [
        _held_to_pairs(
            told,
            met,
            SignalKind.STRENGTH,
            "masters the skill better than the class",
            lambda row: row["mastery"] > usual[row["skill"]],
        ),
        _held_to_pairs(
            told,
            met,
            SignalKind.WEAKNESS,
            "masters the skill worse than the class",
            lambda row: row["mastery"] < usual[row["skill"]],
        ),
        _held_to_pairs(
            told,
            met,
            SignalKind.WHEEL_SPINNING,
            "holds a misconception, so that practice hardly helps",
            lambda row: row["has_misconception"],
        ),
        _held_to_pairs(
            told,
            reviewable,
            SignalKind.REVIEW_DUE,
            "knew it better when last used",
            lambda row: row["mastery_when_last_used"] - row["mastery"] >= _FALLEN,
        ),
    ]


def _held_to_pairs(
    told: list[tuple[int, Said]],
    pairs: dict[Pair, Row],
    signal: SignalKind,
    truth: str,
    is_true: Callable[[Row], bool],
) -> SignalTruth:
    """Count a signal about a student's skills, to whomever it was said."""
    said = {(number, one.subject) for number, one in told if one.kind == signal}
    true = {key for key, row in pairs.items() if is_true(row)}
    return _counted(signal, truth, set(pairs), said & set(pairs), true)


def _counted(signal: SignalKind, truth: str, among: set[Any], said: set[Any], true: set[Any]) -> SignalTruth:
    return SignalTruth(signal.value, truth, len(among), len(said), len(true), len(said & true))
