"""With what the signals of a kind are compared: of whom it could have been said, and by which rule without a model."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.schemas.signal import SignalKind

Row = Mapping[str, Any]
"""What is known of a student, a skill or a course on the day: a row of `past.py`."""


class Baseline(NamedTuple):
    """What a kind is held against."""

    among: Callable[[Row, Thresholds], bool]
    """Of whom, or of which skill, it could be said: chance is to say it of any of these."""
    rule: Callable[[Row], bool]
    """The simple rule."""
    rule_name: str
    usual: str | None = None
    """Column of what is usual, where the outcome is held against it."""


_RUN: Final = 3
_LONG: Final = 10
_QUIET_DAYS: Final = 7


def _any_answers(row: Row, _: Thresholds) -> bool:
    return bool(row["p_mastery"] is not None)


def _is_compared(row: Row, limits: Thresholds) -> bool:
    return row["n_attempts"] >= limits.strength_min_answers and row["class_rate"] is not None


def _is_open(row: Row, limits: Thresholds) -> bool:
    return bool(row["n_attempts"] >= limits.stuck_early_opportunities and row["longest_run"] < _RUN)


def _has_rhythm(row: Row, limits: Thresholds) -> bool:
    return bool(
        row["is_enrolled"]
        and row["days_since_seen"] <= limits.away_max_days
        and (row["weekly_seconds"] or 0.0) >= limits.drop_min_weekly_seconds
    )


def _anybody(_: Row, __: Thresholds) -> bool:
    return True


_THREE_RIGHT: Final = Baseline(_any_answers, lambda row: row["run_right"] >= _RUN, "last three right")

COMPARED: Final[Mapping[SignalKind, Baseline]] = MappingProxyType(
    {
        SignalKind.MASTERY: _THREE_RIGHT,
        SignalKind.STRETCH: _THREE_RIGHT,
        SignalKind.PRACTISE_NEXT: Baseline(_any_answers, lambda row: row["run_right"] >= 1, "last one right"),
        SignalKind.STRENGTH: Baseline(
            _is_compared, lambda row: row["run_right"] >= _RUN, "last three right", "class_rate"
        ),
        SignalKind.WEAKNESS: Baseline(
            _is_compared, lambda row: row["run_right"] == 0, "last one wrong", "class_rate"
        ),
        SignalKind.REVIEW_DUE: Baseline(
            lambda row, _: bool(row["was_mastered"]), _THREE_RIGHT.rule, _THREE_RIGHT.rule_name
        ),
        SignalKind.WHEEL_SPINNING: Baseline(
            _is_open, lambda row: row["n_attempts"] >= _LONG, "ten answers, never three right in a row"
        ),
        SignalKind.RAPID_GUESSING: Baseline(
            _anybody, lambda row: bool(row["is_last_taken"]), "the last answer was rapid"
        ),
        SignalKind.ENGAGEMENT_CHANGE: Baseline(
            _has_rhythm,
            lambda row: row["days_since_seen"] > _QUIET_DAYS,
            "not seen for 7 days",
            "weekly_seconds",
        ),
        SignalKind.AT_RISK: Baseline(
            _anybody,
            lambda row: (row["days_since_active"] or row["enrolled_days"] or 0.0) > _QUIET_DAYS,
            "not active for 7 days",
        ),
    }
)
"""One entry for each kind that claims something."""
