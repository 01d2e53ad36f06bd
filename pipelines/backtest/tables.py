"""A backtest as tables, for a terminal or a page."""

from collections.abc import Iterator, Sequence

from learnloom.pipelines.backtest.figures import KindFigures
from learnloom.pipelines.backtest.run import Backtest
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.evaluate.tables import Table, cell, decimals
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.track_record import least_right
from learnloom.schemas.signal import SignalKind


def headline(found: Backtest) -> list[str]:
    """Give the sentences above the tables."""
    days = found.days
    return [
        f"Signals of {len(days)} days from {days[0]} to {days[-1]}, about {found.n_students:,} students.",
        f"Each is computed from what was known then; what came is known until {found.known_until:%Y-%m-%d}.",
    ]


def tables(found: Backtest) -> Iterator[Table]:
    """Give the tables of a backtest, the most important first."""
    yield Table(
        "How often was a signal right, and how many of the true cases did it find?",
        ("signal", "said", "decided", "right", "precision", "recall", "by chance", "lift"),
        [_row(one) for one in found.kinds],
    )
    yield Table(
        "Against a simple rule",
        ("signal", "rule", "its precision", "its recall", "lift over it"),
        [
            (
                one.kind,
                one.rule,
                cell(one.rule_precision),
                cell(one.rule_recall),
                decimals(one.lift_over_rule),
            )
            for one in found.kinds
        ],
    )
    yield Table(
        "Is it as often right as it says, and how early?",
        ("signal", "probability given", "calibration error", "days until it was certain"),
        [
            (one.kind, decimals(one.promised), cell(one.calibration_error), cell(one.lead_days))
            for one in found.kinds
        ],
    )
    yield Table("What each claims", ("signal", "claim"), [(one.kind, one.claim) for one in found.kinds])


def _row(one: KindFigures) -> tuple[object, ...]:
    return (
        one.kind,
        one.n_said,
        one.n_said_known,
        one.n_right,
        cell(one.precision),
        cell(one.recall),
        cell(one.by_chance),
        decimals(one.lift),
    )


def warnings(found: Backtest, thresholds: Thresholds) -> Sequence[str]:
    """Say which kinds name an action and were right less often than the school wants, and of which it is not known."""
    said = []
    for one in found.kinds:
        kind = SignalKind(one.kind)
        entry = SIGNAL_KINDS[kind]
        if not entry.names_action or not one.n_said:
            continue
        if one.precision.value is None:
            said.append(f"{one.kind}: how often it is right is unknown ({one.precision.unknown}).")
        elif one.precision.value < (least := least_right(kind, thresholds)):
            said.append(
                f"{one.kind} asks somebody to act, and was right {one.precision.value:.2f} of the time: less than "
                f"{least:g}."
            )
    return said
