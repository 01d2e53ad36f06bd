"""Replaying students' histories with item and skill parameters frozen: what a prediction may look at, in columns.

Elo's state of a student (elo.py) moves with every answer; beside it stand plain counts of wins and misses, recent
outcomes and times. Together they are the features of the answer model:

    z, theta, mean theta_k, -d, -mean d_k; log1p of wins and misses on the skill, in all, and on the item; the recent
    outcomes (moving averages, the last one); how often the item was seen by others; log1p of the seconds since the
    last answer on the skill and since the last at all; whether the skill was met before

as in logistic knowledge tracing ("Best-LR": Gervet, Koedinger, Schneider and Mitchell 2020, "When is deep learning
the best approach to knowledge tracing?"), with Elo's values added. Each student is computed alone in scalar
arithmetic, so that the result is the same to the last bit whoever else is in the call.
"""

from array import array
from dataclasses import dataclass
from math import log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.history import History, code_count
from learnloom.pipelines.learner.logistic import sigmoid
from learnloom.pipelines.learner.parameters import Parameters
from learnloom.pipelines.learner.state import NEVER, SkillState, StudentState

FEATURES: Final = (
    "z",
    "theta",
    "theta_skill",
    "item_ease",
    "skill_ease",
    "skill_wins",
    "skill_misses",
    "wins",
    "misses",
    "recent",
    "skill_recent",
    "skill_last",
    "item_wins",
    "item_misses",
    "item_n",
    "seconds_since_skill",
    "seconds_since_any",
    "is_skill_met",
)
"""Names of the columns of a matrix of features; all but the first five and the recent ones through log1p."""
_US: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Replay:
    """Features, in order of FEATURES, of every moment about which something is said."""

    before: NDArray[np.float64]
    """(answers, features): before each answer, about its question."""
    after: NDArray[np.float64]
    """(entries of the history's `skill`, features): after each answer, about an average question of each skill."""
    end: NDArray[np.float64]
    """(students' skills, features): at the end of each history, about an average question of each skill met."""
    end_student: NDArray[np.int64]
    end_skill: NDArray[np.int64]
    """What each row of `end` is about, in order of students and skills."""
    student: NDArray[np.int64]
    """Students with an answer, in order of codes."""
    last_at: NDArray[np.datetime64]
    """The last answer of each."""
    general: NDArray[np.float64]
    """(students, 4): theta, wins, misses and recent outcomes of each at the end, whatever the skill."""


class _Norms:
    """The parameters as lists that reach as far as the codes."""

    def __init__(self, parameters: Parameters, *, n_skills: int) -> None:
        unknown = [0.0] * (n_skills - len(parameters.skill_n))
        self.m0, self.rate = parameters.base_logit, sigmoid(parameters.base_logit)
        self.skill_d = parameters.skill_difficulty.tolist() + unknown
        self.average_d = np.nan_to_num(parameters.skill_item_difficulty).tolist() + unknown
        self.average_n = np.nan_to_num(parameters.skill_item_log_n).tolist() + unknown
        self.log_gap_skill, self.log_gap_any = parameters.log_gap_skill, parameters.log_gap_any

    def average_item(self, student: StudentState, skill: SkillState) -> tuple[float, ...]:
        """Features of an average question of the skill, put when the next one is to be expected."""
        d, d_k = self.average_d[skill.code], self.skill_d[skill.code]
        is_met = skill.last_us != NEVER
        return (
            self.m0 + student.theta + skill.theta - d - d_k,
            student.theta,
            skill.theta,
            -d,
            -d_k,
            log1p(skill.wins),
            log1p(skill.misses),
            log1p(student.wins),
            log1p(student.misses),
            student.recent,
            skill.recent,
            skill.last,
            0.0,
            0.0,
            self.average_n[skill.code],
            self.log_gap_skill if is_met else 0.0,
            self.log_gap_any,
            1.0 if is_met else 0.0,
        )


class _Walk:
    """The history as lists, and the columns that are filled answer by answer."""

    def __init__(self, parameters: Parameters, history: History, *, only_before: bool) -> None:
        self.norms = _Norms(parameters, n_skills=code_count(history.skill))
        self.only_before = only_before
        unknown = [0.0] * (code_count(history.item) - len(parameters.item_n))
        self.item_d = parameters.item_difficulty.tolist() + unknown
        self.item_n = [log1p(n) for n in parameters.item_n.tolist()] + unknown
        self.item = history.item.tolist()
        self.score = history.score.tolist()
        self.weight = history.weight.tolist()
        self.at_us = history.answered_at.astype("datetime64[us]").astype(np.int64).tolist()
        self.offset = history.skill_offset.tolist()
        self.skill = history.skill.tolist()
        self.before, self.after, self.end, self.general = array("d"), array("d"), array("d"), array("d")
        self.end_skill: list[int] = []
        self.n_end: list[int] = []
        self.last_us: list[int] = []

    def student(self, rows: list[int]) -> None:
        """Replay one student's answers, given by their places in the history."""
        student = StudentState(self.norms.rate)
        for row in rows:
            touched = student.touched(self.skill[self.offset[row] : self.offset[row + 1]], self.norms.rate)
            features = self._before(student, touched, row)
            self.before.extend(features)
            score, weight, at_us = self.score[row], self.weight[row], self.at_us[row]
            error = weight * (score - sigmoid(features[0]))
            student.learn(self.item[row], score, weight, error, at_us)
            for state in touched:
                state.learn(score, weight, error, at_us)
            if not self.only_before:
                for state in touched:
                    self.after.extend(self.norms.average_item(student, state))
        if self.only_before:
            return
        for code in sorted(student.skills):
            self.end.extend(self.norms.average_item(student, student.skills[code]))
            self.end_skill.append(code)
        self.n_end.append(len(student.skills))
        self.last_us.append(student.last_us)
        self.general.extend((student.theta, student.wins, student.misses, student.recent))

    def _before(self, student: StudentState, touched: list[SkillState], row: int) -> tuple[float, ...]:
        """Features of the question to come; several skills count by their mean."""
        item, at_us, skill_d = self.item[row], self.at_us[row], self.norms.skill_d
        if len(touched) == 1:
            state = touched[0]
            theta_k, d_k, wins_k, misses_k = state.theta, skill_d[state.code], state.wins, state.misses
            recent_k, last_k, met_us = state.recent, state.last, state.last_us
        elif touched:
            n = len(touched)
            theta_k = sum([state.theta for state in touched]) / n
            d_k = sum([skill_d[state.code] for state in touched]) / n
            wins_k = sum([state.wins for state in touched]) / n
            misses_k = sum([state.misses for state in touched]) / n
            recent_k = sum([state.recent for state in touched]) / n
            last_k = sum([state.last for state in touched]) / n
            met_us = max([state.last_us for state in touched])
        else:
            theta_k = d_k = wins_k = misses_k = 0.0
            recent_k, last_k, met_us = self.norms.rate, self.norms.rate, NEVER
        item_wins, item_misses = student.items.get(item, (0.0, 0.0))
        d = self.item_d[item]
        return (
            self.norms.m0 + student.theta + theta_k - d - d_k,
            student.theta,
            theta_k,
            -d,
            -d_k,
            log1p(wins_k),
            log1p(misses_k),
            log1p(student.wins),
            log1p(student.misses),
            student.recent,
            recent_k,
            last_k,
            log1p(item_wins),
            log1p(item_misses),
            self.item_n[item],
            log1p((at_us - met_us) * _US) if met_us != NEVER else 0.0,
            log1p((at_us - student.last_us) * _US) if student.last_us != NEVER else 0.0,
            0.0 if met_us == NEVER else 1.0,
        )


def replay(parameters: Parameters, history: History) -> Replay:
    """Walk through the histories of some students.

    Args:
        parameters: the difficulties and norms to use.
        history: the whole histories of some students, ordered by (occurred_at, statement id).
    """
    walk, order, codes = _walked(parameters, history, only_before=False)
    places = _inverse(order)
    n_skills = np.diff(history.skill_offset)
    entries = np.repeat(_starts(n_skills[order])[places] - history.skill_offset[:-1], n_skills)
    return Replay(
        before=_matrix(walk.before)[places],
        after=_matrix(walk.after)[np.arange(len(entries)) + entries],
        end=_matrix(walk.end),
        end_student=np.repeat(codes, np.array(walk.n_end, dtype=np.int64)),
        end_skill=np.array(walk.end_skill, dtype=np.int64),
        student=codes,
        last_at=np.array(walk.last_us, dtype=np.int64).view("datetime64[us]"),
        general=np.frombuffer(walk.general, dtype=np.float64).reshape(-1, 4),
    )


def replay_before(parameters: Parameters, history: History) -> NDArray[np.float64]:
    """Give `Replay.before` alone, in little more than half the time."""
    walk, order, _ = _walked(parameters, history, only_before=True)
    found: NDArray[np.float64] = _matrix(walk.before)[_inverse(order)]
    return found


def _walked(
    parameters: Parameters, history: History, *, only_before: bool
) -> tuple[_Walk, NDArray[np.int64], NDArray[np.int64]]:
    """The walk, the places of the answers in the order in which it went, and the students' codes."""
    walk = _Walk(parameters, history, only_before=only_before)
    order = np.argsort(history.student, kind="stable")
    codes, starts = np.unique(history.student[order], return_index=True)
    for rows in np.split(order, starts[1:]) if len(codes) else []:
        walk.student(rows.tolist())
    return walk, order, codes


def unmet(
    parameters: Parameters, general: NDArray[np.float64], skill: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Features about an average question of skills that the students have never met.

    Args:
        parameters: as for `replay`.
        general: (rows, 4), each a student's row of `Replay.general`.
        skill: a skill for each row; one that the parameters do not know counts as average.

    Returns:
        A matrix (rows, features).
    """
    norms = _Norms(parameters, n_skills=code_count(skill))
    found = array("d")
    student = StudentState(norms.rate)
    for (theta, wins, misses, recent), code in zip(general.tolist(), skill.tolist(), strict=True):
        student.theta, student.wins, student.misses, student.recent = theta, wins, misses, recent
        found.extend(norms.average_item(student, SkillState(code, norms.rate)))
    return _matrix(found)


def _matrix(values: "array[float]") -> NDArray[np.float64]:
    return np.frombuffer(values, dtype=np.float64).reshape(-1, len(FEATURES))


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
