"""A signal: one thing worth saying about a student's learning, to one audience, with its evidence.

`signal_id` is a hash of who, what, to whom and of the state of the evidence, never of the day on which it was
computed: the same evidence gives the same signal again, and not a second one. The figures of a standing
signal may be refreshed under its id. Sentences never name the student: a key is all that travels.
"""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloom.schemas.level import Confidence
from learnloom.schemas.message import Message

SCHEMA_VERSION: Final = "1.0"
MAX_EVIDENCE_IDS: Final = 10
_IRI: Final = "https://learnloom.example/xapi/signals/"


class SignalKind(StrEnum):
    """What is said. The rules stand in pipelines/feedback, one file per family."""

    MASTERY = "mastery"
    STRENGTH = "strength"
    WEAKNESS = "weakness"
    PRACTISE_NEXT = "practise_next"
    CHECK = "check"
    STRETCH = "stretch"
    REVIEW_DUE = "review_due"
    PRODUCTIVE_PERSISTENCE = "productive_persistence"
    RETURN_AFTER_FAILURE = "return_after_failure"
    LEARNS_FROM_ERROR = "learns_from_error"
    CHALLENGE_SEEKING = "challenge_seeking"
    PROBLEM_SOLVING = "problem_solving"
    SELF_REGULATION = "self_regulation"
    WHEEL_SPINNING = "wheel_spinning"
    HELP_SEEKING = "help_seeking"
    RAPID_GUESSING = "rapid_guessing"
    TIME_ON_TASK = "time_on_task"
    PACE = "pace"
    SPACING = "spacing"
    REGULARITY = "regularity"
    STREAK = "streak"
    ENGAGEMENT_CHANGE = "engagement_change"
    CHECK_IN = "check_in"
    WANTS_TO_TALK = "wants_to_talk"
    AT_RISK = "at_risk"
    GOAL = "goal"
    CHOICE = "choice"
    INTEREST = "interest"
    PREFERENCE = "preference"
    PRODUCT = "product"
    ENVIRONMENT = "environment"
    COLLABORATION = "collaboration"


class Audience(StrEnum):
    """To whom a signal speaks."""

    STUDENT = "student"
    TEACHER = "teacher"


class Part(StrEnum):
    """The part of instruction that the signal helps to differentiate."""

    CONTENT = "content"
    """What is learned."""
    PROCESS = "process"
    """How it is learned."""
    PRODUCT = "product"
    """How it is shown."""
    ENVIRONMENT = "environment"
    """When and where."""


class Choice(BaseModel):
    """One of the things among which the student picks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skill_id: str = Field(description="IRI of the skill.")
    skill_name: str
    activity_id: str | None = Field(
        default=None, description="IRI of the one question that is offered; null where it is the skill."
    )
    activity_name: str | None = None
    p_right: float = Field(
        ge=0, le=1, description="Probability of a right answer at that question; else at an average one."
    )
    is_in_band: bool = Field(description="Whether p_right lies in the band where practice pays best.")
    is_wished: bool = Field(description="Whether the student has named it as a goal or chosen it before.")
    why: str = Field(min_length=1, description="Why it is offered, to the student.")
    message: Message | None = Field(
        default=None,
        description="What `why` says, by id and values; null where an earlier version said it.",
    )


class RightSource(StrEnum):
    """Where it was measured how often signals are right."""

    SCHOOL = "school"
    """In this school, on its own past."""
    SIMULATED = "simulated"
    """In simulated classes, before learnloom was shipped."""


class RightShare(BaseModel):
    """How often signals that said the same were right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    p: float = Field(ge=0, le=1, description="Share of those decided that were right.")
    p_low: float = Field(ge=0, le=1, description="Lower end of its 95 % interval, over students.")
    p_high: float = Field(ge=0, le=1, description="Upper end.")
    n: int = Field(ge=1, description="Signals of which it was decided.")
    source: RightSource


class Also(BaseModel):
    """Something else that calls a teacher to the same student: told with the signal, and not by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signal_id: str
    kind: SignalKind
    subject: str | None = None
    subject_name: str | None = None
    sentence: str = Field(min_length=1)
    message: Message | None = None


class Signal(BaseModel):
    """One signal. Times are aware; shares and probabilities run from 0 to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    signal_id: str = Field(pattern=r"^[0-9a-f]{32}$", description="Same evidence, same id.")
    student_key: str = Field(min_length=1)
    kind: SignalKind
    audience: Audience
    part: Part
    subject: str | None = Field(default=None, description="IRI of the skill, activity or course; else null.")
    subject_name: str | None = None
    value: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="The figure behind it; its meaning stands with the kind.",
    )
    n: int = Field(ge=0, description="Observations behind the value.")
    window_from: AwareDatetime = Field(description="First moment of the evidence.")
    window_to: AwareDatetime = Field(description="Last moment of the evidence.")
    evidence_ids: tuple[str, ...] = Field(
        default=(), max_length=MAX_EVIDENCE_IDS, description="Statements behind it, latest first."
    )
    confidence: Confidence
    urgency: float = Field(ge=0, le=1, description="For ordering: 1 needs somebody today.")
    created_at: AwareDatetime = Field(description="The as_of for which it was computed.")
    expires_at: AwareDatetime = Field(description="From then on it is not to be shown.")
    sentence: str = Field(min_length=1, description="What is said to the audience, in plain words.")
    message: Message | None = Field(
        default=None,
        description="What `sentence` says, by id and values; null where an earlier version said it.",
    )
    choices: tuple[Choice, ...] = ()
    also: tuple[Also, ...] = Field(
        default=(),
        description="In an event that calls a teacher: what else does in the same course, most useful first. It comes "
        "with no event of its own.",
    )
    p_right: RightShare | None = Field(
        default=None,
        description="How often such signals were right; null for a fact, for what gives its own probability, and where "
        "it is not known.",
    )
    model_version: str = Field(min_length=1)


def signal_id(
    student_key: str, kind: SignalKind, audience: Audience, subject: str | None, state: Iterable[str]
) -> str:
    """Make the id of a signal: 32 hex digits.

    Args:
        student_key: whom it is about.
        kind: what is said.
        audience: to whom.
        subject: of what.
        state: what has to change in the evidence for it to be said anew; its order does not count.
    """
    # By value, as orjson writes them: asking an Enum for it takes as long as the rest.
    parts = [student_key, kind, audience, subject, sorted(state)]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


def signal_iri(signal: Signal) -> str:
    """The signal as an xAPI activity, by which answers to it name it (docs/reference/vocabulary.md)."""
    return f"{_IRI}{signal.kind.value}/{signal.audience.value}/{signal.signal_id}"
