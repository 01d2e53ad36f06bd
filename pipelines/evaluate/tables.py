"""An evaluation as tables, for a terminal or a page."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from learnloom.pipelines.evaluate.abroca import Abroca
from learnloom.pipelines.evaluate.fairness import GroupFigures
from learnloom.pipelines.evaluate.figures import Figure, Figures
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.risk import LeadTime, Warned
from learnloom.pipelines.evaluate.risk_report import AtShare, RiskEvaluation
from learnloom.pipelines.feedback.formatting import percent


class Table(NamedTuple):
    """One table with its title."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def cell(figure: Figure) -> str:
    """A figure with its interval in one cell, or why it is unknown."""
    if figure.value is None:
        return f"unknown: {figure.unknown}"
    return f"{decimals(figure.value)}{between(figure, ' ({} to {})')}"


def between(figure: Figure, pattern: str) -> str:
    """The ends of the interval in the words of `pattern`; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return pattern.format(decimals(figure.low), decimals(figure.high))


def decimals(value: float | None) -> str | None:
    """Three places, always, so that columns can be compared."""
    return None if value is None else f"{value:.3f}".replace("-0.000", "0.000")


# Each figure's name, and how it is read.
_READS = {
    "auc": ("AUC", "0.5: no better than chance; 1: every right answer ranks above every wrong one"),
    "log_loss": ("log-loss", "0 is best; 0.693 is a coin toss"),
    "rmse": ("RMSE", "0 is best"),
    "brier": ("Brier score", "0 is best; the square of RMSE"),
    "ece": ("calibration error", "mean distance between predicted and observed rate; 0 is best"),
    "slope": ("calibration slope", "below 1: overconfident; above 1: underconfident"),
    "intercept": ("calibration intercept", "above 0: more right answers than predicted"),
}


def tables(found: Evaluation) -> Iterator[Table]:
    """Give the tables of an evaluation, the most important first."""
    yield Table(
        f"Measures of the model ({found.model_kind})",
        ("measure", "value", "95 % interval", "how to read it"),
        [_figure_row(found.model, name) for name in _READS],
    )
    yield Table(
        "Comparison with predictions that need no model",
        ("prediction", "AUC", "log-loss", "calibration error"),
        [
            _compared_row(name, figures)
            for name, figures in [
                (f"model ({found.model_kind})", found.model),
                *((one.name, one.figures) for one in found.baselines),
            ]
        ],
    )
    yield Table(
        "By number of earlier answers of the student",
        ("earlier answers", "answers", "AUC", "log-loss"),
        [(span(one.low, one.high), one.n, cell(one.auc), cell(one.log_loss)) for one in found.cold_start],
    )
    yield Table(
        "Is mastery true? The next answer after a mastery rule first fired",
        ("rule", "times", "next answer right"),
        [(one.rule, one.n, cell(one.rate)) for one in found.mastered],
    )
    yield Table(
        "Predicted and observed rates",
        ("predicted", "answers", "mean predicted", "right"),
        [
            (f"{one.low:.2f} to {one.high:.2f}", one.n, decimals(one.mean_p), decimals(one.rate))
            for one in found.reliability
            if one.n
        ],
    )
    if found.fairness:
        yield group_table(
            f"By group (flagged: {found.flag_meaning}; caught: share of the wrong answers that were flagged)",
            "answers",
            found.fairness,
        )
    if found.risk is not None:
        yield from risk_tables(found.risk)


def headline(found: Evaluation) -> list[str]:
    """Give the sentences above the tables."""
    rate = f", {percent(found.model.rate)} right" if found.model.rate is not None else ""
    tried = ", ".join(f"{kind} {loss:.4f}" for kind, loss in found.log_loss_by_kind.items())
    predicted = f"{found.model.n:,} answers of {found.n_students:,} students to {found.n_items:,} items"
    return [
        f"{predicted} on {found.n_skills:,} skills{rate}. Split: {found.split}.",
        f"Log-loss of each kind of model: {tried}.",
    ]


def span(low: int, high: int | None) -> str:
    """A number of answers from one to another."""
    if high is None:
        return f"{low} or more"
    return f"{low}" if low == high else f"{low} to {high}"


def _figure_row(found: Figures, name: str) -> tuple[object, ...]:
    figure: Figure = getattr(found, name)
    shown, reads = _READS[name]
    if figure.value is None:
        return shown, "unknown", None, figure.unknown
    if name == "ece" and found.ece_by_chance is not None:
        reads = f"{reads}; {found.ece_by_chance:.3f} is expected by chance alone"
    return shown, decimals(figure.value), between(figure, "{} to {}") or None, reads


def _compared_row(name: str, found: Figures) -> tuple[object, ...]:
    return name, cell(found.auc), cell(found.log_loss), cell(found.ece)


def group_table(title: str, rows: str, found: Sequence[GroupFigures]) -> Table:
    """Give the table of groups; `rows` is what is counted."""
    return Table(
        title,
        ("group", rows, "AUC", "calibration error", "gap", "flagged", "caught", "false alarm", "ABROCA"),
        [_group_row(one) for one in found],
    )


def _group_row(one: GroupFigures) -> tuple[object, ...]:
    figures = (one.auc, one.ece, one.gap, one.flag_rate, one.true_positive_rate, one.false_positive_rate)
    return (
        f"{one.grouping} {one.group}",
        one.n,
        *(decimals(figure.value) or "unknown" for figure in figures),
        _abroca(one.abroca),
    )


def _abroca(found: Abroca) -> str:
    if found.value is None:
        return f"unknown: {found.unknown}"
    by_chance = "" if found.by_chance is None else f"; {found.by_chance:.3f} by chance"
    return (
        f"{found.value:.3f} (p {found.p_value:.3f}{by_chance})"
        if found.p_value is not None
        else f"{found.value:.3f}"
    )


_RULE = "7-day rule of Aspects"


def risk_tables(found: RiskEvaluation) -> Iterator[Table]:
    """Give the tables of an evaluation of warnings, the most important first; none where nothing is known."""
    if not found.at:
        return
    held_out = "whole runs" if found.is_by_run else "students of the single run"
    yield Table(
        f"Risk of not passing: predictions for students still enrolled ({held_out} held out)",
        ("at", "students", "did not pass", "AUC", "log-loss", "Brier score", "calibration error", "slope"),
        [_figures(one) for one in found.at],
    )
    yield Table(
        "Warnings that a student may not pass",
        ("at", "by", "warned", "precision", "expected precision", "caught", "false alarm"),
        [row for one in found.at for row in _warned(one)],
    )
    for one in found.at:
        if one.fairness:
            yield group_table(
                f"By group, at {percent(one.share)} of the run (flagged: warned; caught: share of those who did not "
                "pass)",
                "students",
                one.fairness,
            )
    yield Table(
        "Time between the first warning and the event",
        ("by", "left or failed", "warned before", "median days"),
        [_lead("model", found.lead_time), _lead(_RULE, found.rule_lead_time)],
    )


def _figures(one: AtShare) -> tuple[object, ...]:
    found = one.figures
    rate = None if found.rate is None else percent(found.rate)
    shown = (found.auc, found.log_loss, found.brier, found.ece, found.slope)
    return f"{percent(one.share)} of the run", found.n, rate, *(cell(figure) for figure in shown)


def _warned(one: AtShare) -> Iterator[tuple[object, ...]]:
    for name, found, promised in (("model", one.model, one.promised), (_RULE, one.rule, None)):
        yield _warned_row(one.share, name, found, promised)


def _warned_row(share: float, name: str, found: Warned, promised: float | None) -> tuple[object, ...]:
    figures = (found.recall, found.false_positive_rate)
    at = f"{percent(share)} of the run"
    return (
        at,
        name,
        found.n_flagged,
        cell(found.precision),
        decimals(promised),
        *(cell(one) for one in figures),
    )


def _lead(name: str, found: LeadTime) -> tuple[object, ...]:
    return name, found.n, found.n_in_time, cell(found.median_days)
