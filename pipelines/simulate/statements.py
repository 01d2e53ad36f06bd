"""Parts of statements as finished text: a dictionary is never encoded on the hot path.

Parts that repeat (verbs, activities and the places in which they stand) are encoded once; a statement is then put
together from finished text.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS, SimulationConfig
from learnloom.schemas import vocabulary as xapi


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, tz=UTC).strftime("%Y-%m-%d")


def rfc3339(at_ms: int) -> str:
    """Milliseconds since 1970 as an RFC 3339 timestamp in UTC, with milliseconds and Z."""
    day, rest = divmod(at_ms, DAY_MS)
    hours, rest = divmod(rest, HOUR_MS)
    minutes, rest = divmod(rest, 60_000)
    return f"{_date(day)}T{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}Z"


def iso_date(at_ms: int) -> str:
    """The UTC day of an instant, YYYY-MM-DD."""
    return _date(at_ms // DAY_MS)


# Root of every IRI that the simulated school mints.
CAMPUS: Final = "https://campus.example"
_NAMED_IN_CONTEXT: Final = frozenset({xapi.MODULE, xapi.OBJECTIVE})
# The category by which a statement says that it follows the video profile.
VIDEO_CATEGORY: Final[dict[str, Any]] = {"id": xapi.VIDEO_PROFILE}


class SimulatedActivity(NamedTuple):
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


def reference(activity: SimulatedActivity) -> dict[str, Any]:
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
    parent: SimulatedActivity | None = None,
    grouping: Sequence[SimulatedActivity] = (),
    category: Sequence[dict[str, Any]] = (),
) -> SimulatedActivity:
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
    return SimulatedActivity(
        iri, name, kind, encoded, f'"contextActivities":{dumps(places)},' if places else ""
    )


def _verb(iri: str, display: str) -> str:
    return dumps({"id": iri, "display": {"en": display}})


REGISTERED: Final = _verb(xapi.REGISTERED, "registered")
UNREGISTERED: Final = _verb(xapi.UNREGISTERED, "unregistered")
INITIALIZED: Final = _verb(xapi.INITIALIZED, "initialized")
EXPERIENCED: Final = _verb(xapi.EXPERIENCED, "experienced")
ANSWERED: Final = _verb(xapi.ANSWERED, "answered")
COMPLETED: Final = _verb(xapi.COMPLETED, "completed")
PASSED: Final = _verb(xapi.PASSED, "passed")
FAILED: Final = _verb(xapi.FAILED, "failed")
SCORED: Final = _verb(xapi.SCORED, "scored")
TERMINATED: Final = _verb(xapi.TERMINATED, "terminated")
SUBMITTED: Final = _verb(xapi.SUBMITTED, "submitted")
COMMENTED: Final = _verb(xapi.COMMENTED, "commented")
RESPONDED: Final = _verb(xapi.RESPONDED, "responded")
ASKED: Final = _verb(xapi.ASKED, "asked")
REVIEWED: Final = _verb(xapi.REVIEWED, "reviewed")
PLAYED: Final = _verb(xapi.VIDEO_PLAYED, "played")
PAUSED: Final = _verb(xapi.VIDEO_PAUSED, "paused")
SEEKED: Final = _verb(xapi.VIDEO_SEEKED, "seeked")
REQUESTED_HINT: Final = _verb(xapi.REQUESTED_HINT, "requested hint")
SET_GOAL: Final = _verb(xapi.SET_GOAL, "set goal")
DROPPED_GOAL: Final = _verb(xapi.DROPPED_GOAL, "dropped goal")
CHOSE: Final = _verb(xapi.CHOSE, "chose")
PREFERRED: Final = _verb(xapi.PREFERRED, "preferred")
STATED_KNOWN: Final = _verb(xapi.STATED_KNOWN, "stated known")
VOIDED: Final = _verb(xapi.VOIDED, "voided")

TEACHER: Final = dumps(
    {
        "objectType": "Agent",
        "name": "Ada Lindgren",
        "account": {"homePage": "https://staff.campus.example", "name": "ada.lindgren"},
    }
)
INSTRUCTOR: Final = f'"instructor":{TEACHER},'


def score(scaled: float, *, points: int, extra: str = "") -> str:
    """JSON of a result with a score out of `points`; `extra` are further properties, a comma after each."""
    raw = round(scaled * points, 2)
    body = f'"score":{{"scaled":{scaled:.4f},"raw":{raw:g},"min":0,"max":{points}}}'
    return f'"result":{{{extra}{body}}},'


def duration(elapsed_ms: float) -> str:
    """JSON of a result that is nothing but a duration (ISO 8601, seconds)."""
    return f'"result":{{"duration":"PT{elapsed_ms / 1000:.2f}S"}},'


def response(text: str) -> str:
    """JSON of a result that is nothing but a text."""
    return f'"result":{{"response":{dumps(text)}}},'
