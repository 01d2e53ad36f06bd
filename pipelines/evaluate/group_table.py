"""Figures of groups as a table: of answers, or of students."""

from collections.abc import Sequence

from learnloom.pipelines.evaluate.abroca import Abroca
from learnloom.pipelines.evaluate.fairness import GroupFigures
from learnloom.pipelines.evaluate.table import Table, decimals


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
