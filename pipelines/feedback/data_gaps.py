"""What cannot be said of a student, and which statement would make it known."""

from typing import Final

from schemas.evidence import StudentEvidence
from schemas.measure import Vocabulary
from schemas.profile import RhythmProfile, Unknown

_BY_VOCABULARY: Final = {
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
    Vocabulary.CONTRIBUTION: ("collaboration", "`asked`, `responded`, `commented`, `shared`, `reviewed`"),
    Vocabulary.GOAL: ("the student's own goals", "`set-goal` on a skill or course"),
    Vocabulary.CHOICE: ("which of the offered choices the student takes", "`chose` on a skill or activity"),
    Vocabulary.COURSE_PLAN: (
        "who may not pass, by what happened in earlier runs",
        "the school's course plan (when runs begin and end, what is due when): learnloom plan import",
    ),
    Vocabulary.COURSE_OUTCOME: (
        "who passed, from which it is learned who may not",
        "`passed` and `failed` on the course itself",
    ),
    Vocabulary.PREFERENCE: ("what the student says they like", "`preferred` on a topic or activity type"),
}


def data_gaps(evidence: StudentEvidence, rhythm: RhythmProfile, *, min_timed: int) -> tuple[Unknown, ...]:
    """List what is unknown: first what no student's statements tell, then what is missing of this student.

    Args:
        evidence: of the student.
        rhythm: the student's rhythm.
        min_timed: timed answers below which pace is not spoken of.
    """
    found = [
        Unknown(what=what, would_be_known_by=by, is_school_wide=True)
        for vocabulary, (what, by) in _BY_VOCABULARY.items()
        if vocabulary not in evidence.vocabulary
    ]
    here = evidence.vocabulary
    if evidence.activity.n_attempts == 0:
        found.append(_own("what the student knows", "first answers to questions"))
    elif Vocabulary.SKILL in here and not any(skill.n_attempts for skill in evidence.skills):
        found.append(_own("mastery of any skill", "answers to questions that name a skill"))
    if Vocabulary.ANSWER_DURATION in here and evidence.activity.n_timed < min_timed:
        found.append(_own("pace", f"{min_timed} timed answers; so far {evidence.activity.n_timed}"))
    if rhythm.weekly_seconds_before is None:
        found.append(_own("whether engagement changes", "three full weeks before this one"))
    if Vocabulary.GOAL in here and not evidence.goals:
        found.append(_own("goals", "`set-goal` by this student: ask what they want"))
    return tuple(found)


def _own(what: str, by: str) -> Unknown:
    return Unknown(what=what, would_be_known_by=by, is_school_wide=False)
