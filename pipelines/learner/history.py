"""The answers on which the learner model works: columns, ordered by (occurred_at, statement id)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from learnloom.pipelines.learner.errors import HistoryShapeError
from learnloom.pipelines.learner.prior import StudentPrior

FULL_WEIGHT: Final = 1.0
RAPID_WEIGHT: Final = 0.25
"""Weight of a rapid guess, an answer given faster than the question can be read: it says more about the moment than
about what is known. What counts as one: sql/norms/attempt_effort.sql."""
RIGHT_FROM: Final = 0.5
"""A score from here on counts as right where only right or wrong matters."""


@dataclass(frozen=True, slots=True)
class History:
    """Answers in order of (occurred_at, statement id); one entry per answer in every column but the last ones.

    Codes are whole numbers from 0 that the caller gives to students, items and skills. An item or skill that
    the parameters do not know has a code beyond theirs.

    Raises:
        HistoryShapeError: lengths do not fit, a code is negative, or a score lies outside 0 to 1.
    """

    student: NDArray[np.int64]
    item: NDArray[np.int64]
    score: NDArray[np.float64]
    """Share of what could be had, 0 to 1."""
    weight: NDArray[np.float64]
    """1, or less where the answer says little (RAPID_WEIGHT)."""
    answered_at: NDArray[np.datetime64]
    """datetime64[us], UTC."""
    skill_offset: NDArray[np.int64]
    """Answer i exercises skill[skill_offset[i]:skill_offset[i + 1]]: one entry more than answers."""
    skill: NDArray[np.int64]
    priors: Mapping[int, StudentPrior] = field(default_factory=dict)
    """By the student's code, what was known before the first of these answers; also of students without any."""

    def __post_init__(self) -> None:
        n = len(self.student)
        lengths = {len(self.item), len(self.score), len(self.weight), len(self.answered_at)}
        if lengths != {n} or len(self.skill_offset) != n + 1:
            raise HistoryShapeError(
                f"{n} students, but columns of {sorted(lengths)} and {len(self.skill_offset)} skill offsets: "
                f"give every column one entry per answer, and one skill offset more"
            )
        if self.skill_offset[0] != 0 or self.skill_offset[-1] != len(self.skill):
            raise HistoryShapeError(
                f"skill offsets run from {self.skill_offset[0]} to {self.skill_offset[-1]}: "
                f"they have to run from 0 to {len(self.skill)}, the number of skill codes"
            )
        if np.any(np.diff(self.skill_offset) < 0):
            raise HistoryShapeError("skill offsets go down: they have to rise from answer to answer")
        for name in ("student", "item", "skill"):
            codes = getattr(self, name)
            if len(codes) and codes.min() < 0:
                raise HistoryShapeError(f"{name} code {codes.min()}: give codes from 0")
        if n and not (self.score.min() >= 0.0 and self.score.max() <= 1.0):
            raise HistoryShapeError(
                f"scores from {self.score.min()} to {self.score.max()}: give shares from 0 to 1, none unknown"
            )

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self.student)

    def where(self, is_kept: NDArray[np.bool_]) -> "History":
        """Return the answers for which is_kept is true, and what was known before of whoever gave them."""
        per_answer = np.diff(self.skill_offset)
        return History(
            student=self.student[is_kept],
            item=self.item[is_kept],
            score=self.score[is_kept],
            weight=self.weight[is_kept],
            answered_at=self.answered_at[is_kept],
            skill_offset=np.concatenate([[0], np.cumsum(per_answer[is_kept])]).astype(np.int64),
            skill=self.skill[np.repeat(is_kept, per_answer)],
            priors={
                code: self.priors[code]
                for code in (np.unique(self.student[is_kept]).tolist() if self.priors else ())
                if code in self.priors
            },
        )

    @property
    def n_skill_codes(self) -> int:
        """How many skill codes there are up to the highest one of an answer or of what was known before."""
        carried = (code for prior in self.priors.values() for code in prior.skills)
        return max(code_count(self.skill), max(carried, default=-1) + 1)


def code_count(codes: NDArray[np.int64]) -> int:
    """Return how many codes there are from 0 up to the highest one seen."""
    return int(codes.max()) + 1 if len(codes) else 0
