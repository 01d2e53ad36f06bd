"""What a teacher reads of a profile and of signals, line by line."""

from typing import Final

from learnloom.pipelines.feedback.texts import figure_texts
from learnloom.pipelines.feedback.texts.text import (
    COUNT,
    DAY,
    FEW,
    SHARE,
    SKILL,
    TEACHER,
    TIME,
    USUAL,
    USUAL_TIME,
    Form,
    Parameter,
    Text,
    facts,
    message,
    named,
    names,
    text,
)
from learnloom.schemas.level import Confidence, Level
from learnloom.schemas.profile import GoalStatus, Path, StatedBy
from learnloom.schemas.signal import Audience, Part

_LATER: Final = Parameter(Form.DAY, "2026-12-01")
_LEVEL: Final = message(figure_texts.LEVELS[Level.NEAR])
_CONFIDENCE: Final = message(figure_texts.CONFIDENCE[Confidence.HIGH])

NO_NAME: Final = text("profile.no_name.teacher", TEACHER, "no name given")
WHO: Final = text(
    "profile.who.teacher",
    TEACHER,
    "{name} (student {key})",
    name=named("Oskar Abara"),
    key=named("3fa85f6457174562"),
)
SEEN: Final = text(
    "profile.seen.teacher", TEACHER, "First seen {first}, last seen {last}", first=DAY, last=_LATER
)
AS_OF: Final = text("profile.as_of.teacher", TEACHER, "As of {day}, model {model}", day=DAY, model=named("7"))

COURSES: Final = text("profile.courses.teacher", TEACHER, "Courses")
KNOWS: Final = text("profile.knows.teacher", TEACHER, "Knows")
NOT_SEEN: Final = text("profile.not_seen.teacher", TEACHER, "Not yet seen")
NEXT: Final = text("profile.next.teacher", TEACHER, "Could practise next")
DOES: Final = text("profile.does.teacher", TEACHER, "Does")
RHYTHM: Final = text("profile.rhythm.teacher", TEACHER, "Rhythm and pace")
LIKES: Final = text("profile.likes.teacher", TEACHER, "Likes")
GOES_WELL: Final = text("profile.goes_well.teacher", TEACHER, "Goes well")
WANTS: Final = text("profile.wants.teacher", TEACHER, "Wants")
SAYS: Final = text("profile.says.teacher", TEACHER, "Says")
WITH_OTHERS: Final = text("profile.with_others.teacher", TEACHER, "With others")
UNKNOWN: Final = text("profile.unknown.teacher", TEACHER, "Unknown")

UNDER_WAY: Final = text("course.under_way.teacher", TEACHER, "under way")
COMPLETED: Final = text("course.completed.teacher", TEACHER, "completed")
LEFT: Final = text("course.left.teacher", TEACHER, "left")
COURSE_SKILLS: Final = text(
    "course.skills.teacher",
    TEACHER,
    "{n_mastered} of {n} skill mastered",
    "{n_mastered} of {n} skills mastered",
    counted="n",
    n_mastered=FEW,
    n=COUNT,
)
COURSE: Final = text(
    "course.teacher",
    TEACHER,
    "{course}: {facts}",
    course=named("Algebra"),
    facts=facts(UNDER_WAY, COURSE_SKILLS),
)

SKILL_LINE: Final = text(
    "profile.skill.teacher",
    TEACHER,
    "{skill}: {level} ({share} right expected; {n} answer, {confidence})",
    "{skill}: {level} ({share} right expected; {n} answers, {confidence})",
    counted="n",
    skill=SKILL,
    level=_LEVEL,
    share=SHARE,
    n=COUNT,
    confidence=_CONFIDENCE,
)
SKILL_BETWEEN: Final = text(
    "profile.skill.between.teacher",
    TEACHER,
    "{skill}: {level} ({share} right expected, {low} to {high} likely; {n} answer, {confidence})",
    "{skill}: {level} ({share} right expected, {low} to {high} likely; {n} answers, {confidence})",
    counted="n",
    skill=SKILL,
    level=_LEVEL,
    share=SHARE,
    low=USUAL,
    high=Parameter(Form.PERCENT, 0.86),
    n=COUNT,
    confidence=_CONFIDENCE,
)
PATHS: Final = {
    Path.STUCK_EARLY: text("profile.skill.stuck_early.teacher", TEACHER, "getting stuck"),
    Path.STUCK: text("profile.skill.stuck.teacher", TEACHER, "stuck"),
}
REVIEW_DUE: Final = text("profile.skill.review_due.teacher", TEACHER, "review due")
SKILL_NOTED: Final = text(
    "profile.skill.noted.teacher",
    TEACHER,
    "{skill}, {notes}",
    skill=message(SKILL_LINE),
    notes=facts(PATHS[Path.STUCK], REVIEW_DUE),
)
UNSEEN: Final = text("profile.unseen.teacher", TEACHER, "{skills}", skills=names("Fractions", "Ratios"))
CLAIMS: Final = {
    (StatedBy.STUDENT, True): text(
        "claim.own.known.teacher",
        TEACHER,
        "On {day} the student said that they know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.STUDENT, False): text(
        "claim.own.unknown.teacher",
        TEACHER,
        "On {day} the student said that they do not know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.TEACHER, True): text(
        "claim.teacher.known.teacher",
        TEACHER,
        "On {day} a teacher said that the student knows {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.TEACHER, False): text(
        "claim.teacher.unknown.teacher",
        TEACHER,
        "On {day} a teacher said that the student does not know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
}

WEEK: Final = text("profile.week.teacher", TEACHER, "{time} in the last seven days", time=TIME)
WEEK_BEFORE: Final = text(
    "profile.week.before.teacher",
    TEACHER,
    "{time} in the last seven days, {usual} a week in the four weeks before",
    time=TIME,
    usual=USUAL_TIME,
)
ACTIVE_DAYS: Final = text(
    "profile.active_days.teacher",
    TEACHER,
    "active days: {n} of the last 28; days in a row: {n_days}; weeks in a row: {n_weeks}",
    n=COUNT,
    n_days=FEW,
    n_weeks=FEW,
)
ON_TASK: Final = text("profile.on_task.teacher", TEACHER, "{time} on task altogether", time=TIME)
SESSION: Final = text("profile.session.teacher", TEACHER, "a session takes {time}", time=TIME)
RATIO: Final = text(
    "profile.ratio.teacher",
    TEACHER,
    "takes {ratio} times the usual time per question",
    ratio=Parameter(Form.NUMBER, 1.8),
)
RATE: Final = text(
    "profile.rate.teacher",
    TEACHER,
    "{rate} skills mastered per active hour",
    rate=Parameter(Form.NUMBER, 0.5),
)

DIMENSIONS: Final = {
    "topic": text("dimension.topic.teacher", TEACHER, "topic"),
    "activity_kind": text("dimension.activity_kind.teacher", TEACHER, "kind of activity"),
    "hour_band": text("dimension.hour_band.teacher", TEACHER, "time of day"),
    "device": text("dimension.device.teacher", TEACHER, "device"),
}
LIKING_SAID: Final = text("profile.liking.said.teacher", TEACHER, "says so")
LIKING_SHARE: Final = text(
    "profile.liking.share.teacher",
    TEACHER,
    "{share} of what they do by choice, n={n}",
    share=SHARE,
    n=COUNT,
)
LIKING: Final = text(
    "profile.liking.teacher",
    TEACHER,
    "{dimension}: {value} ({ground})",
    dimension=message(DIMENSIONS["topic"]),
    value=named("music"),
    ground=facts(LIKING_SAID, LIKING_SHARE),
)
OUTCOME: Final = text(
    "profile.outcome.teacher",
    TEACHER,
    "{value}: {share} (n={n})",
    value=named("essay"),
    share=SHARE,
    n=COUNT,
)

STATUS: Final = {
    GoalStatus.REACHED: text("profile.goal.reached.teacher", TEACHER, "reached"),
    GoalStatus.ON_TRACK: text("profile.goal.on_track.teacher", TEACHER, "on track"),
    GoalStatus.BEHIND: text("profile.goal.behind.teacher", TEACHER, "behind"),
    GoalStatus.OPEN: text("profile.goal.open.teacher", TEACHER, "open"),
    GoalStatus.DROPPED: text("profile.goal.dropped.teacher", TEACHER, "dropped"),
}
GOAL_NOW: Final = text("profile.goal.now.teacher", TEACHER, "now {share}", share=SHARE)
GOAL_NOW_UNKNOWN: Final = text("profile.goal.now_unknown.teacher", TEACHER, "now unknown")
GOAL_AIM: Final = text("profile.goal.aim.teacher", TEACHER, "aim {share}", share=SHARE)
GOAL_AIM_DATED: Final = text(
    "profile.goal.aim_dated.teacher", TEACHER, "aim {share} by {day}", share=SHARE, day=DAY
)
GOAL_PROJECTED: Final = text("profile.goal.projected.teacher", TEACHER, "at this pace {day}", day=_LATER)
GOAL: Final = text(
    "profile.goal.teacher",
    TEACHER,
    "{target}: {facts}",
    target=SKILL,
    facts=facts(STATUS[GoalStatus.ON_TRACK], GOAL_NOW, GOAL_AIM_DATED, GOAL_PROJECTED),
)


def _word(text_id: str, words: str) -> Text:
    return text(f"profile.word.{text_id}.teacher", TEACHER, words, thing=SKILL, day=DAY)


WORDS: Final = {
    ("choice", True): _word("chose", "chose {thing} ({day})"),
    ("choice", False): _word("declined", "said no to {thing} for now ({day})"),
    ("preference", True): _word("likes", "likes {thing} ({day})"),
    ("preference", False): _word("likes_no_more", "does not like {thing} any more ({day})"),
    ("stated_known", True): _word("knows", "says they know {thing} ({day})"),
    ("stated_known", False): _word("does_not_know", "says they do not know {thing} ({day})"),
}
"""The student's own last word on something."""
CONTRIBUTIONS: Final = text(
    "profile.contributions.teacher",
    TEACHER,
    "help given: {n_given}; help asked for: {n_taken}; comments: {n_commented}",
    n_given=COUNT,
    n_taken=FEW,
    n_commented=FEW,
)
PARTS: Final = {
    Part.CONTENT: text("part.content.teacher", TEACHER, "content"),
    Part.PROCESS: text("part.process.teacher", TEACHER, "process"),
    Part.PRODUCT: text("part.product.teacher", TEACHER, "product"),
    Part.ENVIRONMENT: text("part.environment.teacher", TEACHER, "environment"),
}


def _head(audience: Audience, words: str) -> Text:
    return text(
        f"signal.head.{audience.value}.teacher",
        TEACHER,
        words,
        kind=named("practise next"),
        part=message(PARTS[Part.CONTENT]),
        confidence=_CONFIDENCE,
        n=COUNT,
        day=DAY,
    )


SIGNAL_HEAD: Final = {
    Audience.STUDENT: _head(
        Audience.STUDENT, "{kind} for the student ({part}, {confidence}, n={n}, until {day})"
    ),
    Audience.TEACHER: _head(
        Audience.TEACHER, "{kind} for the teacher ({part}, {confidence}, n={n}, until {day})"
    ),
}
NEXT_LINE: Final = text(
    "profile.next_line.teacher", TEACHER, "{skill}: {why}", skill=SKILL, why=named("It is a good step.")
)
GAP: Final = text(
    "profile.gap.teacher",
    TEACHER,
    "{what}: would be known by {known_by}",
    what=named("pace"),
    known_by=named("more answers whose duration is known"),
)
