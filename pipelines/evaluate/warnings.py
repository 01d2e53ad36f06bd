"""What whoever reads an evaluation must know before believing it."""

from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.evaluate.figures import Figures
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.risk_report import RiskEvaluation
from learnloom.pipelines.feedback.formatting import percent

MOST_ECE: Final = 0.02
"""Largest calibration error at which a probability can be taken at its word."""
SLOPES: Final = (0.9, 1.1)
"""Slopes of calibration between which predictions are neither over-confident nor timid."""


def warnings(found: Evaluation) -> Iterator[str]:
    """Say what is unknown or wrong with predictions, and what that means."""
    yield from _of_answers(found.model)
    if found.risk is not None:
        yield from _of_risk(found.risk)


def _of_risk(found: RiskEvaluation) -> Iterator[str]:
    if found.unknown:
        yield f"Who may not pass is unknown: {found.unknown}. Import a course plan, and wait for runs to end."
        return
    if not found.is_by_run:
        yield "Who may not pass: there is a single run, so its own students were held out. A new run will be harder."
    for one in found.at:
        high = one.model.precision.high
        if one.promised is not None and high is not None and high < one.promised:
            yield (
                f"At {percent(one.share)} of the run fewer warnings were right than promised: "
                f"{percent(one.model.precision.value or 0.0)} of them, not {percent(one.promised)}."
            )


def _of_answers(found: Figures) -> Iterator[str]:
    unknown = [(name, getattr(found, name).unknown) for name in ("auc", "log_loss", "slope")]
    for reason in dict.fromkeys(reason for _, reason in unknown if reason):
        names = ", ".join(name.replace("_", "-") for name, why in unknown if why == reason)
        yield f"Unknown ({names}): {reason}. Gather more before judging the model."
    slope, ece = found.slope, found.ece
    if slope.high is not None and slope.high < SLOPES[0]:
        yield f"Over-confident: slope {slope.value:.2f}. What is said to be nearly certain fails more often than that."
    if slope.low is not None and slope.low > SLOPES[1]:
        yield f"Timid: slope {slope.value:.2f}. More is known than is said."
    if ece.low is not None and ece.low > MOST_ECE:
        yield (
            f"Calibration error {ece.value:.3f}: what was said and what came differ by so much on average. Do not "
            f"take a probability at its word before the model is fitted anew (learnloom refresh --refit)."
        )
