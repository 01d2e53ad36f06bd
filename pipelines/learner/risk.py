"""The probability of not passing a course, at any point of its run, and what speaks for it.

A run is cut into stages, each with a scorer of its own: what a missed hand-in means in week 3 is not what it means in
week 20. (On the Open University's data one scorer for all weeks has an AUC of .824 and a calibration error of .027 at a
quarter of the course; one a stage .829 and .012.) Within a model everything is frozen, so what is said of a student
does not depend on who else is looked at.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.errors import RiskModelError
from learnloom.pipelines.learner.logistic import sigmoid_each
from learnloom.pipelines.learner.trees import Forest
from learnloom.schemas.risk import RiskFeature, RiskReason, RiskTheme

FEATURES: Final = tuple(RiskFeature)
N_STAGES: Final = 7
"""A stage is a share of the run, the nearest of 1/8 to 7/8."""
MAX_REASONS: Final = 3
_MIN_TERM: Final = 0.05
"""Logits below which a reason is none."""
_EDGE: Final = 12.0
_THEMES: Final[dict[RiskTheme, tuple[RiskFeature, ...]]] = {
    RiskTheme.HANDED_IN: (
        RiskFeature.SUBMITTED_SHARE,
        RiskFeature.N_SUBMITTED,
        RiskFeature.N_MISSED,
        RiskFeature.N_AHEAD,
        RiskFeature.IS_LAST_MISSED,
    ),
    RiskTheme.POINTS: (
        RiskFeature.POINTS_SHARE,
        RiskFeature.MEAN_SCORE,
        RiskFeature.MIN_SCORE,
        RiskFeature.LAST_SCORE,
    ),
    RiskTheme.LATENESS: (RiskFeature.DAYS_LATE, RiskFeature.N_LATE),
    RiskTheme.SUBMISSION_GAP: (RiskFeature.DAYS_SINCE_SUBMISSION,),
    RiskTheme.ENROLMENT: (RiskFeature.ENROLMENT_DAYS,),
    RiskTheme.ACTIVITY: (RiskFeature.ACTIVE_DAYS, RiskFeature.DAYS_SINCE_ACTIVE),
}
"""Features of each theme; the first is the figure that is told."""


class RiskKind(StrEnum):
    """How a score comes from features."""

    LOGISTIC = "logistic"
    BOOSTED = "boosted"


@dataclass(frozen=True, slots=True)
class Linear:
    """intercept + coefficients * features, an unknown feature counting as its mean and by a coefficient of its own."""

    intercept: float
    mean: tuple[float, ...]
    coefficients: tuple[float, ...]
    if_unknown: tuple[float, ...]

    def raw(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Score of each row; column by column, so that it does not depend on the other rows."""
        total = np.full(len(features), self.intercept)
        for column, mean, slope, unknown in zip(
            features.T, self.mean, self.coefficients, self.if_unknown, strict=True
        ):
            total += np.where(np.isnan(column), slope * mean + unknown, slope * column)
        return total


@dataclass(frozen=True, slots=True)
class Stage:
    """What is said at one stage of a run."""

    number: int
    """From 1: the share of the run is number / (N_STAGES + 1)."""
    scorer: Linear | Forest
    intercept: float
    slope: float
    """Of the calibration: logit = intercept + slope * score, found on predictions of students held out."""
    usual: tuple[float, ...]
    """Mean of each feature over the students from whom it was learned; NaN where none is known."""
    base_rate: float
    threshold: float
    """Probability from which a teacher is warned: that of the highest fifth, within bounds (risk_train.py)."""
    precision: float | None
    """Of those held out and warned of, the share that did not pass; None where too few were warned of."""
    n_students: int

    def logits(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated logit of each row."""
        return np.clip(self.intercept + self.slope * self.scorer.raw(features), -_EDGE, _EDGE)


class Levels(NamedTuple):
    """What the model says, one entry per row."""

    p: NDArray[np.float64]
    threshold: NDArray[np.float64]
    precision: NDArray[np.float64]
    """NaN where it is unknown."""


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A model of a school's own courses."""

    kind: RiskKind
    stages: tuple[Stage, ...]
    """In order of their numbers, at least one; a moment belongs to the nearest."""

    def stage_of(self, features: NDArray[np.float64]) -> NDArray[np.int64]:
        """Place in `stages` of the stage to which each row belongs."""
        numbers = np.array([stage.number for stage in self.stages])
        return np.asarray(np.abs(stage_numbers(features)[:, None] - numbers).argmin(axis=1), dtype=np.int64)

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of not passing, shape (n_rows,), by features (n_rows, len(FEATURES)), NaN where unknown."""
        p = np.empty(len(features))
        where = self.stage_of(features)
        for place, stage in enumerate(self.stages):
            rows = where == place
            p[rows] = sigmoid_each(stage.logits(features[rows]))
        return p

    def levels(self, features: NDArray[np.float64]) -> Levels:
        """Say of each row how probable not passing is, from where one is warned, and how often that is right."""
        where = self.stage_of(features)
        threshold = np.array([stage.threshold for stage in self.stages], dtype=np.float64)
        precision = np.array([stage.precision for stage in self.stages], dtype=np.float64)
        return Levels(self.probability(features), threshold[where], precision[where])

    def reasons(self, features: NDArray[np.float64]) -> list[tuple[RiskReason, ...]]:
        """Say of each row what raises the probability most, the strongest first."""
        places = self.stage_of(features).tolist()
        return [_reasons(self.stages[place], row) for place, row in zip(places, features, strict=True)]

    def to_json(self) -> str:
        """Write it as text; `read_risk_model` reads it again."""
        return json.dumps(
            {"kind": self.kind, "features": FEATURES, "stages": [_written(stage) for stage in self.stages]}
        )


def stage_numbers(features: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number of the stage nearest to each row's share of the run."""
    elapsed = features[:, FEATURES.index(RiskFeature.ELAPSED_SHARE)]
    return np.clip(np.round(elapsed * (N_STAGES + 1)), 1, N_STAGES).astype(np.int64)


def _reasons(stage: Stage, row: NDArray[np.float64]) -> tuple[RiskReason, ...]:
    """The themes that raise the logit most, against the same student with usual values of the theme."""
    variants = np.tile(row, (len(_THEMES) + 1, 1))
    usual = np.array(stage.usual)
    for place, features in enumerate(_THEMES.values(), start=1):
        columns = [FEATURES.index(feature) for feature in features]
        variants[place, columns] = usual[columns]
    own, *others = stage.logits(variants).tolist()
    found = [
        RiskReason(theme, own - other, _known(usual[FEATURES.index(features[0])]))
        for (theme, features), other in zip(_THEMES.items(), others, strict=True)
        if own - other > _MIN_TERM
    ]
    return tuple(sorted(found, key=lambda reason: (-reason.term, reason.theme))[:MAX_REASONS])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _written(stage: Stage) -> dict[str, Any]:
    scorer = stage.scorer
    return {
        "number": stage.number,
        "scorer": json.loads(scorer.to_json())
        if isinstance(scorer, Forest)
        else {
            "intercept": scorer.intercept,
            "mean": scorer.mean,
            "coefficients": scorer.coefficients,
            "if_unknown": scorer.if_unknown,
        },
        "intercept": stage.intercept,
        "slope": stage.slope,
        "usual": [_known(value) for value in stage.usual],
        "base_rate": stage.base_rate,
        "threshold": stage.threshold,
        "precision": stage.precision,
        "n_students": stage.n_students,
    }


def read_risk_model(text: str) -> RiskModel:
    """Read what `to_json` wrote.

    Raises:
        RiskModelError: the text is none of ours, or of other features.
    """
    try:
        written = json.loads(text)
        kind = RiskKind(written["kind"])
        stages = tuple(_read_stage(kind, stage) for stage in written["stages"])
        is_ours = written["features"] == list(FEATURES)
    except (KeyError, TypeError, ValueError) as error:
        raise RiskModelError(
            f"the risk model's text cannot be read ({error!r}): fit a new version with learnloom train --force"
        ) from error
    if not is_ours:
        raise RiskModelError(
            "the risk model is one of other features: fit a new version with learnloom train --force"
        )
    return RiskModel(kind, stages)


def _read_stage(kind: RiskKind, written: dict[str, Any]) -> Stage:
    scorer, usual = written.pop("scorer"), written.pop("usual")
    return Stage(
        scorer=Forest.from_json(json.dumps(scorer))
        if kind is RiskKind.BOOSTED
        else Linear(
            scorer["intercept"], *(_tuple(scorer[name]) for name in ("mean", "coefficients", "if_unknown"))
        ),
        usual=_tuple([np.nan if value is None else value for value in usual]),
        **written,
    )


def _tuple(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
