"""A skill map as a CSV file: a row per activity and skill."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, read_rows, weight_of
from learnloom.pipelines.ingest.catalogue.skill_row import MAX_ROWS, SkillRow, check_iri
from learnloom.pipelines.ingest.sources.errors import SkillFileError

COLUMNS: Final = Columns(("activity", "skill"), ("weight", "skill_name", "prerequisites"))
_MAX_WEIGHT = Decimal(100)


def read_csv(path: Path) -> Iterator[SkillRow]:
    """Read the rows of a CSV file, empty ones left out.

    Raises:
        SkillFileError: it is no CSV in UTF-8, or a cell is wrong; the message names line and column.
        OSError: it cannot be read.
    """
    for place, row in read_rows(path, COLUMNS, max_rows=MAX_ROWS, error=SkillFileError):
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
    weight = weight_of(text)
    if weight is None or not 0 < weight < _MAX_WEIGHT:
        raise SkillFileError(f"{place}, column weight: {text!r} is no number above 0 and below {_MAX_WEIGHT}")
    return weight
