"""JSON of the parts that repeat in a stream: activities, and the places in which they stand.

They are encoded once per activity; a statement is then put together from finished text.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.schemas import vocabulary as xapi

CAMPUS: Final = "https://campus.example"
"""Root of every IRI that the simulated school mints."""
_NAMED_IN_CONTEXT: Final = frozenset({xapi.MODULE, xapi.OBJECTIVE})
VIDEO_CATEGORY: Final[dict[str, Any]] = {"id": xapi.VIDEO_PROFILE}
"""The category by which a statement says that it follows the video profile."""


class Activity(NamedTuple):
    """An activity as it is written into statements."""

    iri: str
    name: str
    kind: str
    """IRI of its type."""
    as_object: str
    """JSON of the activity as a statement's object, with its whole definition."""
    places: str
    """JSON of contextActivities in statements about it, with key and comma; empty where it stands nowhere."""


def dumps(value: Any) -> str:
    """Encode a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def school_iri(config: SimulationConfig) -> str:
    """The root of one simulated school: classes of different seeds share no activity."""
    return f"{CAMPUS}/{config.seed}"


def reference(activity: Activity) -> dict[str, Any]:
    """An activity as it stands in the context of another: its id and type.

    The name goes along only for what is hardly ever an object itself, or nobody would learn it.
    """
    definition: dict[str, Any] = {"type": activity.kind}
    if activity.kind in _NAMED_IN_CONTEXT:
        definition["name"] = {"en": activity.name}
    return {"id": activity.iri, "definition": definition}


def make_activity(
    iri: str,
    name: str,
    kind: str,
    *,
    definition: dict[str, Any] | None = None,
    extensions: dict[str, Any] | None = None,
    parent: Activity | None = None,
    grouping: Sequence[Activity] = (),
    category: Sequence[dict[str, Any]] = (),
) -> Activity:
    """Encode an activity.

    `definition` adds properties to name and type; `extensions` go into the definition; the rest says where it
    stands in contextActivities.
    """
    body: dict[str, Any] = {"name": {"en": name}, "type": kind, **(definition or {})}
    if extensions:
        body["extensions"] = extensions
    places: dict[str, Any] = {}
    if parent is not None:
        places["parent"] = [reference(parent)]
    if grouping:
        places["grouping"] = [reference(group) for group in grouping]
    if category:
        places["category"] = list(category)
    encoded = dumps({"id": iri, "definition": body})
    return Activity(iri, name, kind, encoded, f'"contextActivities":{dumps(places)},' if places else "")
