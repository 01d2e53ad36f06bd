"""What the warehouse knows of one student, as the feedback rules read it: one kind of row per mart.

A field is a column of the same name; every mart has `student_key` besides. No row depends on `as_of` other than by
which statements it counts: windows that end at `as_of` are cut by the rules. None means unknown, never zero. Times
are aware; days are days of the school's time zone. `evidence_ids` are statement ids, latest first, at most ten.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.measure import Measure, Vocabulary
from learnloom.schemas.risk import RiskEvidence


class MasteryEstimate(NamedTuple):
    """What the learner model says of one student and one skill. Grain: student, skill."""

    skill_id: str
    theta: float
    """Ability in logits: the student's general one and that on the skill, summed."""
    p_mastery: float
    """Probability of a right answer at an average item of the skill."""
    n_attempts: int
    """Answers on the skill; 0 where p_mastery is only what the model expects from other skills."""
    level_since_at: datetime | None = None
    """Answer with which the present level was reached; None without answers."""
    mastered_at: datetime | None = None
    """Answer with which mastery was first shown; None while it was not."""
    review_due_at: datetime | None = None
    """When to see it again; None while mastery was not shown."""
    p_due: float | None = None
    """Probability of a right answer at an average question then; None while mastery was not shown."""
    n_reviews: int = 0
    """Right answers given when a review was due, since mastery was last shown afresh."""
    p_low: float | None = None
    """Lower end of the 80 % interval around p_mastery; None without answers."""
    p_high: float | None = None
    """Upper end of it."""


class SkillEvidence(NamedTuple):
    """A student's answers on one skill, also where there are none. Grain: student, skill of their courses."""

    skill_id: str
    skill_name: str
    told_by: str
    """map, statement or fallback: the last is a quiz, section or category that stands for a skill."""
    course_id: str | None
    """Course in which the student meets it: that of the last answer, else the first course in order of id."""
    prerequisite_ids: Sequence[str]
    """Skills that come before it, by the school's map; empty where none is known."""
    n_attempts: int
    """Answers, opportunities of the skill."""
    n_correct: int
    n_unaided: int
    """Answers known to be without a hint."""
    n_aided: int
    """Answers known to be with one."""
    n_rapid: int
    """Answers known to be faster than the question can be read."""
    n_items: int
    """Different items answered."""
    n_days: int
    """Different days with an answer."""
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_correct_at: datetime | None
    run_right: int
    """Right answers in a row at the end; 0 after a miss, and where a miss was told of the same moment."""
    longest_run: int
    """Right answers in a row at the most: of those told at one moment the order is unknown."""
    first_run_opportunity: int | None
    """Opportunity at which three right in a row were first complete; None where they never were, or it is unknown."""
    first_run_at: datetime | None
    """When that was."""
    is_last_five_right_unaided: bool | None
    """Whether the last five answers were right and none known to be with a hint; None with fewer than five."""
    is_help_known: bool | None
    """Whether it is known of all of these five whether a hint was asked; None with fewer than five."""
    n_recoveries: int
    """Answers right after at least two misses in a row on the same item."""
    last_recovery_at: datetime | None
    last_recovery_misses: int | None
    """Misses before the last of them."""
    last_recovery_id: str | None
    """Statement of the last of them."""
    class_rate: float | None
    """Share right of all answers on the skill, all students, from the model version; None where too few."""
    evidence_ids: Sequence[str]


class MeasureEvidence(NamedTuple):
    """How often a student took an opportunity. Grain: student, measure; no row where there was none."""

    measure: Measure
    n: int
    """The latest opportunities, at most ten."""
    n_taken: int
    """How many of these were taken."""
    n_earlier: int
    """All opportunities before these: the student's own past."""
    n_earlier_taken: int
    class_rate: float | None
    """Share taken of all opportunities of all students, from the model version; None where too few."""
    last_taken_at: datetime | None
    """When one was last taken; None where never."""
    last_at: datetime
    """The last opportunity."""
    evidence_ids: Sequence[str]
    """Statements of the last opportunities taken; where none was, of the last opportunities."""


class DayEvidence(NamedTuple):
    """One day on which a student did something; the latest 70 such days. Grain: student, local_day."""

    local_day: date
    active_seconds: float
    n_sessions: int
    n_attempts: int


class ActivityEvidence(NamedTuple):
    """A student's activity as a whole. Grain: student."""

    n_statements: int
    n_sessions: int
    n_days: int
    """Different days with a statement."""
    active_seconds: float
    """Time on task: sessions without pauses longer than the gap."""
    median_session_seconds: float | None
    n_attempts: int
    n_correct: int
    n_timed: int
    """Answers with a known duration on an item whose usual time is known, rapid guesses left out."""
    median_relative_duration: float | None
    """Median over these of the duration as a multiple of the item's usual time (model version)."""
    last_contact_at: datetime | None
    """When somebody last spoke to them: a score, reply or review on their work; None where none is known."""
    evidence_ids: Sequence[str]
    """The last statements."""


class CourseEvidence(NamedTuple):
    """A student in a course. Grain: student, course."""

    course_id: str
    course_name: str | None
    registered_at: datetime | None
    first_active_at: datetime | None
    last_active_at: datetime | None
    unregistered_at: datetime | None
    completed_at: datetime | None
    passed_at: datetime | None


class InterestEvidence(NamedTuple):
    """How much of what a student does of their own choice goes to one thing.

    Dimensions: `topic` and `activity_kind` count voluntary activities (optional ones, each once a day);
    `hour_band` (night 0-5, morning 6-11, afternoon 12-17, evening 18-23) and `device` count sessions.
    Grain: student, dimension, value.
    """

    dimension: str
    value: str
    n: int
    """Of this value."""
    n_all: int
    """Of all values of the dimension."""
    class_share: float | None
    """Share of this value among all students, from the model version; None where too few."""
    last_at: datetime
    evidence_ids: Sequence[str]


class OutcomeEvidence(NamedTuple):
    """How answers go under one circumstance. Grain: student, dimension, value.

    Dimensions: `hour_band` and `device` as above; `session_length`: short (below 15 minutes), medium (15 to
    45) or long, by the session in which the answer falls.
    """

    dimension: str
    value: str
    n_attempts: int
    n_correct: int
    n_expected: float | None
    """Right answers that the learner model expected, so that hard items weigh no one down."""
    last_at: datetime
    evidence_ids: Sequence[str]


class ProductEvidence(NamedTuple):
    """How one way of showing what they know goes. Grain: student, product_kind."""

    product_kind: str
    """quiz, essay, video, project, discussion or other."""
    n: int
    """Scored pieces."""
    mean_score: float
    """Mean of their scores, 0 to 1."""
    class_mean_score: float | None
    """Mean over all students, from the model version; None where too few."""
    last_at: datetime
    evidence_ids: Sequence[str]


class GoalEvidence(NamedTuple):
    """A goal that the student declared, as it stands. Grain: student, target_id."""

    target_id: str
    """Skill or course."""
    target_name: str | None
    statement_id: str
    set_at: datetime
    target_level: float
    """Probability of a right answer wished for, 0 to 1; of a course: share of its skills mastered."""
    target_date: date | None
    is_dropped: bool
    p_when_set: float | None
    """p_mastery of the skill after the last answer before set_at; None where unknown."""
    n_attempts_since: int
    """Answers on the target since set_at."""
    last_attempt_at: datetime | None
    """The last of them."""


class ContributionEvidence(NamedTuple):
    """What a student gives to and takes from others. Grain: student."""

    n_asked: int
    n_commented: int
    n_responded: int
    n_shared: int
    n_reviewed: int
    last_giving_at: datetime | None
    """Last response, share or review."""
    last_at: datetime
    evidence_ids: Sequence[str]


class ResponseEvidence(NamedTuple):
    """An answer to a signal. Grain: statement."""

    signal_id: str
    signal_kind: str
    audience: str
    """Who answers: student or teacher."""
    subject: str | None
    """What the signal was about; None: the student."""
    response: str
    """acknowledged, dismissed or followed."""
    went_well: bool | None
    """How following it went; None where that is not told."""
    occurred_at: datetime
    statement_id: str


class StudentEvidence(NamedTuple):
    """All that is known of one student."""

    student_key: str
    student_name: str | None
    identifier_kind: str
    first_seen_at: datetime
    last_seen_at: datetime
    vocabulary: frozenset[Vocabulary]
    """What this school's statements can tell at all."""
    activity: ActivityEvidence
    courses: Sequence[CourseEvidence] = ()
    skills: Sequence[SkillEvidence] = ()
    mastery: Sequence[MasteryEstimate] = ()
    measures: Sequence[MeasureEvidence] = ()
    days: Sequence[DayEvidence] = ()
    interests: Sequence[InterestEvidence] = ()
    outcomes: Sequence[OutcomeEvidence] = ()
    products: Sequence[ProductEvidence] = ()
    goals: Sequence[GoalEvidence] = ()
    voices: Sequence[DeclaredEvidence] = ()
    risks: Sequence[RiskEvidence] = ()
    checks: Sequence[CheckEvidence] = ()
    responses: Sequence[ResponseEvidence] = ()
    """Answers to signals, earliest first."""
    contribution: ContributionEvidence | None = None
    """None where the student made none."""
    other_keys: Sequence[str] = ()
    """Keys that other identifiers of theirs had before they were told to be one person."""
