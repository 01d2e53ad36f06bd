"""What is said of what is unknown, and by what it would be known: for a teacher, with what a vendor looks for."""

from typing import Final, NamedTuple

from learnloom.pipelines.feedback.texts.text import TEACHER, Text, text
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
            (
                "the school's own map of skills, or a platform that names the skill of each answer "
                "(`answered` with an objective)"
            ),
        ),
        Vocabulary.HINT: (
            "help seeking, work without help",
            "a platform that tells when a student asks for a hint (`requested-hint`)",
        ),
        Vocabulary.ANSWER_DURATION: (
            "pace and rapid guessing",
            "a platform that tells how long an answer took (`answered` with a duration)",
        ),
        Vocabulary.OPTIONAL: (
            "interests and challenge seeking",
            "a platform that tells what students may leave out (the extension `is-optional`)",
        ),
        Vocabulary.TOPIC: (
            "interest in topics",
            "a platform that tells what an activity is about (the extension `topic`)",
        ),
        Vocabulary.DEVICE: (
            "devices that go well",
            "a platform that tells on what device a student works (the extension `device`)",
        ),
        Vocabulary.DUE_DATE: (
            "whether work is begun in good time",
            "a platform that tells when work is due (the extension `due-at`)",
        ),
        Vocabulary.SUBMISSION: (
            "work handed in, revised and explained; ways of showing what they know",
            "a platform that tells what was handed in and how it was scored (`submit`, `scored`)",
        ),
        Vocabulary.CONTRIBUTION: (
            "collaboration",
            (
                "a platform that tells how students talk with each other "
                "(`asked`, `responded`, `commented`, `shared`, `reviewed`)"
            ),
        ),
        Vocabulary.GOAL: (
            "the student's own goals",
            'a student who sets a goal: on their page "My goals", or on the platform (`set-goal`)',
        ),
        Vocabulary.CONTACT: (
            "when somebody last spoke to the student",
            (
                "a note that you have talked to them, by the buttons of their page, "
                "or a score of their work (`contacted`, `scored`)"
            ),
        ),
        Vocabulary.CHOICE: (
            "which of the offered choices the student takes",
            'students who choose on their page "Today", or on the platform (`chose`)',
        ),
        Vocabulary.COURSE_PLAN: (
            "who may not pass, by what happened in earlier runs",
            "the school's course plan: when runs begin and end, and what is due when (`learnloom plan import`)",
        ),
        Vocabulary.COURSE_OUTCOME: (
            "who passed, from which it is learned who may not",
            "a platform that tells who passed a course and who did not (`passed`, `failed`)",
        ),
        Vocabulary.PREFERENCE: (
            "what the student says they like",
            "a platform that asks students what they like (`preferred`)",
        ),
    }.items()
}
"""What no student's statements tell."""

ANSWERS: Final = _gap("answers", "what the student knows", "first answers to questions")
SKILL_ANSWERS: Final = _gap(
    "skill_answers", "mastery of any skill", "answers to questions whose skill is known"
)
TIMED_ANSWERS: Final = _gap("timed_answers", "pace", "more answers whose duration is known")
WEEKS: Final = _gap("weeks", "whether engagement changes", "three full weeks before this one")
GOALS: Final = _gap("goals", "goals", "a goal that this student sets: ask what they want (`set-goal`)")
