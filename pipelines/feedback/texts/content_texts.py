"""What is said of what to learn: levels, strengths, what to practise next, stretch, reviews."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    CHANCE,
    COUNT,
    DAY,
    FEW,
    SHARE,
    SKILL,
    STUDENT,
    TEACHER,
    named,
    options,
    sentences,
    text,
)
from learnloom.schemas.level import Level
from learnloom.schemas.profile import StatedBy

MASTERY_TO_STUDENT: Final = {
    Level.MASTERED: text(
        "mastery.mastered.student",
        STUDENT,
        "You have mastered {skill}. You can expect to answer {chance} questions correctly. Your practice has built "
        "this.",
        skill=SKILL,
        chance=CHANCE,
    ),
    Level.NEAR: text(
        "mastery.near.student",
        STUDENT,
        "You are close to mastering {skill}. You can expect to answer {chance} questions correctly, and a little more "
        "practice will make it firm.",
        skill=SKILL,
        chance=CHANCE,
    ),
    Level.NEEDS_WORK: text(
        "mastery.needs_work.student",
        STUDENT,
        "Your knowledge of {skill} is still growing. So far you can expect to answer {chance} questions correctly. "
        "Each try shows you what to look at next.",
        skill=SKILL,
        chance=CHANCE,
    ),
}
MASTERY_TO_TEACHER: Final = {
    Level.MASTERED: text(
        "mastery.mastered.teacher",
        TEACHER,
        "{skill} is mastered: the student is expected to get {share} right at an average question, judging from {n} "
        "answer. They could go further, or explain it to others.",
        "{skill} is mastered: the student is expected to get {share} right at an average question, judging from {n} "
        "answers. They could go further, or explain it to others.",
        counted="n",
        skill=SKILL,
        share=SHARE,
        n=COUNT,
    ),
    Level.NEAR: text(
        "mastery.near.teacher",
        TEACHER,
        "{skill} is near mastery: the student is expected to get {share} right at an average question, judging from "
        "{n} answer. A short mixed practice should be enough.",
        "{skill} is near mastery: the student is expected to get {share} right at an average question, judging from "
        "{n} answers. A short mixed practice should be enough.",
        counted="n",
        skill=SKILL,
        share=SHARE,
        n=COUNT,
    ),
    Level.NEEDS_WORK: text(
        "mastery.needs_work.teacher",
        TEACHER,
        "{skill} needs work: the student is expected to get {share} right at an average question, judging from {n} "
        "answer. Look at the latest answers together before more practice.",
        "{skill} needs work: the student is expected to get {share} right at an average question, judging from {n} "
        "answers. Look at the latest answers together before more practice.",
        counted="n",
        skill=SKILL,
        share=SHARE,
        n=COUNT,
    ),
}

STRENGTH_TO_STUDENT: Final = text(
    "strength.student",
    STUDENT,
    "{skill} is a strong point of yours: {n_right} of {n} answer was right so far. You can build on it.",
    "{skill} is a strong point of yours: {n_right} of {n} answers were right so far. You can build on it.",
    counted="n",
    skill=SKILL,
    n_right=FEW,
    n=COUNT,
)
STRENGTH_TO_TEACHER: Final = text(
    "strength.teacher",
    TEACHER,
    "{skill} is a strength of the student: {n_right} of {n} right, and at an average question they are expected to be "
    "{points} percentage point above the class mean. They could help others here, or go further.",
    "{skill} is a strength of the student: {n_right} of {n} right, and at an average question they are expected to be "
    "{points} percentage points above the class mean. They could help others here, or go further.",
    counted="points",
    skill=SKILL,
    n_right=FEW,
    n=COUNT,
    points=COUNT,
)
WEAKNESS_TO_STUDENT: Final = text(
    "weakness.student",
    STUDENT,
    "{skill} is where practice will help you most at the moment: {n_right} of {n} answer was right so far. Begin with "
    "an example, then try two questions.",
    "{skill} is where practice will help you most at the moment: {n_right} of {n} answers were right so far. Begin "
    "with an example, then try two questions.",
    counted="n",
    skill=SKILL,
    n_right=FEW,
    n=COUNT,
)
WEAKNESS_TO_TEACHER: Final = text(
    "weakness.teacher",
    TEACHER,
    "The student finds {skill} hard at the moment: {n_right} of {n} answer right. Of students who stand like this, "
    "{chance} get less right than the class in their next five answers. Check what comes before it, and work through "
    "one example together.",
    "The student finds {skill} hard at the moment: {n_right} of {n} answers right. Of students who stand like this, "
    "{chance} get less right than the class in their next five answers. Check what comes before it, and work through "
    "one example together.",
    counted="n",
    skill=SKILL,
    n_right=FEW,
    n=COUNT,
    chance=CHANCE,
)

PRACTISE_FEW: Final = text(
    "practise_next.few.student",
    STUDENT,
    "The rest is mastered, is due for a review, needs another approach, or comes later.",
)
PRACTISE_OUTSIDE: Final = text(
    "practise_next.outside.student",
    STUDENT,
    "These are not exactly the right steps, but the nearest to them.",
)
PRACTISE_NEXT_ONE: Final = text(
    "practise_next.one.student",
    STUDENT,
    "You could practise this next: {skill}. {remark}",
    skill=SKILL,
    remark=sentences(PRACTISE_FEW),
)
PRACTISE_NEXT: Final = text(
    "practise_next.student",
    STUDENT,
    "Pick what you want to practise next: {skills}. {remark}",
    skills=options(("Fractions", "Ratios", "Percentages")),
    remark=sentences(),
)

WHY_GOAL: Final = text("choice.why.goal", STUDENT, "It is part of a goal that you set.")
WHY_ASSIGNED: Final = text("choice.why.assigned", STUDENT, "Your teacher asks you to practise it.")
WHY_CHOSEN: Final = text("choice.why.chosen", STUDENT, "You chose it before.")
WHY_UNSEEN: Final = text(
    "choice.why.unseen",
    STUDENT,
    "We have not seen yet what comes before it, so look there first if it feels hard.",
)
WHY_CLIMB: Final = text(
    "choice.why.climb",
    STUDENT,
    "It is a climb for now: you can expect to answer {chance} questions correctly. Begin with an explanation or a "
    "worked example.",
    chance=CHANCE,
)
WHY_NEARLY: Final = text(
    "choice.why.nearly",
    STUDENT,
    "You are nearly there: you can expect to answer {chance} questions correctly, and a few more will make it firm.",
    chance=CHANCE,
)
WHY_NEW: Final = text(
    "choice.why.new",
    STUDENT,
    "It is new to you, and what you know already should help: you can expect to answer {chance} questions correctly.",
    chance=CHANCE,
)
WHY_STEP: Final = text(
    "choice.why.step",
    STUDENT,
    "It is a good step: you can expect to answer {chance} questions correctly.",
    chance=CHANCE,
)
WHY: Final = text("choice.why", STUDENT, "{reasons}", reasons=sentences(WHY_GOAL, WHY_STEP))
WHY_EITHER_WAY: Final = text(
    "choice.why.either_way",
    STUDENT,
    "It may go either way ({chance} right), so your answer tells the most.",
    chance=CHANCE,
)
WHY_NEAREST: Final = text(
    "choice.why.nearest",
    STUDENT,
    "Of the questions that we know, it is the nearest to one that may go either way ({chance} right).",
    chance=CHANCE,
)

CLAIM_TO_STUDENT: Final = {
    (StatedBy.STUDENT, True): text(
        "claim.own.known.student",
        STUDENT,
        "On {day} you said that you know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.STUDENT, False): text(
        "claim.own.unknown.student",
        STUDENT,
        "On {day} you said that you do not know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.TEACHER, True): text(
        "claim.teacher.known.student",
        STUDENT,
        "On {day} a teacher said that you know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
    (StatedBy.TEACHER, False): text(
        "claim.teacher.unknown.student",
        STUDENT,
        "On {day} a teacher said that you do not know {skill}.",
        day=DAY,
        skill=SKILL,
    ),
}
CLAIM_ANSWERS: Final = text("claim.answers", None, "The answers so far say {share}.", share=SHARE)
CLAIM_NO_ANSWERS: Final = text("claim.no_answers", None, "There is no answer yet.")
CHECK: Final = text(
    "check.student",
    STUDENT,
    "{claim} Would you like to see? Try one question on it: {question}.",
    claim=sentences(CLAIM_TO_STUDENT[StatedBy.STUDENT, True], CLAIM_ANSWERS),
    question=named("Quiz 7"),
)
CHECK_UNNAMED: Final = text(
    "check.unnamed.student",
    STUDENT,
    "{claim} Would you like to see? Try the one question below.",
    claim=sentences(CLAIM_TO_STUDENT[StatedBy.TEACHER, False], CLAIM_ANSWERS),
)

STRETCH: Final = text(
    "stretch.student",
    STUDENT,
    "Your last five answers on {skill} were right without a hint. Would you like something bigger? You could try a "
    "harder problem, explain it to somebody, or use it in a project of your own.",
    skill=SKILL,
)
STRETCH_HELP_UNKNOWN: Final = text(
    "stretch.help_unknown.student",
    STUDENT,
    "Your last five answers on {skill} were right. Would you like something bigger? You could try a harder problem, "
    "explain it to somebody, or use it in a project of your own.",
    skill=SKILL,
)
REVIEW_NOW: Final = text(
    "review_due.now.student",
    STUDENT,
    "After so long you can expect to answer {chance} questions correctly.",
    chance=CHANCE,
)
REVIEW_GAIN: Final = text(
    "review_due.gain.student",
    STUDENT,
    "After so long you can expect to answer {chance} questions correctly; after practice it is {after}.",
    chance=CHANCE,
    after=CHANCE,
)
REVIEW_DUE: Final = text(
    "review_due.student",
    STUDENT,
    "It is time to see {skill} again: you last had it right on {day}. Two or three questions now will keep it for "
    "longer. {remark}",
    skill=SKILL,
    day=DAY,
    remark=sentences(REVIEW_NOW, REVIEW_GAIN),
)
