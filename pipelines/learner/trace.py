"""What a model version says of each student: mastery of every skill, since when, and when to review it.

Features are extracted with the version's difficulties frozen (features.py), its calibrator turns them into
probabilities (calibrator.py), and these tell levels and reviews. Each student is computed alone, so the result is the
same to the last bit whoever else is in the call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.features import FEATURES, HistoryFeatures, extract_features
from learnloom.pipelines.learner.history import FULL_WEIGHT, RIGHT_FROM, History, code_count
from learnloom.pipelines.learner.model import Model
from learnloom.pipelines.learner.prior import SkillPrior, StudentPrior
from learnloom.pipelines.learner.review import FixedIntervals, Reviewer, ReviewState
from learnloom.pipelines.learner.state import StudentState
from learnloom.schemas.level import MASTERED, NEAR

_BLOCK: Final = 100_000
"""Answers whose features stand in memory at once, as far as whole students allow: some 30 MB."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the model says, in columns. Times are datetime64[us], NaT where there is none.

    The first group has shape (n_pairs,), a row per (student, skill) with an answer or a prior, in order of codes; the
    second (n_students,), in order of codes; the third (n_answers,); the last (len(history.skill),).
    """

    student: NDArray[np.int64]
    skill: NDArray[np.int64]
    theta: NDArray[np.float64]
    """The student's general ability in logits, at the end."""
    theta_skill: NDArray[np.float64]
    """What the student is better at this skill than in general, in logits."""
    p_mastery: NDArray[np.float64]
    """Probability of a right answer at an average item of the skill, at the end."""
    information: NDArray[np.float64]
    """Fisher information of the answers on the skill: the sum of weight * p * (1 - p), p before each (interval.py)."""
    n_attempts: NDArray[np.int64]
    """Answers in the history; those of which only a prior is left are not counted."""
    last_attempt_at: NDArray[np.datetime64]
    level_since_at: NDArray[np.datetime64]
    """Answer with which the level that holds at the end was reached."""
    mastered_at: NDArray[np.datetime64]
    """Answer with which mastery was first shown."""
    review_due_at: NDArray[np.datetime64]
    p_due: NDArray[np.float64]
    """Probability of a right answer at an average item when the review comes due, so long after the last answer on the
    skill; NaN where there is no review."""
    n_reviews: NDArray[np.int64]

    student_code: NDArray[np.int64]
    general: NDArray[np.float64]
    """Shape (n_students, 4): what is known of each in general; `Model.expected` says by it what is not met yet."""
    student_last_at: NDArray[np.datetime64]

    p_right: NDArray[np.float64]
    """Probability of a right answer, before each answer."""

    p_mastery_after: NDArray[np.float64]
    """p_mastery of each skill right after each of its answers: the learning curve."""


class _Skill:
    """What is told of one student's skill, answer by answer."""

    __slots__ = ("band", "information", "last_us", "mastered_us", "n", "review", "since_us")

    def __init__(self, prior: SkillPrior | None = None) -> None:
        self.n = 0
        self.information = prior.information if prior else 0.0
        self.last_us = prior.last_us if prior else 0
        self.band = prior.band if prior else -1
        self.since_us = prior.since_us if prior else 0
        self.mastered_us: int | None = prior.mastered_us if prior else None
        self.review: ReviewState | None = prior.review if prior else None


@dataclass(frozen=True, slots=True)
class _Rules:
    """By what levels and reviews are told."""

    mastered: float
    near: float
    reviewer: Reviewer

    def band(self, p: float) -> int:
        """2 for mastered, 1 for near, 0 for neither."""
        return 2 if p >= self.mastered else 1 if p >= self.near else 0

    def note(self, skill: _Skill, p: float, at_us: int, *, is_right: bool, is_serious: bool) -> None:
        """Note one more answer on a skill, after which mastery is p."""
        skill.n += 1
        skill.last_us = at_us
        band = self.band(p)
        if band != skill.band:
            skill.band, skill.since_us = band, at_us
        if skill.review is not None:
            if is_serious:
                skill.review = self.reviewer.advance(skill.review, at_us, is_right=is_right)
        elif p >= self.mastered:
            skill.mastered_us, skill.review = at_us, self.reviewer.begin(at_us)


def trace(
    model: Model,
    history: History,
    *,
    mastered: float = MASTERED,
    near: float = NEAR,
    reviewer: Reviewer = FixedIntervals(),  # noqa: B008 - it has no state
) -> Trace:
    """Say of each student in the history what the model version makes of their answers.

    Args:
        model: the model version.
        history: the whole histories of some students, ordered by (occurred_at, statement id).
        mastered: probability from which a skill counts as mastered.
        near: probability from which it is near mastery.
        reviewer: says when a mastered skill is due for review.
    """
    rules = _Rules(mastered, near, reviewer)
    p_right, p_after = np.empty(len(history)), np.empty(len(history.skill))
    n_skills = np.diff(history.skill_offset)
    parts = []
    for is_in, block in _blocks(history):
        part = _traced(model, rules, block)
        p_right[is_in] = part.p_right
        p_after[np.repeat(is_in, n_skills)] = part.p_mastery_after
        parts.append(part)
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Trace)
    }
    return Trace(**{**joined, "p_right": p_right, "p_mastery_after": p_after})


def carry(
    model: Model, history: History, *, mastered: float, near: float, reviewer: Reviewer
) -> dict[int, StudentPrior]:
    """Say what has to be known of each student to go on without these answers; parameters as for `trace`."""
    rules = _Rules(mastered, near, reviewer)
    found = {}
    for _, block in _blocks(history):
        walked = extract_features(model.parameters, block)
        skills = _noted(
            rules,
            block,
            model.calibrator.probability(walked.before).tolist(),
            model.calibrator.probability(walked.after).tolist(),
        )
        for code, state in zip(walked.student.tolist(), walked.states, strict=True):
            found[code] = _prior(state, {skill: skills[code, skill] for skill in state.skills})
    return found


def _prior(student: StudentState, noted: dict[int, _Skill]) -> StudentPrior:
    skills = {
        code: SkillPrior(
            theta=state.theta,
            weight=state.weight,
            wins=state.wins,
            misses=state.misses,
            recent=state.recent,
            last=state.last,
            last_us=state.last_us,
            information=noted[code].information,
            band=noted[code].band,
            since_us=noted[code].since_us,
            mastered_us=noted[code].mastered_us,
            review=noted[code].review,
        )
        for code, state in student.skills.items()
    }
    return StudentPrior(
        student.theta, student.weight, student.wins, student.misses, student.recent, student.last_us, skills
    )


def _blocks(history: History) -> Iterator[tuple[NDArray[np.bool_], History]]:
    """Which answers are computed together, and these: those of whole students, in order of their codes."""
    n_codes = max(code_count(history.student), max(history.priors, default=-1) + 1)
    block = np.cumsum(np.bincount(history.student, minlength=n_codes)) // _BLOCK
    of_answer = block[history.student]
    # Without any student there is one block, of nothing.
    for number in np.unique(block) if n_codes else [0]:
        is_in = of_answer == number
        priors = {code: prior for code, prior in history.priors.items() if block[code] == number}
        yield is_in, replace(history.where(is_in), priors=priors)


def _traced(model: Model, rules: _Rules, history: History) -> Trace:
    walked = extract_features(model.parameters, history)
    p_right = model.calibrator.probability(walked.before)
    p_after = model.calibrator.probability(walked.after)
    skills = _noted(rules, history, p_right.tolist(), p_after.tolist())
    p_end = model.calibrator.probability(walked.end)
    found = _columns(rules, walked, skills, p_right=p_right, p_after=p_after, p_end=p_end)
    return replace(found, p_due=_when_due(model, walked.end, found))


def _when_due(model: Model, end: NDArray[np.float64], told: Trace) -> NDArray[np.float64]:
    """What the features at the end let expect at the moment when each review comes due."""
    has_review = ~np.isnat(told.review_due_at)
    due, waits = end[has_review], (told.review_due_at - told.last_attempt_at)[has_review]
    # A rapid guess may be later than when the review was due: it says nothing, and moves no date.
    due[:, FEATURES.index("seconds_since_skill")] = np.log1p(np.maximum(waits / np.timedelta64(1, "s"), 0.0))
    found = np.full(len(end), np.nan)
    found[has_review] = model.calibrator.probability(due)
    return found


def _noted(
    rules: _Rules, history: History, p_right: list[float], p_after: list[float]
) -> dict[tuple[int, int], _Skill]:
    """Walk through the answers once more, with what they have shown."""
    skills = {
        (student, code): _Skill(known)
        for student, prior in history.priors.items()
        for code, known in prior.skills.items()
    }
    codes = history.skill.tolist()
    answers = zip(
        history.student.tolist(),
        history.weight.tolist(),
        (history.score >= RIGHT_FROM).tolist(),
        (history.weight >= FULL_WEIGHT).tolist(),
        _microseconds(history.answered_at),
        p_right,
        history.skill_offset[:-1].tolist(),
        history.skill_offset[1:].tolist(),
        strict=True,
    )
    for student, weight, is_right, is_serious, at_us, p, start, end in answers:
        information = weight * p * (1.0 - p)
        for entry in range(start, end):
            key = (student, codes[entry])
            skill = skills.get(key)
            if skill is None:
                skill = skills[key] = _Skill()
            skill.information += information
            rules.note(skill, p_after[entry], at_us, is_right=is_right, is_serious=is_serious)
    return skills


def _columns(
    rules: _Rules,
    walked: HistoryFeatures,
    skills: dict[tuple[int, int], _Skill],
    *,
    p_right: NDArray[np.float64],
    p_after: NDArray[np.float64],
    p_end: NDArray[np.float64],
) -> Trace:
    rows = [skills[key] for key in zip(walked.end_student.tolist(), walked.end_skill.tolist(), strict=True)]
    last_us = dict(zip(walked.student.tolist(), _microseconds(walked.last_at), strict=True))
    # Answers on other skills move what is known in general, and may carry a skill over a level's edge.
    since = [
        skill.since_us if rules.band(p) == skill.band else last_us[student]
        for p, student, skill in zip(p_end.tolist(), walked.end_student.tolist(), rows, strict=True)
    ]
    reviews = [skill.review for skill in rows]
    return Trace(
        student=walked.end_student,
        skill=walked.end_skill,
        theta=walked.end[:, FEATURES.index("theta")],
        theta_skill=walked.end[:, FEATURES.index("theta_skill")],
        p_mastery=p_end,
        information=np.array([skill.information for skill in rows], dtype=np.float64),
        n_attempts=np.array([skill.n for skill in rows], dtype=np.int64),
        last_attempt_at=_times([skill.last_us for skill in rows]),
        level_since_at=_times(since),
        mastered_at=_times([skill.mastered_us for skill in rows]),
        review_due_at=_times([review.due_us if review else None for review in reviews]),
        p_due=np.full(len(rows), np.nan),
        n_reviews=np.array([review.n_reviews if review else 0 for review in reviews], dtype=np.int64),
        student_code=walked.student,
        general=walked.general,
        student_last_at=walked.last_at,
        p_right=p_right,
        p_mastery_after=p_after,
    )


def _microseconds(times: NDArray[np.datetime64]) -> list[int]:
    found: list[int] = times.astype("datetime64[us]").astype(np.int64).tolist()
    return found


def _times(values: list[int | None] | list[int]) -> NDArray[np.datetime64]:
    """Microseconds since 1970 as times, None as NaT."""
    missing = np.iinfo(np.int64).min  # numpy's own mark of NaT
    return np.array([missing if value is None else value for value in values], dtype=np.int64).view(
        "datetime64[us]"
    )
