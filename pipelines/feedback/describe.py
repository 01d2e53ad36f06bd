"""A profile and its signals as lines that a person can read: plain strings, nothing is printed here."""

from collections.abc import Iterable, Iterator

from pipelines.feedback.formatting import LEVEL_NAMES, TAKEN, count, day, duration, percent, where
from pipelines.feedback.self_report import tell_claim
from schemas.level import Level
from schemas.profile import (
    GoalProfile,
    LikingProfile,
    MeasureProfile,
    OutcomeProfile,
    SkillProfile,
    StudentProfile,
)
from schemas.signal import Audience, Signal

_SHORT_ID = 8
_LEAST_TOLD = 2
"""What was seen once is no habit: it is kept, but not put before a reader."""
_UNNAMED = "no name given"


def describe_profile(profile: StudentProfile) -> list[str]:
    """Describe a student to a teacher, section by section; a section without anything to say is left out."""
    lines = [
        f"{profile.student_name or _UNNAMED} (student {profile.student_key})",
        f"First seen {day(profile.first_seen_at)}, last seen {day(profile.last_seen_at)}",
        f"As of {day(profile.as_of)}, model {profile.model_version[:_SHORT_ID]}",
    ]
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("Courses", _courses(profile)),
        ("Knows", _knows(profile)),
        ("Not yet seen", _not_seen(profile)),
        ("Could practise next", (f"{choice.skill_name}: {choice.why}" for choice in profile.practise_next)),
        ("Does", (_measure(measure) for measure in profile.measures if measure.n >= _LEAST_TOLD)),
        ("Rhythm and pace", _rhythm(profile)),
        (
            "Likes",
            (
                _liking(liking)
                for liking in profile.likings
                if liking.is_declared or (liking.above_class and liking.n >= _LEAST_TOLD)
            ),
        ),
        ("Goes well", (_outcome(outcome) for outcome in profile.outcomes if _is_told(outcome))),
        ("Wants", (_goal(goal) for goal in profile.goals)),
        ("Says", _voices(profile)),
        ("With others", _collaboration(profile)),
        ("Unknown", (f"{gap.what}: would be known by {gap.would_be_known_by}" for gap in profile.unknown)),
    )
    for title, content in sections:
        told = [f"  {line}" for line in content]
        if told:
            lines += ["", title, *told]
    return lines


def describe_signals(signals: Iterable[Signal], *, audience: Audience | None = None) -> list[str]:
    """Describe signals, two lines each and one more per choice; all of them, or those for one audience."""
    lines: list[str] = []
    for signal in signals:
        if audience is not None and signal.audience is not audience:
            continue
        lines.append(
            f"{signal.kind.value.replace('_', ' ')} for the {signal.audience.value} ({signal.part.value}, "
            f"{signal.confidence.value} confidence, n={signal.n}, until {day(signal.expires_at)})"
        )
        lines.append(f"  {signal.sentence}")
        lines += [f"  - {choice.skill_name}: {choice.why}" for choice in signal.choices]
    return lines


def _courses(profile: StudentProfile) -> Iterator[str]:
    for course in profile.courses:
        state = "under way" if course.is_active else "completed" if course.completed_at else "left"
        skills = (
            f", {course.n_mastered} of {count(course.n_skills, 'skill')} mastered" if course.n_skills else ""
        )
        yield f"{course.course_name or course.course_id}: {state}{skills}"


def _knows(profile: StudentProfile) -> Iterator[str]:
    for skill in profile.skills:
        if skill.level is not Level.UNKNOWN:
            yield _skill(skill)
            yield from _stated(skill)


def _stated(skill: SkillProfile) -> Iterator[str]:
    """What is stated of a skill, on lines of its own below what the answers say."""
    for claim in skill.stated:
        yield f"  {tell_claim(skill, claim, to_student=False)}"


def _skill(skill: SkillProfile) -> str:
    p = f"{percent(skill.p_mastery)} right expected" if skill.p_mastery is not None else "not known how well"
    if skill.p_low is not None and skill.p_high is not None:
        p += f", {percent(skill.p_low)} to {percent(skill.p_high)} likely"
    line = f"{skill.skill_name}: {LEVEL_NAMES[skill.level]} ({p}; {count(skill.n_attempts, 'answer')}"
    line += f", {skill.confidence.value} confidence)"
    if skill.path is not None and skill.path.value.startswith("stuck"):
        line += ", getting stuck" if skill.path.value == "stuck_early" else ", stuck"
    if skill.is_review_due:
        line += ", review due"
    return line


def _not_seen(profile: StudentProfile) -> Iterator[str]:
    unseen = [skill for skill in profile.skills if skill.level is Level.UNKNOWN]
    if unseen:
        yield ", ".join(skill.skill_name for skill in unseen)
    for skill in unseen:
        yield from _stated(skill)


def _measure(measure: MeasureProfile) -> str:
    line = f"{TAKEN[measure.measure]}: {percent(measure.share)} of the last {measure.n}"
    compared = []
    if measure.own_past is not None:
        compared.append(f"before: {percent(measure.own_past)}")
    if measure.class_share is not None:
        compared.append(f"usual: {percent(measure.class_share)}")
    return f"{line} ({', '.join(compared)})" if compared else line


def _rhythm(profile: StudentProfile) -> Iterator[str]:
    rhythm, pace = profile.rhythm, profile.pace
    line = f"{duration(rhythm.seconds_7d)} in the last seven days"
    if rhythm.weekly_seconds_before is not None:
        line += f", {duration(rhythm.weekly_seconds_before)} a week in the four weeks before"
    yield line
    yield (
        f"active on {count(rhythm.days_28d, 'day')} of the last 28, "
        f"{count(rhythm.streak_days, 'day')} in a row, "
        f"{count(rhythm.weeks_in_row, 'week')} in a row"
    )
    if pace.active_seconds:
        yield f"{duration(pace.active_seconds)} on task altogether"
    if pace.median_session_seconds is not None:
        yield f"a session takes {duration(pace.median_session_seconds)}"
    if pace.relative_duration is not None:
        yield f"takes {pace.relative_duration:.1f} times the usual time per question"
    if pace.mastered_per_hour:
        yield f"{pace.mastered_per_hour:.2f} skills mastered per active hour"


def _liking(liking: LikingProfile) -> str:
    ground = "says so" if liking.is_declared else ""
    if liking.share is not None:
        share = f"{percent(liking.share)} of what they do by choice, n={liking.n}"
        ground = f"{ground}; {share}" if ground else share
    return f"{liking.dimension.replace('_', ' ')}: {where(liking.dimension, liking.value)} ({ground})"


def _is_told(outcome: OutcomeProfile) -> bool:
    return outcome.n >= _LEAST_TOLD and outcome.above_expected is not None and outcome.above_expected > 0


def _outcome(outcome: OutcomeProfile) -> str:
    return f"{where(outcome.dimension, outcome.value)}: {percent(outcome.share)} (n={outcome.n})"


def _goal(goal: GoalProfile) -> str:
    now = percent(goal.progress) if goal.progress is not None else "unknown"
    status = goal.status.value.replace("_", " ")
    line = f"{goal.target_name}: {status}, now {now}, aim {percent(goal.target_level)}"
    if goal.target_date is not None:
        line += f" by {day(goal.target_date)}"
    if goal.projected_date is not None:
        line += f", at this pace {day(goal.projected_date)}"
    return line


def _voices(profile: StudentProfile) -> Iterator[str]:
    words = {
        ("choice", True): "chose {}",
        ("choice", False): "said no to {} for now",
        ("preference", True): "likes {}",
        ("preference", False): "does not like {} any more",
        ("stated_known", True): "says they know {}",
        ("stated_known", False): "says they do not know {}",
    }
    told = {skill.skill_id for skill in profile.skills}
    for voice in profile.voices:
        if voice.voice_kind == "stated_known" and voice.target_id in told:
            continue  # it stands beside the estimate
        sentence = words.get((voice.voice_kind, voice.is_affirmed))
        if sentence is not None:
            yield f"{sentence.format(voice.target_name)} ({day(voice.occurred_at)})"


def _collaboration(profile: StudentProfile) -> Iterator[str]:
    found = profile.collaboration
    if found is not None:
        yield (
            f"gave help {count(found.n_given, 'time')}, asked {count(found.n_taken, 'time')}, commented "
            + count(found.n_commented, "time")
        )
