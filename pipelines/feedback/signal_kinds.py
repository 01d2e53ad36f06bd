"""Every kind of signal: which part of instruction it is for, who may see it, and how long it holds."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from learnloom.pipelines.feedback import claims
from learnloom.pipelines.feedback.claims import Claim
from learnloom.schemas.signal import Audience, Part, SignalKind


class Cause(StrEnum):
    """What calls a teacher to a student: signals of one student are told in one message, causes in turns."""

    ASKED = "asked"
    """The student has asked."""
    LEARNING = "learning"
    """Practice does not help as it is, or something is hard."""
    PRESENCE = "presence"
    """Away, or nobody has spoken to them."""
    PASSING = "passing"
    """The course may not be passed."""
    HINT = "hint"
    """Any of these, where its like were right too seldom to send a teacher to the student: told with others only."""


class KindEntry(NamedTuple):
    """One kind of signal."""

    part: Part
    audiences: frozenset[Audience]
    """Who may see it; a rule that says it to anyone else is refused."""
    lifetime_days: int
    """Days after the last evidence at which it expires."""
    is_good_word: bool = False
    """Whether it tells the student of something done well: such a word is contact, too."""
    claim: Claim | None = None
    """What it foretells; None: it is a fact, and foretells nothing."""
    names_action: bool = False
    """Whether it asks somebody to do something because of its claim: it is then right often enough, or silent."""
    cause: Cause | None = None
    """Where it calls a teacher to the student: why. Such calls are told by the week (teacher_message.sql)."""


_STUDENT: Final = frozenset({Audience.STUDENT})
_TEACHER: Final = frozenset({Audience.TEACHER})
_BOTH: Final = _STUDENT | _TEACHER

SIGNAL_KINDS: Final[Mapping[SignalKind, KindEntry]] = MappingProxyType(
    {
        SignalKind.MASTERY: KindEntry(Part.CONTENT, _BOTH, 30, claim=claims.RIGHT_AS_PROMISED),
        SignalKind.STRENGTH: KindEntry(Part.CONTENT, _BOTH, 30, is_good_word=True, claim=claims.STRONG),
        SignalKind.WEAKNESS: KindEntry(
            Part.CONTENT, _BOTH, 30, claim=claims.WEAK, names_action=True, cause=Cause.LEARNING
        ),
        SignalKind.PRACTISE_NEXT: KindEntry(Part.CONTENT, _STUDENT, 90, claim=claims.OFFERED),
        SignalKind.CHECK: KindEntry(Part.CONTENT, _STUDENT, 14),
        SignalKind.STRETCH: KindEntry(
            Part.CONTENT, _STUDENT, 21, is_good_word=True, claim=claims.RIGHT_AS_PROMISED
        ),
        SignalKind.REVIEW_DUE: KindEntry(Part.CONTENT, _STUDENT, 60, claim=claims.RIGHT_AS_PROMISED),
        SignalKind.PRODUCTIVE_PERSISTENCE: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.RETURN_AFTER_FAILURE: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.LEARNS_FROM_ERROR: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.CHALLENGE_SEEKING: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.PROBLEM_SOLVING: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.SELF_REGULATION: KindEntry(Part.PROCESS, _BOTH, 14, is_good_word=True),
        SignalKind.WHEEL_SPINNING: KindEntry(
            Part.PROCESS, _BOTH, 28, claim=claims.STUCK, names_action=True, cause=Cause.LEARNING
        ),
        SignalKind.HELP_SEEKING: KindEntry(Part.PROCESS, _STUDENT, 14),
        SignalKind.RAPID_GUESSING: KindEntry(
            Part.PROCESS, _BOTH, 14, claim=claims.GUESSES, names_action=True, cause=Cause.LEARNING
        ),
        SignalKind.TIME_ON_TASK: KindEntry(Part.PROCESS, _BOTH, 7),
        SignalKind.PACE: KindEntry(Part.PROCESS, _BOTH, 28),
        SignalKind.SPACING: KindEntry(Part.ENVIRONMENT, _STUDENT, 14),
        SignalKind.REGULARITY: KindEntry(Part.ENVIRONMENT, _STUDENT, 7, is_good_word=True),
        SignalKind.STREAK: KindEntry(Part.ENVIRONMENT, _STUDENT, 2, is_good_word=True),
        SignalKind.ENGAGEMENT_CHANGE: KindEntry(
            Part.PROCESS, _TEACHER, 28, claim=claims.AWAY, names_action=True, cause=Cause.PRESENCE
        ),
        SignalKind.CHECK_IN: KindEntry(Part.PROCESS, _TEACHER, 60, cause=Cause.PRESENCE),
        SignalKind.WANTS_TO_TALK: KindEntry(Part.PROCESS, _TEACHER, 28, cause=Cause.ASKED),
        SignalKind.AT_RISK: KindEntry(Part.PROCESS, _TEACHER, 7, claim=claims.FAILS, cause=Cause.PASSING),
        SignalKind.GOAL: KindEntry(Part.CONTENT, _BOTH, 60),
        SignalKind.CHOICE: KindEntry(Part.CONTENT, _TEACHER, 14),
        SignalKind.INTEREST: KindEntry(Part.CONTENT, _BOTH, 90),
        SignalKind.PREFERENCE: KindEntry(Part.ENVIRONMENT, _BOTH, 90),
        SignalKind.PRODUCT: KindEntry(Part.PRODUCT, _BOTH, 180),
        SignalKind.ENVIRONMENT: KindEntry(Part.ENVIRONMENT, _BOTH, 60),
        SignalKind.COLLABORATION: KindEntry(Part.PROCESS, _BOTH, 28, is_good_word=True),
    }
)
"""Lifetimes follow how soon such a thing changes: a streak in days, a liking in months."""
