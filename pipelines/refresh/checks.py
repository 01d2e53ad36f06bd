"""The data checks: what must hold of the warehouse's rows, each a SELECT of the rows that offend.

Rules of their own stand in sql/checks/; that every table keeps its grain, and that every row about a student
belongs to a known one, is asked of all tables by their headers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import CHECKS, Relation, existing_tables, load_relations
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.refresh.news import is_half_done

_STUDENT = "dimensional.dim_student"


@dataclass(frozen=True)
class Check:
    """A rule, and the SELECT of the rows that break it."""

    name: str
    description: str
    sql: str
    reads: frozenset[str]
    """Full names of the relations that it reads."""


@dataclass(frozen=True)
class CheckResult:
    """What a check found."""

    name: str
    description: str
    n_offending: int | None
    """Rows that break the rule; None where that is unknown, for `why_unknown`."""
    sample: Sequence[dict[str, Any]] = ()
    """The first few of them, by column."""
    why_unknown: str = ""

    @property
    def is_passed(self) -> bool | None:
        """Whether no row breaks the rule; None where that is unknown."""
        return None if self.n_offending is None else self.n_offending == 0


def all_checks() -> list[Check]:
    """Every check: the files of sql/checks, then what the headers of all tables state.

    Not of what is computed when it is read: an hourly check would compute it anew each time.
    """
    own = [
        Check(check.name, check.description, check.sql, check.dependencies)
        for check in load_relations((CHECKS,))
    ]
    kept = (relation for relation in load_relations() if relation.scope != "read")
    return [*own, *(check for relation in kept for check in _stated(relation))]


def _stated(relation: Relation) -> Iterator[Check]:
    """What a relation's own header says of its rows."""
    grain = ", ".join(f'"{column}"' for column in relation.grain)
    yield Check(
        f"{relation.name}_grain",
        f"{relation.full_name} has one row per {', '.join(relation.grain)}.",
        f"SELECT {grain}, count(*) AS n_rows FROM {relation.full_name} GROUP BY ALL HAVING count(*) > 1",
        frozenset({relation.full_name}),
    )
    # A view shows what is staged at once; its students stand once the refresh is through.
    if relation.scope == "student" and relation.stored == "table" and relation.full_name != _STUDENT:
        yield Check(
            f"{relation.name}_student",
            f"Every row of {relation.full_name} belongs to a student of {_STUDENT}.",
            f"SELECT student_key, count(*) AS n_rows FROM {relation.full_name} "
            f"ANTI JOIN {_STUDENT} USING (student_key) GROUP BY student_key",
            frozenset({relation.full_name, _STUDENT}),
        )


def run_checks(warehouse: Warehouse, *, sample_rows: int = 5) -> list[CheckResult]:
    """Run every check on what stands in the warehouse, in order of definition.

    What is broken while a refresh is half done is unknown: views show what is staged, and tables what stood before.

    Args:
        warehouse: the warehouse; reading is enough.
        sample_rows: how many offending rows to show of each check, at the most.
    """
    warehouse.use(LAKE)
    known = existing_tables(warehouse)
    return [_run(warehouse, check, known, sample_rows) for check in all_checks()]


def _run(warehouse: Warehouse, check: Check, known: set[str], sample_rows: int) -> CheckResult:
    def unknown(why: str) -> CheckResult:
        return CheckResult(check.name, check.description, None, why_unknown=why)

    if not check.reads <= known:
        return unknown("the table does not exist yet")
    with one_snapshot(warehouse):
        n_offending = int(warehouse.one(f"SELECT count(*) FROM ({check.sql})")[0])
        sample: list[dict[str, Any]] = []
        if n_offending:
            if is_half_done(warehouse):
                return unknown("a refresh is half done: ask again after it")
            sample = warehouse.arrow(f"FROM ({check.sql}) ORDER BY ALL LIMIT {sample_rows}").to_pylist()
    return CheckResult(check.name, check.description, n_offending, sample)
