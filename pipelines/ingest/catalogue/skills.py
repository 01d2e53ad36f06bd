"""The school's own map from activities to skills: read from files, in place of the earlier one.

A file is a CSV (skills_csv.py) or a CASE package (skills_case.py), told apart by how it begins. Several make one
map together: a framework from elsewhere, say, and a CSV that says which activities exercise its items.
"""

import graphlib
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.catalogue.csv_rows import read_rows
from learnloom.pipelines.ingest.catalogue.skills_case import read_case
from learnloom.pipelines.ingest.catalogue.skills_csv import COLUMNS, SkillRow
from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.ingest.sources.errors import SkillFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING

_WEIGHT = pa.decimal128(6, 4)
_BEGINNING_BYTES = 64


class SkillCounts(NamedTuple):
    """What the files say."""

    rows: int
    activities: int
    skills: int
    prerequisites: int


class SkillMap(NamedTuple):
    """Skills files, read and checked."""

    weights: dict[tuple[str, str], Decimal]
    """Weight by activity and skill."""
    names: dict[str, str | None]
    """Name by skill, for every skill; None where no file gives one."""
    prerequisites: dict[str, tuple[str, ...]]
    """What comes before it by skill, for every skill, in order."""
    rows: int

    def counts(self) -> SkillCounts:
        """Count what the files say."""
        activities = {activity for activity, _ in self.weights}
        prerequisites = sum(map(len, self.prerequisites.values()))
        return SkillCounts(self.rows, len(activities), len(self.names), prerequisites)


def import_skills(warehouse: Warehouse, *paths: Path, wait_seconds: float) -> SkillCounts:
    """Put the map in the files at `paths`, taken together, in the place of the stored one, as one transaction.

    Columns of a CSV: `activity` (IRI; empty where a row describes a skill only), `skill` (IRI), `weight` (above 0,
    default 1), `skill_name`, `prerequisites` (IRIs of skills, separated by spaces).

    Raises:
        SkillFileError: a file cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    skill_map = read_skills(paths)
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
            school_tables.replace_skills(warehouse, skills, activities)

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(work, wait_seconds=wait_seconds)
    return skill_map.counts()


def read_skills(paths: Sequence[Path]) -> SkillMap:
    """Read and check skills files, and put together what they say.

    Raises:
        SkillFileError: one cannot be read or is wrong, or two do not agree; the message names the place.
    """
    return _gather(row for path in paths for row in _read(path))


def _read(path: Path) -> Iterator[SkillRow]:
    try:
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
        # A CSV begins with the name of a column.
        if beginning[:1] in (b"{", b"["):
            yield from read_case(path)
            return
    except OSError as error:
        raise SkillFileError(f"{path} cannot be read: {error.strerror or error}") from error
    yield from read_rows(path, COLUMNS, lambda _: SkillRow, error=SkillFileError)


def _gather(rows: Iterable[SkillRow]) -> SkillMap:
    """Put the rows together; what two of them say of the same thing must agree."""
    weights: dict[tuple[str, str], Decimal] = {}
    names: dict[str, str | None] = {}
    before: dict[str, tuple[str, ...]] = {}
    said_at: dict[tuple[str, str], str] = {}
    """Place of what is said once: of a pair by activity and skill, of a name and of an order by what and skill."""
    count = 0
    for row in rows:
        count += 1
        if row.activity and (row.activity, row.skill) in weights:
            raise SkillFileError(
                f"{row.place}, column activity: {row.activity} has {row.skill} in "
                f"{said_at[row.activity, row.skill]} already: remove one"
            )
        if row.activity:
            weights[row.activity, row.skill] = row.weight
            said_at[row.activity, row.skill] = row.place
        if row.skill_name and (names.get(row.skill) or row.skill_name) != row.skill_name:
            raise SkillFileError(
                f"{row.place}, column skill_name: {row.skill} is called {names[row.skill]!r} in "
                f"{said_at['name', row.skill]} and {row.skill_name!r} here: choose one"
            )
        names[row.skill] = row.skill_name or names.get(row.skill)
        if row.skill_name:
            said_at.setdefault(("name", row.skill), row.place)
        if row.prerequisites:
            said_at["order", row.skill] = row.place
        before[row.skill] = tuple(dict.fromkeys((*before.get(row.skill, ()), *row.prerequisites)))
        for skill in row.prerequisites:
            names.setdefault(skill, None)
            before.setdefault(skill, ())
    _check_order(before, said_at)
    return SkillMap(weights, names, before, count)


def _check_order(before: dict[str, tuple[str, ...]], said_at: dict[tuple[str, str], str]) -> None:
    try:
        graphlib.TopologicalSorter(before).prepare()
    except graphlib.CycleError as error:
        ring = error.args[1]
        # The ring runs from what is first to what comes after it: the last one is said to wait.
        place = said_at["order", ring[-1]]
        raise SkillFileError(
            f"{place}, prerequisites: skills come before themselves: {' → '.join(reversed(ring))}"
        ) from error
