"""The verbs, activity types and extensions to which learnloom gives a meaning.

Everything else is kept and counted as activity, but says nothing of its own. IRIs of published vocabularies
are used where there is one (ADL, the xAPI video profile, Activity Streams, the Tin Can registry); ours stand
under `learnloom.example` and are documented in docs/reference/vocabulary.md.
"""

from typing import Final

_ADL: Final = "http://adlnet.gov/expapi/verbs/"
_ADL_TYPE: Final = "http://adlnet.gov/expapi/activities/"
_VIDEO: Final = "https://w3id.org/xapi/video/"
_TIN_CAN: Final = "http://id.tincanapi.com/"
_STREAMS: Final = "http://activitystrea.ms/schema/1.0/"
_OURS: Final = "https://learnloom.example/xapi/"

# Verbs ------------------------------------------------------------------------------------------------------
VOIDED: Final = _ADL + "voided"
REGISTERED: Final = _ADL + "registered"
UNREGISTERED: Final = _TIN_CAN + "verb/unregistered"
INITIALIZED: Final = _ADL + "initialized"
EXPERIENCED: Final = _ADL + "experienced"
ANSWERED: Final = _ADL + "answered"
ATTEMPTED: Final = _ADL + "attempted"
COMPLETED: Final = _ADL + "completed"
PASSED: Final = _ADL + "passed"
FAILED: Final = _ADL + "failed"
SCORED: Final = _ADL + "scored"
TERMINATED: Final = _ADL + "terminated"
INTERACTED: Final = _ADL + "interacted"
"""The student did something that says no more than that they were at work."""
SUBMITTED: Final = _STREAMS + "submit"
COMMENTED: Final = _ADL + "commented"
RESPONDED: Final = _ADL + "responded"
ASKED: Final = _ADL + "asked"
SHARED: Final = _ADL + "shared"
REVIEWED: Final = _TIN_CAN + "verb/reviewed"
VIDEO_PLAYED: Final = _VIDEO + "verbs/played"
VIDEO_PAUSED: Final = _VIDEO + "verbs/paused"
VIDEO_SEEKED: Final = _VIDEO + "verbs/seeked"

REQUESTED_HINT: Final = _OURS + "verbs/requested-hint"
"""The student asked for a hint on the question that is the object."""
SET_GOAL: Final = _OURS + "verbs/set-goal"
"""The student declared a goal: object = the skill or course aimed at; result.score.scaled = level wished
(default 0.95), extension TARGET_DATE = by when."""
DROPPED_GOAL: Final = _OURS + "verbs/dropped-goal"
"""The student withdrew the goal on the object."""
CHOSE: Final = _OURS + "verbs/chose"
"""The student picked one of the offered choices: object = the skill or activity picked; extension SIGNAL_ID
names the signal that offered it, where there was one; result.success false declines it for now."""
PREFERRED: Final = _OURS + "verbs/preferred"
"""The student declared a preference: object = a topic (any activity) or an activity type's IRI;
result.success false takes it back."""
STATED_KNOWN: Final = _OURS + "verbs/stated-known"
"""The student (or a teacher of them: STATED_BY) says "I know this" of the skill that is the object; success false:
"I don't"."""
ASSIGNED: Final = _OURS + "verbs/assigned"
"""A teacher set practice: object = the skill; the actor is the student, context.instructor the teacher, STATED_BY says
"teacher"; result.success false takes it back."""
CONTACTED: Final = _OURS + "verbs/contacted"
"""A teacher has talked to the student, who is the actor; object = the course. What was said is not told."""
ASKED_TO_TALK: Final = _OURS + "verbs/asked-to-talk"
"""The student wishes to talk to a teacher; object = the course or the skill; success false takes it back."""
SIGNAL_RAISED: Final = _OURS + "verbs/had-signal-raised"
SIGNAL_ENDED: Final = _OURS + "verbs/had-signal-ended"
"""What a learning record store is told of a signal (docs/how-to/deliver.md); no act of the student's."""
ACKNOWLEDGED_SIGNAL: Final = _OURS + "verbs/acknowledged-signal"
"""Whoever a signal spoke to has taken note of it: object = the signal (see SIGNAL). The actor is the student."""
DISMISSED_SIGNAL: Final = _OURS + "verbs/dismissed-signal"
"""It was put aside: neither it nor its like is said again for a while."""
FOLLOWED_SIGNAL: Final = _OURS + "verbs/followed-signal"
"""It was followed; result.success tells how it went, where that is known."""

# Activity types ---------------------------------------------------------------------------------------------
COURSE: Final = _ADL_TYPE + "course"
MODULE: Final = _ADL_TYPE + "module"
LESSON: Final = _ADL_TYPE + "lesson"
ASSESSMENT: Final = _ADL_TYPE + "assessment"
INTERACTION: Final = _ADL_TYPE + "cmi.interaction"
QUESTION: Final = _ADL_TYPE + "question"
OBJECTIVE: Final = _ADL_TYPE + "objective"
"""A skill, wherever it stands in contextActivities."""
COMPETENCY: Final = "https://w3id.org/xapi/tla/activity-types/competency"
"""A skill as well, by the Total Learning Architecture's name."""
VIDEO: Final = _VIDEO + "activity-type/video"
READING: Final = _STREAMS + "article"
ASSIGNMENT: Final = _TIN_CAN + "activitytype/school-assignment"
FORUM_TOPIC: Final = _TIN_CAN + "activitytype/forum-topic"

SIGNAL: Final = _OURS + "activity-types/signal"
"""A signal of ours, as the object of an answer to it; its id is `learnloom.schemas.signal.signal_iri`, and what it is
about is its parent."""

CATEGORY: Final = _TIN_CAN + "activitytype/category"
"""A topic, as the object of a declared preference."""

# Extensions -------------------------------------------------------------------------------------------------
VIDEO_SESSION: Final = _VIDEO + "extensions/session-id"
VIDEO_LENGTH: Final = _VIDEO + "extensions/length"
VIDEO_TIME: Final = _VIDEO + "extensions/time"
VIDEO_TIME_FROM: Final = _VIDEO + "extensions/time-from"
VIDEO_TIME_TO: Final = _VIDEO + "extensions/time-to"
VIDEO_PROGRESS: Final = _VIDEO + "extensions/progress"
VIDEO_SEGMENTS: Final = _VIDEO + "extensions/played-segments"
VIDEO_PROFILE: Final = "https://w3id.org/xapi/video"
"""In contextActivities.category of every statement that follows the video profile."""
VIDEO_THRESHOLD: Final = _VIDEO + "extensions/completion-threshold"
"""In a context: share of the video that has to be played for it to count as completed."""
TOPIC: Final = _TIN_CAN + "extension/topic"
"""In an activity definition: what the activity is about, a plain word."""
DUE_AT: Final = _OURS + "extensions/due-at"
"""In an activity definition: when the work is due, an ISO 8601 timestamp."""
IS_OPTIONAL: Final = _OURS + "extensions/is-optional"
"""In an activity definition: true where the student need not do it; what students do of their own choice says
what interests them."""
TARGET_DATE: Final = _OURS + "extensions/target-date"
"""In a context: the day by which a goal is to be reached, YYYY-MM-DD."""
STATED_BY: Final = _OURS + "extensions/stated-by"
"""In a context, with STATED_KNOWN: "teacher" where a teacher says it of the student, who is the actor all the same;
else the student does."""
RESPONSE_LENGTH: Final = _OURS + "extensions/response-length"
"""In a result: characters of a response that was left out because a person may be known by it."""
SIGNAL_ID: Final = _OURS + "extensions/signal-id"
"""In a context: the signal to which the student reacts."""
DEVICE: Final = _OURS + "extensions/device"
"""In a context: phone, tablet, laptop …"""

# The words by what they are -----------------------------------------------------------------------------------
VERBS: Final = frozenset(
    {
        VOIDED,
        REGISTERED,
        UNREGISTERED,
        INITIALIZED,
        EXPERIENCED,
        ANSWERED,
        ATTEMPTED,
        COMPLETED,
        PASSED,
        FAILED,
        SCORED,
        TERMINATED,
        INTERACTED,
        SUBMITTED,
        COMMENTED,
        RESPONDED,
        ASKED,
        SHARED,
        REVIEWED,
        VIDEO_PLAYED,
        VIDEO_PAUSED,
        VIDEO_SEEKED,
        REQUESTED_HINT,
        SET_GOAL,
        DROPPED_GOAL,
        CHOSE,
        PREFERRED,
        STATED_KNOWN,
        ASSIGNED,
        CONTACTED,
        ASKED_TO_TALK,
        SIGNAL_RAISED,
        SIGNAL_ENDED,
        ACKNOWLEDGED_SIGNAL,
        DISMISSED_SIGNAL,
        FOLLOWED_SIGNAL,
    }
)
ACTIVITY_TYPES: Final = frozenset(
    {
        COURSE,
        MODULE,
        LESSON,
        ASSESSMENT,
        INTERACTION,
        QUESTION,
        OBJECTIVE,
        COMPETENCY,
        VIDEO,
        READING,
        ASSIGNMENT,
        FORUM_TOPIC,
        SIGNAL,
        CATEGORY,
    }
)
EXTENSIONS: Final = frozenset(
    {
        VIDEO_SESSION,
        VIDEO_LENGTH,
        VIDEO_TIME,
        VIDEO_TIME_FROM,
        VIDEO_TIME_TO,
        VIDEO_PROGRESS,
        VIDEO_SEGMENTS,
        VIDEO_THRESHOLD,
        TOPIC,
        DUE_AT,
        IS_OPTIONAL,
        TARGET_DATE,
        STATED_BY,
        RESPONSE_LENGTH,
        SIGNAL_ID,
        DEVICE,
    }
)
