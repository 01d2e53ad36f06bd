"""Stretches of a video that were played, from where it was started, paused and left, as players report it.

No player of a learning platform says what was seen; it says where it stands when something happens. A stretch is known
where a start and what ended it are both told, and no more was played than time has passed.
"""

import uuid
from collections import OrderedDict
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from learnloom.schemas import vocabulary as xapi

Act = Literal["load", "play", "pause", "seek", "stop", "complete"]

_SESSIONS: Final = "https://learnloom.example/viewings/"
_MAX_VIEWINGS: Final = 20_000
"""Viewings held at a time; of more, the one touched longest ago is forgotten, and what it plays next is unknown."""
_MAX_STRETCHES: Final = 100
"""Stretches told by one statement; afterwards the list begins anew."""
_FASTEST: Final = 2.0
"""A second of clock plays two of a video at the most (the fastest of Open edX' player), and …"""
_SLACK_SECONDS: Final = 5.0
"""… clocks and buffers may differ by so much."""
_VERBS: Final[dict[Act, str]] = {
    "load": xapi.INITIALIZED,
    "play": xapi.VIDEO_PLAYED,
    "pause": xapi.VIDEO_PAUSED,
    "seek": xapi.VIDEO_SEEKED,
    "stop": xapi.TERMINATED,
    "complete": xapi.COMPLETED,
}


class ViewingNote(NamedTuple):
    """What one event says of a viewing."""

    act: Act
    at: datetime
    position: float | None
    """Where the player stands, in seconds of the video; before the jump, for `seek`."""
    target: float | None = None
    """Where it jumped to, for `seek`."""
    length: float | None = None
    """Length of the video in seconds."""


class _Viewing:
    """One student before one video in one session."""

    def __init__(self) -> None:
        self._began: tuple[float, datetime] | None = None
        self._stretches: list[str] = []

    def tell(self, told: ViewingNote) -> str | None:
        """Go on by one event; give all stretches so far where it ends one, None where none is known."""
        if told.act == "load":
            self._began = None
        elif told.act == "play":
            self._began = None if told.position is None else (told.position, told.at)
        elif told.act != "complete":  # which players tell while they go on, and without a place
            was_playing = self._began is not None
            self._end(told)
            if told.act == "seek" and was_playing and told.target is not None:
                self._began = (told.target, told.at)
        return "[,]".join(self._stretches) or None if can_tell_stretches(told.act) else None

    def _end(self, told: ViewingNote) -> None:
        began, self._began = self._began, None
        if began is None or told.position is None:
            return
        start, started_at = began
        elapsed = (told.at - started_at).total_seconds()
        if 0 < told.position - start <= _FASTEST * max(elapsed, 0) + _SLACK_SECONDS:
            if len(self._stretches) == _MAX_STRETCHES:
                self._stretches.clear()
            self._stretches.append(f"{_seconds(start)}[.]{_seconds(told.position)}")


class Viewings:
    """All viewings of a log, as its events come."""

    def __init__(self, max_viewings: int = _MAX_VIEWINGS) -> None:
        """Begin with none."""
        self._max_viewings = max_viewings
        self._viewings: OrderedDict[tuple[str, ...], _Viewing] = OrderedDict()

    def tell(self, viewing: tuple[str, ...], told: ViewingNote) -> str | None:
        """Take an event of a viewing (student, session, video); give `played-segments` so far, None where unknown."""
        known = self._viewings.pop(viewing, None) or _Viewing()
        self._viewings[viewing] = known
        if len(self._viewings) > self._max_viewings:
            self._viewings.popitem(last=False)
        return known.tell(told)


def can_tell_stretches(act: Act) -> bool:
    """Whether an act ends a stretch.

    What its statement tells depends on the file: of a log cut elsewhere it may be more, and takes the place of less.
    """
    return act in {"pause", "seek", "stop", "complete"}


def session_of(viewing: tuple[str, ...]) -> str:
    """Name a viewing by a UUID, as the profile wants it; the platform's own session stays out, which opens a log-in."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, _SESSIONS + "\x1f".join(viewing)))


def verb_of(act: Act) -> str:
    """The verb of the video profile for an act."""
    return _VERBS[act]


def result_of(told: ViewingNote, segments: str | None) -> dict[str, Any]:
    """Make the result by the video profile: time, what was played, whether it was completed."""
    if told.act == "seek":
        times = {xapi.VIDEO_TIME_FROM: told.position, xapi.VIDEO_TIME_TO: told.target}
    else:
        times = {xapi.VIDEO_TIME: told.position}
    extensions: dict[str, Any] = {
        key: round(value, 3) for key, value in times.items() if value is not None and value >= 0
    }
    if segments:
        extensions[xapi.VIDEO_SEGMENTS] = segments
    return {
        "extensions": extensions or None,
        "completion": True if told.act == "complete" else None,
    }


def _seconds(value: float) -> str:
    return f"{max(value, 0):.3f}".rstrip("0").rstrip(".")
