"""A student as a person to teach: what they know, how they go about it, what they like and want.

A pure function of (the student's history, model version, as_of). Null always means unknown; what could not be
known is listed under `unknown` with the statement that would make it known. Times are aware; shares and
probabilities run from 0 to 1.
"""

from datetime import date
from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloom.schemas.level import Confidence, Level
from learnloom.schemas.measure import Measure
from learnloom.schemas.signal import Choice

SCHEMA_VERSION: Final = "1.0"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CourseProfile(_Part):
    """A course of the student's."""

    course_id: str
    course_name: str | None
    is_active: bool = Field(description="Neither left nor completed nor passed.")
    last_active_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    n_skills: int = Field(ge=0, description="Skills of the course.")
    n_mastered: int = Field(ge=0, description="Of these, at the level mastered.")


class Path(StrEnum):
    """How the answers on a skill went so far."""

    UNDER_WAY = "under_way"
    """Neither of the others, or unknown: answers that were told at one moment have no order."""
    ACHIEVED = "achieved"
    """Three right in a row within the first opportunities."""
    PERSISTED = "persisted"
    """Three right in a row after many opportunities."""
    STUCK_EARLY = "stuck_early"
    """Some opportunities, few right, never three in a row."""
    STUCK = "stuck"
    """Many opportunities, never three in a row."""


class StatedBy(StrEnum):
    """Who says what a student knows."""

    STUDENT = "student"
    TEACHER = "teacher"


class StatedProfile(_Part):
    """What somebody states of a student and a skill: it stands beside the estimate, and never changes it."""

    stated_by: StatedBy
    is_known: bool = Field(description="True for 'I know this', false for 'I do not'.")
    stated_at: AwareDatetime
    statement_id: str
    is_in_agreement: bool | None = Field(
        description="Whether the estimate says the same: near mastery or above where it is known; null without answers."
    )
    n_attempts_since: int = Field(ge=0, description="Answers on the skill since.")


class SkillProfile(_Part):
    """A skill: what is known of it, and with how much evidence."""

    skill_id: str
    skill_name: str
    told_by: Literal["map", "statement", "fallback"] = Field(
        default="statement",
        description="Who names the skill: the school's map, statements, or nobody: then a quiz, section or category "
        "stands for it, and its name says so.",
    )
    course_id: str | None
    level: Level
    p_mastery: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Probability right at an average question; null without answers.",
    )
    p_low: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Lower end of the interval in which the truth lies 8 times of 10; null without answers.",
    )
    p_high: float | None = Field(default=None, ge=0, le=1, description="Upper end of it.")
    p_expected: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The same, from other skills or the class where there are no answers.",
    )
    confidence: Confidence
    n_attempts: int = Field(ge=0)
    share_right: float | None = Field(default=None, ge=0, le=1)
    against_class: float | None = Field(
        default=None, description="Shrunken share right minus the class mean; null where either is unknown."
    )
    path: Path | None = Field(default=None, description="Null without answers.")
    is_unlocked: bool | None = Field(
        description="Whether all prerequisites are near mastery; null where one of them was never seen."
    )
    level_since_at: AwareDatetime | None = None
    last_attempt_at: AwareDatetime | None = None
    review_due_at: AwareDatetime | None = None
    p_due: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Probability of a right answer at an average question when the review comes due, after so long "
        "without an answer on the skill; null where mastery was never shown.",
    )
    is_review_due: bool | None = Field(default=None, description="Null where mastery was never shown.")
    stated: tuple[StatedProfile, ...] = Field(
        default=(), description="What student and teachers state of it, latest first."
    )
    evidence_ids: tuple[str, ...] = ()


class MeasureProfile(_Part):
    """A share of opportunities taken: growth evidence, never a score of a trait."""

    measure: Measure
    share: float = Field(ge=0, le=1, description="Of the latest opportunities, at most ten.")
    n: int = Field(ge=1)
    own_past: float | None = Field(default=None, ge=0, le=1, description="Share of all before these.")
    class_share: float | None = Field(default=None, ge=0, le=1)
    last_taken_at: AwareDatetime | None = None


class RhythmProfile(_Part):
    """When the student learns, against their own past only."""

    days_since_seen: int = Field(ge=0)
    seconds_7d: float = Field(ge=0, description="Time on task in the last seven days.")
    weekly_seconds_before: float | None = Field(
        default=None, description="Mean of the four weeks before; null with fewer than three known."
    )
    change_sd: float | None = Field(
        default=None, description="Last week minus that mean, in standard deviations of those weeks."
    )
    p_away: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Probability that a student of this rhythm is away as long as now, or longer.",
    )
    days_7d: int = Field(ge=0, description="Days with activity among the last seven.")
    days_28d: int = Field(ge=0, description="Days with activity among the last 28.")
    streak_days: int = Field(ge=0, description="Days in a row up to today or yesterday.")
    weeks_in_row: int = Field(
        ge=0, le=10, description="Weeks in a row with activity up to now, ten at the most."
    )
    n_attempts_28d: int = Field(ge=0)
    days_per_ten_answers: float | None = Field(
        default=None, description="Spacing: days with answers per ten answers in the last 28 days."
    )
    days_per_ten_answers_before: float | None = Field(default=None, description="The same for the 28 before.")


class PaceProfile(_Part):
    """How fast, which says nothing of how well."""

    active_seconds: float = Field(ge=0)
    n_timed: int = Field(ge=0)
    relative_duration: float | None = Field(
        default=None, description="Median of answer times as a multiple of the question's usual time."
    )
    median_session_seconds: float | None = None
    n_mastered: int | None = Field(
        default=None, description="Skills at the level mastered; null without skills."
    )
    mastered_per_hour: float | None = None


class LikingProfile(_Part):
    """What the student turns to of their own choice, or says they like."""

    dimension: str
    value: str
    share: float | None = Field(
        default=None, ge=0, le=1, description="Of what they do by choice; null if only said."
    )
    above_class: float | None = Field(default=None, description="Shrunken share minus that of all students.")
    n: int = Field(ge=0)
    is_declared: bool


class OutcomeProfile(_Part):
    """How answers or pieces of work go under one circumstance or in one form."""

    dimension: str = Field(description="product, hour_band, device or session_length.")
    value: str
    n: int = Field(ge=1)
    share: float = Field(ge=0, le=1, description="Share right, or mean score.")
    above_expected: float | None = Field(
        default=None,
        description="Shrunken difference from what the model or the student's other work lets expect.",
    )
    above_sd: float | None = Field(
        default=None,
        description="Of answers: that difference in standard deviations of chance; null if unknown.",
    )


class GoalStatus(StrEnum):
    """Where a goal stands."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    OPEN = "open"
    """Under way, and too little is known to project a date, or no date was named."""
    DROPPED = "dropped"


class GoalProfile(_Part):
    """A goal that the student declared."""

    target_id: str
    target_name: str
    set_at: AwareDatetime
    target_level: float = Field(ge=0, le=1)
    target_date: date | None
    progress: float | None = Field(default=None, ge=0, le=1, description="Level now; null where unknown.")
    projected_date: date | None = None
    status: GoalStatus
    n_attempts_since: int = Field(ge=0)


class VoiceProfile(_Part):
    """The student's own last word on something."""

    voice_kind: str
    target_id: str
    target_name: str
    occurred_at: AwareDatetime
    is_affirmed: bool


class CollaborationProfile(_Part):
    """What is given to and taken from others: a balance, never a ranking."""

    n_given: int = Field(ge=0, description="Answered, shared, reviewed.")
    n_taken: int = Field(ge=0, description="Asked.")
    n_commented: int = Field(ge=0)


class Unknown(_Part):
    """Something that cannot be said, and what would make it known."""

    what: str
    would_be_known_by: str
    is_school_wide: bool = Field(description="True where no student's statements tell it.")


class StudentProfile(_Part):
    """All that is understood of one student as of a moment."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    student_key: str = Field(min_length=1)
    student_name: str | None
    identifier_kind: str
    first_seen_at: AwareDatetime
    last_seen_at: AwareDatetime
    as_of: AwareDatetime
    model_version: str = Field(min_length=1)
    courses: tuple[CourseProfile, ...] = ()
    skills: tuple[SkillProfile, ...] = ()
    practise_next: tuple[Choice, ...] = ()
    measures: tuple[MeasureProfile, ...] = ()
    rhythm: RhythmProfile
    pace: PaceProfile
    likings: tuple[LikingProfile, ...] = ()
    outcomes: tuple[OutcomeProfile, ...] = ()
    goals: tuple[GoalProfile, ...] = ()
    voices: tuple[VoiceProfile, ...] = ()
    collaboration: CollaborationProfile | None = None
    unknown: tuple[Unknown, ...] = ()
