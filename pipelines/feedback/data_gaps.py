"""What cannot be said of a student, and which statement would make it known."""

from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.texts import gap_texts as texts
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.measure import Vocabulary
from learnloom.schemas.profile import RhythmProfile, Unknown


def data_gaps(
    evidence: StudentEvidence, rhythm: RhythmProfile, *, min_timed: int, language: Language = ENGLISH
) -> tuple[Unknown, ...]:
    """List what is unknown: first what no student's statements tell, then what is missing of this student.

    Args:
        evidence: of the student.
        rhythm: the student's rhythm.
        min_timed: timed answers below which pace is not spoken of.
        language: in which it is said.
    """

    def gap(found: texts.GapTexts, *, is_school_wide: bool = False) -> Unknown:
        return Unknown(
            what=language.say(found.what()),
            would_be_known_by=language.say(found.known_by()),
            is_school_wide=is_school_wide,
        )

    here = evidence.vocabulary
    gaps = [
        gap(found, is_school_wide=True)
        for vocabulary, found in texts.BY_VOCABULARY.items()
        if vocabulary not in here
    ]
    if evidence.activity.n_attempts == 0:
        gaps.append(gap(texts.ANSWERS))
    elif Vocabulary.SKILL in here and not any(skill.n_attempts for skill in evidence.skills):
        gaps.append(gap(texts.SKILL_ANSWERS))
    if Vocabulary.ANSWER_DURATION in here and evidence.activity.n_timed < min_timed:
        gaps.append(gap(texts.TIMED_ANSWERS))
    if rhythm.weekly_seconds_before is None:
        gaps.append(gap(texts.WEEKS))
    if Vocabulary.GOAL in here and not evidence.goals:
        gaps.append(gap(texts.GOALS))
    return tuple(gaps)
