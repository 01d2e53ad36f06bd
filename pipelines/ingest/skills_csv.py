"""A skill map as a CSV file: a row per activity and skill."""

import csv
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from pipelines.ingest.errors import SkillFileError
from pipelines.ingest.skill_row import MAX_ROWS, SkillRow, check_iri

REQUIRED_COLUMNS: Final = ("activity", "skill")
OPTIONAL_COLUMNS: Final = ("weight", "skill_name", "prerequisites")
_MAX_WEIGHT = Decimal(100)


def read_csv(path: Path) -> Iterator[SkillRow]:
    """Read the rows of a CSV file, empty ones left out.

    Raises:
        SkillFileError: it is no CSV in UTF-8, or a cell is wrong; the message names line and column.
        OSError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, path)
    except UnicodeDecodeError as error:
        raise SkillFileError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as CSV UTF-8"
        ) from error
    except csv.Error as error:
        raise SkillFileError(f"{path} is no CSV file: {error}") from error


def _rows(file: Iterator[str], path: Path) -> Iterator[SkillRow]:
    reader = csv.DictReader(file, strict=True, restval="")
    columns = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    known = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
    absent = [name for name in REQUIRED_COLUMNS if name not in columns]
    strange = [name for name in columns if name not in known]
    if absent or strange or len(set(columns)) < len(columns):
        raise SkillFileError(
            f"{path}, line 1: the columns are {', '.join(columns) or 'absent'}; "
            f"they must be {', '.join(REQUIRED_COLUMNS)} and may be {', '.join(OPTIONAL_COLUMNS)}, each once"
        )
    for number, cells in enumerate(reader, start=1):
        if number > MAX_ROWS:
            raise SkillFileError(f"{path} has more than {MAX_ROWS} rows: split it")
        place = f"{path}, line {reader.line_num}"
        if None in cells:
            raise SkillFileError(f'{place}: more cells than columns: put text with a comma in "quotes"')
        row = {name: text.strip() for name, text in cells.items()}
        if any(row.values()):
            yield _row(row, place)


def _row(row: dict[str, str], place: str) -> SkillRow:
    skill, activity = row["skill"], row["activity"]
    if not skill:
        raise SkillFileError(f"{place}, column skill: it is empty; give the skill's IRI")
    prerequisites = tuple(dict.fromkeys(row.get("prerequisites", "").split()))
    named = [("skill", skill), *(("prerequisites", iri) for iri in prerequisites)]
    if activity:
        named.append(("activity", activity))
    for column, iri in named:
        check_iri(iri, f"{place}, column {column}")
    weight = _weight(row.get("weight", ""), place)
    return SkillRow(place, activity, skill, weight, row.get("skill_name", ""), prerequisites)


def _weight(text: str, place: str) -> Decimal:
    if not text:
        return Decimal(1)
    try:
        weight = Decimal(text).quantize(Decimal("0.0001"))
    except InvalidOperation:
        weight = Decimal(0)
    if weight.is_nan() or not 0 < weight < _MAX_WEIGHT:
        raise SkillFileError(f"{place}, column weight: {text!r} is no number above 0 and below {_MAX_WEIGHT}")
    return weight
