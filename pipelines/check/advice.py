"""The table of warnings: what is valid but loses information about the student, why, and what to send instead.

The ids are a contract, like those of the rules: they appear in reports and tickets. A warning never refuses a
statement. The most costly warning comes first.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class About(StrEnum):
    """The statements to which a warning can apply: its count is shown as a share of these."""

    STATEMENT = "statements"
    ACTIVITY = "statements about an activity"
    IN_COURSE = "statements of work in a course"
    ANSWER = "answers"
    SCORED = "scored statements"
    VIEWING = "statements that start or end a video"
    PLAYED = "statements that pause or end a video"
    SUBMISSION = "submissions"


class Advice(NamedTuple):
    """One warning of the table."""

    id: str
    """Stable name, in kebab-case; never the id of a rule."""
    about: About
    title: str
    """What was found: a phrase that starts in lower case and ends without a full stop."""
    unknown: str
    """What stays unknown about the student: a sentence."""
    fix: str
    """What to send: an imperative sentence."""


_TABLE: Final = (
    Advice(
        "timestamp-missing",
        About.STATEMENT,
        "no timestamp",
        "The time of the event is unknown, so the time of arrival is used: a batch that is sent at night looks like"
        " one busy night, and sessions, pace, rhythm and the order of answers are wrong.",
        "Send timestamp, the time of the event in UTC, such as 2026-09-07T10:00:00Z.",
    ),
    Advice(
        "timestamp-implausible",
        About.STATEMENT,
        "a timestamp in the future or before 2000",
        "The device's clock is wrong: the event falls outside of every week that is analysed.",
        "Correct the time with the server's clock before sending, and keep the device's own time in an extension.",
    ),
    Advice(
        "timestamp-without-zone",
        About.STATEMENT,
        "a timestamp without a time zone",
        "It is read as UTC: the hour of the day is wrong, and work near a deadline can look late.",
        "End it with Z or with an offset, such as 2026-09-07T12:00:00+02:00.",
    ),
    Advice(
        "id-missing",
        About.STATEMENT,
        "no id",
        "If it is sent again after an outage with small differences, it counts as a second event: answers and time"
        " are counted twice.",
        "Create a random UUID (version 4) when the event happens, and send the same UUID with every retry.",
    ),
    Advice(
        "repeated-without-time",
        About.STATEMENT,
        "neither id nor timestamp, and the same bytes as an earlier statement",
        "Whether it was sent twice or happened twice cannot be told. It counts once, so a second try with the same"
        " answer is lost.",
        "Send id and timestamp, or at least one of them.",
    ),
    Advice(
        "id-used-again",
        About.STATEMENT,
        "an id that another statement already has",
        "Only the first statement is kept. The others are refused at import, and their content is lost.",
        "Give every event its own id. To correct a statement, void it and send a new one.",
    ),
    Advice(
        "id-not-random",
        About.STATEMENT,
        "an id that is not a random UUID (version 4)",
        "Ids made from clocks, counters or names can collide: of two statements with one id, the second is lost.",
        "Create a version 4 UUID with a UUID library, once for each event.",
    ),
    Advice(
        "actor-group",
        About.STATEMENT,
        "the actor is a group",
        "Nobody knows which member of the group did it: the statement counts for no student.",
        "Send one statement for each student, with the group as context.team.",
    ),
    Advice(
        "actor-not-account",
        About.STATEMENT,
        "the actor is identified by an address (mbox, its hash, or openid) instead of an account",
        "If the address changes, or if another system sends the account, one student becomes two, each with half of"
        " the history.",
        "Send an account: homePage is the address of your system, and name is the user's id that never changes.",
    ),
    Advice(
        "account-is-address",
        About.STATEMENT,
        "the name of the account is an e-mail address",
        "Names and addresses change. Then one student becomes two, each with half of the history.",
        "Send the user's internal id, which never changes, as account.name.",
    ),
    Advice(
        "account-on-two-systems",
        About.STATEMENT,
        "the same account name on another homePage",
        "An account is the pair of homePage and name: these are two students, each with their own history.",
        "If it is one person, always send exactly the same homePage (http or https, slash at the end).",
    ),
    Advice(
        "outcome-missing",
        About.ANSWER,
        "an answer without success and score",
        "Nobody knows whether the answer was right: it is no evidence of knowledge, and mastery stays unknown.",
        "Send result.success, or result.score.scaled for partial marks.",
    ),
    Advice(
        "skill-missing",
        About.ANSWER,
        "an answer that names no skill",
        "The practised skill is unknown: there is no mastery, no strength and nothing to practise next, unless the"
        " school's own skill map names the skills of this question.",
        "Name the skill in context.contextActivities.category, with the type objective or competency.",
    ),
    Advice(
        "duration-missing",
        About.ANSWER,
        "an answer without duration",
        "Pace is unknown, and guessing cannot be distinguished from thinking.",
        "Send result.duration, the time from seeing the question to answering it, such as PT18.5S.",
    ),
    Advice(
        "response-missing",
        About.ANSWER,
        "an answer without response",
        "The given answer is unknown: a question that misleads many students is not found.",
        "Send result.response, in the format of the interactionType.",
    ),
    Advice(
        "score-without-scale",
        About.SCORED,
        "a raw score without min and max",
        "7 points out of how many? The score is unknown.",
        "Send scaled, from -1 to 1, or send min and max beside raw.",
    ),
    Advice(
        "score-disagrees",
        About.SCORED,
        "a scaled score that is another share than raw, min and max",
        "Of two different scores one is wrong. Where raw, min and max are there, (raw - min) / (max - min) counts;"
        " a system that reads scaled sees another score.",
        "Send as scaled the share (raw - min) / (max - min).",
    ),
    Advice(
        "course-missing",
        About.IN_COURSE,
        "no course",
        "The course is unknown: the statement is missing from everything that is reported by course.",
        "Name the course in context.contextActivities.grouping, with the type course.",
    ),
    Advice(
        "video-length-missing",
        About.VIEWING,
        "a video that starts or ends without its length",
        "Nobody knows how much of the video was watched.",
        "Send the extension https://w3id.org/xapi/video/extensions/length in the context, in seconds.",
    ),
    Advice(
        "video-segments-missing",
        About.PLAYED,
        "a video that ends or pauses without its played segments",
        "Nobody knows which parts were watched, and which were watched again.",
        "Send the extension https://w3id.org/xapi/video/extensions/played-segments in the result, such as 0[.]60.",
    ),
    Advice(
        "due-date-missing",
        About.SUBMISSION,
        "submitted work without its due date",
        "Nobody knows whether the work was started in good time or submitted late.",
        "Send the extension https://learnloom.example/xapi/extensions/due-at in the definition of the assignment.",
    ),
    Advice(
        "dots-escaped",
        About.STATEMENT,
        "the name of an extension with &46; in the place of dots",
        "The extension is not recognised: what it says is lost. This is how the database of Learning Locker writes"
        " dots in names.",
        "Export statements through the LRS's interface, or write dots again: sed 's/&46;/./g'.",
    ),
    Advice(
        "verb-unknown",
        About.STATEMENT,
        "a verb outside the vocabulary",
        "It shows that the student was working, and nothing more.",
        "Use the verb of the vocabulary with the same meaning; keep your own verb if there is none.",
    ),
    Advice(
        "type-missing",
        About.ACTIVITY,
        "an activity without a type",
        "Its kind (video, text, quiz, assignment) is unknown: it is missing from what a student likes and does.",
        "Send object.definition.type.",
    ),
    Advice(
        "type-unknown",
        About.ACTIVITY,
        "an activity type outside the vocabulary",
        "Its kind stays unknown, as if the type were missing.",
        "Use the type of the vocabulary with the same meaning; keep your own type if there is none.",
    ),
    Advice(
        "name-missing",
        About.ACTIVITY,
        "an activity without a name",
        "Teachers and students see an IRI instead of a title.",
        "Send object.definition.name as a language map.",
    ),
    Advice(
        "registration-missing",
        About.IN_COURSE,
        "no registration",
        "If a student takes a course or a quiz twice, the two attempts cannot be distinguished.",
        "Send context.registration, one UUID for each time that a student takes it.",
    ),
    Advice(
        "verb-display-missing",
        About.STATEMENT,
        "a verb without display",
        "It loses nothing about the student, but people who read statements see an IRI instead of a word.",
        'Send verb.display, such as {"en": "answered"}.',
    ),
)

# Every warning by its id, the weightiest first.
ADVICE: Final[Mapping[str, Advice]] = MappingProxyType({advice.id: advice for advice in _TABLE})
