"""From evidence to a StudentProfile."""

from collections.abc import Sequence
from datetime import datetime

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.choices import practise_next
from learnloom.pipelines.feedback.data_gaps import data_gaps
from learnloom.pipelines.feedback.errors import NaiveTimeError
from learnloom.pipelines.feedback.knowledge import skill_profiles
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.preferences import (
    goal_profiles,
    liking_profiles,
    outcome_profiles,
    preferences_of,
    voice_profiles,
)
from learnloom.pipelines.feedback.reminders import reminders
from learnloom.pipelines.feedback.rhythm import pace_profile, rhythm_profile
from learnloom.schemas.evidence import ContributionEvidence, CourseEvidence, MeasureEvidence, StudentEvidence
from learnloom.schemas.level import Level
from learnloom.schemas.profile import (
    CollaborationProfile,
    CourseProfile,
    MeasureProfile,
    SkillProfile,
    StudentProfile,
)


def build_profile(
    evidence: StudentEvidence,
    *,
    as_of: datetime,
    model_version: str,
    thresholds: Thresholds,
    language: Language = ENGLISH,
) -> StudentProfile:
    """Describe one student: a pure function of its arguments.

    Args:
        evidence: what the warehouse knows of the student from statements before as_of.
        as_of: the moment for which it is said, in the school's time zone: its date is today.
        model_version: id of the learner model's parameters from which the estimates are.
        thresholds: the school's settings.
        language: in which it is said.

    Raises:
        NaiveTimeError: as_of has no time zone.
    """
    if as_of.tzinfo is None:
        raise NaiveTimeError(f"as_of {as_of.isoformat()} has no time zone: give it the school's")
    skills = skill_profiles(evidence, as_of=as_of, thresholds=thresholds)
    courses = tuple(
        _course(course, skills) for course in sorted(evidence.courses, key=lambda course: course.course_id)
    )
    rhythm = rhythm_profile(evidence, as_of=as_of, thresholds=thresholds)
    return StudentProfile(
        student_key=evidence.student_key,
        student_name=evidence.student_name,
        identifier_kind=evidence.identifier_kind,
        first_seen_at=evidence.first_seen_at,
        last_seen_at=evidence.last_seen_at,
        as_of=as_of,
        model_version=model_version,
        courses=courses,
        skills=skills,
        practise_next=practise_next(
            skills,
            preferences=preferences_of(evidence, as_of=as_of, declined_days=thresholds.declined_days),
            closed_courses=frozenset(course.course_id for course in courses if not course.is_active),
            reminded=frozenset(found.skill.skill_id for found in reminders(skills, evidence, as_of=as_of)),
            thresholds=thresholds,
            language=language,
        ),
        measures=_measures(evidence.measures),
        rhythm=rhythm,
        pace=pace_profile(evidence, skills, thresholds=thresholds),
        likings=liking_profiles(evidence, thresholds=thresholds),
        outcomes=outcome_profiles(evidence),
        goals=goal_profiles(evidence, skills, as_of=as_of),
        voices=voice_profiles(evidence.voices),
        collaboration=_collaboration(evidence.contribution),
        unknown=data_gaps(evidence, rhythm, min_timed=thresholds.pace_min_answers, language=language),
    )


def _course(course: CourseEvidence, skills: Sequence[SkillProfile]) -> CourseProfile:
    levels = [skill.level for skill in skills if skill.course_id == course.course_id]
    ended = (course.unregistered_at, course.completed_at, course.passed_at)
    return CourseProfile(
        course_id=course.course_id,
        course_name=course.course_name,
        is_active=all(at is None for at in ended),
        last_active_at=course.last_active_at,
        completed_at=course.completed_at or course.passed_at,
        n_skills=len(levels),
        n_mastered=sum(level is Level.MASTERED for level in levels),
    )


def _measures(measures: Sequence[MeasureEvidence]) -> tuple[MeasureProfile, ...]:
    return tuple(
        MeasureProfile(
            measure=measure.measure,
            share=measure.n_taken / measure.n,
            n=measure.n,
            own_past=measure.n_earlier_taken / measure.n_earlier if measure.n_earlier else None,
            class_share=measure.class_rate,
            last_taken_at=measure.last_taken_at,
        )
        for measure in sorted(measures, key=lambda measure: measure.measure)
        if measure.n
    )


def _collaboration(contribution: ContributionEvidence | None) -> CollaborationProfile | None:
    if contribution is None:
        return None
    return CollaborationProfile(
        n_given=contribution.n_responded + contribution.n_shared + contribution.n_reviewed,
        n_taken=contribution.n_asked,
        n_commented=contribution.n_commented,
    )
