"""From the marts to one `StudentEvidence` per student."""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from learnloom.pipelines.refresh.risk import read_risk_row
from learnloom.pipelines.refresh.workspace import Scratch
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

Row = tuple[Any, ...]


def _measure(row: Row) -> MeasureEvidence:
    return MeasureEvidence(Measure(row[0]), *row[1:])


_MANY: Final[dict[str, tuple[str, str, Callable[[Row], Any]]]] = {
    "courses": ("marts.mart_student_course", "course_id", CourseEvidence._make),
    "skills": ("marts.mart_student_skill", "skill_id", SkillEvidence._make),
    "mastery": ("estimates.student_skill", "skill_id", MasteryEstimate._make),
    "measures": ("marts.mart_student_measure", "measure", _measure),
    "days": ("marts.mart_student_day", "local_day", DayEvidence._make),
    "interests": ("marts.mart_student_interest", "dimension, value", InterestEvidence._make),
    "outcomes": ("marts.mart_student_outcome", "dimension, value", OutcomeEvidence._make),
    "products": ("marts.mart_student_product", "product_kind", ProductEvidence._make),
    "goals": ("marts.mart_student_goal", "target_id", GoalEvidence._make),
    "risks": ("marts.mart_student_risk", "course_id", read_risk_row),
    "voices": ("marts.mart_student_voice", "voice_kind, target_id, stated_by", DeclaredEvidence._make),
    "checks": ("estimates.student_check", "skill_id", CheckEvidence._make),
    "responses": ("dimensional.fact_response", "occurred_at, statement_id", ResponseEvidence._make),
}
"""Field of StudentEvidence: relation, its order within a student, how a row is read."""
_STUDENTS: Final = """
    SELECT student_key, student_name, identifier_kind, first_seen_at, last_seen_at
    FROM dimensional.dim_student
    ORDER BY student_key
"""


def read_evidence(scratch: Scratch) -> Iterator[StudentEvidence]:
    """Give the evidence of every student in the scratch database, in order of keys."""
    names = scratch.rows("SELECT vocabulary_name FROM dimensional.dim_vocabulary")
    vocabulary = frozenset(Vocabulary(row[0]) for row in names)
    many = {
        name: {
            key: [read(row[1:]) for row in rows]
            for key, rows in groupby(_rows(scratch, relation, order), key=itemgetter(0))
        }
        for name, (relation, order, read) in _MANY.items()
    }
    activity = {
        row[0]: ActivityEvidence._make(row[1:]) for row in _rows(scratch, "marts.mart_student_activity")
    }
    contribution = {
        row[0]: ContributionEvidence._make(row[1:])
        for row in _rows(scratch, "marts.mart_student_contribution")
    }
    for key, name, identifier_kind, first_seen_at, last_seen_at in scratch.rows(_STUDENTS):
        rest: dict[str, Any] = {field: by_student.get(key, ()) for field, by_student in many.items()}
        yield StudentEvidence(
            student_key=key,
            student_name=name,
            identifier_kind=identifier_kind,
            first_seen_at=first_seen_at,
            last_seen_at=last_seen_at,
            vocabulary=vocabulary,
            activity=activity[key],
            contribution=contribution.get(key),
            **rest,
        )


def _rows(scratch: Scratch, relation: str, order: str = "student_key") -> list[Row]:
    """All rows of a relation, exact decimals as floats: the rules reckon, they add nothing up."""
    described = scratch.rows(f"DESCRIBE {relation}")
    columns = ", ".join(
        f"{name}::DOUBLE" if kind.startswith("DECIMAL") else name for name, kind, *_ in described
    )
    return scratch.rows(f"SELECT {columns} FROM {relation} ORDER BY student_key, {order}")
