"""What is said to teachers of who may not pass a course, and why."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    COUNT,
    FEW,
    SHARE,
    TEACHER,
    USUAL,
    Form,
    Parameter,
    named,
    sentences,
    text,
)

_COURSE: Final = named("Algebra")
_USUAL_DAYS: Final = Parameter(Form.COUNT, 11)

PRECISION: Final = text(
    "at_risk.precision.teacher",
    TEACHER,
    "Of the students warned of at this stage of earlier runs, {share} did not pass.",
    share=SHARE,
)
NO_PRECISION: Final = text(
    "at_risk.no_precision.teacher",
    TEACHER,
    "It is not known yet how often such warnings are right.",
)
HANDED_IN: Final = text(
    "at_risk.handed_in.teacher",
    TEACHER,
    "{n_submitted} of {n} piece of work due was handed in.",
    "{n_submitted} of {n} pieces of work due were handed in.",
    counted="n",
    n_submitted=FEW,
    n=COUNT,
)
HANDED_IN_USUAL: Final = text(
    "at_risk.handed_in.usual.teacher",
    TEACHER,
    "{n_submitted} of {n} piece of work due was handed in (usual: {usual}).",
    "{n_submitted} of {n} pieces of work due were handed in (usual: {usual}).",
    counted="n",
    n_submitted=FEW,
    n=COUNT,
    usual=USUAL,
)
LAST_MISSED: Final = text(
    "at_risk.last_missed.teacher", TEACHER, "The work that was due last was not handed in."
)
POINTS: Final = text(
    "at_risk.points.teacher", TEACHER, "The student has {share} of the points so far.", share=SHARE
)
POINTS_USUAL: Final = text(
    "at_risk.points.usual.teacher",
    TEACHER,
    "The student has {share} of the points so far (usual: {usual}).",
    share=SHARE,
    usual=USUAL,
)
NO_SCORE: Final = text("at_risk.no_score.teacher", TEACHER, "There is no score yet.")
NO_SCORE_USUAL: Final = text(
    "at_risk.no_score.usual.teacher",
    TEACHER,
    "There is no score yet (usual: {usual} of the points).",
    usual=USUAL,
)
LATE: Final = text(
    "at_risk.late.teacher",
    TEACHER,
    "On average, work was handed in {n} day after the due date.",
    "On average, work was handed in {n} days after the due date.",
    counted="n",
    n=FEW,
)
EARLY: Final = text(
    "at_risk.early.teacher",
    TEACHER,
    "On average, work was handed in {n} day before the due date.",
    "On average, work was handed in {n} days before the due date.",
    counted="n",
    n=FEW,
)
NOTHING_HANDED_IN: Final = text(
    "at_risk.nothing_handed_in.teacher", TEACHER, "Nothing of what was due was handed in."
)
USUALLY_LATE: Final = text(
    "at_risk.usually_late.teacher",
    TEACHER,
    "Usually, work is handed in {n} day after the due date.",
    "Usually, work is handed in {n} days after the due date.",
    counted="n",
    n=FEW,
)
USUALLY_EARLY: Final = text(
    "at_risk.usually_early.teacher",
    TEACHER,
    "Usually, work is handed in {n} day before the due date.",
    "Usually, work is handed in {n} days before the due date.",
    counted="n",
    n=FEW,
)
GAP: Final = text(
    "at_risk.gap.teacher",
    TEACHER,
    "The last work was handed in {n} day ago.",
    "The last work was handed in {n} days ago.",
    counted="n",
    n=COUNT,
)
NOTHING_YET: Final = text("at_risk.nothing_yet.teacher", TEACHER, "Nothing has been handed in yet.")
USUAL_GAP: Final = text(
    "at_risk.usual_gap.teacher",
    TEACHER,
    "The usual gap is {n} day.",
    "The usual gap is {n} days.",
    counted="n",
    n=FEW,
)
ENROLLED_AFTER: Final = text(
    "at_risk.enrolled_after.teacher",
    TEACHER,
    "The student enrolled {n} day after the run began.",
    "The student enrolled {n} days after the run began.",
    counted="n",
    n=FEW,
)
ENROLLED_BEFORE: Final = text(
    "at_risk.enrolled_before.teacher",
    TEACHER,
    "The student enrolled {n} day before the run began.",
    "The student enrolled {n} days before the run began.",
    counted="n",
    n=FEW,
)
USUALLY_ENROLLED_AFTER: Final = text(
    "at_risk.usually_enrolled_after.teacher",
    TEACHER,
    "Students usually enrol {n} day after the run began.",
    "Students usually enrol {n} days after the run began.",
    counted="n",
    n=FEW,
)
USUALLY_ENROLLED_BEFORE: Final = text(
    "at_risk.usually_enrolled_before.teacher",
    TEACHER,
    "Students usually enrol {n} day before the run begins.",
    "Students usually enrol {n} days before the run begins.",
    counted="n",
    n=FEW,
)
ACTIVE: Final = text(
    "at_risk.active.teacher",
    TEACHER,
    "The student was active on {n} of the last 28 days.",
    counted="n",
    n=FEW,
)
ACTIVE_USUAL: Final = text(
    "at_risk.active.usual.teacher",
    TEACHER,
    "The student was active on {n} of the last 28 days (usual: {usual}).",
    counted="n",
    n=FEW,
    usual=_USUAL_DAYS,
)
LEARNED: Final = text(
    "at_risk.learned.teacher",
    TEACHER,
    "The student may not pass {course}: this is {share} likely, judging by runs that have ended. {details} Talk to "
    "them before you conclude anything.",
    course=_COURSE,
    share=SHARE,
    details=sentences(PRECISION, HANDED_IN_USUAL),
)
LAST_ACTIVE: Final = text(
    "at_risk.last_active.teacher",
    TEACHER,
    "They were last active in it {n} day ago.",
    "They were last active in it {n} days ago.",
    counted="n",
    n=COUNT,
)
NEVER_ACTIVE: Final = text("at_risk.never_active.teacher", TEACHER, "They have not been active in it so far.")
RULE: Final = text(
    "at_risk.rule.teacher",
    TEACHER,
    "The student may need support in {course}. {reasons} This is a simple rule, not a learned estimate: that takes a "
    "course plan and a run that has ended and whose outcomes are known. Talk to them before you conclude anything.",
    course=_COURSE,
    reasons=sentences(LAST_ACTIVE, LAST_MISSED),
)
