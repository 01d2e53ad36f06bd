"""What is said of learning with others, and to teachers of whom to look after."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import (
    COUNT,
    DAY,
    FEW,
    SKILL,
    STUDENT,
    TEACHER,
    TIME,
    USUAL_TIME,
    Form,
    Parameter,
    message,
    named,
    sentences,
    text,
)
from learnloom.schemas.signal import SignalKind

HELPED_TO_STUDENT: Final = text(
    "collaboration.helped.student",
    STUDENT,
    "You have helped others {n} time. Explaining helps them and you.",
    "You have helped others {n} times. Explaining helps them and you.",
    counted="n",
    n=FEW,
)
ASKED_TO_STUDENT: Final = text(
    "collaboration.asked.student",
    STUDENT,
    "You have asked others {n} time. Asking is how understanding starts.",
    "You have asked others {n} times. Asking is how understanding starts.",
    counted="n",
    n=FEW,
)
JOINED_TO_STUDENT: Final = text(
    "collaboration.joined.student",
    STUDENT,
    "You have joined the talk {n} time. Others learn from what you add.",
    "You have joined the talk {n} times. Others learn from what you add.",
    counted="n",
    n=FEW,
)
GIVING_TO_TEACHER: Final = text(
    "collaboration.giving.teacher",
    TEACHER,
    "The student learns with others. Help given: {n_given}; help asked for: {n_taken}; comments: {n_commented}. Let "
    "them know whom it helped.",
    n_given=COUNT,
    n_taken=FEW,
    n_commented=FEW,
)
ASKING_TO_TEACHER: Final = text(
    "collaboration.asking.teacher",
    TEACHER,
    "The student learns with others. Help given: {n_given}; help asked for: {n_taken}; comments: {n_commented}. Invite "
    "them to answer something, too, once they feel sure.",
    n_given=FEW,
    n_taken=COUNT,
    n_commented=FEW,
)

WANTS_TO_TALK: Final = text(
    "wants_to_talk.teacher",
    TEACHER,
    "The student asked on {day} to talk to you. Ask them when it suits.",
    day=DAY,
)
DROP: Final = text(
    "engagement_change.teacher",
    TEACHER,
    "The student is less active than is usual for them: {time} in the last seven days, {usual} a week in the four "
    "weeks before. Ask how they are before you ask why.",
    time=TIME,
    usual=USUAL_TIME,
)
CHECK_IN_DROP: Final = text("check_in.drop.teacher", TEACHER, "They are less active than is usual for them.")
CHECK_IN_QUIET: Final = text(
    "check_in.quiet.teacher",
    TEACHER,
    "There has been no good word and no contact on record since {day}.",
    day=DAY,
)
CHECK_IN_ALWAYS_QUIET: Final = text(
    "check_in.always_quiet.teacher",
    TEACHER,
    "There has been no good word and no contact on record in the {n} day since they began.",
    "There has been no good word and no contact on record in the {n} days since they began.",
    counted="n",
    n=Parameter(Form.COUNT, 20),
)
CHECK_IN_QUIET_WORD: Final = text(
    "check_in.quiet_word.teacher",
    TEACHER,
    "There has been no good word on record since {day}; whether anybody spoke to them is not known here.",
    day=DAY,
)
CHECK_IN_ALWAYS_QUIET_WORD: Final = text(
    "check_in.always_quiet_word.teacher",
    TEACHER,
    "There has been no good word on record in the {n} day since they began; whether anybody spoke to them is not "
    "known here.",
    "There has been no good word on record in the {n} days since they began; whether anybody spoke to them is not "
    "known here.",
    counted="n",
    n=Parameter(Form.COUNT, 20),
)
CHECK_IN_AWAY: Final = text("check_in.away.teacher", TEACHER, "They were last seen on {day}.", day=DAY)
CHECK_IN_BEGIN: Final = {
    SignalKind.GOAL: text(
        "check_in.begin.goal.teacher",
        TEACHER,
        "You could begin with their own goal: {subject}.",
        subject=SKILL,
    ),
    SignalKind.WHEEL_SPINNING: text(
        "check_in.begin.wheel_spinning.teacher",
        TEACHER,
        "You could begin with {subject}, where practice alone did not help.",
        subject=SKILL,
    ),
    SignalKind.STRENGTH: text(
        "check_in.begin.strength.teacher",
        TEACHER,
        "You could begin with {subject}, a strong point of theirs.",
        subject=SKILL,
    ),
    SignalKind.INTEREST: text(
        "check_in.begin.interest.teacher",
        TEACHER,
        "You could begin with {subject}, which they turn to of their own choice.",
        subject=named("football"),
    ),
}
"""With what a teacher could begin, the best first."""
CHECK_IN_BEGIN_ASKING: Final = text(
    "check_in.begin.asking.teacher", TEACHER, "A short question about how it is going is enough."
)
CHECK_IN: Final = text(
    "check_in.teacher",
    TEACHER,
    "Talk to the student this week. {reasons} {begin}",
    reasons=sentences(CHECK_IN_DROP, CHECK_IN_AWAY),
    begin=message(CHECK_IN_BEGIN[SignalKind.GOAL]),
)
