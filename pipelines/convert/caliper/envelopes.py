"""The format `caliper`: events of Caliper Analytics, in envelopes or alone, of any platform."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

import orjson

from learnloom.pipelines.convert.caliper import material, work
from learnloom.pipelines.convert.caliper.event import CaliperEvent, identifier_of, open_event, type_of
from learnloom.pipelines.convert.format import Converted, ConvertError, SourceRecord
from learnloom.pipelines.convert.origin import OneOrigin, Origin, Statement
from learnloom.pipelines.convert.text import json_records
from learnloom.pipelines.convert.viewing import Viewings, can_tell_stretches

_ByPerson = Callable[[CaliperEvent, str, Origin], list[Statement] | str]
_ByAnybody = Callable[[CaliperEvent, str | None, Origin], list[Statement] | str]

_BY_STUDENT: Final[dict[tuple[str, str], _ByPerson]] = {
    ("AssessmentItemEvent", "Completed"): work.item_completed,
    ("AssessmentItemEvent", "Submitted"): work.item_completed,
    ("AssessmentEvent", "Started"): work.assessment_started,
    ("AssessmentEvent", "Submitted"): work.handed_in,
    ("AssessmentEvent", "Completed"): work.handed_in,
    ("AssignableEvent", "Started"): work.assessment_started,
    ("AssignableEvent", "Submitted"): work.handed_in,
    ("AssignableEvent", "Completed"): work.handed_in,
    ("NavigationEvent", "NavigatedTo"): material.seen,
    ("ViewEvent", "Viewed"): material.seen,
    ("ThreadEvent", "MarkedAsRead"): material.seen,
    ("MessageEvent", "Posted"): material.posted,
    ("ThreadEvent", "Created"): material.thread_begun,
    ("Event", "Activated"): work.in_course,
    ("Event", "Deactivated"): work.in_course,
    ("Event", "Viewed"): work.in_course,
}
_BY_ANYBODY: Final[dict[tuple[str, str], _ByAnybody]] = {
    ("GradeEvent", "Graded"): work.graded,
    ("Event", "Created"): work.enrolled,
    ("Event", "Modified"): work.enrolled,
}
"""Events that somebody else causes: they name their student."""


KINDS: Final = frozenset([*_BY_STUDENT, *_BY_ANYBODY, *(("MediaEvent", act) for act in material.MEDIA_ACTS)])
"""Types and actions that carry a meaning."""


class Caliper(OneOrigin):
    """Caliper Analytics."""

    name: ClassVar[str] = "caliper"
    summary: ClassVar[str] = (
        "Caliper 1.1 and 1.2, as Canvas and Blackboard send it too: answers, quizzes, grades, videos, messages, pages."
    )

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield every event of every envelope; to one of a player goes along what was played so far in this file."""
        viewings = Viewings()
        for record in json_records(given, self._max_bytes):
            for each in [record] if record.error else _opened(record):
                yield (
                    each._replace(content=self._played(each.raw, viewings))
                    if b"MediaEvent" in each.raw
                    else each
                )

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one event.

        Raises:
            ConvertError: it is no event, or says too little of what its kind means.
        """
        body = _parsed(record)
        event = open_event(body)
        key = identifier_of(body) if event.action else None
        key = key or hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
        if not event.action:
            return Converted([], f"entity {event.kind}", key, "it describes something, and tells of no act")
        made = self._made(event, record.content)
        kind = f"{event.kind} {event.action}"
        if isinstance(made, str):
            return Converted([], kind, key, made)
        act = material.MEDIA_ACTS.get(event.action) if event.kind == "MediaEvent" else None
        return Converted(made, kind, key, can_change=act is not None and can_tell_stretches(act))

    def _made(self, event: CaliperEvent, segments: str | None) -> list[Statement] | str:
        what = (event.kind, event.action)
        if what in _BY_ANYBODY:
            return _BY_ANYBODY[what](event, event.person, self._origin)
        if what not in KINDS:
            return "carries no meaning"
        if event.person is None:
            return "by a program, or by nobody who is named"
        if event.is_by_staff:
            return "by staff"
        if event.kind == "MediaEvent":
            return material.media(event, event.person, self._origin, segments)
        return _BY_STUDENT[what](event, event.person, self._origin)

    def _played(self, raw: bytes, viewings: Viewings) -> str | None:
        """Give what was played so far; None where the event is of no player, or `convert` will refuse it."""
        try:
            event = open_event(orjson.loads(raw))
            if event.kind != "MediaEvent" or (event.kind, event.action) not in KINDS:
                return None
            viewing = material.viewing_of(event)
            return viewings.tell(viewing, material.told_of(event, self._origin)) if viewing else None
        except (orjson.JSONDecodeError, AttributeError, ConvertError):
            return None


def _opened(record: SourceRecord) -> Iterator[SourceRecord]:
    """Yield what an envelope holds; what is none, or cannot be read, as it is."""
    try:
        envelope = orjson.loads(record.raw)
    except orjson.JSONDecodeError:
        envelope = None
    if not isinstance(envelope, dict) or "action" in envelope or not isinstance(envelope.get("data"), list):
        yield record
        return
    for number, event in enumerate(envelope["data"]):
        yield SourceRecord(orjson.dumps(event), f"{record.place}, data[{number}]")


def _parsed(record: SourceRecord) -> dict[str, Any]:
    try:
        body = orjson.loads(record.raw)
    except orjson.JSONDecodeError as error:
        raise ConvertError("convert-json", f"It is no JSON: {error}.") from None
    if not isinstance(body, dict) or type_of(body) is None:
        raise ConvertError(
            "convert-event",
            "It is JSON, but neither a Caliper event nor an entity: it has no type. Is it Caliper?",
        )
    return body
