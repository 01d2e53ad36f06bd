"""An evaluation as tables, for a terminal or a page."""

from collections.abc import Iterator

from learnloom.pipelines.evaluate.figure import Figure
from learnloom.pipelines.evaluate.figures import Figures
from learnloom.pipelines.evaluate.group_table import group_table
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.risk_tables import risk_tables
from learnloom.pipelines.evaluate.table import Table, between, decimals, told
from learnloom.pipelines.feedback.formatting import percent

_READS = {
    "auc": ("AUC", "0.5: ranks no better than chance; 1: every right answer above every wrong one"),
    "log_loss": ("log-loss", "0 is best; 0.693 is what a coin knows"),
    "rmse": ("RMSE", "0 is best"),
    "brier": ("Brier score", "0 is best; the square of RMSE"),
    "ece": ("calibration error", "how far what was said lies from what came, on average"),
    "slope": ("calibration slope", "below 1: over-confident; above 1: timid"),
    "intercept": ("calibration intercept", "above 0: more came than was said"),
}
"""Each figure's name, and how it is read."""


def tables(found: Evaluation) -> Iterator[Table]:
    """Give the tables of an evaluation, the most important first."""
    yield Table(
        f"Figures of the model ({found.model_kind})",
        ("figure", "value", "95 % interval", "how to read it"),
        [_figure_row(found.model, name) for name in _READS],
    )
    yield Table(
        "Against predictions that need no model",
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
        "By how many answers of the student came before",
        ("earlier answers", "answers", "AUC", "log-loss"),
        [(span(one.low, one.high), one.n, told(one.auc), told(one.log_loss)) for one in found.cold_start],
    )
    yield Table(
        "Is mastered true? The next answer right after a rule first fired",
        ("rule", "times", "right then"),
        [(one.rule, one.n, told(one.rate)) for one in found.mastered],
    )
    yield Table(
        "What was said and what came",
        ("said", "answers", "mean said", "right"),
        [
            (f"{one.low:.2f} to {one.high:.2f}", one.n, decimals(one.mean_p), decimals(one.rate))
            for one in found.reliability
            if one.n
        ],
    )
    if found.fairness:
        yield group_table(
            f"For each group (flagged: {found.flag_meaning}; caught: of the answers that were wrong)",
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
        f"Log-loss of the kinds of model tried: {tried}.",
    ]


def span(low: int, high: int | None) -> str:
    """A number of answers from one to another."""
    if high is None:
        return f"{low} and more"
    return f"{low}" if low == high else f"{low} to {high}"


def _figure_row(found: Figures, name: str) -> tuple[object, ...]:
    figure: Figure = getattr(found, name)
    shown, reads = _READS[name]
    if figure.value is None:
        return shown, "unknown", None, figure.unknown
    if name == "ece" and found.ece_by_chance is not None:
        reads = f"{reads}; {found.ece_by_chance:.3f} would come by chance alone"
    return shown, decimals(figure.value), between(figure, "{} to {}") or None, reads


def _compared_row(name: str, found: Figures) -> tuple[object, ...]:
    return name, told(found.auc), told(found.log_loss), told(found.ece)
