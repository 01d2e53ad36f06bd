"""What was watched, read and written to others: Media, Navigation, View, Message, Thread."""

from typing import Final

from learnloom.pipelines.convert.caliper.event import (
    CaliperEvent,
    canvas_extensions,
    identifier_of,
    part,
    type_of,
    whole,
)
from learnloom.pipelines.convert.caliper.things import holder, thing
from learnloom.pipelines.convert.canvas.ids import PREFIX
from learnloom.pipelines.convert.canvas.live_events import ASSETS
from learnloom.pipelines.convert.origin import Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import seconds_of, text
from learnloom.pipelines.convert.viewing import Act, ViewingNote, result_of, session_of, verb_of
from learnloom.schemas import vocabulary as xapi

MEDIA_ACTS: Final[dict[str, Act]] = {
    "Started": "play",
    "Resumed": "play",
    "Restarted": "play",
    "Paused": "pause",
    "ForwardedTo": "seek",
    "JumpedTo": "seek",
    "Rewound": "seek",
    "Ended": "stop",
}
_COMPLETE: Final = 0.95
"""A video that ends here or later was watched to its end; before, it was left."""
_VIDEOS: Final = frozenset({"VideoObject", "MediaObject"})


def told_of(event: CaliperEvent, origin: Origin) -> ViewingNote:
    """Take from a MediaEvent what it says of the viewing.

    Raises:
        ConvertError: its time is none.
    """
    act = MEDIA_ACTS[event.action]
    video = whole(event.object)
    length = seconds_of(video.get("duration"))
    location = part(event.body, "target") or event.object
    position = seconds_of(whole(location).get("currentTime"))
    if act == "stop" and position is None:
        position = length
    # A location is where somebody jumped to, and from where nobody says; Open edX says both.
    target = seconds_of(whole(whole(location).get("extensions")).get("newTime"))
    before, after = (None, position) if act == "seek" and target is None else (position, target)
    return ViewingNote(act, event.at(origin), before, after, length if length and length > 0 else None)


def viewing_of(event: CaliperEvent) -> tuple[str, ...] | None:
    """Name the viewing that an event belongs to: student, session and video; None where somebody is unknown."""
    video, session = identifier_of(event.object), identifier_of(part(event.body, "session"))
    if event.person is None or video is None:
        return None
    return (event.person, session or "", video)


def media(event: CaliperEvent, student: str, origin: Origin, segments: str | None) -> list[Statement] | str:
    """Make a statement by the video profile."""
    if type_of(event.object) not in _VIDEOS:
        return "no video"
    told = told_of(event, origin)
    reached = told.position / told.length if told.position and told.length else 0
    shown = told._replace(act="complete") if told.act == "stop" and reached >= _COMPLETE else told
    viewing = viewing_of(event)
    about = thing(event.object, origin)
    return [
        statement(
            origin.student(student),
            verb_of(shown.act),
            activity(about["id"], xapi.VIDEO, text(whole(event.object).get("name"))),
            told.at,
            result=result_of(shown, segments),
            course=event.course(origin),
            parent=holder(event.object, origin),
            category=(activity(xapi.VIDEO_PROFILE),),
            extensions={
                xapi.VIDEO_SESSION: session_of(viewing) if viewing and viewing[1] else None,
                xapi.VIDEO_LENGTH: told.length,
            },
        )
    ]


def seen(event: CaliperEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make an `experienced` of a page, document, quiz, thread … that was opened."""
    asset = canvas_extensions(event.object).get("asset_type")
    if asset is not None and asset not in ASSETS:
        return "no material"
    return [
        statement(
            origin.student(student),
            xapi.EXPERIENCED,
            thing(event.object, origin, kind="Thread" if event.kind == "ThreadEvent" else None),
            event.at(origin),
            course=event.course(origin),
            parent=holder(event.object, origin),
        )
    ]


def posted(event: CaliperEvent, student: str, origin: Origin) -> list[Statement]:
    """Make a `responded` of a message that answers another, else a `commented`; what it says stays where it is.

    Canvas has the first message of a thread as the thread itself: every message in one answers it.
    """
    message = whole(event.object)
    thread = part(message, "isPartOf") or event.object
    is_answer = bool(message.get("replyTo")) or (identifier_of(event.object) or "").startswith(PREFIX)
    return [
        statement(
            origin.student(student),
            xapi.RESPONDED if is_answer else xapi.COMMENTED,
            activity(thing(thread, origin)["id"], xapi.FORUM_TOPIC, text(whole(thread).get("name"))),
            event.at(origin),
            course=event.course(origin),
        )
    ]


def thread_begun(event: CaliperEvent, student: str, origin: Origin) -> list[Statement]:
    """Make a `commented` of a thread that was begun; whether it asks something nobody says."""
    return [
        statement(
            origin.student(student),
            xapi.COMMENTED,
            thing(event.object, origin, kind="Thread"),
            event.at(origin),
            course=event.course(origin),
        )
    ]
