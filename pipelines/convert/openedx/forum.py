"""The forum: threads begun, answered and read. What was written stays where it is."""

from typing import Any, Final

from learnloom.pipelines.convert.openedx import places
from learnloom.pipelines.convert.openedx.event import TrackingEvent
from learnloom.pipelines.convert.origin import Origin, Statement, activity, statement
from learnloom.pipelines.convert.values import text
from learnloom.schemas import vocabulary as xapi

_IN_THREAD: Final = {
    "edx.forum.response.created": xapi.RESPONDED,
    "edx.forum.comment.created": xapi.COMMENTED,
}


def contribution(event: TrackingEvent, student: str, origin: Origin) -> list[Statement] | str:
    """Make what a student does in the forum a statement about the thread."""
    if event.is_by_staff:
        return "by staff"
    if event.name in _IN_THREAD:
        discussion: Any = event.data.get("discussion")
        event = event._replace(
            data={**event.data, **(discussion if isinstance(discussion, dict) else {"id": None})}
        )
        verb = _IN_THREAD[event.name]
    elif event.name == "edx.forum.thread.viewed":
        verb = xapi.EXPERIENCED
    else:
        verb = xapi.ASKED if event.data.get("thread_type") == "question" else xapi.COMMENTED
    return [
        statement(
            origin.student(student),
            verb,
            activity(
                places.thread(places.needed(event, "id"), origin),
                xapi.FORUM_TOPIC,
                text(event.data.get("title")),
            ),
            event.moment,
            course=places.course_of(event, origin),
        )
    ]
