"""Is the model as good for every group of students? An audit: groups never become part of the model.

Every figure is that of one group; ABROCA compares it with all other students of known group.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.evaluate.abroca import N_PERMUTATIONS, Abroca, abroca
from learnloom.pipelines.evaluate.answer_set import NamedTable
from learnloom.pipelines.evaluate.figures import MIN_GROUP, Figure, MinimumSample, figures, share
from learnloom.pipelines.evaluate.measures import Predictions
from learnloom.pipelines.evaluate.resample import N_RESAMPLES
from learnloom.schemas.errors import LearnloomError

# More groups than that in one column are hardly groups.
MAX_GROUPS: Final = 20
MAX_ROWS: Final = 1_000_000
_STUDENT: Final = "student"


class GroupsError(LearnloomError):
    """A table of groups cannot be read as such."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way in which students are divided."""

    name: str
    group_of: Mapping[int, str]
    """Group by student code; a student of unknown group is not in it."""

    @property
    def groups(self) -> list[str]:
        """The groups, in order of their names."""
        return sorted(set(self.group_of.values()))

    def members(self, group: str) -> list[int]:
        """Codes of the students of a group."""
        return [student for student, name in self.group_of.items() if name == group]


def groupings_of(
    named: NamedTable, student_code: Mapping[str, int], *, is_optional: bool = False
) -> list[Grouping]:
    """Read the groups of students; an empty cell is an unknown group, an unknown student is left out.

    Args:
        named: column `student`, and one or more others, each a way to divide students.
        student_code: codes of students by every name that they go by.
        is_optional: whether it is well that the table names none of them; then there are no groups.

    Raises:
        GroupsError: a column is missing, a student is in two groups, or there are too many groups.
    """
    table = named.table
    columns = [name for name in table.column_names if name != _STUDENT]
    if len(columns) == len(table.column_names) or not columns:
        raise GroupsError(
            f"{named.name} needs the column {_STUDENT} and one or more with groups; there are: "
            f"{', '.join(table.column_names)}"
        )
    students = [student_code.get(name or "") for name in table.column(_STUDENT).to_pylist()]
    if not any(code is not None for code in students):
        if is_optional:
            return []
        raise GroupsError(
            f"{named.name} names no student who has an answer; its first is "
            f"{next(iter(table.column(_STUDENT).to_pylist()), None)!r}. Name students as in the answers, or, for "
            f"the warehouse, by key, identifier or account name"
        )
    return [_grouping(named.name, column, table.column(column), students) for column in columns]


def _grouping(file: str, column: str, cells: pa.ChunkedArray, students: list[int | None]) -> Grouping:
    group_of: dict[int, str] = {}
    for row, (student, group) in enumerate(zip(students, cells.to_pylist(), strict=True), start=1):
        if student is None or group is None:
            continue
        if group_of.setdefault(student, group) != group:
            raise GroupsError(
                f"{file}, row {row:,} below the header, column {column}: the student is in {group!r} and, further up, "
                f"in {group_of[student]!r}; give each student one group"
            )
    found = Grouping(column, group_of)
    if len(found.groups) > MAX_GROUPS:
        raise GroupsError(
            f"{file}, column {column} has {len(found.groups)} groups, but at most {MAX_GROUPS} are allowed: "
            f"remove the column, or merge groups"
        )
    return found


@dataclass(frozen=True, slots=True)
class Flags:
    """What is done with predictions, one entry per row."""

    is_flagged: NDArray[np.bool_]
    """The prediction calls for help."""
    is_due: NDArray[np.bool_]
    """Help would have been right: the answer was wrong, the student did not pass."""
    meaning: str
    """In words, such as "p below 0.70"."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How predictions fare for one group."""

    grouping: str
    group: str
    n: int
    n_students: int
    auc: Figure
    ece: Figure
    gap: Figure
    """Mean outcome minus mean prediction: above 0, the outcome is better than predicted."""
    flag_rate: Figure
    true_positive_rate: Figure
    """Of the rows for which help was due, the share that was flagged."""
    false_positive_rate: Figure
    """Of all other rows, the share that was flagged."""
    abroca: Abroca


@dataclass(frozen=True, slots=True)
class FairnessAudit:
    """What the figures of groups are reckoned with."""

    minimum: MinimumSample = MIN_GROUP
    row: str = "answer"
    n_resamples: int = N_RESAMPLES
    n_permutations: int = N_PERMUTATIONS
    seed: int = 0


def fairness(
    found: Predictions, flags: Flags, groupings: list[Grouping], audit: FairnessAudit
) -> Iterator[GroupFigures]:
    """Give the figures of every group of every grouping.

    Args:
        found: the predictions, their clusters as in the groupings.
        flags: whom the predictions call to attention.
        groupings: ways in which students are divided.
        audit: how much is enough, and how often is drawn.
    """
    for grouping in groupings:
        is_known = np.isin(found.cluster, list(grouping.group_of))
        for group in grouping.groups:
            members = np.array(grouping.members(group), dtype=np.int64)
            yield _of_group(
                found, flags, audit, grouping=grouping.name, group=group, members=members, is_known=is_known
            )


def _of_group(
    found: Predictions,
    flags: Flags,
    audit: FairnessAudit,
    *,
    grouping: str,
    group: str,
    members: NDArray[np.int64],
    is_known: NDArray[np.bool_],
) -> GroupFigures:
    is_in = np.isin(found.cluster, members)
    part = found.where(is_in)
    flagged, due = flags.is_flagged[is_in], flags.is_due[is_in]
    measured = figures(
        part, minimum=audit.minimum, row=audit.row, n_resamples=audit.n_resamples, seed=audit.seed
    )

    def rate(above: NDArray[np.float64], of: NDArray[np.bool_], lowest: float = 0.0) -> Figure:
        return share(
            above * of,
            of.astype(np.float64),
            part.cluster,
            minimum=audit.minimum,
            row=audit.row,
            lowest=lowest,
            n_resamples=audit.n_resamples,
            seed=audit.seed,
        )

    everything = np.ones(len(part), dtype=np.bool_)
    return GroupFigures(
        grouping=grouping,
        group=group,
        n=len(part),
        n_students=part.n_clusters,
        auc=measured.auc,
        ece=measured.ece,
        gap=rate(part.label - part.p, everything, lowest=-1.0),
        flag_rate=rate(flagged.astype(np.float64), everything),
        true_positive_rate=rate(flagged.astype(np.float64), due),
        false_positive_rate=rate(flagged.astype(np.float64), ~due),
        abroca=_abroca(found.where(is_known), members, audit),
    )


def _abroca(known: Predictions, members: NDArray[np.int64], audit: FairnessAudit) -> Abroca:
    """ABROCA against the rest, where both are large enough."""
    is_in = np.isin(known.cluster, members)
    for part, whose in ((known.where(is_in), "of the group"), (known.where(~is_in), "of the rest")):
        missing = audit.minimum.missing(len(part), part.n_clusters, audit.row)
        if missing:
            return Abroca(None, unknown=f"{missing} {whose}")
    return abroca(known, members, n_permutations=audit.n_permutations, seed=audit.seed)
