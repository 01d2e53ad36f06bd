"""One attempt: whose, at what, when, and the elements of SCORM's data model in it, under their full names."""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, NamedTuple

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.values import moment, seconds_of, text

_TIMESPAN: Final = re.compile(r"(\d{1,4}):(\d{2}):(\d{2}(?:\.\d+)?)")
"""CMITimespan of 1.2: HHHH:MM:SS.SS; CMITime has two digits of hours."""
_INTERACTION: Final = re.compile(r"cmi\.interactions[._](\d+)\.(.+)")
_DAY: Final = timedelta(days=1)
_AHEAD: Final = timedelta(hours=3)
"""So far a learner's clock may be ahead of the server's: seconds by itself, hours by its zone."""
_MAX_DEPTH: Final = 8
"""The data model nests no deeper (cmi.interactions.n.correct_responses.n.pattern)."""


class Attempt(NamedTuple):
    """What an LMS says of an attempt."""

    said: dict[str, Any]
    """What it says beside the data model: student or email, activity, name, course, attempt, at."""
    cmi: dict[str, str]
    """Elements of the data model with their values as text."""

    @property
    def is_1_2(self) -> bool:
        """Whether it is of SCORM 1.2, which alone has `cmi.core` and `student_response`."""
        return any(
            element.startswith("cmi.core.") or element.endswith(".student_response") for element in self.cmi
        )

    @property
    def account(self) -> str | None:
        """Whose attempt: as the LMS says, else as the content was told."""
        return (
            text(self.said.get("student"))
            or self.cmi.get("cmi.core.student_id")
            or self.cmi.get("cmi.learner_id")
        )

    @property
    def student(self) -> str | None:
        """The account, else the e-mail address."""
        return self.account or text(self.said.get("email"))

    @property
    def number(self) -> str:
        """Which attempt of this student's at this activity."""
        return text(self.said.get("attempt")) or "1"

    @property
    def interactions(self) -> dict[int, dict[str, str]]:
        """Each answer by its number: its elements by their names within it."""
        found: dict[int, dict[str, str]] = {}
        for element, value in self.cmi.items():
            if match := _INTERACTION.fullmatch(element):
                found.setdefault(int(match[1]), {})[match[2]] = value
        return dict(sorted(found.items()))

    def last_at(self, zone: tzinfo) -> datetime:
        """When it was last written to.

        Raises:
            ConvertError: it does not say when.
        """
        at = text(self.said.get("at")) or self.cmi.get("x.start.time")
        if at is None:
            raise ConvertError(
                "convert-time",
                "The attempt does not say when it was: give `at` beside cmi, or name its column by --map.",
                path="/at",
            )
        return moment(at, zone, "at")

    def answered_at(self, interaction: dict[str, str], zone: tzinfo) -> datetime:
        """When an answer was given: by its own timestamp (2004), by its time of day (1.2), else with the attempt.

        A time of day is by the learner's clock (CMITime), the attempt's end by the server's, and often to the minute:
        what lies a little after the end belongs to the end, and only what lies far after it to the day before.
        """
        if stamp := interaction.get("timestamp"):
            return moment(stamp, zone, "cmi.interactions.n.timestamp")
        last = self.last_at(zone)
        clock = timespan(interaction.get("time"))
        if clock is None:
            return last
        midnight = last.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + timedelta(seconds=clock)
        if at - last > _AHEAD:
            at -= _DAY
        elif at - last <= _AHEAD - _DAY:
            at += _DAY
        return min(at, last)


def timespan(value: str | None) -> float | None:
    """Read the seconds of a duration of 1.2 (HHHH:MM:SS.SS) or 2004 (ISO 8601); None where it is neither."""
    if value is None:
        return None
    if found := _TIMESPAN.fullmatch(value):
        return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    return seconds_of(value) if value.startswith("P") else None


def open_attempt(given: dict[str, Any]) -> Attempt:
    """Take an attempt apart: the data model nested below `cmi`, or flat with full names, beside what the LMS says."""
    cmi: dict[str, str] = {}
    said: dict[str, Any] = {}
    for key, value in given.items():
        if key == "cmi" or key.startswith(("cmi.", "x.")):
            _flatten(key, value, cmi, 0)
        elif key == "tracks" and isinstance(value, dict):
            for element, track in value.items():
                _flatten(element, track, cmi, 0)
        else:
            said[key] = value
    return Attempt(said, cmi)


def _flatten(element: str, value: Any, cmi: dict[str, str], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            _flatten(f"{element}.{name}", inner, cmi, depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _flatten(f"{element}.{number}", inner, cmi, depth + 1)
    elif value is not None and value != "":
        cmi[element] = str(value).lower() if isinstance(value, bool) else str(value)
