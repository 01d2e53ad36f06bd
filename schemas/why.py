"""Why an estimate of mastery is what it is: the answers behind it, its terms, and what would change it.

Null always means unknown. Times are aware; shares and probabilities run from 0 to 1.
"""

from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloom.schemas.level import Confidence, Level

SCHEMA_VERSION: Final = "1.0"


class Ground(StrEnum):
    """What a term of an estimate is about, in the order in which terms are told."""

    DIFFICULTY = "difficulty"
    """How hard the skill is for the class."""
    PRACTICE = "practice"
    """How much the student has answered, whatever came of it."""
    GENERAL = "general"
    """How the student does on the whole, all skills together."""
    SKILL = "skill"
    """How the student did on this skill."""
    LATELY = "lately"
    """How the latest answers went."""


class AnswerOutcome(StrEnum):
    """How an answer went."""

    RIGHT = "right"
    PARTLY = "partly"
    """Some of what could be had, not all of it."""
    WRONG = "wrong"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WhyAnswer(_Part):
    """One answer on the skill."""

    statement_id: str
    occurred_at: AwareDatetime
    activity_id: str
    activity_name: str | None
    outcome: AnswerOutcome
    score: float = Field(ge=0, le=1, description="Share of what could be had.")
    is_aided: bool | None = Field(
        description="Whether a hint was asked before it; null where that is unknown."
    )
    is_rapid: bool | None = Field(
        description="Whether it came faster than the question can be read, so that it counts a quarter; null "
        "where unknown."
    )


class WhyTerm(_Part):
    """What one ground adds to the estimate, or takes from it."""

    ground: Ground
    adds: float = Field(description="To the probability: .05 is five percentage points more.")


class WhyAhead(_Part):
    """What the estimate would be after answers to come at average questions of the skill."""

    p_after_right: float = Field(ge=0, le=1, description="After one more right answer.")
    p_after_three_right: float = Field(ge=0, le=1, description="After three right in a row.")
    p_after_miss: float = Field(ge=0, le=1, description="After one miss.")
    n_looked_ahead: int = Field(ge=3, description="So many right answers in a row were tried.")
    near: float = Field(ge=0, le=1, description="Probability from which a skill is near mastery.")
    mastered: float = Field(ge=0, le=1, description="Probability from which it is mastered.")
    n_right_to_near: int | None = Field(
        ge=0, description="Right answers in a row until near; 0: it is; null: more than were tried."
    )
    n_right_to_mastered: int | None = Field(ge=0, description="The same until mastered.")


class SkillWhy(_Part):
    """All that is behind the estimate of one student and one skill."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    student_key: str = Field(min_length=1)
    student_name: str | None
    skill_id: str
    skill_name: str
    as_of: AwareDatetime
    model_version: str
    model_kind: str | None = Field(description="elo, elo-logistic or elo-boosted; null where p is null.")
    level: Level
    confidence: Confidence
    p: float | None = Field(
        ge=0,
        le=1,
        description="The profile's p_mastery; without answers on the skill its p_expected, from other skills; null "
        "without any answer at all.",
    )
    p_low: float | None = Field(
        ge=0, le=1, description="Lower end of the 80 % interval; null without answers."
    )
    p_high: float | None = Field(ge=0, le=1, description="Upper end of it.")
    start: float | None = Field(
        ge=0,
        le=1,
        description="What the model says of somebody of whom nothing is known, at a skill of middling difficulty.",
    )
    terms: tuple[WhyTerm, ...] = Field(description="With start they add up to p.")
    ahead: WhyAhead | None
    n_attempts: int = Field(ge=0)
    n_right: int = Field(ge=0)
    first_attempt_at: AwareDatetime | None
    last_attempt_at: AwareDatetime | None
    answers: tuple[WhyAnswer, ...] = Field(description="The latest answers on the skill, latest first.")
