"""A CSV file that a school has written by hand: its rows, and what is wrong with it by line."""

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.ingest.sources.errors import IngestError


class Columns(NamedTuple):
    """Names of columns."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


def read_rows(
    path: Path, columns: Columns, *, max_rows: int, error: type[IngestError]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Read the rows of a CSV file with a header, empty ones left out: place (file and line), and cell by column.

    Args:
        path: the file, in UTF-8.
        columns: those that have to be there, and those that may; no others.
        max_rows: a longer file is refused.
        error: what is raised where the file is wrong.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, path, columns, max_rows, error)
    except UnicodeDecodeError as wrong:
        raise error(f"{path} is not UTF-8 text (byte {wrong.start}): save it as CSV UTF-8") from wrong
    except csv.Error as wrong:
        raise error(f"{path} is no CSV file: {wrong}") from wrong


def _rows(
    file: Iterator[str], path: Path, columns: Columns, max_rows: int, error: type[IngestError]
) -> Iterator[tuple[str, dict[str, str]]]:
    reader = csv.DictReader(file, strict=True, restval="")
    names = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = names
    absent = [name for name in columns.required if name not in names]
    strange = [name for name in names if name not in columns.required + columns.optional]
    if absent or strange or len(set(names)) < len(names):
        raise error(
            f"{path}, line 1: the columns are {', '.join(names) or 'absent'}; "
            f"they must be {', '.join(columns.required)} and may be {', '.join(columns.optional)}, each once"
        )
    for number, cells in enumerate(reader, start=1):
        if number > max_rows:
            raise error(f"{path} has more than {max_rows} rows: split it")
        place = f"{path}, line {reader.line_num}"
        if None in cells:
            raise error(f'{place}: more cells than columns: put text with a comma in "quotes"')
        row = {name: text.strip() for name, text in cells.items()}
        if any(row.values()):
            yield place, row


def weight_of(text: str) -> Decimal | None:
    """Read a weight to four digits: 1 where the cell is empty, None where it holds no number."""
    if not text:
        return Decimal(1)
    try:
        weight = Decimal(text).quantize(Decimal("0.0001"))
    except InvalidOperation:
        return None
    return None if weight.is_nan() else weight
