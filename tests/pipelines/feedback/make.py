"""Evidence for tests: ordinary by default, with what a case is about said by keyword."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.profile import build_profile
from learnloom.pipelines.feedback.signals import signals
from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.evidence import (
    ActivityEvidence,
    CourseEvidence,
    DayEvidence,
    GoalEvidence,
    InterestEvidence,
    MasteryEstimate,
    MeasureEvidence,
    OutcomeEvidence,
    ProductEvidence,
    SkillEvidence,
    StudentEvidence,
)
from learnloom.schemas.measure import Measure, Vocabulary
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.risk import RiskEvidence
from learnloom.schemas.signal import Audience, Signal, SignalKind

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = AS_OF.date()
COURSE = "https://school.example/course/1"


def ago(days: float) -> datetime:
    """Return a moment before AS_OF."""
    return AS_OF - timedelta(days=days)


def a_skill(skill_id: str = "s1", *, n: int = 8, right: int = 5, **changes: Any) -> SkillEvidence:
    """Make a skill with n answers, the last of them yesterday; without any where n is 0."""
    seen = n > 0
    return SkillEvidence(
        skill_id=skill_id,
        skill_name=f"Skill {skill_id}",
        told_by="map",
        course_id=COURSE,
        prerequisite_ids=(),
        n_attempts=n,
        n_correct=right if seen else 0,
        n_unaided=n,
        n_aided=0,
        n_rapid=0,
        n_items=n,
        n_days=1 if seen else 0,
        first_attempt_at=ago(10) if seen else None,
        last_attempt_at=ago(1) if seen else None,
        last_correct_at=ago(1) if seen and right else None,
        run_right=0,
        longest_run=right if right == n else min(right, 2),
        first_run_opportunity=None,
        first_run_at=None,
        is_last_five_right_unaided=False if n >= 5 else None,
        is_help_known=True if n >= 5 else None,
        n_recoveries=0,
        last_recovery_at=None,
        last_recovery_misses=None,
        last_recovery_id=None,
        class_rate=None,
        evidence_ids=tuple(f"{skill_id}-{i}" for i in range(min(n, 10))),
    )._replace(**changes)


def an_estimate(skill_id: str = "s1", *, p: float = 0.75, n: int = 8, **changes: Any) -> MasteryEstimate:
    """Make an estimate of one skill."""
    return MasteryEstimate(skill_id, 0.3, p, n, ago(1) if n else None)._replace(**changes)


def a_measure(measure: Measure, taken: int, n: int = 10, **changes: Any) -> MeasureEvidence:
    """Make a measure taken so many times among the latest n, with nothing before."""
    return MeasureEvidence(
        measure, n, taken, 0, 0, None, ago(1) if taken else None, ago(1), ("m1", "m2")
    )._replace(**changes)


def an_activity(**changes: Any) -> ActivityEvidence:
    """Make the activity of an ordinary student."""
    return ActivityEvidence(
        n_statements=200,
        n_sessions=12,
        n_days=10,
        active_seconds=36_000.0,
        median_session_seconds=1_500.0,
        n_attempts=40,
        n_correct=28,
        n_timed=0,
        median_relative_duration=None,
        last_contact_at=ago(2),
        evidence_ids=("a1", "a2"),
    )._replace(**changes)


def a_course(**changes: Any) -> CourseEvidence:
    """Make a course under way."""
    return CourseEvidence(COURSE, "Course 1", ago(60), ago(60), ago(1), None, None, None)._replace(**changes)


def a_risk(**changes: Any) -> RiskEvidence:
    """Make a course of a plan in which all goes well, without anything learned of runs."""
    return RiskEvidence(
        course_id=COURSE,
        course_name="Course 1",
        cutoff_at=AS_OF,
        enrolled_days=60.0,
        n_due=4,
        n_submitted=4,
        submitted_share=1.0,
        points_share=0.8,
        days_late=-1.0,
        days_since_submission=3.0,
        is_last_missed=False,
        enrolment_days=-5.0,
        active_days=12,
        days_since_active=1.0,
        is_break=False,
        p_not_passing=None,
        threshold=None,
        precision=None,
        reasons=(),
        evidence_ids=("k1", "k2"),
    )._replace(**changes)


def a_goal(**changes: Any) -> GoalEvidence:
    """Make a goal on skill s1, set ten days ago for a date in ten days."""
    return GoalEvidence(
        "s1", "Skill s1", "g1", ago(10), 0.95, TODAY + timedelta(days=10), False, None, 8, ago(1)
    )._replace(**changes)


def a_voice(kind: str, target: str = "s1", **changes: Any) -> DeclaredEvidence:
    """Make the student's word on something."""
    return DeclaredEvidence(kind, target, None, "skill", f"v-{kind}-{target}", ago(3), True, None)._replace(
        **changes
    )


def an_interest(
    value: str, *, n: int, n_all: int, share: float | None, dimension: str = "topic"
) -> InterestEvidence:
    """Make voluntary activity on one thing."""
    return InterestEvidence(dimension, value, n, n_all, share, ago(1), ("i1",))


def an_outcome(value: str, *, n: int, right: int, expected: float | None) -> OutcomeEvidence:
    """Make answers at one time of the day."""
    return OutcomeEvidence("hour_band", value, n, right, expected, ago(1), ("o1",))


def a_product(kind: str, *, n: int, score: float, usual: float | None) -> ProductEvidence:
    """Make scored work of one form."""
    return ProductEvidence(kind, n, score, usual, ago(1), ("p1",))


def days(*active: tuple[int, float, int]) -> tuple[DayEvidence, ...]:
    """Make days from (days ago, active seconds, answers)."""
    return tuple(DayEvidence(TODAY - timedelta(days=back), seconds, 1, n) for back, seconds, n in active)


def a_student(**changes: Any) -> StudentEvidence:
    """Make a student of whom little is known."""
    return StudentEvidence(
        student_key="0123456789abcdef",
        student_name="Ana",
        identifier_kind="account",
        first_seen_at=ago(60),
        last_seen_at=ago(1),
        vocabulary=frozenset(Vocabulary),
        activity=an_activity(),
        courses=(a_course(),),
        risks=(a_risk(),),
    )._replace(**changes)


def profile_of(
    evidence: StudentEvidence, *, as_of: datetime = AS_OF, thresholds: Thresholds | None = None
) -> StudentProfile:
    """Build the profile by default thresholds."""
    return build_profile(evidence, as_of=as_of, model_version="v1", thresholds=thresholds or Thresholds())


def signals_of(
    evidence: StudentEvidence, *, as_of: datetime = AS_OF, thresholds: Thresholds | None = None
) -> list[Signal]:
    """Build all signals by default thresholds."""
    limits = thresholds or Thresholds()
    return signals(evidence, profile_of(evidence, as_of=as_of, thresholds=limits), thresholds=limits)


def said(
    evidence: StudentEvidence, kind: SignalKind, audience: Audience | None = None, **options: Any
) -> list[Signal]:
    """Return the signals of one kind, and one audience where it is named."""
    return [
        signal
        for signal in signals_of(evidence, **options)
        if signal.kind is kind and audience in {None, signal.audience}
    ]


def _rich_skills() -> tuple[SkillEvidence, ...]:
    return (
        a_skill(
            "s1", n=24, right=23, is_last_five_right_unaided=True, first_run_opportunity=3, class_rate=0.6
        ),
        a_skill("s2", n=8, right=5, class_rate=0.65),
        a_skill("s3", n=12, right=1, class_rate=0.7),
        a_skill("s4", n=6, right=2, class_rate=0.7),
        a_skill("s5", n=14, right=9, first_run_opportunity=13, first_run_at=ago(2), class_rate=0.6),
        a_skill(
            "s6",
            n=9,
            right=6,
            n_recoveries=1,
            last_recovery_at=ago(3),
            last_recovery_misses=2,
            last_recovery_id="r1",
        ),
        a_skill("s7", n=0, class_rate=0.7),
        a_skill("s8", n=0, prerequisite_ids=("s4",)),
    )


def rich_student() -> StudentEvidence:
    """Make a student of whom everything is known: one that raises as many kinds of signal as possible."""
    skills = _rich_skills()
    p = [0.97, 0.74, 0.05, 0.5, 0.8, 0.7, 0.66, 0.6]
    return a_student(
        activity=an_activity(n_timed=30, median_relative_duration=1.8),
        skills=skills,
        mastery=tuple(
            an_estimate(skill.skill_id, p=value, n=skill.n_attempts)
            for value, skill in zip(p, skills, strict=True)
        ),
        measures=tuple(
            a_measure(measure, 7, n_earlier=20, n_earlier_taken=6, class_rate=0.5) for measure in Measure
        ),
        days=days(*[(back, 3_000.0, 4) for back in range(1, 60)]),
        interests=(
            an_interest("football", n=20, n_all=30, share=0.2),
            an_interest("evening", n=20, n_all=30, share=0.3, dimension="hour_band"),
            an_interest("video", n=20, n_all=30, share=0.3, dimension="activity_kind"),
        ),
        outcomes=(
            an_outcome("morning", n=30, right=28, expected=20.0),
            an_outcome("night", n=5, right=1, expected=3.0),
        ),
        products=(
            a_product("essay", n=6, score=0.9, usual=0.7),
            a_product("quiz", n=9, score=0.6, usual=0.7),
        ),
        risks=(a_risk(p_not_passing=0.7, threshold=0.6, precision=0.8),),
        goals=(a_goal(target_id="s2", target_name="Skill s2", p_when_set=0.5),),
        voices=(
            a_voice("choice", "s5"),
            a_voice("stated_known", "s3"),
            a_voice(
                "preference", "https://school.example/topic/music", target_kind="topic", target_name="music"
            ),
        ),
        checks=(CheckEvidence("s3", "https://school.example/q7", None, 0.6),),
    )


def a_day(back: int) -> date:
    """Return the day so many days before today."""
    return TODAY - timedelta(days=back)
