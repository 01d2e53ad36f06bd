"""What a student reads of why an estimate is what it is, and of the calendar of their reviews."""

from typing import Final

from learnloom.pipelines.feedback.texts import figure_texts
from learnloom.pipelines.feedback.texts.text import (
    CHANCE,
    COUNT,
    DAY,
    FEW,
    SHARE,
    SKILL,
    STUDENT,
    USUAL,
    Form,
    Parameter,
    facts,
    message,
    named,
    names,
    text,
)
from learnloom.schemas.level import Confidence, Level
from learnloom.schemas.why import AnswerOutcome, Ground

_HIGH: Final = Parameter(Form.PERCENT, 0.86)
_LATER: Final = Parameter(Form.DAY, "2026-12-01")
_LEVEL: Final = message(figure_texts.LEVELS[Level.NEAR])
_CONFIDENCE: Final = message(figure_texts.CONFIDENCE[Confidence.MEDIUM])

HEAD: Final = text("why.head.student", STUDENT, "{skill}, as of {day}", skill=SKILL, day=DAY)
NOTHING_KNOWN: Final = text(
    "why.nothing_known.student",
    STUDENT,
    "Nothing can be said yet: there is no answer of yours to any question.",
)
FROM_OTHERS: Final = text(
    "why.from_others.student",
    STUDENT,
    "There is no answer of yours on it yet. From your other answers you can expect {share} right at an average "
    "question.",
    share=SHARE,
)
EXPECTED: Final = text(
    "why.expected.student",
    STUDENT,
    "You can expect {share} right at an average question. Level: {level}.",
    share=SHARE,
    level=_LEVEL,
)
EXPECTED_BETWEEN: Final = text(
    "why.expected_between.student",
    STUDENT,
    "You can expect {share} right at an average question; {low} to {high} is likely. Level: {level}.",
    share=SHARE,
    low=USUAL,
    high=_HIGH,
    level=_LEVEL,
)
STANDS_ON: Final = text(
    "why.stands_on.student",
    STUDENT,
    "It stands on {n} answer, {n_right} right: {confidence}.",
    "It stands on {n} answers, {n_right} right: {confidence}.",
    counted="n",
    n=COUNT,
    n_right=FEW,
    confidence=_CONFIDENCE,
)
STANDS_ON_DAY: Final = text(
    "why.stands_on.day.student",
    STUDENT,
    "It stands on {n} answer, {n_right} right, on {day}: {confidence}.",
    "It stands on {n} answers, {n_right} right, on {day}: {confidence}.",
    counted="n",
    n=COUNT,
    n_right=FEW,
    day=DAY,
    confidence=_CONFIDENCE,
)
STANDS_ON_DAYS: Final = text(
    "why.stands_on.days.student",
    STUDENT,
    "It stands on {n} answer, {n_right} right, from {first} to {last}: {confidence}.",
    "It stands on {n} answers, {n_right} right, from {first} to {last}: {confidence}.",
    counted="n",
    n=COUNT,
    n_right=FEW,
    first=DAY,
    last=_LATER,
    confidence=_CONFIDENCE,
)
TERMS: Final = text("why.terms.student", STUDENT, "How that comes about")
AHEAD: Final = text("why.ahead.student", STUDENT, "What would change it")
ANSWERS: Final = text("why.answers.student", STUDENT, "Your latest answers on it")
START: Final = text(
    "why.start.student",
    STUDENT,
    "where everybody starts: nothing known yet, a skill of middling difficulty",
)
GROUNDS: Final = {
    Ground.DIFFICULTY: text("why.difficulty.student", STUDENT, "how hard the skill is for the class"),
    Ground.PRACTICE: text(
        "why.practice.student", STUDENT, "how much you have practised, whatever came of it"
    ),
    Ground.GENERAL: text("why.general.student", STUDENT, "how you do on the whole, all skills together"),
    Ground.SKILL: text("why.skill.student", STUDENT, "how your answers on this skill went"),
    Ground.LATELY: text("why.lately.student", STUDENT, "how your latest answers went"),
}
NOW: Final = text("why.now.student", STUDENT, "what you can expect now")
AFTER_RIGHT: Final = text("why.after_right.student", STUDENT, "one more right answer: {share}", share=SHARE)
AFTER_THREE: Final = text("why.after_three.student", STUDENT, "three right in a row: {share}", share=SHARE)
AFTER_MISS: Final = text("why.after_miss.student", STUDENT, "one miss: {share}", share=SHARE)
REACHED: Final = text(
    "why.reached.student", STUDENT, "for {level} (from {share}): is reached", level=_LEVEL, share=SHARE
)
NEEDED: Final = text(
    "why.needed.student",
    STUDENT,
    "for {level} (from {share}): {n} right in a row",
    counted="n",
    level=_LEVEL,
    share=SHARE,
    n=COUNT,
)
NEEDED_MORE: Final = text(
    "why.needed_more.student",
    STUDENT,
    "for {level} (from {share}): more than {n} right in a row",
    counted="n",
    level=_LEVEL,
    share=SHARE,
    n=Parameter(Form.COUNT, 20),
)
OUTCOMES: Final = {
    AnswerOutcome.RIGHT: text("why.answer.right.student", STUDENT, "right"),
    AnswerOutcome.WRONG: text("why.answer.wrong.student", STUDENT, "wrong"),
}
PARTLY: Final = text("why.answer.partly.student", STUDENT, "partly right ({share})", share=SHARE)
AIDED: Final = text("why.answer.aided.student", STUDENT, "with a hint")
RAPID: Final = text("why.answer.rapid.student", STUDENT, "faster than it can be read: counts a quarter")
ANSWER: Final = text(
    "why.answer.student",
    STUDENT,
    "{day}: {outcome}; {activity}",
    day=DAY,
    outcome=message(OUTCOMES[AnswerOutcome.RIGHT]),
    activity=named("Quiz 7"),
)
ANSWER_NOTED: Final = text(
    "why.answer.noted.student",
    STUDENT,
    "{day}: {outcome}, {notes}; {activity}",
    day=DAY,
    outcome=message(PARTLY),
    notes=facts(AIDED, RAPID),
    activity=named("Quiz 7"),
)

REVIEWS: Final = text("reviews.head.student", STUDENT, "Your reviews as of {day}", day=DAY)
NO_REVIEWS: Final = text(
    "reviews.none.student",
    STUDENT,
    "There are no reviews yet: they begin with the first skill that you master.",
)
REVIEWS_DUE: Final = text("reviews.due.student", STUDENT, "Due now, the one that needs it most first")
REVIEWS_COMING: Final = text(
    "reviews.coming.student",
    STUDENT,
    "In the next {weeks} week",
    "In the next {weeks} weeks",
    counted="weeks",
    weeks=FEW,
)
REVIEWS_LATER: Final = text(
    "reviews.later.student",
    STUDENT,
    "{n} more skill comes later.",
    "{n} more skills come later.",
    counted="n",
    n=FEW,
)
REVIEWS_ENOUGH: Final = text("reviews.enough.student", STUDENT, "Two or three questions on each are enough.")
REVIEW: Final = text("review.student", STUDENT, "{skill}", skill=SKILL)
REVIEW_CHANCE: Final = text(
    "review.chance.student",
    STUDENT,
    "{skill}: you can expect to answer {chance} questions correctly",
    skill=SKILL,
    chance=CHANCE,
)
REVIEW_SEEN: Final = text("review.seen.student", STUDENT, "{skill}; last seen on {day}", skill=SKILL, day=DAY)
REVIEW_CHANCE_SEEN: Final = text(
    "review.chance_seen.student",
    STUDENT,
    "{skill}: you can expect to answer {chance} questions correctly; last seen on {day}",
    skill=SKILL,
    chance=CHANCE,
    day=DAY,
)
REVIEW_DAY: Final = text(
    "review.day.student",
    STUDENT,
    "{day}: {skills}",
    day=Parameter(Form.WEEKDAY, "2026-11-24"),
    skills=names("Fractions", "Ratios"),
)
