"""A profile and its signals as lines that a person can read: plain strings, nothing is printed here."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo

from learnloom.pipelines.feedback.declared_input import value_text
from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.self_report import tell_claim
from learnloom.pipelines.feedback.texts import growth_texts
from learnloom.pipelines.feedback.texts import profile_texts as texts
from learnloom.pipelines.feedback.texts.figure_texts import CONFIDENCE, LEVELS
from learnloom.pipelines.feedback.track_record import describe_right
from learnloom.schemas.level import Level
from learnloom.schemas.message import Message
from learnloom.schemas.profile import (
    GoalProfile,
    LikingProfile,
    MeasureProfile,
    OutcomeProfile,
    SkillProfile,
    StudentProfile,
)
from learnloom.schemas.signal import Audience, Signal

_SHORT_ID = 8
_LEAST_TOLD = 2
"""What was seen once is no habit: it is kept, but not put before a reader."""
_INDENT = "  "


def describe_profile(profile: StudentProfile, language: Language = ENGLISH) -> list[str]:
    """Describe a student to a teacher, section by section; a section without anything to say is left out."""
    say, zone = language.say, profile.as_of.tzinfo
    name = profile.student_name or say(texts.NO_NAME())
    lines = [
        say(texts.WHO(name=name, key=profile.student_key)),
        say(texts.SEEN(first=_day(profile.first_seen_at, zone), last=_day(profile.last_seen_at, zone))),
        say(texts.AS_OF(day=profile.as_of.date(), model=profile.model_version[:_SHORT_ID])),
    ]
    sections = (
        (texts.COURSES, map(say, _courses(profile))),
        (texts.KNOWS, _knows(profile, language)),
        (texts.NOT_SEEN, _not_seen(profile, language)),
        (texts.NEXT, map(say, _next(profile))),
        (texts.DOES, (say(_measure(each)) for each in profile.measures if each.n >= _LEAST_TOLD)),
        (texts.RHYTHM, map(say, _rhythm(profile))),
        (texts.LIKES, (say(_liking(each, language)) for each in profile.likings if _is_liking_told(each))),
        (texts.GOES_WELL, (say(_outcome(each, language)) for each in profile.outcomes if _is_told(each))),
        (texts.WANTS, (say(_goal(goal)) for goal in profile.goals)),
        (texts.SAYS, map(say, _voices(profile))),
        (texts.WITH_OTHERS, map(say, _collaboration(profile))),
        (texts.UNKNOWN, map(say, _gaps(profile))),
    )
    for title, content in sections:
        told = [f"{_INDENT}{line}" for line in content]
        if told:
            lines += ["", say(title()), *told]
    return lines


def _day(at: datetime, zone: tzinfo | None) -> date:
    """The day of a moment in the time zone of the moment for which all is told, the school's."""
    return at.astimezone(zone).date()


def describe_signals(
    signals: Iterable[Signal], *, audience: Audience | None = None, language: Language = ENGLISH
) -> list[str]:
    """Describe signals, for one audience or all: two lines each, one of how often such are right, one per choice."""
    lines: list[str] = []
    for signal in signals:
        if audience is not None and signal.audience is not audience:
            continue
        head = texts.SIGNAL_HEAD[signal.audience](
            kind=signal.kind.value.replace("_", " "),
            part=texts.PARTS[signal.part](),
            confidence=CONFIDENCE[signal.confidence](),
            n=signal.n,
            day=_day(signal.expires_at, signal.created_at.tzinfo),
        )
        lines += [language.say(head), f"{_INDENT}{signal.sentence}"]
        if signal.p_right is not None:
            lines.append(f"{_INDENT}{describe_right(signal.p_right, language)}")
        lines += [f"{_INDENT}- {choice.skill_name}: {choice.why}" for choice in signal.choices]
    return lines


def _courses(profile: StudentProfile) -> Iterator[Message]:
    for course in profile.courses:
        ended = texts.COMPLETED if course.completed_at else texts.LEFT
        facts = [texts.UNDER_WAY() if course.is_active else ended()]
        if course.n_skills:
            facts.append(texts.COURSE_SKILLS(n_mastered=course.n_mastered, n=course.n_skills))
        yield texts.COURSE(course=course.course_name or course.course_id, facts=facts)


def _knows(profile: StudentProfile, language: Language) -> Iterator[str]:
    for skill in profile.skills:
        if skill.p_mastery is not None:
            yield language.say(_skill(skill, skill.p_mastery))
            yield from _stated(skill, language, profile.as_of.tzinfo)


def _stated(skill: SkillProfile, language: Language, zone: tzinfo | None) -> Iterator[str]:
    """What is stated of a skill, on lines of its own below what the answers say."""
    for claim in skill.stated:
        told = tell_claim(skill, claim, texts.CLAIMS, zone)
        yield f"{_INDENT}{' '.join(language.say(message) for message in told)}"


def _skill(skill: SkillProfile, p: float) -> Message:
    figures = {
        "skill": skill.skill_name,
        "level": LEVELS[skill.level](),
        "share": p,
        "n": skill.n_attempts,
        "confidence": CONFIDENCE[skill.confidence](),
    }
    if skill.p_low is None or skill.p_high is None:
        line = texts.SKILL_LINE(**figures)
    else:
        line = texts.SKILL_BETWEEN(**figures, low=skill.p_low, high=skill.p_high)
    notes = [texts.PATHS[skill.path]()] if skill.path in texts.PATHS else []
    if skill.is_review_due:
        notes.append(texts.REVIEW_DUE())
    return texts.SKILL_NOTED(skill=line, notes=notes) if notes else line


def _not_seen(profile: StudentProfile, language: Language) -> Iterator[str]:
    unseen = [skill for skill in profile.skills if skill.level is Level.UNKNOWN]
    if unseen:
        yield language.say(texts.UNSEEN(skills=[skill.skill_name for skill in unseen]))
    for skill in unseen:
        yield from _stated(skill, language, profile.as_of.tzinfo)


def _next(profile: StudentProfile) -> Iterator[Message]:
    for choice in profile.practise_next:
        yield texts.NEXT_LINE(skill=choice.skill_name, why=choice.why)


def _measure(measure: MeasureProfile) -> Message:
    figures = {
        "what": growth_texts.TAKEN[measure.measure](),
        "share": measure.share,
        "n": measure.n,
    }
    before, usual = measure.own_past, measure.class_share
    if before is None:
        if usual is None:
            return growth_texts.MEASURE(**figures)
        return growth_texts.MEASURE_USUAL(**figures, usual=usual)
    if usual is None:
        return growth_texts.MEASURE_BEFORE(**figures, before=before)
    return growth_texts.MEASURE_BOTH(**figures, before=before, usual=usual)


def _rhythm(profile: StudentProfile) -> Iterator[Message]:
    rhythm, pace = profile.rhythm, profile.pace
    if rhythm.weekly_seconds_before is None:
        yield texts.WEEK(time=rhythm.seconds_7d)
    else:
        yield texts.WEEK_BEFORE(time=rhythm.seconds_7d, usual=rhythm.weekly_seconds_before)
    yield texts.ACTIVE_DAYS(n=rhythm.days_28d, n_days=rhythm.streak_days, n_weeks=rhythm.weeks_in_row)
    if pace.active_seconds:
        yield texts.ON_TASK(time=pace.active_seconds)
    if pace.median_session_seconds is not None:
        yield texts.SESSION(time=pace.median_session_seconds)
    if pace.relative_duration is not None:
        yield texts.RATIO(ratio=pace.relative_duration)
    if pace.mastered_per_hour:
        yield texts.RATE(rate=pace.mastered_per_hour)


def _is_liking_told(liking: LikingProfile) -> bool:
    return liking.is_declared or bool(liking.above_class and liking.n >= _LEAST_TOLD)


def _liking(liking: LikingProfile, language: Language) -> Message:
    ground = [texts.LIKING_SAID()] if liking.is_declared else []
    if liking.share is not None:
        ground.append(texts.LIKING_SHARE(share=liking.share, n=liking.n))
    return texts.LIKING(
        dimension=texts.DIMENSIONS[liking.dimension](),
        value=language.say(value_text(liking.dimension, liking.value)),
        ground=ground,
    )


def _is_told(outcome: OutcomeProfile) -> bool:
    return outcome.n >= _LEAST_TOLD and outcome.above_expected is not None and outcome.above_expected > 0


def _outcome(outcome: OutcomeProfile, language: Language) -> Message:
    value = language.say(value_text(outcome.dimension, outcome.value))
    return texts.OUTCOME(value=value, share=outcome.share, n=outcome.n)


def _goal(goal: GoalProfile) -> Message:
    facts = [texts.STATUS[goal.status]()]
    facts.append(texts.GOAL_NOW_UNKNOWN() if goal.progress is None else texts.GOAL_NOW(share=goal.progress))
    aim = goal.target_level
    facts.append(
        texts.GOAL_AIM_DATED(share=aim, day=goal.target_date)
        if goal.target_date
        else texts.GOAL_AIM(share=aim)
    )
    if goal.projected_date is not None:
        facts.append(texts.GOAL_PROJECTED(day=goal.projected_date))
    return texts.GOAL(target=goal.target_name, facts=facts)


def _voices(profile: StudentProfile) -> Iterator[Message]:
    told = {skill.skill_id for skill in profile.skills}
    for voice in profile.voices:
        if voice.voice_kind == "stated_known" and voice.target_id in told:
            continue  # it stands beside the estimate
        text = texts.WORDS.get((voice.voice_kind, voice.is_affirmed))
        if text is not None:
            yield text(thing=voice.target_name, day=_day(voice.occurred_at, profile.as_of.tzinfo))


def _collaboration(profile: StudentProfile) -> Iterator[Message]:
    found = profile.collaboration
    if found is not None:
        yield texts.CONTRIBUTIONS(n_given=found.n_given, n_taken=found.n_taken, n_commented=found.n_commented)


def _gaps(profile: StudentProfile) -> Iterator[Message]:
    for gap in profile.unknown:
        yield texts.GAP(what=gap.what, known_by=gap.would_be_known_by)
