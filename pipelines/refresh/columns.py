"""Between columns of tables and the codes and numbers on which the learner model works."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def ids_of(column: pa.ChunkedArray | pa.Array, known: list[str]) -> list[str]:
    """The ids that codes stand for: the known ones first, then those that are new, in order."""
    new = set(pc.unique(column).to_pylist()) - set(known)
    return [*known, *sorted(new)]


def codes_of(column: pa.ChunkedArray | pa.Array, ids: list[str]) -> NDArray[np.int64]:
    """The codes of a column of ids."""
    found = pc.index_in(column, pa.array(ids, pa.string()))
    return np.asarray(found).astype(np.int64)


def named(ids: list[str], codes: NDArray[np.int64]) -> pa.Array:
    """The ids for which codes stand."""
    return pa.array(ids, pa.string()).take(pa.array(codes))


def numbers_of(table: pa.Table, column: str) -> NDArray[np.float64]:
    """A column of numbers, unknown ones as NaN."""
    filled = pc.fill_null(table.column(column).cast(pa.float64(), safe=False), float("nan"))
    return np.asarray(filled, dtype=np.float64)
