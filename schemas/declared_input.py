"""What is said of a student in so many words, as the feedback rules read it: rows like those of evidence.py."""

from datetime import datetime
from typing import NamedTuple


class DeclaredEvidence(NamedTuple):
    """The student's last word on one thing, or their teachers'. Grain: student, voice_kind, target_id, stated_by."""

    voice_kind: str
    """choice, preference, stated_known, talk, assigned or contacted."""
    target_id: str
    target_name: str | None
    """Its name; of an activity type the kind as in dim_activity (video, reading ...)."""
    target_kind: str
    """skill, topic, activity_type or activity."""
    statement_id: str
    occurred_at: datetime
    is_affirmed: bool
    """False where a choice is declined, a preference taken back or "I don't know it" said."""
    signal_id: str | None
    """The signal to which they react."""
    stated_by: str = "student"
    """student; teacher where one states what the student knows, has set practice or told of a contact."""
    n_attempts_since: int = 0
    """Answers of the student on it since, where it is a skill."""


class CheckEvidence(NamedTuple):
    """By which question a claim to know a skill, or not to, may be checked. Grain: student, skill."""

    skill_id: str
    activity_id: str
    activity_name: str | None
    p_right: float
    """Probability of a right answer to it."""
