"""What is known of students from answers that are erased because they are old, kept in the same transaction."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.learner.review_choice import REVIEWERS
from learnloom.pipelines.learner.trace import carry
from learnloom.pipelines.privacy.retention_find import CARRIED
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.carried import carried_tables
from learnloom.pipelines.refresh.model_tables import read_model, read_review_choice

_IDENTIFIERS: Final = f"""
    SELECT student_key, identifier_key FROM {LAKE}.staging.stg_identifier
    WHERE student_key IN (SELECT student_key FROM going)
    UNION
    SELECT person_key(coalesce(person.student_key, prior.identifier_key)), prior.identifier_key
    FROM {LAKE}.landing.student_prior AS prior
    LEFT JOIN {LAKE}.landing.person AS person ON prior.identifier_key = person.identifier_key
    WHERE person_key(coalesce(person.student_key, prior.identifier_key)) IN (SELECT student_key FROM going)
"""


def what_is_known(
    warehouse: Warehouse, thresholds: Thresholds, model_version: int, now: dt.datetime
) -> tuple[list[str], tuple[pa.Table, pa.Table]]:
    """Say what is to be kept of the students of the table `going`, whose answers in it are to go.

    Returns:
        The keys of all their identifiers, and rows of landing.student_prior and landing.skill_prior.
    """
    condition = f"model_version = {model_version}"
    kept = read_model(warehouse.arrow, condition)
    answers = read_answers(
        warehouse.arrow,
        known_items=kept.items,
        known_skills=kept.skills,
        condition="attempt.attempt_id IN (SELECT statement_id::UUID FROM going)",
        carried="student_key IN (SELECT student_key FROM going)",
    )
    review = read_review_choice(warehouse.rows, condition)
    priors = carry(
        kept.model,
        answers.history,
        mastered=thresholds.mastered,
        near=thresholds.near,
        reviewer=REVIEWERS[review.kind],
    )
    keys = _identifiers(warehouse, answers.students)
    by_key = {min(keys[answers.students[code]]): prior for code, prior in priors.items()}
    every = sorted(key for some in keys.values() for key in some)
    return every, carried_tables(by_key, answers.skills, now)


def _identifiers(warehouse: Warehouse, students: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {student: set() for student in students}
    for student, identifier in warehouse.rows(_IDENTIFIERS):
        if student in found:
            found[student].add(identifier)
    return found


def write_known(warehouse: Warehouse, identifiers: list[str], tables: tuple[pa.Table, pa.Table]) -> None:
    """Write what is known in the place of what was, within a transaction.

    What no later answer has come to was carried when it was.
    """
    for name, told in zip(CARRIED, tables, strict=True):
        rows = _with_former_dates(warehouse, name, told) if told.num_rows else told
        warehouse.run(
            f"DELETE FROM {LAKE}.{name} WHERE list_contains($keys::VARCHAR[], identifier_key)",
            {"keys": identifiers},
        )
        if rows.num_rows:
            with warehouse.holding(known=rows):
                warehouse.run(f"INSERT INTO {LAKE}.{name} BY NAME FROM known")


def _with_former_dates(warehouse: Warehouse, name: str, told: pa.Table) -> pa.Table:
    same = [column for column in ("identifier_key", "skill_id", "last_at") if column in told.column_names]
    with warehouse.holding(told=told):
        return warehouse.arrow(
            "SELECT told.* REPLACE (coalesce(before.carried_at, told.carried_at) AS carried_at) "
            f"FROM told LEFT JOIN {LAKE}.{name} AS before USING ({', '.join(same)})"
        )
