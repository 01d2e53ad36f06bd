"""Evidence rows: what the marts and the rules agree upon."""

import inspect
from typing import get_type_hints

import pytest

from learnloom.schemas import evidence

_ROWS = [
    row
    for name, row in vars(evidence).items()
    if inspect.isclass(row) and name.endswith(("Evidence", "Estimate"))
]


@pytest.mark.parametrize("row", _ROWS)
def test_every_field_is_typed_and_its_row_has_a_stated_grain(row: type) -> None:
    """Whoever writes the mart finds what one row is and what each column holds."""
    assert get_type_hints(row)
    assert row.__doc__
    assert "Grain:" in row.__doc__ or row is evidence.StudentEvidence


def test_a_row_reads_columns_in_order() -> None:
    """A tuple from SQL becomes a row as it is."""
    day = evidence.DayEvidence._make(("2026-11-20", 60.0, 1, 2))
    assert day.n_attempts == 2
