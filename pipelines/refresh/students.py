"""Everything that is told of some students, in the order in which one thing is computed from another."""

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.digests import DIGEST, compute_digests
from learnloom.pipelines.refresh.estimate import estimate, estimate_risk
from learnloom.pipelines.refresh.feedback import feedback
from learnloom.pipelines.refresh.outbox import CHANGE, find_changes


def compute_students(transform: Transform, settings: Settings) -> None:
    """Compute the rows of the students taken in every relation of scope student, and what changes of their signals.

    On a new day what hangs on the day is computed of all students, from what stands of those who were not taken.

    Args:
        transform: in its workspace stand their statements, the reference relations, the model version in use (or one
            is fitted on these students), and the outbox of these students.
        settings: a school's choices, as for the rules.
    """
    names, of_day = set(transform.by_name), transform.of_day
    transform.build("dimensional", "norms", names=names - of_day)
    transform.fill(estimate(transform, settings.thresholds))
    if of_day:
        transform.build("marts", names=names - of_day)
        transform.widen()
        transform.build("dimensional", names=of_day)
    transform.fill(estimate_risk(transform))
    transform.build("marts", names=of_day or names)
    transform.fill(feedback(transform, settings))
    transform.build("feedback", names=of_day or names)
    find_changes(transform.work, transform.by_name[CHANGE])
    rows = {relation.full_name: rows_of(transform, relation) for relation in student_tables(transform)}
    compute_digests(transform, rows)


def student_tables(transform: Transform) -> list[Relation]:
    """The tables whose rows are computed of students, but for that of their digests."""
    tables = [each for each in transform.of_scope("student") if each.stored == "table"]
    return [each for each in tables if each.full_name != DIGEST]


def rows_of(transform: Transform, relation: Relation) -> str:
    """SQL for the rows of a relation that were computed, those left out that stood before and were only read."""
    rows, name = f"FROM {transform.work.place(relation)}", relation.full_name
    is_of_chosen = relation.scope == "student" and name != DIGEST and name not in transform.of_day
    return f"{rows} {transform.by_keys}" if transform.of_day and is_of_chosen else rows


def count_students(transform: Transform) -> int:
    """Of how many students something was computed: of staff, whatever stood of them is only taken away."""
    if transform.plan.is_new_day:
        return transform.work.n_rows["feedback.student_profile"]
    staff = transform.work.place(transform.by_name["dimensional.dim_staff"])
    keys = f"SELECT count(*) FROM {transform.work.keys('student')} ANTI JOIN {staff} USING (student_key)"
    return int(transform.work.warehouse.one(keys)[0])
