"""Everything that is told of some students, in the order in which one thing is computed from another."""

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.digests import DIGEST, compute_digests
from learnloom.pipelines.refresh.estimate import estimate
from learnloom.pipelines.refresh.feedback import feedback
from learnloom.pipelines.refresh.outbox import CHANGE, find_changes


def compute_students(transform: Transform, thresholds: Thresholds) -> None:
    """Compute the rows of the students taken in every relation of scope student, and what changes of their signals.

    Args:
        transform: in its workspace stand their statements, the reference relations, the model version in use (or one
            is fitted on these students), and the outbox of these students.
        thresholds: a school's, as for the rules.
    """
    transform.build("dimensional", "norms")
    transform.fill(estimate(transform, thresholds))
    transform.build("marts")
    transform.fill(feedback(transform, thresholds))
    find_changes(transform.work, transform.by_name[CHANGE])
    compute_digests(transform.work, transform.by_name[DIGEST], student_tables(transform))


def student_tables(transform: Transform) -> list[Relation]:
    """The tables whose rows are computed of students, but for that of their digests."""
    tables = [each for each in transform.of_scope("student") if each.stored == "table"]
    return [each for each in tables if each.full_name != DIGEST]
