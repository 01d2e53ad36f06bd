"""What is said of how it goes: being stuck, help, guessing, time, pace, spacing, regularity."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    CHANCE,
    COUNT,
    FEW,
    SHARE,
    SKILL,
    STUDENT,
    TEACHER,
    TIME,
    USUAL_TIME,
    Form,
    Parameter,
    named,
    sentences,
    text,
)

_RATIO: Final = Parameter(Form.NUMBER, 1.8)
_RATE: Final = Parameter(Form.NUMBER, 0.5)

STAYS_STUCK: Final = text(
    "wheel_spinning.stays.teacher",
    TEACHER,
    "Of students who stand like this, {chance} get no three right in a row in their next ten answers.",
    chance=CHANCE,
)
STUCK_AIDED: Final = text(
    "wheel_spinning.aided.teacher", TEACHER, "A hint was asked before {share} of the answers.", share=SHARE
)
STUCK_RAPID: Final = text(
    "wheel_spinning.rapid.teacher",
    TEACHER,
    "{share} of the answers came faster than the question can be read.",
    share=SHARE,
)
STUCK_BEFORE: Final = text(
    "wheel_spinning.before.teacher",
    TEACHER,
    "What comes before it is not firm: {before}.",
    before=named("Multiplication"),
)
_REASONS: Final = sentences(STAYS_STUCK, STUCK_AIDED, STUCK_RAPID, STUCK_BEFORE)

STUCK_EARLY_TO_TEACHER: Final = text(
    "wheel_spinning.early.teacher",
    TEACHER,
    "The student may be getting stuck on {skill}: {n} answer, {n_right} right, at most {longest_run} right in a row. "
    "Look at one question together before they go on. {reasons}",
    "The student may be getting stuck on {skill}: {n} answers, {n_right} right, at most {longest_run} right in a row. "
    "Look at one question together before they go on. {reasons}",
    counted="n",
    skill=SKILL,
    n=COUNT,
    n_right=FEW,
    longest_run=FEW,
    reasons=_REASONS,
)
STUCK_TO_TEACHER: Final = text(
    "wheel_spinning.teacher",
    TEACHER,
    "The student is stuck on {skill}: {n} answer, {n_right} right, at most {longest_run} right in a row. More of the "
    "same practice rarely helps at this point. Teach it again in another way, and check what comes before it. "
    "{reasons}",
    "The student is stuck on {skill}: {n} answers, {n_right} right, at most {longest_run} right in a row. More of the "
    "same practice rarely helps at this point. Teach it again in another way, and check what comes before it. "
    "{reasons}",
    counted="n",
    skill=SKILL,
    n=COUNT,
    n_right=FEW,
    longest_run=FEW,
    reasons=_REASONS,
)
STUCK_TO_STUDENT: Final = text(
    "wheel_spinning.student",
    STUDENT,
    "You have put a lot of work into {skill}. Leave the questions for now: another explanation, a worked example or "
    "ten minutes with somebody will help more than the next try.",
    skill=SKILL,
)

HELP_IN_TIME: Final = text(
    "help_seeking.in_time.student",
    STUDENT,
    "After two tries that did not work out, a hint is a good move. Lately there was {n} question where a hint could "
    "have saved you the third try.",
    "After two tries that did not work out, a hint is a good move. Lately there were {n} questions where a hint could "
    "have saved you the third try.",
    counted="n",
    n=FEW,
)
HINT_SKIMMED: Final = text(
    "help_seeking.hints.student",
    STUDENT,
    "Hints work best one at a time: read one, try again, and only then open the next.",
)

RAPID_TO_STUDENT: Final = text(
    "rapid_guessing.student",
    STUDENT,
    "Some of your answers came very quickly lately. Take the time that you need: it often helps to read the question "
    "twice, and a break is fine too.",
)
RAPID_TO_TEACHER: Final = text(
    "rapid_guessing.teacher",
    TEACHER,
    "{n_rapid} of the last {n} answers ({share}) came faster than the question can be read. Each of them counts a "
    "quarter towards mastery. Ask how things are: is it too easy, too hard, or is there no time?",
    counted="n",
    n_rapid=FEW,
    n=COUNT,
    share=SHARE,
)

TIME_TO_STUDENT: Final = text(
    "time_on_task.student",
    STUDENT,
    "You have spent {time} on learning in the last seven days.",
    time=TIME,
)
TIME_BEFORE_TO_STUDENT: Final = text(
    "time_on_task.before.student",
    STUDENT,
    "You have spent {time} on learning in the last seven days. In the four weeks before, it was {usual} a week.",
    time=TIME,
    usual=USUAL_TIME,
)
TIME_TO_TEACHER: Final = text(
    "time_on_task.teacher",
    TEACHER,
    "The student was active for {time} in the last seven days. Time says how much, not how well.",
    time=TIME,
)
TIME_BEFORE_TO_TEACHER: Final = text(
    "time_on_task.before.teacher",
    TEACHER,
    "The student was active for {time} in the last seven days. In the four weeks before, it was {usual} a week. Time "
    "says how much, not how well.",
    time=TIME,
    usual=USUAL_TIME,
)

CALM_TO_STUDENT: Final = text(
    "pace.calm.student",
    STUDENT,
    "You take your time over questions. That is a fine way to work; plan enough time for it.",
)
QUICK_TO_STUDENT: Final = text(
    "pace.quick.student",
    STUDENT,
    "You work through questions quickly. Where one matters, a second look is worth it.",
)
MASTERED_PER_HOUR: Final = text(
    "pace.mastered_per_hour.teacher",
    TEACHER,
    "They have mastered {rate} skills per active hour.",
    rate=_RATE,
)
CALM_TO_TEACHER: Final = text(
    "pace.calm.teacher",
    TEACHER,
    "The student takes {ratio} times the usual time per question (median of {n} answer). Give them time rather than "
    "fewer questions, and see whether reading is what takes it. {remark}",
    "The student takes {ratio} times the usual time per question (median of {n} answers). Give them time rather than "
    "fewer questions, and see whether reading is what takes it. {remark}",
    counted="n",
    ratio=_RATIO,
    n=COUNT,
    remark=sentences(MASTERED_PER_HOUR),
)
QUICK_TO_TEACHER: Final = text(
    "pace.quick.teacher",
    TEACHER,
    "The student takes {ratio} times the usual time per question (median of {n} answer). If the answers are right, "
    "offer depth rather than more of the same. {remark}",
    "The student takes {ratio} times the usual time per question (median of {n} answers). If the answers are right, "
    "offer depth rather than more of the same. {remark}",
    counted="n",
    ratio=_RATE,
    n=COUNT,
    remark=sentences(MASTERED_PER_HOUR),
)

SPACING_MORE: Final = text(
    "spacing.more.student",
    STUDENT,
    "You have spread your practice over more days than the month before. What is spread out lasts longer.",
)
SPACING_FEWER: Final = text(
    "spacing.fewer.student",
    STUDENT,
    "Your practice was packed into fewer days than the month before. A little on several days lasts longer than a lot "
    "on one day.",
)
REGULARITY: Final = text(
    "regularity.student",
    STUDENT,
    "You have been learning for {n} week in a row. Practising regularly helps more than doing a lot at once.",
    "You have been learning for {n} weeks in a row. Practising regularly helps more than doing a lot at once.",
    counted="n",
    n=FEW,
)
STREAK: Final = text(
    "streak.student",
    STUDENT,
    "You have learned something on {n} day in a row. A day off is fine, too.",
    "You have learned something on {n} days in a row. A day off is fine, too.",
    counted="n",
    n=FEW,
)
