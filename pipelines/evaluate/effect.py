"""What followed signals of a kind, against comparable students to whom nothing of the kind was said.

Coarsened exact matching (Iacus, King & Porro 2012, Political Analysis 20(1)): comparable is who stands in the same
cell of day, skill, class and stratum, and each cell's comparable students are weighted like its told ones. What a cell
leaves of the difference before is taken out by a line of after on before through the comparable students of all cells,
each about the means of its own (Abadie & Imbens 2011, Journal of Business & Economic Statistics 29(1)). The standard
error sums how far each row pulls the difference, by student, for what one student does hangs together (Cameron & Miller
2015, Journal of Human Resources 50(2)). A description, no proof: who is told differs in what nobody sees. Of kinds,
never of one student.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

OUTCOMES: Final = ("above_expected", "active_days", "active_seconds", "n_answers", "share_right")
"""What is compared; feedback.student_window says what each means."""
MIN_STUDENTS: Final = 10
"""Figures are told where so many students stand on each side."""
_MIN_COMPARABLE: Final = 2
"""Comparable students of a cell: from a single one nothing can be said about how far such students differ."""
_CELL: Final = ("raised_on", "skill_id", "class_name", "stratum")
HALF_WIDTH: Final = 1.2816
"""Of a normal distribution 80 % lie within so many standard errors."""

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Effect(NamedTuple):
    """One outcome of one kind, said to one audience, in the 14 days after against those before.

    Figures are in the outcome's unit: answers, shares from 0 to 1, days, seconds. They are None where fewer than ten
    students stand on either side.
    """

    signal_kind: str
    audience: str
    outcome: str
    n_signals: int
    """Times it was said anew and the 14 days after have ended."""
    n_matched: int
    """Of these, those with the outcome, and two or more comparable students with it in their cell."""
    n_students: int
    """Different students in these."""
    n_comparable: int
    """Different comparable students in those cells."""
    mean_after: float | None
    """Mean of the outcome after, of the matched."""
    mean_after_comparable: float | None
    """What the comparable students let expect of the matched from where they began."""
    difference: float | None
    standard_error: float | None
    """Of the difference; each student counts as one, however often told or compared."""
    low: float | None
    """Lower end of the 80 % interval of the difference."""
    high: float | None
    difference_before: float | None
    """What the cells have left of the difference in the time before: best near 0."""
    n_acknowledged: int
    """Of n_signals, those answered as taken note of."""
    n_followed: int
    n_dismissed: int


@dataclass(frozen=True, slots=True)
class Side:
    """Students told of, or comparable ones: one row for each student and cell, all arrays of one length."""

    student: Codes
    cell: Codes
    before: Floats
    """The outcome in the time before; NaN where it is unknown."""
    after: Floats
    """The outcome in the time after, always known."""

    def __len__(self) -> int:
        """Rows."""
        return len(self.cell)

    def at(self, kept: NDArray[np.bool_]) -> "Side":
        """The rows for which `kept` holds."""
        return Side(self.student[kept], self.cell[kept], self.before[kept], self.after[kept])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What followed for those told, and what their comparable students let expect; fields as in `Effect`."""

    n_matched: int
    n_students: int
    n_comparable: int
    mean_after: float
    mean_after_comparable: float
    difference: float
    standard_error: float
    difference_before: float
    """NaN where the outcome before is unknown of all."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The comparable students of each cell with two or more of them, by cell; NaN in other cells."""

    n: Floats
    before: Floats
    """Mean of the outcome before."""
    after: Floats
    slope: float
    """Of after on before, about the means of each cell."""

    def expect(self, side: Side) -> Floats:
        """What the comparable students of its cell let expect of each row: their mean, moved by its head start."""
        moved = self.slope * (side.before - self.before[side.cell])
        return self.after[side.cell] + np.where(np.isnan(moved), 0.0, moved)


def compare(told: Side, comparable: Side) -> Comparison | None:
    """Hold those told of against comparable students; None where nobody told has two of them in their cell.

    Args:
        told: those told of; a student may come again in another cell.
        comparable: likewise those to whom nothing of the kind was said.
    """
    n_cells = 1 + max(int(side.cell.max(initial=-1)) for side in (told, comparable))
    cells = _cells_of(comparable, n_cells)
    told = told.at(cells.n[told.cell] > 0)
    if not len(told):
        return None
    n_told = np.bincount(told.cell, minlength=n_cells)
    comparable = comparable.at((cells.n[comparable.cell] > 0) & (n_told[comparable.cell] > 0))
    expected = cells.expect(told)
    difference = float((told.after - expected).mean())
    ahead = told.before - cells.before[told.cell]
    # The mean of few lies nearer to them than the truth does.
    n = cells.n[comparable.cell]
    weight = n_told[comparable.cell] / n * np.sqrt(n / (n - 1))
    pulls = np.concatenate(
        [told.after - expected - difference, weight * (cells.expect(comparable) - comparable.after)]
    )
    student = np.unique(np.concatenate([told.student, comparable.student]), return_inverse=True)[1]
    by_student = np.bincount(student, weights=pulls) / len(told)
    return Comparison(
        n_matched=len(told),
        n_students=len(np.unique(told.student)),
        n_comparable=len(np.unique(comparable.student)),
        mean_after=float(told.after.mean()),
        mean_after_comparable=float(expected.mean()),
        difference=difference,
        standard_error=float(np.sqrt((by_student**2).sum() * len(by_student) / (len(by_student) - 1))),
        difference_before=float("nan") if np.isnan(ahead).all() else float(np.nanmean(ahead)),
    )


def _cells_of(comparable: Side, n_cells: int) -> _Cells:
    cell = comparable.cell
    n = np.bincount(cell, minlength=n_cells).astype(np.float64)
    n[n < _MIN_COMPARABLE] = 0.0
    after = _means(cell, comparable.after, n_cells)
    known = comparable.at(~np.isnan(comparable.before) & (n[cell] > 0))
    before = _means(known.cell, known.before, n_cells)
    aside = known.before - before[known.cell]
    squares = (aside**2).sum()
    slope = (aside * known.after).sum() / squares if squares > 0 else 0.0
    return _Cells(n, before, after, float(slope))


def _means(cell: Codes, values: Floats, n_cells: int) -> Floats:
    """Mean of the values of each cell; NaN where there is none."""
    n = np.bincount(cell, minlength=n_cells)
    sums = np.bincount(cell, weights=values, minlength=n_cells)
    means: Floats = np.divide(sums, n, out=np.full(n_cells, np.nan), where=n > 0)
    return means


def effects(outcomes: pa.Table) -> list[Effect]:
    """Tell of every kind and audience, in their order, what followed; five rows each.

    Args:
        outcomes: rows of feedback.signal_outcome; of the kinds in it all of them.
    """
    return [found for kind, rows in by_kind(outcomes) for found in _effects_of(kind, rows)]


def by_kind(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each kind of signal, kinds in their order."""
    for kind in sorted(pc.unique(rows["signal_kind"]).to_pylist()):
        yield kind, rows.filter(pc.equal(rows["signal_kind"], kind))


def _effects_of(kind: str, outcomes: pa.Table) -> Iterator[Effect]:
    audience = np.array(outcomes["audience"].to_pylist(), dtype=object)
    is_comparable = outcomes["audience"].is_null().to_numpy()
    is_placed = outcomes["stratum"].is_valid().to_numpy()
    student, cell = _codes(outcomes, "student_key"), _codes(outcomes, *_CELL)
    for name in sorted(set(audience) - {None}):
        is_told = audience == name
        answered = outcomes.filter(pa.array(is_told))
        for outcome in OUTCOMES:
            rows = Side(
                student, cell, floats(outcomes, f"{outcome}_before"), floats(outcomes, f"{outcome}_after")
            )
            is_kept = is_placed & ~np.isnan(rows.after)
            yield _effect(
                (kind, name, outcome),
                answered,
                compare(rows.at(is_kept & is_told), rows.at(is_kept & is_comparable)),
            )


def _effect(name: tuple[str, str, str], told: pa.Table, found: Comparison | None) -> Effect:
    answers = [
        int(pc.sum(told[column]).as_py() or 0)
        for column in ("is_acknowledged", "is_followed", "is_dismissed")
    ]
    if found is None:
        return Effect._make((*name, len(told), 0, 0, 0, *[None] * 7, *answers))
    figures: list[float | None] = [None] * 7
    if min(found.n_students, found.n_comparable) >= MIN_STUDENTS:
        width = HALF_WIDTH * found.standard_error
        figures = [
            found.mean_after,
            found.mean_after_comparable,
            found.difference,
            found.standard_error,
            found.difference - width,
            found.difference + width,
            None if np.isnan(found.difference_before) else found.difference_before,
        ]
    counts = len(told), found.n_matched, found.n_students, found.n_comparable
    return Effect._make((*name, *counts, *figures, *answers))


def _codes(table: pa.Table, *columns: str) -> Codes:
    """A number for each row, the same where all columns are; NULL equals NULL."""
    code = np.zeros(len(table), dtype=np.int64)
    for column in columns:
        encoded = pc.dictionary_encode(table[column].combine_chunks(), null_encoding="encode")
        code = np.unique(
            code * (len(encoded.dictionary) + 1) + encoded.indices.to_numpy(), return_inverse=True
        )[1]
    return code


def floats(table: pa.Table, column: str) -> Floats:
    """A column as floats, NaN where it is NULL."""
    values: Floats = table[column].cast(pa.float64()).to_numpy()
    return values
