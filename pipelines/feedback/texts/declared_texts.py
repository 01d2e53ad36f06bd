"""What is said of goals, choices, likings, and of what goes well."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    COUNT,
    DAY,
    SHARE,
    SKILL,
    STUDENT,
    TEACHER,
    Form,
    Parameter,
    message,
    messages,
    named,
    names,
    sentences,
    text,
)
from learnloom.schemas.profile import GoalStatus

_AIM: Final = Parameter(Form.PERCENT, 0.95)
_THINGS: Final = names("football", "music")

# Circumstances stand at the end of a clause: "you often learn … in the evening".
CIRCUMSTANCES: Final = {
    "night": text("circumstance.night", None, "at night (0 to 6 h)"),
    "morning": text("circumstance.morning", None, "in the morning (6 to 12 h)"),
    "afternoon": text("circumstance.afternoon", None, "in the afternoon (12 to 18 h)"),
    "evening": text("circumstance.evening", None, "in the evening (18 to 24 h)"),
    "short": text("circumstance.short", None, "in short sessions (under 15 min)"),
    "medium": text("circumstance.medium", None, "in sessions of 15 to 45 min"),
    "long": text("circumstance.long", None, "in long sessions (over 45 min)"),
}
DEVICE: Final = text("circumstance.device", None, "on a {device}", device=named("phone"))
FORM: Final = text("circumstance.form", None, "by {form}", form=named("essay"))
VALUE: Final = text("circumstance.other", None, "{value}", value=named("music"))

AIM_TO_STUDENT: Final = text(
    "goal.aim.student", STUDENT, "Your goal is {aim} in {target}.", aim=_AIM, target=SKILL
)
AIM_DATED_TO_STUDENT: Final = text(
    "goal.aim.dated.student",
    STUDENT,
    "Your goal is {aim} in {target} by {day}.",
    aim=_AIM,
    target=SKILL,
    day=DAY,
)
NOW_TO_STUDENT: Final = text("goal.now.student", STUDENT, "You are at {share} now.", share=SHARE)
NOW_UNKNOWN_TO_STUDENT: Final = text("goal.now_unknown.student", STUDENT, "Nothing is known of it yet.")
AIM_TO_TEACHER: Final = text(
    "goal.aim.teacher", TEACHER, "The student's own goal is {aim} in {target}.", aim=_AIM, target=SKILL
)
AIM_DATED_TO_TEACHER: Final = text(
    "goal.aim.dated.teacher",
    TEACHER,
    "The student's own goal is {aim} in {target} by {day}.",
    aim=_AIM,
    target=SKILL,
    day=DAY,
)
NOW_TO_TEACHER: Final = text("goal.now.teacher", TEACHER, "They are at {share} now.", share=SHARE)
NOW_UNKNOWN_TO_TEACHER: Final = text("goal.now_unknown.teacher", TEACHER, "Their level is not known yet.")
WORK_TO_TEACHER: Final = text(
    "goal.work.teacher",
    TEACHER,
    "They have given {n} answer since it was set.",
    "They have given {n} answers since it was set.",
    counted="n",
    n=COUNT,
)
_STANDS_TO_STUDENT: Final = sentences(AIM_DATED_TO_STUDENT, NOW_TO_STUDENT)
_STANDS_TO_TEACHER: Final = sentences(AIM_DATED_TO_TEACHER, NOW_TO_TEACHER, WORK_TO_TEACHER)

GOAL_REACHED_TO_STUDENT: Final = text(
    "goal.reached.student",
    STUDENT,
    "You have reached a goal that you set yourself: {aim} in {target}. What do you want next?",
    aim=_AIM,
    target=SKILL,
)
GOAL_REACHED_TO_TEACHER: Final = text(
    "goal.reached.teacher",
    TEACHER,
    "The student has reached a goal of their own: {aim} in {target}. {work} Ask what they want next.",
    aim=_AIM,
    target=SKILL,
    work=message(WORK_TO_TEACHER),
)
GOAL_ON_TRACK_TO_STUDENT: Final = text(
    "goal.on_track.student",
    STUDENT,
    "{stands} At this pace you will be there around {day}.",
    stands=_STANDS_TO_STUDENT,
    day=DAY,
)
GOAL_ON_TRACK_TO_TEACHER: Final = text(
    "goal.on_track.teacher",
    TEACHER,
    "{stands} At this pace they will be there around {day}.",
    stands=_STANDS_TO_TEACHER,
    day=DAY,
)
GOAL_TO_STUDENT: Final = {
    GoalStatus.BEHIND: text(
        "goal.behind.student",
        STUDENT,
        "{stands} A little more each day or a later date: which suits you?",
        stands=_STANDS_TO_STUDENT,
    ),
    GoalStatus.OPEN: text(
        "goal.open.student",
        STUDENT,
        "{stands} The next few answers will show the way.",
        stands=_STANDS_TO_STUDENT,
    ),
}
GOAL_TO_TEACHER: Final = {
    GoalStatus.BEHIND: text(
        "goal.behind.teacher",
        TEACHER,
        "{stands} They are behind the date that they chose. Plan the next step together.",
        stands=_STANDS_TO_TEACHER,
    ),
    GoalStatus.OPEN: text(
        "goal.open.teacher",
        TEACHER,
        "{stands} It is too early to say when they will be there.",
        stands=_STANDS_TO_TEACHER,
    ),
}

CHOSE: Final = text(
    "choice.teacher", TEACHER, "The student chose {thing} on {day}. Ask how it went.", thing=SKILL, day=DAY
)
CHOSE_OFFERED: Final = text(
    "choice.offered.teacher",
    TEACHER,
    "The student chose {thing} on {day}, which was one of those offered. Ask how it went.",
    thing=SKILL,
    day=DAY,
)

LIKES: Final = text("liking.declared.student", STUDENT, "You like {things}.", things=names("music"))
TURNS_TO: Final = text(
    "liking.seen.student", STUDENT, "Of your own choice you often turn to {things}.", things=_THINGS
)
LIKING_TO_STUDENT: Final = text(
    "liking.student",
    STUDENT,
    "{likes} Shall there be more of it? You decide.",
    likes=sentences(LIKES, TURNS_TO),
)
LEARNS_TO_STUDENT: Final = text(
    "liking.circumstance.student",
    STUDENT,
    "Of your own choice you often learn {circumstances}. Does that suit you?",
    circumstances=messages(CIRCUMSTANCES["evening"], DEVICE),
)
LIKING_SAID: Final = text("liking.said.teacher", TEACHER, "They say so of {things}.", things=names("music"))
LIKING_SEEN: Final = text(
    "liking.seen.teacher",
    TEACHER,
    "This was seen {n} time so far.",
    "This was seen {n} times so far.",
    counted="n",
    n=COUNT,
)
LIKING_TO_TEACHER: Final = text(
    "liking.teacher",
    TEACHER,
    "Of their own choice the student often turns to {things}. {ground} Offer it as one way among others: it is a "
    "liking, not a type of learner.",
    things=_THINGS,
    ground=message(LIKING_SAID),
)
LEARNS_TO_TEACHER: Final = text(
    "liking.circumstance.teacher",
    TEACHER,
    "Of their own choice the student often learns {circumstances}. {ground} Offer it as one way among others: it is a "
    "liking, not a type of learner.",
    circumstances=messages(CIRCUMSTANCES["evening"]),
    ground=message(LIKING_SEEN),
)

PRODUCT_TO_STUDENT: Final = text(
    "product.student",
    STUDENT,
    "It goes well for you to show what you know in this form: {form}. Where you may choose, it is one way to go.",
    form=named("essay"),
)
PRODUCT_TO_TEACHER: Final = text(
    "product.teacher",
    TEACHER,
    "The student shows well what they know in this form: {form}. The mean score is {share} in {n} piece of work. "
    "Offer it where the form is free.",
    "The student shows well what they know in this form: {form}. The mean score is {share} in {n} pieces of work. "
    "Offer it where the form is free.",
    counted="n",
    form=named("essay"),
    share=SHARE,
    n=COUNT,
)
ENVIRONMENT_TO_STUDENT: Final = text(
    "environment.student",
    STUDENT,
    "Your answers have gone better than expected {circumstance}. If you can choose, do the harder things that way.",
    circumstance=message(CIRCUMSTANCES["morning"]),
)
ENVIRONMENT_TO_TEACHER: Final = text(
    "environment.teacher",
    TEACHER,
    "The student's answers went well {circumstance}: {share} of {n} answer right, more than expected for these "
    "questions. Offer it as a choice: the two went together, which does not make one the cause of the other.",
    "The student's answers went well {circumstance}: {share} of {n} answers right, more than expected for these "
    "questions. Offer it as a choice: the two went together, which does not make one the cause of the other.",
    counted="n",
    circumstance=message(CIRCUMSTANCES["morning"]),
    share=SHARE,
    n=COUNT,
)
