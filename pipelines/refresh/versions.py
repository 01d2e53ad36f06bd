"""The model versions that a warehouse keeps: which there are, which is in use, and putting another one to use."""

import datetime as dt
import json
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import columns_in, existing_tables, filled_tables, read_relations
from learnloom.pipelines.refresh.errors import NoSuchVersionError, UnreadableVersionsError
from learnloom.pipelines.refresh.state import make_defined_tables, read_state

_TABLE: Final = "estimates.model_version"
_NEWEST: Final = {
    "run.refresh_state",
    "norms.attempt_effort",
    "dimensional.fact_course_progress",
    "staging.stg_student_prior",
    "staging.stg_skill_prior",
}
"""What models are fitted on, and an earlier learnloom did not have, or had elsewhere."""


class ModelVersion(NamedTuple):
    """A model version, without what only the model itself reads."""

    model_version: int
    model_kind: str
    fitted_at: dt.datetime
    fitted_as_of: dt.datetime
    staged_snapshot: int
    n_students: int
    n_answers: int
    n_judged: int
    log_loss: float | None
    kinds_log_loss: dict[str, float]
    is_in_use: bool
    """Whether the next refresh uses it."""


def list_versions(warehouse: Warehouse) -> list[ModelVersion]:
    """All versions, in order of their numbers; none before the first refresh."""
    if not knows_versions(warehouse):
        return []
    used = version_in_use(warehouse)
    columns = ", ".join(name for name in ModelVersion._fields if name != "is_in_use")
    rows = warehouse.rows(f"SELECT {columns} FROM {LAKE}.{_TABLE} ORDER BY model_version")
    return [ModelVersion._make((*row[:-1], json.loads(row[-1]), row[0] == used)) for row in rows]


def version_in_use(warehouse: Warehouse) -> int | None:
    """The version that the next refresh uses; None before the first was fitted.

    What was put to use last wins: by `promote`, or by the refresh that fitted the version it left. When else a refresh
    ran says nothing: a promotion may be stored while one commits that has not seen it.
    """
    state = read_state(warehouse)
    used = state.model_version if state is not None else None
    if "estimates.promotion" not in filled_tables(warehouse):
        return used
    promoted, is_later = warehouse.one(
        f"SELECT model_version, NOT exists(FROM {LAKE}.{_TABLE} AS fitted "
        "WHERE fitted.model_version = $used AND fitted.fitted_at >= promotion.promoted_at) "
        f"FROM {LAKE}.estimates.promotion ORDER BY promoted_at DESC LIMIT 1",
        {"used": used},
    )
    return int(promoted) if is_later else used


def promote(warehouse: Warehouse, model_version: int, reason: str, *, at: dt.datetime) -> None:
    """Let the next refresh use a version; within a transaction of the caller's.

    Raises:
        NoSuchVersionError: there is no such version; those that there are are named.
    """
    known = [row[0] for row in warehouse.rows(f"SELECT model_version FROM {LAKE}.{_TABLE} ORDER BY ALL")]
    if model_version not in known:
        raise NoSuchVersionError(
            f"there is no model version {model_version}: choose one of {', '.join(map(str, known)) or 'none yet'}"
        )
    warehouse.run(
        f"INSERT INTO {LAKE}.estimates.promotion BY NAME "
        "SELECT $version AS model_version, $at::TIMESTAMPTZ AS promoted_at, $reason AS reason",
        {"version": model_version, "at": at, "reason": reason},
    )


def use_version(warehouse: Warehouse, model_version: int, *, at: dt.datetime, wait_seconds: float) -> None:
    """Put a version to use because somebody asks for it; arguments and errors as for `promote`.

    Raises:
        WarehouseBusyError: other processes kept writing for `wait_seconds`.
    """

    def work() -> None:
        make_defined_tables(warehouse, read_relations())
        with warehouse.transaction():
            promote(warehouse, model_version, "asked for", at=at)

    warehouse.retrying(work, wait_seconds=wait_seconds)


def knows_versions(warehouse: Warehouse) -> bool:
    """Whether versions are kept in the form that this learnloom reads; an earlier form is fitted anew."""
    return "head" in dict(columns_in(warehouse, LAKE).get(_TABLE, ()))


def check_versions(warehouse: Warehouse) -> None:
    """Refuse a warehouse in which no version can be read.

    Raises:
        UnreadableVersionsError: it was never refreshed, or last by an earlier learnloom.
    """
    if knows_versions(warehouse) and not existing_tables(warehouse) >= _NEWEST:
        raise UnreadableVersionsError(
            "the tables are those of an earlier learnloom: run learnloom refresh first, which builds them anew"
        )
    if not list_versions(warehouse):
        raise UnreadableVersionsError("no model version is kept here yet: run learnloom refresh first")
