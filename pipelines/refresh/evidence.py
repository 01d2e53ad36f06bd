"""From the marts to one `StudentEvidence` per student.

A field is read from the column of its name: the order in which a relation gives its columns does not matter.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from learnloom.pipelines.refresh.risk import with_reasons
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.evidence import (
    ActivityEvidence,
    ContributionEvidence,
    CourseEvidence,
    DayEvidence,
    GoalEvidence,
    InterestEvidence,
    MasteryEstimate,
    MeasureEvidence,
    OutcomeEvidence,
    ProductEvidence,
    ResponseEvidence,
    SkillEvidence,
    StudentEvidence,
)
from learnloom.schemas.measure import Measure, Vocabulary
from learnloom.schemas.risk import RiskEvidence

Row = tuple[Any, ...]


class EvidenceSource(NamedTuple):
    """Where the rows of one kind of evidence stand."""

    relation: str
    evidence: Any
    """The NamedTuple of a row; each field is a column."""
    order: str = "student_key"
    """Columns by which a student's rows are ordered."""
    finish: Callable[[Any], Any] | None = None
    """What is still to be done to a row."""


def _with_measure(row: MeasureEvidence) -> MeasureEvidence:
    return row._replace(measure=Measure(row.measure))


MANY: Final = {
    "courses": EvidenceSource("marts.mart_student_course", CourseEvidence, "course_id"),
    "skills": EvidenceSource("marts.mart_student_skill", SkillEvidence, "skill_id"),
    "mastery": EvidenceSource("estimates.student_skill", MasteryEstimate, "skill_id"),
    "measures": EvidenceSource("marts.mart_student_measure", MeasureEvidence, "measure", _with_measure),
    "days": EvidenceSource("marts.mart_student_day", DayEvidence, "local_day"),
    "interests": EvidenceSource("marts.mart_student_interest", InterestEvidence, "dimension, value"),
    "outcomes": EvidenceSource("marts.mart_student_outcome", OutcomeEvidence, "dimension, value"),
    "products": EvidenceSource("marts.mart_student_product", ProductEvidence, "product_kind"),
    "goals": EvidenceSource("marts.mart_student_goal", GoalEvidence, "target_id"),
    "risks": EvidenceSource("marts.mart_student_risk", RiskEvidence, "course_id", with_reasons),
    "voices": EvidenceSource(
        "marts.mart_student_voice", DeclaredEvidence, "voice_kind, target_id, stated_by"
    ),
    "checks": EvidenceSource("estimates.student_check", CheckEvidence, "skill_id"),
    "responses": EvidenceSource("dimensional.fact_response", ResponseEvidence, "occurred_at, statement_id"),
}
"""Evidence of which a student has any number of rows, by its field of StudentEvidence."""
ONE: Final = {
    "activity": EvidenceSource("marts.mart_student_activity", ActivityEvidence),
    "contribution": EvidenceSource("marts.mart_student_contribution", ContributionEvidence),
}
"""Evidence of which a student has one row at the most; of contributions, none without any."""
_STUDENT: Final = ("student_name", "identifier_kind", "first_seen_at", "last_seen_at", "other_keys")


def read_evidence(work: Workspace) -> Iterator[StudentEvidence]:
    """Give the evidence of every student in a workspace, in order of keys."""
    names = work.rows("SELECT vocabulary_name FROM dimensional.dim_vocabulary")
    vocabulary = frozenset(Vocabulary(row[0]) for row in names)
    many = {
        field: {key: [row for _, row in rows] for key, rows in groupby(_rows(work, source), itemgetter(0))}
        for field, source in MANY.items()
    }
    one = {field: dict(_rows(work, source)) for field, source in ONE.items()}
    students = f"SELECT student_key, {', '.join(_STUDENT)} FROM dimensional.dim_student ORDER BY student_key"
    for key, *values in work.rows(students):
        rest: dict[str, Any] = dict(zip(_STUDENT, values, strict=True))
        rest |= {field: by_student.get(key, ()) for field, by_student in many.items()}
        yield StudentEvidence(
            student_key=key,
            vocabulary=vocabulary,
            activity=one["activity"][key],
            contribution=one["contribution"].get(key),
            **rest,
        )


def _rows(work: Workspace, source: EvidenceSource) -> Iterator[tuple[str, Any]]:
    """Students and rows of evidence, in order; exact decimals as floats: the rules reckon, they add nothing up."""
    if work.n_rows.get(source.relation) == 0:  # what is only shown was not counted
        return
    kinds = dict(work.described(f"FROM {source.relation}"))
    fields: Sequence[str] = source.evidence._fields
    columns = ", ".join(
        f"{name}::DOUBLE" if kinds.get(name, "").startswith("DECIMAL") else name for name in fields
    )
    order = f"ORDER BY student_key, {source.order}"
    make, finish = source.evidence._make, source.finish
    for row in work.rows(f"SELECT student_key, {columns} FROM {source.relation} {order}"):
        made = make(row[1:])
        yield row[0], made if finish is None else finish(made)
