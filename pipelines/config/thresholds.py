"""When a signal is given: what a teacher or school may wish otherwise, with documented defaults."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from learnloom.schemas.level import MASTERED, NEAR
from learnloom.schemas.signal import SignalKind


class Thresholds(BaseModel):
    """Every threshold of the feedback rules. Probabilities and shares run from 0 to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Content: what to learn.
    mastered: float = Field(
        default=MASTERED,
        gt=0,
        lt=1,
        description="Probability right at an average question from which a skill counts as mastered.",
    )
    near: float = Field(
        default=NEAR,
        gt=0,
        lt=1,
        description="From here on a skill is near mastery; prerequisites have to reach it to unlock a skill.",
    )
    mastery_min_answers: int = Field(
        default=3, ge=1, description="Answers on a skill before its level is told as a signal."
    )
    strength_margin: float = Field(
        default=0.07,
        ge=0,
        le=1,
        description="How far the probability right at an average question lies above the class's share for a strength.",
    )
    strength_min_answers: int = Field(default=3, ge=1, description="Answers on the skill for either.")
    strength_prior_answers: float = Field(
        default=5.0,
        ge=0,
        description="Answers at the class mean that are added to the share right that the profile compares, so that "
        "few say little.",
    )
    strength_count: int = Field(
        default=6, ge=1, le=10, description="Strengths, and weaknesses, named at the most."
    )
    practise_target: float = Field(
        default=0.75,
        gt=0,
        lt=1,
        description="Probability right that practice aims at: hard enough, yet it goes.",
    )
    practise_low: float = Field(
        default=0.60, ge=0, le=1, description="Easiest to fail: below it is too hard."
    )
    practise_high: float = Field(default=0.85, ge=0, le=1, description="Above it is too easy to learn from.")
    practise_choices: int = Field(default=3, ge=1, le=6, description="Skills offered; the student picks.")
    wish_boost: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="How much nearer to the target a skill counts that the student wants.",
    )

    # Process: how it goes.
    declined_days: int = Field(
        default=7,
        ge=0,
        description="Days for which a skill is not offered again that the student said no to.",
    )
    check_low: float = Field(
        default=0.50,
        gt=0,
        lt=1,
        description="Least probability right of the question that checks a claim: it may go either way.",
    )
    check_high: float = Field(default=0.75, gt=0, lt=1, description="Highest one.")
    check_answers: int = Field(
        default=3, ge=1, description="Answers on the skill after a claim from which it is no longer checked."
    )
    stuck_opportunities: int = Field(
        default=10,
        ge=3,
        description="Answers without three right in a row that are wheel-spinning (Beck and Gong 2013).",
    )
    stuck_early_opportunities: int = Field(
        default=5, ge=3, description="Answers after which an early warning may be given to the teacher."
    )
    stuck_early_max_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share right above which no early warning is given: most of these get there alone.",
    )
    foreseen_chance: float = Field(
        default=0.8,
        ge=0,
        lt=1,
        description="Probability, by all that is known that day, from which either is said, guessing is spoken of, and "
        "a skill is a weakness.",
    )
    help_min_opportunities: int = Field(
        default=3, ge=1, description="Questions missed twice before anything is said of asking for help."
    )
    help_max_share: float = Field(
        default=0.34, ge=0, le=1, description="Share of these with help asked in time from which all is well."
    )
    skim_min_hints: int = Field(default=4, ge=1, description="Further hints before skimming is spoken of.")
    skim_share: float = Field(
        default=0.5, ge=0, le=1, description="Share taken within a second from which it is."
    )
    rapid_min_answers: int = Field(
        default=10, ge=1, description="Timed answers before guessing is spoken of."
    )
    rapid_share: float = Field(
        default=0.20,
        ge=0,
        le=1,
        description="Share of rapid guesses from which it is. Over a whole test .10 is usual (Wise and Kong 2005); "
        "one of the latest ten may be chance.",
    )
    pace_min_answers: int = Field(default=10, ge=1, description="Timed answers before pace is spoken of.")
    pace_slow: float = Field(
        default=1.5, gt=1, description="Median of the usual time from which pace is calm."
    )
    pace_fast: float = Field(
        default=0.67, gt=0, lt=1, description="Median of the usual time up to which it is quick."
    )
    spacing_min_answers: int = Field(
        default=20, ge=2, description="Answers in the last 28 days, and in the 28 before, to compare spacing."
    )
    spacing_margin: float = Field(
        default=0.25,
        ge=0,
        description="Change in days per answer, as a share of the own past, that is worth a word.",
    )
    streak_min_days: int = Field(default=3, ge=2, description="Days in a row that are worth a word.")
    regular_min_weeks: int = Field(
        default=3, ge=2, le=8, description="Weeks in a row with activity that are."
    )

    # Growth: never a trait, always what was done.
    growth_min_opportunities: int = Field(
        default=4, ge=1, description="Latest opportunities before a rate is spoken of."
    )
    growth_margin: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="How far above the own past, or from a share of the class's, is growth.",
    )
    growth_min_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share taken that is praised where neither past nor class is known.",
    )

    # Care.
    drop_share: float = Field(
        default=0.10,
        gt=0,
        le=1,
        description="Share of the own weekly time on task, of the four weeks before, below which a week is a drop.",
    )
    drop_chance: float = Field(
        default=0.20,
        gt=0,
        le=1,
        description="Probability, by the own rhythm of active days, of being away so long: below it, it is a drop.",
    )
    drop_min_days: int = Field(
        default=7,
        ge=0,
        description="Days away up to which nothing is a drop (Open edX Aspects asks after 7).",
    )
    drop_min_sd_share: float = Field(
        default=0.25,
        ge=0,
        description="The deviation of the own weeks, in the profile, counts as at least this share of their mean: four "
        "weeks measure it badly.",
    )
    drop_min_weekly_seconds: float = Field(
        default=900.0, ge=0, description="Own weekly time on task below which a drop means nothing."
    )
    least_right: dict[SignalKind, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict,
        description="By kind: share right from which on it is said, as this school's own backtest found it, else as it "
        "was in simulated classes: `[thresholds.least_right]` with `wheel_spinning = 0.9`. It does something for "
        "`strength`, `weakness`, `wheel_spinning`, `rapid_guessing`, `engagement_change`, and for `at_risk` by its "
        "simple rule: whatever else foretells something says itself how likely it is, and no bar silences it.",
    )
    least_right_to_act: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="The same for every kind that names an action and has none of its own in `least_right`.",
    )
    cool_down_days: int = Field(
        default=14,
        ge=0,
        le=365,
        description="Days for which nothing of the kind is said again about the same thing after it was dismissed.",
    )
    quiet_days: int = Field(
        default=14, ge=1, description="Days without a good word and without contact after which to check in."
    )
    away_max_days: int = Field(
        default=60, ge=1, description="Days of absence after which a student counts as gone, not as quiet."
    )
    risk_away_days: int = Field(
        default=7,
        ge=1,
        description="Days without activity in a course after which the simple rule of `at_risk` names the student "
        "(Open edX Aspects warns after 7).",
    )

    # Voice, product, environment: offered as choices.
    interest_min_n: int = Field(
        default=5, ge=1, description="Voluntary activities of a kind to speak of interest."
    )
    interest_prior_n: float = Field(
        default=5.0, ge=0, description="Activities at the class's share that are added."
    )
    interest_margin: float = Field(
        default=0.10, ge=0, le=1, description="Share above the class's that is interest."
    )
    interest_count: int = Field(
        default=3, ge=1, le=10, description="Interests named per dimension at the most."
    )
    product_min_n: int = Field(default=3, ge=1, description="Scored pieces of a kind before it is compared.")
    product_margin: float = Field(
        default=0.10, ge=0, le=1, description="Score above the own others that goes well."
    )
    product_min_score: float = Field(
        default=0.60, ge=0, le=1, description="Mean score below which nothing is said to go well."
    )
    circumstance_min_answers: int = Field(
        default=15, ge=1, description="Answers before a time or place is compared."
    )
    circumstance_margin: float = Field(
        default=0.07, ge=0, le=1, description="Shrunken share right above what was expected."
    )
    circumstance_min_sd: float = Field(
        default=2.0,
        ge=0,
        description="Standard deviations of chance above it: with nine circumstances each, one would often do well.",
    )
    goal_soon_days: int = Field(
        default=7, ge=0, description="Days before a goal's date from which it is near."
    )
    collaboration_min_n: int = Field(default=3, ge=1, description="Contributions before they are spoken of.")

    @model_validator(mode="after")
    def _bands_are_in_order(self) -> "Thresholds":
        """Keep bands from crossing."""
        if not self.near < self.mastered:
            raise ValueError(f"near ({self.near}) has to be below mastered ({self.mastered})")
        if not self.practise_low <= self.practise_target <= self.practise_high:
            raise ValueError(
                f"practise_target ({self.practise_target}) has to lie between practise_low "
                f"({self.practise_low}) and practise_high ({self.practise_high})"
            )
        if not self.check_low <= self.check_high:
            raise ValueError(f"check_low ({self.check_low}) has to be at most check_high ({self.check_high})")
        if not self.stuck_early_opportunities <= self.stuck_opportunities:
            raise ValueError(
                f"stuck_early_opportunities ({self.stuck_early_opportunities}) has to be at most "
                f"stuck_opportunities ({self.stuck_opportunities})"
            )
        return self
