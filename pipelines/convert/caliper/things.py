"""What Caliper's entities are in our vocabulary: quizzes, questions, work, videos, texts, threads."""

import re
from typing import Any, Final

from learnloom.pipelines.convert.caliper.event import (
    COURSES,
    Entity,
    canvas_extensions,
    identifier_of,
    needed,
    part,
    type_of,
    whole,
)
from learnloom.pipelines.convert.canvas.ids import plain_urn
from learnloom.pipelines.convert.canvas.live_events import ASSETS, UNNAMED
from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.origin import Activity, Origin, activity
from learnloom.pipelines.convert.values import moment, rfc3339, text
from learnloom.schemas import vocabulary as xapi

TYPES: Final = {
    "Assessment": xapi.ASSESSMENT,
    "AssessmentItem": xapi.INTERACTION,
    "AssignableDigitalResource": xapi.ASSIGNMENT,
    "Chapter": xapi.READING,
    "CourseOffering": xapi.COURSE,
    "CourseSection": xapi.COURSE,
    "Document": xapi.READING,
    "Page": xapi.READING,
    "Reading": xapi.READING,
    "Thread": xapi.FORUM_TOPIC,
    "VideoObject": xapi.VIDEO,
    "WebPage": xapi.READING,
}
_PROBLEM: Final = re.compile(r"\+type@problem\+block@|^i4x:.*/problem/")
"""A question, by Open edX' usage keys."""


def thing(entity: Entity, origin: Origin, *, kind: str | None = None, what: str = "object") -> Activity:
    """Make an activity of an entity, with what it says of itself.

    Args:
        entity: whole, or its id alone.
        origin: where it comes from.
        kind: its type where it does not say: that which the kind of event goes with.
        what: its place in the event, for the message.

    Raises:
        ConvertError: it has no id.
    """
    said, canvas = whole(entity), canvas_extensions(entity)
    asset = str(canvas.get("asset_type"))
    identifier = needed(entity, what)
    # Open edX calls a problem an Assessment, which a whole quiz is elsewhere.
    said_kind = "AssessmentItem" if _PROBLEM.search(identifier) else type_of(entity) or kind or ""
    type_ = TYPES.get(said_kind) or ASSETS.get(asset)
    name = text(canvas.get("asset_name")) if asset in ASSETS and asset not in UNNAMED else None
    due = _due(said, origin) if type_ in {xapi.ASSIGNMENT, xapi.ASSESSMENT} else None
    return activity(
        plain_urn(origin.iri_of(identifier, "activities")),
        type_,
        name or (None if canvas else text(said.get("name"))),
        interactionType="other" if type_ == xapi.INTERACTION else None,
        extensions={xapi.DUE_AT: due} if due else None,
    )


def holder(entity: Entity, origin: Origin) -> Activity | None:
    """Make an activity of what an entity is part of; None where it does not say, and for the course, told elsewhere."""
    found = part(whole(entity), "isPartOf")
    return thing(found, origin) if identifier_of(found) and type_of(found) not in COURSES else None


def skills(entity: Entity, origin: Origin) -> tuple[Activity, ...]:
    """Make activities of the learning objectives that an entity names."""
    said = whole(entity)
    listed: Any = said.get("learningObjectives") or said.get("alignedLearningObjective")
    return tuple(
        activity(origin.iri_of(identifier, "objectives"), xapi.OBJECTIVE, text(whole(each).get("name")))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict | str) and (identifier := identifier_of(each))
    )


def _due(said: dict[str, Any], origin: Origin) -> str | None:
    """When it is to be handed in; what is no time is of no use, but no reason to refuse an event."""
    if not said.get("dateToSubmit"):
        return None
    try:
        return rfc3339(moment(said["dateToSubmit"], origin.zone, "dateToSubmit"))
    except ConvertError:
        return None
