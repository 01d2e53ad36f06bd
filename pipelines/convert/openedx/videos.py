"""Videos: loaded, played, paused, jumped in, stopped, completed; with the stretches that were played, where known."""

from typing import Final

from learnloom.pipelines.convert.openedx import places
from learnloom.pipelines.convert.openedx.event import TrackingEvent
from learnloom.pipelines.convert.origin import Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import number, text
from learnloom.pipelines.convert.viewing import Act, ViewingNote, result_of, session_of, verb_of
from learnloom.schemas import vocabulary as xapi

ACTS: Final[dict[str, Act]] = {
    "load_video": "load",
    "edx.video.loaded": "load",
    "play_video": "play",
    "edx.video.played": "play",
    "pause_video": "pause",
    "edx.video.paused": "pause",
    "seek_video": "seek",
    "edx.video.position.changed": "seek",
    "stop_video": "stop",
    "edx.video.stopped": "stop",
    "complete_video": "complete",
    "edx.video.completed": "complete",
}
"""Events of players, by their names in browsers and in the mobile app."""


def told_of(event: TrackingEvent) -> ViewingNote:
    """Take from an event of a player what it says of the viewing.

    Raises:
        ConvertError: its time is none.
    """
    data = event.data
    act = ACTS[event.name]
    places_told = (
        ("old_time", "currentTime", "current_time") if act == "seek" else ("currentTime", "current_time")
    )
    length = number(data.get("duration"))
    return ViewingNote(
        act,
        event.moment,
        next((at for field in places_told if (at := number(data.get(field))) is not None), None),
        number(data.get("new_time")),
        length if length and length > 0 else None,
    )


def viewing_of(event: TrackingEvent) -> tuple[str, ...] | None:
    """Name the viewing that an event belongs to: student, session, course and video; None where somebody is unknown."""
    video = text(event.data.get("id")) or text(event.data.get("module_id"))
    if event.user is None or video is None:
        return None
    session = text(event.context.get("session"))
    return (event.user, session or "", event.course_id or "", video)


def video(event: TrackingEvent, student: str, origin: Origin, segments: str | None) -> list[Statement]:
    """Make a statement by the video profile."""
    told = told_of(event)
    name = text(event.data.get("id")) or places.needed(event, "module_id")
    key = places.usage_key_in(event.course_id or "", "video", name)
    viewing = viewing_of(event)
    return [
        statement(
            origin.student(student),
            verb_of(told.act),
            activity(places.block(key, origin), xapi.VIDEO),
            told.at,
            result=result_of(told, segments),
            course=places.course_of(event, origin),
            parent=places.subsection_of(event, origin),
            category=(activity(xapi.VIDEO_PROFILE),),
            extensions={
                xapi.VIDEO_SESSION: session_of(viewing) if viewing and viewing[1] else None,
                xapi.VIDEO_LENGTH: told.length,
            },
        )
    ]
