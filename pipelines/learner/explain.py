"""Why a student's estimate on a skill is what it is: terms that add up to it, and what answers to come would change.

The terms are Shapley values (Shapley 1953, "A value for n-person games"; as explanations of predictions: Strumbelj and
Kononenko 2014, "Explaining prediction models and individual predictions with feature contributions"; against one
baseline: Sundararajan and Najmi 2020, "The many Shapley values for model explanation"). The grounds are few, so that
they are reckoned exactly: the model is asked what it would say with each set of grounds as they are and the others as
of somebody of whom nothing is known, and a ground's term is its mean difference over all orders in which the grounds
may come in. So the terms add up to the estimate whatever the calibrator, trees included, and no order is preferred.

Features of one ground change together (Elo's logit z with the values of which it is the sum), so nothing is asked of
the model that could not be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import expm1, factorial, isnan, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.features import (
    FEATURES,
    FORESEEN,
    STANDING_AT,
    HistoryFeatures,
    extract_features,
    unmet,
)
from learnloom.pipelines.learner.history import FULL_WEIGHT, History, code_count
from learnloom.pipelines.learner.lines import foreseen
from learnloom.pipelines.learner.logistic import sigmoid
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.schemas.why import Ground

LOOK_AHEAD: Final = 20
"""Right answers in a row that are tried."""
_AT: Final = {name: place for place, name in enumerate(FEATURES)}
_GROUNDS: Final = tuple(Ground)
_SETS: Final = tuple(
    frozenset(each) for size in range(len(_GROUNDS) + 1) for each in combinations(_GROUNDS, size)
)
"""All sets of grounds: the empty one first, the whole one last."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One estimate, explained."""

    p: float
    """The estimate: of a skill with answers `Trace.p_mastery`, else what `Model.expected` says."""
    start: float
    """What is said of somebody of whom nothing is known, at a skill of middling difficulty."""
    terms: Mapping[Ground, float]
    """What each ground adds to the probability; with `start` they add up to p."""
    after_right: tuple[float, ...]
    """The estimate after 1, 2 ... LOOK_AHEAD more right answers in a row at average questions."""
    after_miss: float
    """The estimate after one miss at an average question."""


def explain(model: Model, history: History, skill: int) -> Explained:
    """Explain what the model says of one student and one skill.

    Args:
        model: the model version.
        history: the whole history of this student alone, at least one answer, ordered by (occurred_at, statement id).
        skill: the skill's code; one that the parameters do not know counts as average.
    """
    rows = np.array(
        [_row(model.parameters, _features(model, history, skill), skill, grounds) for grounds in _SETS]
    )
    p = dict(zip(_SETS, model.calibrator.probability(rows).tolist(), strict=True))
    right = _answered(model, history, skill, [1.0] * LOOK_AHEAD)
    return Explained(
        p=p[_SETS[-1]],
        start=p[_SETS[0]],
        terms={ground: _shapley(p, ground) for ground in _GROUNDS},
        after_right=tuple(right),
        after_miss=_answered(model, history, skill, [0.0])[0],
    )


def _shapley(p: Mapping[frozenset[Ground], float], ground: Ground) -> float:
    """The ground's mean difference over all orders in which the grounds may come in."""
    n = len(_GROUNDS)
    total = 0.0
    for others in _SETS:
        if ground not in others:
            share = factorial(len(others)) * factorial(n - len(others) - 1) / factorial(n)
            total += share * (p[others | {ground}] - p[others])
    return total


def _features(model: Model, history: History, skill: int) -> NDArray[np.float64]:
    """Features about an average question of the skill at the end of the history."""
    walked: HistoryFeatures = extract_features(model.parameters, history)
    found = np.flatnonzero(walked.end_skill == skill)
    at_end = walked.end[found] if len(found) else unmet(model.parameters, walked.general, np.array([skill]))
    row: NDArray[np.float64] = at_end[0]
    return row


def _row(
    parameters: Parameters, real: NDArray[np.float64], skill: int, grounds: frozenset[Ground]
) -> NDArray[np.float64]:
    """The features with these grounds as they are, and the others as of somebody of whom nothing is known.

    What belongs to none of them (how well known the questions are, the usual time between two answers) stays.
    """
    if len(grounds) == len(_GROUNDS):
        return real
    row = real.copy()
    usual = sigmoid(parameters.base_logit)
    is_met = real[_AT["is_skill_met"]] > 0.0
    usual_here = _usual(parameters, skill, usual) if is_met and Ground.DIFFICULTY in grounds else usual
    if Ground.DIFFICULTY not in grounds:
        row[[_AT["item_ease"], _AT["skill_ease"]]] = 0.0
    if Ground.GENERAL not in grounds:
        row[_AT["theta"]] = 0.0
    if Ground.SKILL not in grounds:
        row[_AT["theta_skill"]] = 0.0
    if Ground.LATELY not in grounds:
        row[_AT["recent"]] = usual
        row[[_AT["skill_recent"], _AT["skill_last"]]] = usual_here
    if Ground.PRACTICE not in grounds:
        row[[_AT["is_skill_met"], _AT["seconds_since_skill"]]] = 0.0
    for wins, misses, ground, rate in (
        ("wins", "misses", Ground.GENERAL, usual),
        ("skill_wins", "skill_misses", Ground.SKILL, usual_here),
    ):
        if not {ground, Ground.PRACTICE} <= grounds:
            # As many answers at the class's rate; or none.
            n = expm1(real[_AT[wins]]) + expm1(real[_AT[misses]]) if Ground.PRACTICE in grounds else 0.0
            row[_AT[wins]], row[_AT[misses]] = log1p(n * rate), log1p(n * (1.0 - rate))
    z = parameters.base_logit
    # In the order of features.py, so that what changes nothing differs by nothing.
    for name in ("theta", "theta_skill", "item_ease", "skill_ease"):
        z += row[_AT[name]]
    row[_AT["z"]] = z
    lines = parameters.lines
    line = lines.of_skills(np.array([skill]))[0] if Ground.DIFFICULTY in grounds else lines.common
    row[FORESEEN] = foreseen(line, row[None, STANDING_AT])[0]
    return row


def _usual(parameters: Parameters, skill: int, usual: float) -> float:
    """Share right of the class on the skill; of all answers where it is not known."""
    rate = float(parameters.skill_rate[skill]) if skill < len(parameters.skill_rate) else float("nan")
    return usual if isnan(rate) else rate


def _answered(model: Model, history: History, skill: int, scores: list[float]) -> list[float]:
    """The estimate after each of some more answers at average questions of the skill, at the time of the last one.

    The time does not matter: an estimate is about a question put when the next one is to be expected (features.py).
    """
    item = max(code_count(history.item), len(model.parameters.item_n))
    n = len(scores)
    longer = History(
        student=np.concatenate([history.student, np.full(n, history.student[0])]),
        item=np.concatenate([history.item, np.full(n, item)]),
        score=np.concatenate([history.score, scores]),
        weight=np.concatenate([history.weight, np.full(n, FULL_WEIGHT)]),
        answered_at=np.concatenate([history.answered_at, np.repeat(history.answered_at[-1:], n)]),
        skill_offset=np.concatenate([history.skill_offset, history.skill_offset[-1] + 1 + np.arange(n)]),
        skill=np.concatenate([history.skill, np.full(n, skill)]),
        priors=history.priors,
    )
    walked = extract_features(_with_average_item(model.parameters, skill, item), longer)
    found: list[float] = model.calibrator.probability(walked.after[-n:]).tolist()
    return found


def _with_average_item(parameters: Parameters, skill: int, item: int) -> Parameters:
    """The parameters with one item more, as hard as the skill's items are on the whole."""
    difficulty = np.zeros(item + 1)
    difficulty[: len(parameters.item_difficulty)] = parameters.item_difficulty
    if skill < len(parameters.skill_item_difficulty):
        difficulty[item] = np.nan_to_num(parameters.skill_item_difficulty[skill])
    counts = np.zeros(item + 1, dtype=np.int64)
    counts[: len(parameters.item_n)] = parameters.item_n
    return replace(parameters, item_difficulty=difficulty, item_n=counts)
