"""An event as an xAPI statement, for a learning record store.

The actor is the student by key, never by name; the object is the signal, as answers to it name it
(docs/reference/vocabulary.md). The same event gives the same statement, to the letter.
"""

import uuid
from typing import Any, Final

from learnloom.schemas.event import Change, SignalEvent
from learnloom.schemas.signal import signal_iri
from learnloom.schemas.vocabulary import SIGNAL, SIGNAL_ENDED, SIGNAL_RAISED

_OURS: Final = "https://learnloom.example/xapi/"
STUDENTS: Final = f"{_OURS}students"
"""Home page of the accounts whose names are keys of students."""
EVENT: Final = f"{_OURS}extensions/event"
"""Extension of the context that holds the event as it is sent elsewhere."""
VERBS: Final = {
    Change.RAISED: (SIGNAL_RAISED, "had a signal raised"),
    Change.ENDED: (SIGNAL_ENDED, "had a signal end"),
}
"""Verb of each change, and its name."""


def statement_id(event_id: str) -> str:
    """Make the statement's id from the event's: a UUID of version 5."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_OURS}events/{event_id}"))


def statement_of(event: SignalEvent) -> dict[str, Any]:
    """Say an event as a statement of xAPI 1.0.3."""
    signal = event.data
    verb, name = VERBS[event.change]
    context: dict[str, Any] = {
        "platform": "learnloom",
        "extensions": {
            EVENT: event.model_dump(mode="json", exclude={"data"}) | {"audience": signal.audience}
        },
    }
    if signal.subject is not None:
        context["contextActivities"] = {"parent": [{"objectType": "Activity", "id": signal.subject}]}
    return {
        "id": statement_id(event.id),
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": STUDENTS, "name": event.subject},
        },
        "verb": {"id": verb, "display": {"en": name}},
        "object": {
            "objectType": "Activity",
            "id": signal_iri(signal),
            "definition": {
                "type": SIGNAL,
                "name": {"en": signal.kind.value},
                "description": {"en": signal.sentence},
            },
        },
        "context": context,
        "timestamp": event.time.isoformat(),
    }
