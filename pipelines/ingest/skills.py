"""The school's own map from activities to skills: read from a CSV file, in place of the earlier one."""

import csv
import graphlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from pipelines.ingest.errors import SkillFileError
from pipelines.warehouse import landing
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.turn import LANDING

REQUIRED_COLUMNS: Final = ("activity", "skill")
OPTIONAL_COLUMNS: Final = ("weight", "skill_name", "prerequisites")
MAX_ROWS: Final = 1_000_000
_WEIGHT = pa.decimal128(6, 4)
_MAX_WEIGHT = Decimal(100)


class SkillCounts(NamedTuple):
    """What a skills file says."""

    rows: int
    activities: int
    skills: int
    prerequisites: int


class SkillMap(NamedTuple):
    """A skills file, read and checked."""

    weights: dict[tuple[str, str], Decimal]
    """Weight by activity and skill."""
    names: dict[str, str | None]
    """Name by skill, for every skill; None where the file gives none."""
    prerequisites: dict[str, tuple[str, ...]]
    """What comes before it by skill, for every skill, in order."""
    rows: int

    def counts(self) -> SkillCounts:
        """Count what the file says."""
        activities = {activity for activity, _ in self.weights}
        prerequisites = sum(map(len, self.prerequisites.values()))
        return SkillCounts(self.rows, len(activities), len(self.names), prerequisites)


class _Row(NamedTuple):
    line: int
    activity: str
    skill: str
    weight: Decimal
    name: str
    prerequisites: tuple[str, ...]


def import_skills(warehouse: Warehouse, path: Path, *, wait_seconds: float) -> SkillCounts:
    """Put the map in the CSV file at `path` in the place of the stored one, as one transaction.

    Columns: `activity` (IRI; empty where a row describes a skill only), `skill` (IRI), `weight` (above 0,
    default 1), `skill_name`, `prerequisites` (IRIs of skills, separated by spaces).

    Raises:
        SkillFileError: the file cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    skill_map = read_skills(path)
    skill_ids = sorted(skill_map.names)
    skills = pa.table(
        {
            "skill_id": pa.array(skill_ids, pa.string()),
            "skill_name": pa.array([skill_map.names[skill] for skill in skill_ids], pa.string()),
            "prerequisite_ids": pa.array(
                [skill_map.prerequisites[skill] for skill in skill_ids], pa.list_(pa.string())
            ),
        }
    )
    pairs = sorted(skill_map.weights)
    activities = pa.table(
        {
            "activity_id": pa.array([activity for activity, _ in pairs], pa.string()),
            "skill_id": pa.array([skill for _, skill in pairs], pa.string()),
            "weight": pa.array([skill_map.weights[pair] for pair in pairs], _WEIGHT),
        }
    )

    def work() -> None:
        with warehouse.transaction(LANDING):
            landing.replace_skills(warehouse, skills, activities)

    landing.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(work, wait_seconds=wait_seconds)
    return skill_map.counts()


def read_skills(path: Path) -> SkillMap:
    """Read and check a skills file.

    Raises:
        SkillFileError: it cannot be read, or is wrong; the message names line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _gather(_rows(file, path), path)
    except OSError as error:
        raise SkillFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SkillFileError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as CSV UTF-8"
        ) from error
    except csv.Error as error:
        raise SkillFileError(f"{path} is no CSV file: {error}") from error


def _rows(file: Iterator[str], path: Path) -> Iterator[_Row]:
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
        if not any(row.values()):
            continue
        yield _row(row, reader.line_num, place)


def _row(row: dict[str, str], line: int, place: str) -> _Row:
    skill, activity = row["skill"], row["activity"]
    if not skill:
        raise SkillFileError(f"{place}, column skill: it is empty; give the skill's IRI")
    prerequisites = tuple(dict.fromkeys(row.get("prerequisites", "").split()))
    named = [("skill", skill), *(("prerequisites", iri) for iri in prerequisites)]
    if activity:
        named.append(("activity", activity))
    for column, iri in named:
        if ":" not in iri.strip(":") or any(c.isspace() for c in iri):
            raise SkillFileError(
                f"{place}, column {column}: {iri!r} is no IRI; give one like https://school.example/x"
            )
    return _Row(
        line, activity, skill, _weight(row.get("weight", ""), place), row.get("skill_name", ""), prerequisites
    )


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


def _gather(rows: Iterator[_Row], path: Path) -> SkillMap:
    """Put the rows together; what two of them say of the same thing must agree."""
    weights: dict[tuple[str, str], Decimal] = {}
    names: dict[str, str | None] = {}
    before: dict[str, tuple[str, ...]] = {}
    count = 0
    for row in rows:
        count += 1
        place = f"{path}, line {row.line}"
        if row.activity and (row.activity, row.skill) in weights:
            raise SkillFileError(
                f"{place}, column activity: {row.activity} has {row.skill} in an earlier line: remove one"
            )
        if row.activity:
            weights[row.activity, row.skill] = row.weight
        if row.name and (names.get(row.skill) or row.name) != row.name:
            raise SkillFileError(
                f"{place}, column skill_name: {row.skill} is called {names[row.skill]!r} in an earlier line "
                f"and {row.name!r} here: choose one"
            )
        names[row.skill] = row.name or names.get(row.skill)
        before[row.skill] = tuple(dict.fromkeys((*before.get(row.skill, ()), *row.prerequisites)))
        for skill in row.prerequisites:
            names.setdefault(skill, None)
            before.setdefault(skill, ())
    try:
        graphlib.TopologicalSorter(before).prepare()
    except graphlib.CycleError as error:
        ring = " → ".join(reversed(error.args[1]))
        raise SkillFileError(
            f"{path}, column prerequisites: skills come before themselves: {ring}"
        ) from error
    return SkillMap(weights, names, before, count)
