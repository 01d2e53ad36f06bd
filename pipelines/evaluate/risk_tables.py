"""What was found of warnings, as tables."""

from collections.abc import Iterator

from learnloom.pipelines.evaluate.group_table import group_table
from learnloom.pipelines.evaluate.risk import LeadTime, Warned
from learnloom.pipelines.evaluate.risk_report import AtShare, RiskEvaluation
from learnloom.pipelines.evaluate.table import Table, decimals, told
from learnloom.pipelines.feedback.formatting import percent

_RULE = "7-day rule of Aspects"


def risk_tables(found: RiskEvaluation) -> Iterator[Table]:
    """Give the tables of an evaluation of warnings, the most important first; none where nothing is known."""
    if not found.at:
        return
    held_out = "whole runs" if found.is_by_run else "students of the single run"
    yield Table(
        f"Who may not pass: predictions for students still enrolled ({held_out} held out)",
        ("at", "students", "did not pass", "AUC", "log-loss", "Brier score", "calibration error", "slope"),
        [_figures(one) for one in found.at],
    )
    yield Table(
        "Warnings that somebody may not pass",
        ("at", "by", "warned of", "precision", "promised", "caught", "false alarm"),
        [row for one in found.at for row in _warned(one)],
    )
    for one in found.at:
        if one.fairness:
            yield group_table(
                f"For each group, at {percent(one.share)} of the run (flagged: warned of; caught: of those who did not "
                "pass)",
                "students",
                one.fairness,
            )
    yield Table(
        "How long before it happened the first warning came",
        ("by", "left or failed", "warned of before", "days, median"),
        [_lead("model", found.lead_time), _lead(_RULE, found.rule_lead_time)],
    )


def _figures(one: AtShare) -> tuple[object, ...]:
    found = one.figures
    rate = None if found.rate is None else percent(found.rate)
    shown = (found.auc, found.log_loss, found.brier, found.ece, found.slope)
    return f"{percent(one.share)} of the run", found.n, rate, *(told(figure) for figure in shown)


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
        told(found.precision),
        decimals(promised),
        *(told(one) for one in figures),
    )


def _lead(name: str, found: LeadTime) -> tuple[object, ...]:
    return name, found.n, found.n_in_time, told(found.median_days)
