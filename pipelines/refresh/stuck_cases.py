"""Who was stuck on a skill, and what came of it: the cases by which it is learned who stays so."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np

from learnloom.pipelines.evaluate.outcomes import DAY_SECONDS, Series, of_series, seen_of
from learnloom.pipelines.evaluate.weights import weights
from learnloom.pipelines.feedback.claims import STUCK
from learnloom.pipelines.feedback.stuck import Standing, standing
from learnloom.pipelines.learner.towards import Weighed

_RUN: Final = 3
Student = TypeVar("Student", int, str)
Skill = TypeVar("Skill", int, str)


class SkillAnswer(NamedTuple):
    """One answer on a skill."""

    is_right: bool
    at: float
    """Seconds since 1970."""
    p_mastery: float
    """Probability right at an average question, after it."""
    is_aided: bool
    is_rapid: bool


class StuckCase(NamedTuple):
    """One case: a student who never had three right in a row on a skill, after an answer on it."""

    student: int | str
    found: Standing
    n: int
    """Answers by then."""
    is_true: bool | None
    """Whether none came in the answers that the claim is about; None where that is not known."""
    seen: int | None
    """Answers that came of those that decide it; None where that is too early to say."""


def moments(
    by_pair: Mapping[tuple[Student, Skill], Sequence[SkillAnswer]],
    before: Mapping[Skill, Iterable[Skill]],
    *,
    least: int,
    known_until: float,
) -> Iterator[StuckCase]:
    """Give every answer from so many on, as long as three right in a row never came.

    Args:
        by_pair: the answers of a student on a skill, in order.
        before: by skill those that come before it.
        least: answers from which on it could be said.
        known_until: up to when it is known what came; seconds since 1970.
    """
    for (student, skill), rows in by_pair.items():
        run = n_right = n_aided = n_rapid = 0
        for n, answer in enumerate(rows, 1):
            run = run + 1 if answer.is_right else 0
            if run >= _RUN:
                break
            n_right, n_aided = n_right + answer.is_right, n_aided + answer.is_aided
            n_rapid += answer.is_rapid
            if n < least:
                continue
            known = (by_pair[student, each] for each in before.get(skill, ()) if (student, each) in by_pair)
            found = standing(
                p_mastery=answer.p_mastery,
                n=n,
                n_right=n_right,
                n_aided=n_aided,
                n_rapid=n_rapid,
                p_before=min(_by_then(known, answer.at), default=None),
            )
            yield _with_outcome(StuckCase(student, found, n, None, None), rows[n:], answer.at, known_until)


def _by_then(others: Iterable[Sequence[SkillAnswer]], at: float) -> Iterator[float]:
    """What was known by a moment of each of other skills, where there was an answer on it."""
    for rows in others:
        place = bisect_right(rows, at, key=lambda answer: answer.at)
        if place:
            yield rows[place - 1].p_mastery


def _with_outcome(
    moment: StuckCase, later: Sequence[SkillAnswer], at: float, known_until: float
) -> StuckCase:
    came = later[: STUCK.answers]
    series = Series([each.is_right for each in came], [each.at - at for each in came])
    known_days = (known_until - at) / DAY_SECONDS
    found = of_series(STUCK, series, None, known_days)
    return moment._replace(
        is_true=None if found is None else STUCK.comes_true(found.outcome),
        seen=seen_of(STUCK, series, known_days),
    )


def decided(cases: Sequence[StuckCase]) -> tuple[Weighed, Sequence[StuckCase]]:
    """Put the decided cases into arrays, with the weights by which they stand for the undecided; and give them."""
    weight = weights([one.is_true for one in cases], [one.seen for one in cases])
    places = [place for place, one in enumerate(cases) if weight[place] > 0.0]
    known = [cases[place] for place in places]
    arrays = Weighed(
        features=np.array([one.found for one in known], dtype=np.float64).reshape(-1, len(Standing._fields)),
        outcomes=np.array([one.is_true for one in known], dtype=np.float64),
        weight=weight[places],
        student=np.unique([one.student for one in known], return_inverse=True)[1].astype(np.int64),
    )
    return arrays, known
