"""What is said of what was done well: to the student praise for it, to the teacher what they could do."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    COUNT,
    FEW,
    SHARE,
    SKILL,
    STUDENT,
    TEACHER,
    USUAL,
    Form,
    Parameter,
    Text,
    message,
    text,
)
from learnloom.schemas.measure import Measure

GROUND_PAST: Final = text("growth.past.teacher", TEACHER, "Their own share before was {share}.", share=USUAL)
GROUND_CLASS: Final = text("growth.class.teacher", TEACHER, "The usual share is {share}.", share=USUAL)
GROUND_NONE: Final = text("growth.no_comparison.teacher", TEACHER, "There is nothing to compare it with yet.")


def _praise(measure: Measure, words: str) -> Text:
    """What the student is told; what was done once may be chance, so it is always of several."""
    return text(f"growth.{measure.value}.student", STUDENT, words, counted="n", n_taken=FEW, n=COUNT)


def _idea(measure: Measure, words: str) -> Text:
    return text(
        f"growth.{measure.value}.teacher",
        TEACHER,
        words,
        counted="n",
        n_taken=FEW,
        n=COUNT,
        ground=message(GROUND_PAST),
    )


PRAISE: Final = {
    measure: _praise(measure, words)
    for measure, words in {
        Measure.TRIED_AGAIN: "You went back to {n_taken} of the last {n} questions that did not work out at first. "
        "Going back is how things get learned.",
        Measure.RETRY_RIGHT: "In {n_taken} of your last {n} tries after a miss you found the answer. You use what the "
        "first try tells you.",
        Measure.CHALLENGE_CHOSEN: "You picked a hard question in {n_taken} of your last {n} free choices. That is "
        "where you can learn the most.",
        Measure.HARD_UNAIDED: "You worked out {n_taken} of the last {n} hard questions without a hint. Note what you "
        "tried: it will help you again.",
        Measure.CHANGED_APPROACH: "You tried something else in {n_taken} of the last {n} cases where an answer did not "
        "work out. Changing the approach is a strategy that pays off.",
        Measure.EXPLAINED: "You explained your thinking in {n_taken} of your last {n} pieces of work. Explaining helps "
        "you remember.",
        Measure.BEGUN_EARLY: "You began {n_taken} of your last {n} pieces of work more than a day before they were "
        "due. That leaves you time to think.",
        Measure.REVISED: "You reworked {n_taken} of your last {n} pieces of work after the feedback. That is how "
        "feedback is put to use.",
        Measure.GOAL_FOLLOWED: "You set to work within a week on {n_taken} of {n} goals of your own. You do what you "
        "plan.",
        Measure.OWN_CHECK: "You tested yourself before {n_taken} of your last {n} quizzes. Testing yourself is among "
        "the best ways to learn.",
    }.items()
}
IDEAS: Final = {
    measure: _idea(measure, words)
    for measure, words in {
        Measure.TRIED_AGAIN: "The student went back to {n_taken} of the last {n} questions that they missed at first. "
        "{ground} Tell them that you have seen it, and ask what was different the second time.",
        Measure.RETRY_RIGHT: "The student got it right on the next try after a miss in {n_taken} of the last {n} "
        "cases. {ground} Ask them to tell how they found the mistake: it helps them and others.",
        Measure.CHALLENGE_CHOSEN: "The student chose a hard question in {n_taken} of the last {n} free choices. "
        "{ground} Offer a larger problem of this kind, whatever the score.",
        Measure.HARD_UNAIDED: "The student worked out {n_taken} of the last {n} hard questions without a hint. "
        "{ground} Let them explain one solution aloud or in writing.",
        Measure.CHANGED_APPROACH: "The student tried something different after a miss in {n_taken} of the last {n} "
        "cases. {ground} Ask which other ways they considered.",
        Measure.EXPLAINED: "The student handed in {n_taken} of the last {n} pieces of work with an explanation. "
        "{ground} Answer the explanation itself, and not only the result.",
        Measure.BEGUN_EARLY: "The student began {n_taken} of the last {n} pieces of work more than a day before they "
        "were due. {ground} Ask how they plan, and let them tell others.",
        Measure.REVISED: "The student handed in {n_taken} of the last {n} pieces of work again after seeing the score. "
        "{ground} Point to what has changed between the versions.",
        Measure.GOAL_FOLLOWED: "The student began on {n_taken} of {n} goals within a week of setting them. {ground} "
        "Talk about the next goal together.",
        Measure.OWN_CHECK: "The student tested themselves before {n_taken} of the last {n} quizzes that counted. "
        "{ground} Offer more questions to test themselves with.",
    }.items()
}

CAME_LATE_TO_STUDENT: Final = text(
    "productive_persistence.run.student",
    STUDENT,
    "You stayed with {skill} for {n} questions until three in a row were right. Keeping at it got you there.",
    counted="n",
    skill=SKILL,
    n=Parameter(Form.COUNT, 13),
)
CAME_LATE_TO_TEACHER: Final = text(
    "productive_persistence.run.teacher",
    TEACHER,
    "The student kept at {skill} and got there: after {n} answers, three in a row were right for the first time. Name "
    "the effort when you see them.",
    counted="n",
    skill=SKILL,
    n=Parameter(Form.COUNT, 13),
)
RECOVERED_TO_STUDENT: Final = text(
    "productive_persistence.recovery.student",
    STUDENT,
    "You went on after {tries} try on a question of {skill}, and then had it right. Not giving up is what made the "
    "difference.",
    "You went on after {tries} tries on a question of {skill}, and then had it right. Not giving up is what made the "
    "difference.",
    counted="tries",
    tries=FEW,
    skill=SKILL,
)
RECOVERED_TO_TEACHER: Final = text(
    "productive_persistence.recovery.teacher",
    TEACHER,
    "The student went on after {tries} try on a question of {skill}, and got it right (such cases so far: {n}). Name "
    "the effort.",
    "The student went on after {tries} tries on a question of {skill}, and got it right (such cases so far: {n}). Name "
    "the effort.",
    counted="tries",
    tries=FEW,
    skill=SKILL,
    n=COUNT,
)

TAKEN: Final = {
    measure: text(f"measure.{measure.value}", None, words)
    for measure, words in {
        Measure.TRIED_AGAIN: "went back to questions missed at first",
        Measure.RETRY_RIGHT: "got it right on the next try after a miss",
        Measure.CHALLENGE_CHOSEN: "chose a hard question when the choice was free",
        Measure.HARD_UNAIDED: "worked out hard questions without a hint",
        Measure.CHANGED_APPROACH: "tried something different after a miss",
        Measure.HELP_IN_TIME: "asked for help after two misses",
        Measure.HINT_SKIMMED: "went past a hint within a second",
        Measure.RAPID_ANSWER: "answered faster than the question can be read",
        Measure.BEGUN_EARLY: "began work more than a day before it was due",
        Measure.REVISED: "handed work in again after seeing the score",
        Measure.GOAL_FOLLOWED: "began on a goal within a week of setting it",
        Measure.OWN_CHECK: "checked themselves before a quiz that counted",
        Measure.EXPLAINED: "handed work in with an explanation",
    }.items()
}
"""What it is to have taken an opportunity, said of someone else."""
MEASURE: Final = text(
    "profile.measure.teacher",
    TEACHER,
    "{what}: {share} of the last {n}",
    counted="n",
    what=message(TAKEN[Measure.TRIED_AGAIN]),
    share=SHARE,
    n=COUNT,
)
MEASURE_BEFORE: Final = text(
    "profile.measure.before.teacher",
    TEACHER,
    "{what}: {share} of the last {n} (before: {before})",
    counted="n",
    what=message(TAKEN[Measure.REVISED]),
    share=SHARE,
    n=COUNT,
    before=USUAL,
)
MEASURE_USUAL: Final = text(
    "profile.measure.usual.teacher",
    TEACHER,
    "{what}: {share} of the last {n} (usual: {usual})",
    counted="n",
    what=message(TAKEN[Measure.EXPLAINED]),
    share=SHARE,
    n=COUNT,
    usual=USUAL,
)
MEASURE_BOTH: Final = text(
    "profile.measure.both.teacher",
    TEACHER,
    "{what}: {share} of the last {n} (before: {before}, usual: {usual})",
    counted="n",
    what=message(TAKEN[Measure.OWN_CHECK]),
    share=SHARE,
    n=COUNT,
    before=USUAL,
    usual=USUAL,
)
