"""Parts of statements as finished text: a dictionary is never encoded on the hot path."""

from typing import Final

from learnloom.pipelines.simulate.fragments import dumps
from learnloom.schemas import vocabulary as xapi


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
