"""Fitting: multi-concept Elo over everybody's answers once, in order of time.

    z = m0 + theta + mean_k theta_k - d - mean_k d_k        p = sigmoid(z)        e = weight * (y - p)

then theta, theta_k rise and d, d_k fall by their shrinking steps times e (parameters.py). Towards the
shrinking of a step, too, an answer counts by its weight.

The last steps weigh more in d than those before them. So each item's d is taken once more from all its answers alike:
where they are most likely, given z without d before each and a normal prior around 0 (the Rasch model's difficulty with
abilities given: Baker & Kim 2004, Item response theory).
"""

import math
from array import array
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.errors import HistoryShapeError
from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.logistic import logit, sigmoid, sigmoid_fast
from learnloom.pipelines.learner.parameters import (
    ITEM_DECAY,
    ITEM_RATE,
    SKILL_DECAY,
    SKILL_RATE,
    STUDENT_DECAY,
    STUDENT_RATE,
    Parameters,
)
from learnloom.pipelines.learner.prior import StudentPrior

_NO_RATE = 0.02
"""The share right of all answers keeps this far from 0 and 1: a first quiz that all got right has a logit."""
_RIDGE: Final = 1.0
"""One over the variance of difficulties before any answer: it counts as much as four to six answers."""
_STEPS: Final = 12
_MOST: Final = 2.0
"""Steps, and how far one goes at the most, in logits: an item that nobody gets right stays at bay."""


class _State:
    """Values and weights so far of everything that Elo moves, by code."""

    __slots__ = ("d", "d_n", "dk", "dk_n", "mastery", "theta", "theta_n", "z_apart")

    def __init__(self, n_students: int, n_items: int, n_skills: int) -> None:
        self.theta = [0.0] * n_students
        self.theta_n = [0.0] * n_students
        self.d = [0.0] * n_items
        self.d_n = [0.0] * n_items
        self.dk = [0.0] * n_skills
        self.dk_n = [0.0] * n_skills
        self.mastery: dict[tuple[int, int], tuple[float, float]] = {}
        """theta_k and weight so far by (student, skill)."""
        self.z_apart = array("d")
        """z without d, before each answer."""

    def resume(self, student: int, prior: StudentPrior) -> None:
        """Begin with what is known of a student."""
        if student < len(self.theta):
            self.theta[student], self.theta_n[student] = prior.theta, prior.weight
            self.mastery |= {
                (student, code): (known.theta, known.weight) for code, known in prior.skills.items()
            }

    def answer(
        self, student: int, item: int, skills: list[int], *, score: float, weight: float, m0: float
    ) -> None:
        """Move everything by one answer."""
        theta_n, d_n, dk, dk_n, mastery = self.theta_n, self.d_n, self.dk, self.dk_n, self.mastery
        z = m0 + self.theta[student]
        share = 1.0 / len(skills) if skills else 0.0
        states = [mastery.get((student, skill), (0.0, 0.0)) for skill in skills]
        for skill, (value, _) in zip(skills, states, strict=True):
            z += (value - dk[skill]) * share
        self.z_apart.append(z)
        error = weight * (score - sigmoid(z - self.d[item]))
        self.theta[student] += STUDENT_RATE / (1.0 + STUDENT_DECAY * theta_n[student]) * error
        theta_n[student] += weight
        self.d[item] -= ITEM_RATE / (1.0 + ITEM_DECAY * d_n[item]) * error
        d_n[item] += weight
        for skill, (value, n) in zip(skills, states, strict=True):
            step = STUDENT_RATE / (1.0 + STUDENT_DECAY * n)
            mastery[student, skill] = (value + step * error, n + weight)
            dk[skill] -= SKILL_RATE / (1.0 + SKILL_DECAY * dk_n[skill]) * error
            dk_n[skill] += weight


def fit(history: History, *, n_items: int | None = None, n_skills: int | None = None) -> Parameters:
    """Learn item and skill difficulties and norms from everybody's answers.

    Args:
        history: all answers of all students, ordered by (occurred_at, statement id).
        n_items: number of item codes given out; by default the highest code seen and those below.
        n_skills: number of skill codes given out; likewise.

    Returns:
        The frozen parameters. Without any answer they are those of an average item and skill.

    Raises:
        HistoryShapeError: a code lies beyond the number of codes given out.
    """
    n_items = _given_out("item", history.item, n_items)
    n_skills = _given_out("skill", history.skill, n_skills)
    m0 = logit(float(np.clip(history.score.mean(), _NO_RATE, 1.0 - _NO_RATE))) if len(history) else 0.0
    state = _State(code_count(history.student), n_items, n_skills)
    for code, prior in history.priors.items():
        state.resume(code, prior)
    offsets, skills = history.skill_offset.tolist(), history.skill.tolist()
    answers = zip(
        history.student.tolist(),
        history.item.tolist(),
        history.score.tolist(),
        history.weight.tolist(),
        offsets[:-1],
        offsets[1:],
        strict=True,
    )
    for student, item, score, weight, start, end in answers:
        state.answer(student, item, skills[start:end], score=score, weight=weight, m0=m0)
    return _parameters(history, state, m0)


def _given_out(name: str, codes: NDArray[np.int64], n: int | None) -> int:
    """Number of codes given out, by default those seen."""
    seen = code_count(codes)
    if n is None:
        return seen
    if seen > n:
        raise HistoryShapeError(
            f"{name} code {seen - 1} where {n} were given out: give n_{name}s at least {seen}"
        )
    return n


def _parameters(history: History, state: _State, m0: float) -> Parameters:
    n_items, n_skills = len(state.d), len(state.dk)
    per_skill = np.diff(history.skill_offset)
    scores = np.repeat(history.score, per_skill)
    difficulty = _most_likely(history, np.frombuffer(state.z_apart), n_items)
    items = np.repeat(history.item, per_skill)
    n_answers = np.bincount(history.item, minlength=n_items)
    return Parameters(
        base_logit=m0,
        item_difficulty=difficulty,
        item_n=n_answers,
        item_rate=_mean_by(history.item, history.score, n_items),
        skill_difficulty=np.array(state.dk, dtype=np.float64),
        skill_n=np.bincount(history.skill, minlength=n_skills),
        skill_rate=_mean_by(history.skill, scores, n_skills),
        skill_item_difficulty=_mean_by(history.skill, difficulty[items], n_skills),
        skill_item_log_n=_mean_by(history.skill, np.log1p(n_answers)[items], n_skills),
        log_gap_skill=_log_gap(
            np.repeat(history.student, per_skill), history.skill, np.repeat(history.answered_at, per_skill)
        ),
        log_gap_any=_log_gap(history.student, np.zeros_like(history.student), history.answered_at),
    )


def _most_likely(history: History, z_apart: NDArray[np.float64], n_items: int) -> NDArray[np.float64]:
    """Difficulty of each item at which its answers are most likely, by Newton's method; 0 without any."""
    item, weight = history.item, history.weight
    d = np.zeros(n_items)
    for _ in range(_STEPS):
        p = sigmoid_fast(z_apart - d[item])
        slope = np.bincount(item, weights=weight * (p - history.score), minlength=n_items) - _RIDGE * d
        bend = np.bincount(item, weights=weight * p * (1.0 - p), minlength=n_items) + _RIDGE
        d += np.clip(slope / bend, -_MOST, _MOST)
    return d


def _log_gap(student: NDArray[np.int64], key: NDArray[np.int64], at: NDArray[np.datetime64]) -> float:
    """Median of log1p(seconds) between answers of the same student and key that follow each other; else 0."""
    order = np.lexsort((key, student))
    same = (np.diff(student[order]) == 0) & (np.diff(key[order]) == 0)
    if not same.any():
        return 0.0
    gaps = np.diff(at[order].astype("datetime64[us]").astype(np.int64))[same]
    return math.log1p(float(np.median(gaps)) * 1e-6)


def _mean_by(codes: NDArray[np.int64], values: NDArray[np.float64], n_codes: int) -> NDArray[np.float64]:
    """Mean of values per code, NaN for a code without any."""
    n = np.bincount(codes, minlength=n_codes)
    total = np.bincount(codes, weights=values, minlength=n_codes)
    mean: NDArray[np.float64] = np.divide(total, n, out=np.full(n_codes, np.nan), where=n > 0)
    return mean
