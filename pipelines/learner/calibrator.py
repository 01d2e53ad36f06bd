"""The last step of the answer model: from features (features.py) to the probability of a right answer.

Three kinds, each fit for more answers than the one before; train.py says which one a school's own answers speak
for. Whatever the kind, a row's probability is the same to the last bit whoever else is in the call: columns are
added one after the other, and the logistic function is the scalar one.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.errors import CalibratorError
from learnloom.pipelines.learner.features import FEATURES
from learnloom.pipelines.learner.logistic import sigmoid_each
from learnloom.pipelines.learner.trees import Forest

_EDGE: Final = 12.0
"""Logits are kept within: nothing is certain."""
_Z: Final = FEATURES.index("z")


class ModelKind(StrEnum):
    """How a model version comes to its probabilities, from the one that asks for fewest answers on."""

    ELO = "elo"
    """A line on Elo's logit."""
    LOGISTIC = "elo-logistic"
    """A logistic regression on all features."""
    BOOSTED = "elo-boosted"
    """Gradient boosted trees on all features."""


class Calibrator(Protocol):
    """What follows after the features."""

    @property
    def kind(self) -> ModelKind:
        """Which kind it is."""
        ...

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of a right answer for each row of `features`, shape (n_rows, len(FEATURES))."""
        ...

    def to_json(self) -> str:
        """Write it as text; `read_calibrator` reads it again."""
        ...


@dataclass(frozen=True, slots=True)
class LinearLink:
    """intercept + slope * z."""

    intercept: float
    slope: float
    kind: ModelKind = ModelKind.ELO

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of a right answer for each row of `features`, shape (n_rows, len(FEATURES))."""
        return _probabilities(self.intercept + self.slope * features[:, _Z])

    def to_json(self) -> str:
        """Write it as text."""
        return json.dumps({"intercept": self.intercept, "slope": self.slope})


@dataclass(frozen=True, slots=True)
class Logistic:
    """intercept + coefficients * features."""

    intercept: float
    coefficients: tuple[float, ...]
    """One for each of FEATURES, in their order and unscaled."""
    kind: ModelKind = ModelKind.LOGISTIC

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of a right answer for each row of `features`, shape (n_rows, len(FEATURES))."""
        total = np.full(len(features), self.intercept)
        for coefficient, column in zip(self.coefficients, features.T, strict=True):
            total += coefficient * column
        return _probabilities(total)

    def to_json(self) -> str:
        """Write it as text."""
        named = dict(zip(FEATURES, self.coefficients, strict=True))
        return json.dumps({"intercept": self.intercept, "coefficients": named})


@dataclass(frozen=True, slots=True)
class Boosted:
    """The raw score of trees (trees.py)."""

    forest: Forest
    kind: ModelKind = ModelKind.BOOSTED

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of a right answer for each row of `features`, shape (n_rows, len(FEATURES))."""
        # Trees of an earlier learnloom know fewer columns: what is new stands behind them.
        return _probabilities(self.forest.raw(features[:, : self.forest.n_features]))

    def to_json(self) -> str:
        """Write it as text."""
        return self.forest.to_json()


def read_calibrator(kind: str, text: str) -> Calibrator:
    """Read what `to_json` wrote.

    Raises:
        CalibratorError: the kind is unknown, or the text is not of this kind or of other features.
        ForestError: the text is not one of trees.
    """
    if kind == ModelKind.BOOSTED:
        return Boosted(Forest.from_json(text))
    try:
        written = json.loads(text)
        if kind == ModelKind.ELO:
            return LinearLink(float(written["intercept"]), float(written["slope"]))
        if kind == ModelKind.LOGISTIC:
            named = written["coefficients"]
            named.setdefault("foreseen", 0.0)  # an earlier learnloom had none
            return Logistic(float(written["intercept"]), tuple(float(named.pop(name)) for name in FEATURES))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CalibratorError(
            f"the model's text cannot be read as {kind} ({error!r}): fit a new version with learnloom train --force"
        ) from error
    raise CalibratorError(
        f"unknown kind of model {kind!r}, known are {', '.join(ModelKind)}: "
        f"it was fitted by a newer learnloom; use that one, or fit a new version"
    )


def _probabilities(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return sigmoid_each(np.clip(logits, -_EDGE, _EDGE))
