"""IRIs of courses, blocks and threads.

They are those of Open edX' own xAPI (event-routing-backends): a log and live statements speak of the same activities.
"""

import re
from typing import Final
from urllib.parse import unquote

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.openedx.event import TrackingEvent
from learnloom.pipelines.convert.origin import Activity, Origin, activity
from learnloom.pipelines.convert.values import text

_SUBSECTION: Final = re.compile(r"(?:ccx-)?block-v1:[^/?#&\s]+?\+type@sequential\+block@[\w.-]+")
_COURSEWARE: Final = re.compile(r"/courses/[^/?#]+/courseware/[^/?#]+/([\w.-]+)")


def course_of(event: TrackingEvent, origin: Origin) -> str | None:
    """The course of an event, else the one that a person named for all of them."""
    return origin.iri("course", event.course_id) if event.course_id else origin.course


def block(usage_key: str, origin: Origin) -> str:
    """Name a block (problem, video, subsection) by its usage key."""
    return origin.iri("xblock", usage_key)


def thread(identifier: str, origin: Origin) -> str:
    """Name a thread of the forum."""
    return origin.iri("api", "discussion", "v1", "threads", identifier)


def needed(event: TrackingEvent, field: str) -> str:
    """Give a field of the event that its kind cannot do without.

    Raises:
        ConvertError: it is absent.
    """
    if (found := text(event.data.get(field))) is None:
        raise ConvertError(
            "convert-item",
            f"{event.name} has no {field}, so it is unknown what it is about: export the log with whole events.",
            path=f"/event/{field}",
        )
    return found


def usage_key_in(course_id: str, kind: str, name: str) -> str:
    """Name a block that an event gives by its last part only, within its course."""
    if ":" in name or name.startswith("i4x-"):
        return name
    for course_prefix, block_prefix in (("course-v1:", "block-v1:"), ("ccx-v1:", "ccx-block-v1:")):
        if course_id.startswith(course_prefix):
            return f"{block_prefix}{course_id.removeprefix(course_prefix)}+type@{kind}+block@{name}"
    organisation, course, *_ = [*course_id.split("/"), "", ""]
    return f"i4x://{organisation}/{course}/{kind}/{name}"


def subsection_of(event: TrackingEvent, origin: Origin) -> Activity | None:
    """The subsection on whose page it happened: the quiz or lesson of a problem; None where the page does not tell."""
    page = unquote(event.page)
    if found := _SUBSECTION.search(page):
        return activity(block(found[0], origin))
    if event.course_id and (found := _COURSEWARE.search(page)):
        return activity(block(usage_key_in(event.course_id, "sequential", found[1]), origin))
    return None
