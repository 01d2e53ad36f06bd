"""Things told of people, to follow in tests."""

import datetime as dt
from collections.abc import Sequence

from learnloom.pipelines.people.events import MERGE, ROLE, SPLIT, UNDO, PersonChange, PersonEvent, Teller

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
TELLER = Teller(NOW, "head", "they said so", "test")


def merge(joining: str, staying: str) -> PersonChange:
    """Say that `joining` is the person of `staying`; identifiers stand for their own keys."""
    return PersonChange(MERGE, joining, f"text of {joining}", staying)


def split(key: str, person: str = "?") -> PersonChange:
    """Say that an identifier leaves its person."""
    return PersonChange(SPLIT, key, f"text of {key}", person)


def role(key: str, told: str) -> PersonChange:
    """Say what somebody is."""
    return PersonChange(ROLE, key, f"text of {key}", told)


def undo(number: int) -> PersonChange:
    """Take an event back."""
    return PersonChange(UNDO, undone_id=number)


def events(*told: PersonChange | Sequence[PersonChange]) -> list[PersonEvent]:
    """Number what is told from 1; a sequence is one event."""
    found = []
    for number, each in enumerate(told, start=1):
        changes = [each] if isinstance(each, PersonChange) else each
        for place, change in enumerate(changes):
            fields = {**TELLER._asdict(), **change._asdict()}
            found.append(PersonEvent(event_id=number, position=place, **fields))
    return found
