"""What signals of a kind cause: students to whom they were said, against those from whom they were withheld by lot.

By intention to treat: what was drawn counts, whether it was read or not, or said later. A line on the outcome before
through each side takes out what chance has left between them (Lin 2013, Annals of Applied Statistics 7(1)); each draw
is weighted by how probable it was, for the share may have changed meanwhile (Hájek). The standard error is by
student, for what one student does hangs together (Cameron & Miller 2015, Journal of Human Resources 50(2)).
"""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.effect import HALF_WIDTH, MIN_STUDENTS, OUTCOMES, Floats, by_kind, floats

_FOUND: Final = 1.9600 + 0.8416
"""So many standard errors from 0 a difference has to be, to be told from none four times of five at an error of 5 %."""

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Trial(NamedTuple):
    """One outcome of one kind, in the 14 days after a draw; figures are None below ten students on either side."""

    signal_kind: str
    outcome: str
    """As of an Effect. Only of answers, days and seconds everybody has one: shares are of those who answered."""
    n_said: int
    """Draws with the outcome known by which it was said."""
    n_withheld: int
    n_students_said: int
    """Different students in these."""
    n_students_withheld: int
    mean_said: float | None
    mean_withheld: float | None
    difference: float | None
    """Said less withheld, from where both began."""
    standard_error: float | None
    low: float | None
    """Lower end of the 80 % interval of the difference."""
    high: float | None
    detectable: float | None
    """The least true difference that so many draws tell from none four times of five, at an error of 5 %."""
    n_needed: int | None
    """Draws, in all, that would tell a true difference as large as the one found; None where it is 0."""


class TrialDifference(NamedTuple):
    """What was found of two sides; in the outcome's unit."""

    mean_said: float
    mean_withheld: float
    difference: float
    standard_error: float


def compare(is_said: Flags, share: Floats, student: Codes, before: Floats, after: Floats) -> TrialDifference:
    """Hold the draws by which it was said against those by which it was withheld; both sides have some.

    Args:
        is_said: of each draw, whether it was said.
        share: probability with which it was to be withheld, between 0 and 1.
        student: whose draw it was; a student may have several.
        before: the outcome in the time before; NaN where it is unknown.
        after: the outcome in the time after, always known.
    """
    weight = 1.0 / np.where(is_said, 1.0 - share, share)
    side = is_said.astype(np.float64)
    is_known = ~np.isnan(before)
    columns = [np.ones_like(after), side]
    if is_known.any() and np.ptp(before[is_known]) > 0:
        mean = np.average(before[is_known], weights=weight[is_known])
        ahead = np.where(is_known, before - mean, 0.0)
        columns += [ahead, ahead * side]
    if not is_known.all():
        # About its mean, so that the difference stays one of everybody.
        unknown = (~is_known).astype(np.float64) - np.average(~is_known, weights=weight)
        columns.append(unknown)
    x = np.column_stack(columns)
    inverse = np.linalg.pinv(x.T @ (weight[:, None] * x))
    line = inverse @ (x.T @ (weight * after))
    pulls = x * (weight * (after - x @ line))[:, None]
    names = np.unique(student, return_inverse=True)[1]
    n = int(names.max()) + 1
    sums = np.column_stack([np.bincount(names, weights=column, minlength=n) for column in pulls.T])
    spread = (inverse @ (sums.T @ sums) @ inverse)[1, 1] * n / max(1, n - 1)
    return TrialDifference(
        mean_said=float(np.average(after[is_said], weights=weight[is_said])),
        mean_withheld=float(np.average(after[~is_said], weights=weight[~is_said])),
        difference=float(line[1]),
        standard_error=math.sqrt(max(0.0, float(spread))),
    )


def trials(rows: pa.Table) -> list[Trial]:
    """Tell of every kind, in their order, what it causes; five rows each.

    Args:
        rows: rows of feedback.signal_trial; of the kinds in it all of them.
    """
    return [found for kind, of_kind in by_kind(rows) for found in _trials_of(kind, of_kind)]


def _trials_of(kind: str, rows: pa.Table) -> Iterator[Trial]:
    is_said = ~np.array(rows["is_withheld"].to_pylist(), dtype=bool)
    student = np.unique(np.array(rows["student_key"].to_pylist()), return_inverse=True)[1]
    share = floats(rows, "share")
    for outcome in OUTCOMES:
        before, after = floats(rows, f"{outcome}_before"), floats(rows, f"{outcome}_after")
        known = ~np.isnan(after)
        said, people = is_said[known], student[known]
        n_said, n_withheld = int(said.sum()), int((~said).sum())
        students = len(np.unique(people[said])), len(np.unique(people[~said]))
        figures: tuple[float | None, ...] = (None,) * 7
        n_needed = None
        if min(students) >= MIN_STUDENTS:
            found = compare(said, share[known], people, before[known], after[known])
            width, error = HALF_WIDTH * found.standard_error, found.standard_error
            low, high = found.difference - width, found.difference + width
            figures = (*found, low, high, _FOUND * error)
            n_needed = draws_needed(found.difference, error, n_said + n_withheld)
        yield Trial._make((kind, outcome, n_said, n_withheld, *students, *figures, n_needed))


def draws_needed(difference: float, standard_error: float, n: int) -> int | None:
    """Draws that tell a difference from none four times of five, at an error of 5 %: n of them had this error.

    The error falls with the root of the number (Cohen 1988, Statistical Power Analysis, ch. 2). None for no difference.
    """
    if difference == 0.0:
        return None
    return math.ceil(n * (_FOUND * standard_error / difference) ** 2)
