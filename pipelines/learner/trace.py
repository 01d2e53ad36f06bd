"""Replaying students' histories with item and skill parameters frozen: what the model says of each student.

Each student is computed alone in scalar arithmetic, so the result is the same to the last bit whoever else is
in the call.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.learner.history import FULL_WEIGHT, RIGHT_FROM, History, code_count
from pipelines.learner.logistic import sigmoid
from pipelines.learner.parameters import STUDENT_DECAY, STUDENT_RATE, Parameters
from pipelines.learner.review import FixedIntervals, Reviewer, ReviewState
from schemas.level import MASTERED, NEAR


@dataclass(frozen=True, slots=True)
class Trace:
    """What the model says, in columns. Times are datetime64[us], NaT where there is none.

    The first group has a row per (student, skill) with an answer, in order of codes; the second one per
    student, in order of codes; the third one per answer; the last one per entry of the history's `skill`.
    """

    student: NDArray[np.int64]
    skill: NDArray[np.int64]
    theta: NDArray[np.float64]
    """The student's general ability in logits, at the end."""
    theta_skill: NDArray[np.float64]
    """What the student is better at this skill than in general, in logits."""
    p_mastery: NDArray[np.float64]
    """Recalibrated probability of a right answer at an average item of the skill, at the end."""
    information: NDArray[np.float64]
    """Fisher information of the answers on the skill: the sum of weight * p * (1 - p), p before each (interval.py)."""
    n_attempts: NDArray[np.int64]
    last_attempt_at: NDArray[np.datetime64]
    level_since_at: NDArray[np.datetime64]
    """Answer with which the level that holds at the end was reached."""
    mastered_at: NDArray[np.datetime64]
    """Answer with which mastery was first shown."""
    review_due_at: NDArray[np.datetime64]
    n_reviews: NDArray[np.int64]

    student_code: NDArray[np.int64]
    student_theta: NDArray[np.float64]
    student_last_at: NDArray[np.datetime64]

    p_right: NDArray[np.float64]
    """Recalibrated probability of a right answer, before each answer."""

    p_mastery_after: NDArray[np.float64]
    """p_mastery of each skill right after each of its answers: the learning curve."""


class _Skill:
    """One student's state on one skill."""

    __slots__ = (
        "band",
        "base",
        "code",
        "information",
        "last_us",
        "mastered_us",
        "n",
        "review",
        "since_us",
        "theta",
        "weight",
    )

    def __init__(self, code: int, base: float) -> None:
        self.code = code
        self.base = base
        self.theta = 0.0
        self.weight = 0.0
        self.information = 0.0
        self.n = 0
        self.last_us = 0
        self.band = -1
        self.since_us = 0
        self.mastered_us: int | None = None
        self.review: ReviewState | None = None

    def answered(
        self,
        p: float,
        at_us: int,
        *,
        is_right: bool,
        is_serious: bool,
        mastered: float,
        near: float,
        reviewer: Reviewer,
    ) -> None:
        """Note one more answer, after which mastery is p."""
        self.n += 1
        self.last_us = at_us
        band = 2 if p >= mastered else 1 if p >= near else 0
        if band != self.band:
            self.band, self.since_us = band, at_us
        if self.review is not None:
            if is_serious:
                self.review = reviewer.advance(self.review, at_us, is_right=is_right)
        elif p >= mastered:
            self.mastered_us, self.review = at_us, reviewer.begin(at_us)


@dataclass(slots=True)
class _Student:
    """One student at the end of their history."""

    code: int
    theta: float
    last_us: int
    skills: list[_Skill]


class _Replay:
    """The parameters and the history as lists, and the columns that are filled answer by answer."""

    def __init__(
        self, parameters: Parameters, history: History, mastered: float, near: float, reviewer: Reviewer
    ) -> None:
        self.parameters = parameters
        self.reviewer = reviewer
        self.m0, self.intercept, self.slope = parameters.base_logit, parameters.intercept, parameters.slope
        self.mastered, self.near = mastered, near
        self.item_d = parameters.item_difficulty.tolist()
        self.item_d += [0.0] * (code_count(history.item) - len(self.item_d))
        self.skill_d = parameters.skill_difficulty.tolist()
        self.skill_d += [0.0] * (code_count(history.skill) - len(self.skill_d))
        self.item = history.item.tolist()
        self.score = history.score.tolist()
        self.weight = history.weight.tolist()
        self.at_us = history.answered_at.astype("datetime64[us]").astype(np.int64).tolist()
        self.offset = history.skill_offset.tolist()
        self.skill = history.skill.tolist()
        self.p_right = [0.0] * len(history)
        self.p_after = [0.0] * len(self.skill)
        self.base: dict[int, float] = {}

    def student(self, code: int, rows: list[int]) -> _Student:
        """Replay one student's answers, given by their places in the history."""
        theta, n = 0.0, 0.0
        skills: dict[int, _Skill] = {}
        intercept, slope, offset = self.intercept, self.slope, self.offset
        for row in rows:
            weight, score, at_us = self.weight[row], self.score[row], self.at_us[row]
            start, end = offset[row], offset[row + 1]
            z = self.m0 + theta - self.item_d[self.item[row]]
            touched = []
            for entry in range(start, end):
                skill = self.skill[entry]
                state = skills.get(skill)
                if state is None:
                    state = skills[skill] = _Skill(skill, self._base(skill))
                z += (state.theta - self.skill_d[skill]) / (end - start)
                touched.append(state)
            p_right = self.p_right[row] = sigmoid(intercept + slope * z)
            error = weight * (score - sigmoid(z))
            theta += STUDENT_RATE / (1.0 + STUDENT_DECAY * n) * error
            n += weight
            for entry, state in enumerate(touched, start):
                state.theta += STUDENT_RATE / (1.0 + STUDENT_DECAY * state.weight) * error
                state.weight += weight
                state.information += weight * p_right * (1.0 - p_right)
                p = self.p_after[entry] = sigmoid(intercept + slope * (state.base + theta + state.theta))
                state.answered(
                    p,
                    at_us,
                    is_right=score >= RIGHT_FROM,
                    is_serious=weight >= FULL_WEIGHT,
                    mastered=self.mastered,
                    near=self.near,
                    reviewer=self.reviewer,
                )
        return _Student(code, theta, self.at_us[rows[-1]], [skills[skill] for skill in sorted(skills)])

    def _base(self, skill: int) -> float:
        if skill not in self.base:
            self.base[skill] = self.parameters.average_item_logit(skill)
        return self.base[skill]


def p_at_average_item(parameters: Parameters, skill: int, theta: float, theta_skill: float = 0.0) -> float:
    """Recalibrated probability of a right answer at a skill's average item.

    With theta_skill 0 it is what is expected of a student who has never met the skill.
    """
    z = parameters.average_item_logit(skill) + theta + theta_skill
    return sigmoid(parameters.intercept + parameters.slope * z)


def trace(
    parameters: Parameters,
    history: History,
    *,
    mastered: float = MASTERED,
    near: float = NEAR,
    reviewer: Reviewer = FixedIntervals(),  # noqa: B008 - it has no state
) -> Trace:
    """Say of each student in the history what the model version makes of their answers.

    Args:
        parameters: the model version.
        history: the whole histories of some students, ordered by (occurred_at, statement id).
        mastered: probability from which a skill counts as mastered.
        near: probability from which it is near mastery.
        reviewer: says when a mastered skill is due for review.
    """
    replay = _Replay(parameters, history, mastered, near, reviewer)
    order = np.argsort(history.student, kind="stable")
    codes, starts = np.unique(history.student[order], return_index=True)
    students = [
        replay.student(code, rows.tolist())
        for code, rows in zip(codes.tolist(), np.split(order, starts[1:]), strict=bool(len(codes)))
    ]
    return _columns(replay, students)


def _times(values: list[int | None]) -> NDArray[np.datetime64]:
    """Microseconds since 1970 as times, None as NaT."""
    missing = np.iinfo(np.int64).min  # numpy's own mark of NaT
    return np.array([missing if value is None else value for value in values], dtype=np.int64).view(
        "datetime64[us]"
    )


def _columns(replay: _Replay, students: list[_Student]) -> Trace:
    rows = [(student, skill) for student in students for skill in student.skills]
    p = [
        sigmoid(replay.intercept + replay.slope * (skill.base + student.theta + skill.theta))
        for student, skill in rows
    ]
    # Answers on other skills move the general ability, and may carry a skill over a level's edge.
    bands = [2 if value >= replay.mastered else 1 if value >= replay.near else 0 for value in p]
    return Trace(
        student=np.array([student.code for student, _ in rows], dtype=np.int64),
        skill=np.array([skill.code for _, skill in rows], dtype=np.int64),
        theta=np.array([student.theta for student, _ in rows], dtype=np.float64),
        theta_skill=np.array([skill.theta for _, skill in rows], dtype=np.float64),
        p_mastery=np.array(p, dtype=np.float64),
        information=np.array([skill.information for _, skill in rows], dtype=np.float64),
        n_attempts=np.array([skill.n for _, skill in rows], dtype=np.int64),
        last_attempt_at=_times([skill.last_us for _, skill in rows]),
        level_since_at=_times(
            [
                skill.since_us if band == skill.band else student.last_us
                for band, (student, skill) in zip(bands, rows, strict=True)
            ]
        ),
        mastered_at=_times([skill.mastered_us for _, skill in rows]),
        review_due_at=_times([skill.review.due_us if skill.review else None for _, skill in rows]),
        n_reviews=np.array(
            [skill.review.n_reviews if skill.review else 0 for _, skill in rows], dtype=np.int64
        ),
        student_code=np.array([student.code for student in students], dtype=np.int64),
        student_theta=np.array([student.theta for student in students], dtype=np.float64),
        student_last_at=_times([student.last_us for student in students]),
        p_right=np.array(replay.p_right, dtype=np.float64),
        p_mastery_after=np.array(replay.p_after, dtype=np.float64),
    )
