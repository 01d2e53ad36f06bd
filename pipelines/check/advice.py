"""The table of warnings: what is valid and yet costs the student something, why, and what to send instead.

The ids are a contract as those of the rules are: they stand in reports and in tickets. A warning never refuses
a statement. Its order here is its weight: what costs most comes first.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class About(StrEnum):
    """The statements to which a warning can apply: its count is told as a share of these."""

    STATEMENT = "statements"
    ACTIVITY = "statements about an activity"
    IN_COURSE = "statements of work in a course"
    ANSWER = "answers"
    SCORED = "scored statements"
    VIEWING = "statements that begin or end a viewing of a video"
    PLAYED = "statements that pause or end a viewing of a video"
    SUBMISSION = "hand-ins"


class Advice(NamedTuple):
    """One warning of the table."""

    id: str
    """Stable name, in kebab-case; never the id of a rule."""
    about: About
    title: str
    """What is the case: a clause that starts in lower case and ends without a full stop."""
    unknown: str
    """What cannot be known of the student for it: a sentence."""
    fix: str
    """What to send: an imperative sentence."""


_TABLE: Final = (
    Advice(
        "timestamp-missing",
        About.STATEMENT,
        "no timestamp",
        "When it happened is unknown and the time of arrival stands in for it: a batch sent at night is one busy"
        " night, and the order of answers, sessions, pace and rhythm are wrong.",
        "Send timestamp, the moment of the act, in UTC: 2026-09-07T10:00:00Z.",
    ),
    Advice(
        "timestamp-implausible",
        About.STATEMENT,
        "a timestamp in the future or before 2000",
        "The device's clock is wrong: the act falls out of every week that is looked at.",
        "Correct by the server's clock before sending, and keep the device's own time in an extension.",
    ),
    Advice(
        "timestamp-without-zone",
        About.STATEMENT,
        "a timestamp without a time zone",
        "It is read as UTC: hours of the day are off, and work near a deadline can look late.",
        "End it with Z, or with the offset: 2026-09-07T12:00:00+02:00.",
    ),
    Advice(
        "id-missing",
        About.STATEMENT,
        "no id",
        "Sent again after an outage and written a little differently, it counts as a second act: answers and time"
        " are counted twice.",
        "Make a random UUID (version 4) when the act happens, and send the same one whenever it is sent again.",
    ),
    Advice(
        "id-used-again",
        About.STATEMENT,
        "an id that another statement has already",
        "Only the first is kept; the others are refused when they are imported, and what they tell is lost.",
        "Give every act an id of its own. Correct a statement by voiding it and sending a new one.",
    ),
    Advice(
        "id-not-random",
        About.STATEMENT,
        "an id that is no random UUID (version 4)",
        "Ids made from clocks, counters or names can meet: of two statements with one id the second is lost.",
        "Let a UUID library make version 4, once for each act.",
    ),
    Advice(
        "actor-group",
        About.STATEMENT,
        "the actor is a group",
        "Who of the group did it is unknown: it counts for no student.",
        "Send one statement for each student, and the group as context.team.",
    ),
    Advice(
        "actor-not-account",
        About.STATEMENT,
        "the actor is known by an address (mbox, its hash, or openid) and not by an account",
        "When the address changes, or another system sends the account, one student becomes two, each with half"
        " a history.",
        "Send an account: homePage, the address of your system, and name, the user's id that never changes.",
    ),
    Advice(
        "account-is-address",
        About.STATEMENT,
        "the name of the account is an e-mail address",
        "Names and addresses change: then one student becomes two, each with half a history.",
        "Send the internal id of the user, which never changes, as account.name.",
    ),
    Advice(
        "account-on-two-systems",
        About.STATEMENT,
        "the same account name on another homePage",
        "An account is homePage and name together: these are two students, each with a history of their own.",
        "If it is one person, send one homePage always, to the letter (http or https, slash at the end).",
    ),
    Advice(
        "outcome-missing",
        About.ANSWER,
        "an answer without success and score",
        "Right or wrong is unknown: the answer counts for nothing that is said of knowledge, and mastery stays"
        " unknown.",
        "Send result.success, or result.score.scaled where there are part marks.",
    ),
    Advice(
        "skill-missing",
        About.ANSWER,
        "an answer that names no skill",
        "What was practised is unknown: no mastery, no strengths, nothing to practise next, unless the school's own"
        " map names the skills of this question.",
        "Name the skill in context.contextActivities.category, with the type objective or competency.",
    ),
    Advice(
        "duration-missing",
        About.ANSWER,
        "an answer without duration",
        "Pace is unknown, and guessing cannot be told from thinking.",
        "Send result.duration, from seeing the question to answering it: PT18.5S.",
    ),
    Advice(
        "response-missing",
        About.ANSWER,
        "an answer without response",
        "Which wrong answer was given is unknown: a question that misleads many is not found.",
        "Send result.response, in the form of the interactionType.",
    ),
    Advice(
        "score-without-scale",
        About.SCORED,
        "points without what could be had",
        "7 points of what? The score is unknown.",
        "Send scaled, from -1 to 1, or min and max beside raw.",
    ),
    Advice(
        "course-missing",
        About.IN_COURSE,
        "no course",
        "In which course it was is unknown: it is missing from everything that is told by course.",
        "Name the course in context.contextActivities.grouping, with the type course.",
    ),
    Advice(
        "video-length-missing",
        About.VIEWING,
        "a video that begins or ends without its length",
        "How much of the video was seen is unknown.",
        "Send the extension https://w3id.org/xapi/video/extensions/length in the context, in seconds.",
    ),
    Advice(
        "video-segments-missing",
        About.PLAYED,
        "a video that ends or pauses without the segments that were played",
        "What was seen, and what was watched again, is unknown.",
        "Send the extension https://w3id.org/xapi/video/extensions/played-segments in the result: 0[.]60.",
    ),
    Advice(
        "due-date-missing",
        About.SUBMISSION,
        "work handed in without its due date",
        "Whether it was begun in good time or handed in late is unknown.",
        "Send the extension https://learnloom.example/xapi/extensions/due-at in the definition of the assignment.",
    ),
    Advice(
        "verb-unknown",
        About.STATEMENT,
        "a verb outside the vocabulary",
        "It shows that the student was at work, and nothing more.",
        "Use the verb of the vocabulary that means it; keep your own where there is none.",
    ),
    Advice(
        "type-missing",
        About.ACTIVITY,
        "an activity without a type",
        "What it is (video, text, quiz, assignment) is unknown: it is missing from what a student likes and does.",
        "Send object.definition.type.",
    ),
    Advice(
        "type-unknown",
        About.ACTIVITY,
        "an activity type outside the vocabulary",
        "What it is remains unknown, as if there were no type.",
        "Use the type of the vocabulary that means it; keep your own where there is none.",
    ),
    Advice(
        "name-missing",
        About.ACTIVITY,
        "an activity without a name",
        "Teachers and students read an address in place of a title.",
        "Send object.definition.name as a language map.",
    ),
    Advice(
        "registration-missing",
        About.IN_COURSE,
        "no registration",
        "When a student takes a course or a quiz a second time, the two cannot be told apart.",
        "Send context.registration, one UUID for each time a student takes it.",
    ),
    Advice(
        "verb-display-missing",
        About.STATEMENT,
        "a verb without display",
        "Nothing about the student; people who read statements see an address in place of a word.",
        'Send verb.display, such as {"en": "answered"}.',
    ),
)

# Every warning by its id, the weightiest first.
ADVICE: Final[Mapping[str, Advice]] = MappingProxyType({advice.id: advice for advice in _TABLE})
