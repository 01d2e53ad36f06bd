"""Fitting a model version on a sample of the students: where they are too many to be computed at once, or some refused.

A version gains little from more than some hundred answers to an item (docs/how-to/scale.md has the figures): all
students are taken who are among the first, in the order of their keys, to give an item its answers. Keys are hashes, so
that order is as good as chance, and it is the same each time.
"""

from collections.abc import Collection
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.refresh.build import Students, Transform
from learnloom.pipelines.refresh.estimate import fit_version, version_rows
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.pipelines.vault.names import barred, except_for
from learnloom.schemas.vocabulary import ANSWERED

_NEEDED: Final = "dimensional.fact_course_progress", "norms.attempt_effort"
"""What a version is fitted on, besides its own norms."""

_IDENTIFIER: Final = "staging.stg_identifier"
_STATEMENT: Final = "staging.stg_statement"
_STUDENTS: Final = 5_000
"""Students from whom norms are taken and who passes is learned, whatever they answered."""


def fit_apart(transform: Transform, settings: Settings) -> None:
    """Fit the plan's model version in a workspace of its own, and keep its rows in that of the refresh.

    Args:
        transform: in its workspace stand the reference relations, what statements mention, and everybody's statements.
        settings: a school's choices, and how many answers an item gives.
    """
    without = barred_from(transform, settings)
    statements = transform.work.place(transform.by_name[_STATEMENT])
    shared = {
        relation.full_name: f"FROM {transform.work.place(relation)}"
        for relation in transform.of_scope("mention", "reference")
        if relation.stored == "table"
    }
    versioned = transform.of_scope("version")
    with Workspace(transform.work.warehouse, "sample") as work:
        sample = Transform(work, transform.relations, transform.plan, transform.begin, shared=shared)
        sample.show_inputs()
        usage = f"{work.name}.dimensional.dim_usage"
        n_answers = settings.refresh.fit_answers
        sample.choose(Students(students_to_fit(statements, usage, n_answers=n_answers, without=without)))
        # Read column by column as it is needed, so that all of the sample's statements are never held at once.
        work.show(sample.by_name[_STATEMENT], only="student", source=statements)
        needed = sample.with_inputs([*_NEEDED, *(each.full_name for each in versioned)])
        for relation in sample.of_scope("student", "version"):
            if relation.is_select and relation.full_name in needed:
                transform.begin(relation.full_name)
                work.compute(relation)
        transform.begin("estimates.model_version")
        fitted = fit_version(work, settings.thresholds, transform.begin)
        for name, rows in version_rows(work, transform.plan.state.model_version, fitted):
            work.fill(sample.by_name[name], rows)
        for relation in versioned:
            transform.work.take(relation, f"FROM {work.place(relation)}")
    transform.fits_here = False


def barred_from(transform: Transform, settings: Settings) -> frozenset[str]:
    """Give the keys of students on whom no version may be fitted.

    Raises:
        VaultError: there is a vault, and it cannot be read.
    """
    identifiers = transform.work.place(transform.by_name[_IDENTIFIER])
    return barred(settings, transform.work.warehouse, "training", identifiers=identifiers)


def students_to_fit(statements: str, usage: str, *, n_answers: int, without: Collection[str]) -> str:
    """Give SQL for the students that a version is fitted on.

    They are the first in the order of their keys, and those who are among the first to answer an item.

    Args:
        statements: the relation of staged statements.
        usage: the relation of usages.
        n_answers: how many answers an item gives.
        without: keys of students on whom none may be fitted.
    """
    condition = except_for(without)
    return f"""
        WITH answers AS (
            SELECT staged.student_key, dim_usage.activity_id, count(*) AS n
            FROM {statements} AS staged
            INNER JOIN {usage} AS dim_usage ON staged.usage_id = dim_usage.usage_id
            WHERE dim_usage.verb_id = '{ANSWERED}'
            GROUP BY ALL
        ),

        counted AS (
            SELECT student_key, sum(n) OVER (
                PARTITION BY activity_id ORDER BY student_key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS n_before
            FROM answers
        )

        SELECT student_key FROM counted WHERE coalesce(n_before, 0) < {n_answers} AND {condition}
        UNION ALL
        SELECT student_key FROM (
            SELECT DISTINCT student_key FROM {statements} WHERE {condition} ORDER BY student_key LIMIT {_STUDENTS}
        )
        """
