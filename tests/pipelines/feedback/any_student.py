"""Any student at all, for property tests."""

from typing import Any

from hypothesis import strategies as st

from learnloom.schemas.declared_input import CheckEvidence, DeclaredEvidence
from learnloom.schemas.evidence import (
    ContributionEvidence,
    MasteryEstimate,
    MeasureEvidence,
    SkillEvidence,
    StudentEvidence,
)
from learnloom.schemas.measure import Measure, Vocabulary
from learnloom.schemas.risk import RiskEvidence, RiskReason, RiskTheme
from tests.pipelines.feedback.make import (
    a_course,
    a_goal,
    a_measure,
    a_product,
    a_risk,
    a_skill,
    a_student,
    a_voice,
    ago,
    an_activity,
    an_estimate,
    an_interest,
    an_outcome,
    days,
)

_SKILLS = ["s1", "s2", "s3", "s4"]
_shares = st.floats(0.0, 1.0)
_moments = st.floats(0.1, 59.0).map(ago)


@st.composite
def _skills(draw: st.DrawFn) -> list[SkillEvidence]:
    found = []
    for skill_id in draw(st.lists(st.sampled_from(_SKILLS), unique=True)):
        n = draw(st.integers(0, 30))
        run = draw(st.none() | st.integers(3, 30)) if n >= 3 else None
        misses = draw(st.none() | st.integers(2, 5)) if n else None
        changes: dict[str, Any] = {
            "first_run_opportunity": run,
            "first_run_at": draw(_moments) if run else None,
            "n_recoveries": 1 if misses else 0,
            "last_recovery_at": draw(_moments) if misses else None,
            "last_recovery_misses": misses,
            "last_recovery_id": "r" if misses else None,
            "is_last_five_right_unaided": draw(st.booleans()) if n >= 5 else None,
            "is_help_known": draw(st.booleans()) if n >= 5 else None,
            "class_rate": draw(st.none() | _shares),
            "prerequisite_ids": draw(
                st.lists(st.sampled_from([*_SKILLS, "elsewhere"]), max_size=2, unique=True)
            ),
        }
        if n:
            changes |= {"first_attempt_at": ago(60), "last_attempt_at": draw(_moments)}
        found.append(a_skill(skill_id, n=n, right=draw(st.integers(0, n)), **changes))
    return found


@st.composite
def _estimates(draw: st.DrawFn, skills: list[SkillEvidence]) -> list[MasteryEstimate]:
    found = []
    for skill in skills:
        if draw(st.booleans()):
            is_shown = skill.n_attempts > 0 and draw(st.booleans())
            p = draw(st.floats(0.001, 0.999))
            found.append(
                an_estimate(
                    skill.skill_id,
                    p=p,
                    n=skill.n_attempts,
                    p_low=p / 2 if skill.n_attempts else None,
                    p_high=(1 + p) / 2 if skill.n_attempts else None,
                    level_since_at=draw(_moments) if skill.n_attempts else None,
                    mastered_at=ago(40) if is_shown else None,
                    review_due_at=ago(draw(st.floats(-30, 30))) if is_shown else None,
                    p_due=draw(st.floats(0.01, 0.99)) if is_shown else None,
                )
            )
    return found


@st.composite
def _measures(draw: st.DrawFn) -> list[MeasureEvidence]:
    return [
        a_measure(
            measure,
            taken := draw(st.integers(0, 10)),
            last_taken_at=draw(_moments) if taken else None,
            n_earlier=(earlier := draw(st.integers(0, 20))),
            n_earlier_taken=draw(st.integers(0, earlier)),
            class_rate=draw(st.none() | _shares),
        )
        for measure in draw(st.lists(st.sampled_from(list(Measure)), unique=True))
    ]


@st.composite
def _risks(draw: st.DrawFn) -> list[RiskEvidence]:
    days = st.none() | st.floats(0.0, 60.0)
    shares = st.none() | _shares
    reason = st.builds(RiskReason, st.sampled_from(RiskTheme), st.floats(0.05, 3.0), shares)
    p = draw(shares)
    return [
        a_risk(
            course_name=draw(st.none() | st.just("Course 1")),
            n_due=(n_due := draw(st.integers(0, 9))),
            n_submitted=draw(st.integers(0, n_due)),
            points_share=draw(shares),
            days_late=draw(days),
            days_since_submission=draw(days),
            is_last_missed=draw(st.none() | st.booleans()),
            enrolment_days=draw(st.none() | st.floats(-60.0, 60.0)),
            active_days=draw(st.none() | st.integers(0, 28)),
            days_since_active=draw(days),
            p_not_passing=p,
            threshold=None if p is None else draw(_shares),
            precision=draw(shares),
            reasons=draw(st.lists(reason, max_size=3)),
        )
    ]


@st.composite
def _voices(draw: st.DrawFn) -> list[DeclaredEvidence]:
    return [
        a_voice(
            draw(st.sampled_from(["choice", "preference", "stated_known"])),
            is_affirmed=draw(st.booleans()),
            n_attempts_since=draw(st.integers(0, 4)),
        ),
        a_voice("stated_known", "s2", stated_by="teacher", is_affirmed=draw(st.booleans())),
    ]


@st.composite
def students(draw: st.DrawFn) -> StudentEvidence:
    """Draw a student with any part of the evidence there, or not."""
    skills = draw(_skills())
    counts = st.integers(0, 6)
    contribution = ContributionEvidence(
        draw(counts), draw(counts), draw(counts), draw(counts), draw(counts), None, ago(2), ("c1",)
    )
    n = draw(st.integers(1, 40))
    return a_student(
        student_name=draw(st.none() | st.just("Ana")),
        last_seen_at=draw(_moments),
        vocabulary=frozenset(draw(st.sets(st.sampled_from(list(Vocabulary))))),
        activity=an_activity(
            n_timed=draw(st.integers(0, 40)),
            median_relative_duration=draw(st.none() | st.floats(0.1, 4.0)),
            last_contact_at=draw(st.none() | _moments),
        ),
        courses=draw(st.sampled_from([(), (a_course(),), (a_course(completed_at=ago(5)),)])),
        skills=skills,
        mastery=draw(_estimates(skills)),
        measures=draw(_measures()),
        days=days(
            *[(back, draw(st.floats(0, 9_000)), 4) for back in sorted(draw(st.sets(st.integers(0, 60))))]
        ),
        interests=[an_interest("sea", n=draw(st.integers(1, n)), n_all=n, share=draw(st.none() | _shares))],
        outcomes=[
            an_outcome(
                "morning", n=n, right=draw(st.integers(0, n)), expected=draw(st.none() | st.just(n / 2))
            )
        ],
        products=[
            a_product(kind, n=3, score=draw(_shares), usual=draw(st.none() | _shares))
            for kind in ("quiz", "essay")
        ],
        goals=[
            a_goal(
                is_dropped=draw(st.booleans()),
                p_when_set=draw(st.none() | _shares),
                target_date=draw(st.none() | st.just(ago(-3).date())),
                target_level=draw(_shares),
            )
        ],
        voices=draw(_voices()),
        checks=[
            CheckEvidence(skill_id, f"{skill_id}-q", None, 0.6)
            for skill_id in draw(st.sets(st.sampled_from(_SKILLS)))
        ],
        risks=draw(_risks()),
        contribution=draw(st.none() | st.just(contribution)),
    )
