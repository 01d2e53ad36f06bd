"""What is said of what is unknown, and which statement would make it known."""

from typing import Final, NamedTuple

from learnloom.pipelines.feedback.texts.text import COUNT, FEW, TEACHER, Text, text
from learnloom.schemas.measure import Vocabulary


class GapTexts(NamedTuple):
    """What is unknown, and by what it would be known."""

    what: Text
    known_by: Text


def _gap(name: str, what: str, known_by: str) -> GapTexts:
    return GapTexts(
        text(f"gap.{name}.what.teacher", TEACHER, what),
        text(f"gap.{name}.known_by.teacher", TEACHER, known_by),
    )


BY_VOCABULARY: Final = {
    vocabulary: _gap(vocabulary.value, what, known_by)
    for vocabulary, (what, known_by) in {
        Vocabulary.SKILL: (
            "mastery, strengths, what to practise next",
            "`answered` with an objective (the skill) in contextActivities, or the school's own map of skills",
        ),
        Vocabulary.HINT: ("help seeking, work without help", "`requested-hint` on the question"),
        Vocabulary.ANSWER_DURATION: ("pace and rapid guessing", "`answered` with result.duration"),
        Vocabulary.OPTIONAL: (
            "interests and challenge seeking",
            "the extension `is-optional` in the definition of activities that students may leave out",
        ),
        Vocabulary.TOPIC: ("interest in topics", "the extension `topic` in activity definitions"),
        Vocabulary.DEVICE: ("devices that go well", "the extension `device` in the context"),
        Vocabulary.DUE_DATE: (
            "whether work is begun in good time",
            "the extension `due-at` in the definition of assignments",
        ),
        Vocabulary.SUBMISSION: (
            "work handed in, revised and explained; ways of showing what they know",
            "`submit` and `scored` on assignments",
        ),
        Vocabulary.CONTRIBUTION: (
            "collaboration",
            "`asked`, `responded`, `commented`, `shared`, `reviewed`",
        ),
        Vocabulary.GOAL: ("the student's own goals", "`set-goal` on a skill or course"),
        Vocabulary.CONTACT: ("when somebody last spoke to the student", "`scored` on the student's work"),
        Vocabulary.CHOICE: (
            "which of the offered choices the student takes",
            "`chose` on a skill or activity",
        ),
        Vocabulary.COURSE_PLAN: (
            "who may not pass, by what happened in earlier runs",
            "the school's course plan (when runs begin and end, what is due when): learnloom plan import",
        ),
        Vocabulary.COURSE_OUTCOME: (
            "who passed, from which it is learned who may not",
            "`passed` and `failed` on the course itself",
        ),
        Vocabulary.PREFERENCE: (
            "what the student says they like",
            "`preferred` on a topic or activity type",
        ),
    }.items()
}
"""What no student's statements tell."""

ANSWERS: Final = _gap("answers", "what the student knows", "first answers to questions")
SKILL_ANSWERS: Final = _gap("skill_answers", "mastery of any skill", "answers to questions that name a skill")
TIMED_ANSWERS: Final = GapTexts(
    text("gap.timed_answers.what.teacher", TEACHER, "pace"),
    text(
        "gap.timed_answers.known_by.teacher",
        TEACHER,
        "{n} timed answers; so far {n_so_far}",
        counted="n",
        n=COUNT,
        n_so_far=FEW,
    ),
)
WEEKS: Final = _gap("weeks", "whether engagement changes", "three full weeks before this one")
GOALS: Final = _gap("goals", "goals", "`set-goal` by this student: ask what they want")
