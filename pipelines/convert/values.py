"""Values of other formats as xAPI has them: numbers, scores, durations, moments, parts of an IRI."""

import math
import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from learnloom.pipelines.convert.format import ConvertError

_PART: Final = r"(?:(?P<{}>\d+(?:[.,]\d+)?){})?"
_DURATION: Final = re.compile(
    "P"
    + "".join(
        _PART.format(*unit) for unit in (("years", "Y"), ("months", "M"), ("weeks", "W"), ("days", "D"))
    )
    + "(?:T"
    + "".join(_PART.format(*unit) for unit in (("hours", "H"), ("minutes", "M"), ("seconds", "S")))
    + ")?"
)
_SECONDS: Final = {
    "years": 31_556_952,
    "months": 2_629_746,
    "weeks": 604_800,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}
"""Years and months are the mean ones of sql/macros/duration_seconds.sql."""
_SECONDS_FROM: Final = 1e8
"""A count of so much since 1970 is one of seconds (1973); less is a date without its hyphens, or no time at all."""
_MILLISECONDS_FROM: Final = 1e11
"""A count of so much is one of milliseconds: as seconds it would lie in the year 5138."""
_MOST_SECONDS: Final = 1e10
_KNOWN_PARTS: Final = 65_536
_KEPT_IN_IRI: Final = "/:@+!$&'()*,;=~-._"


def number(value: Any) -> float | None:
    """Read a finite number, of JSON or written as text; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def text(value: Any) -> str | None:
    """Read an identifier or a word: text that is not blank, or a whole number; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def score(raw: float, most: float | None, least: float = 0) -> dict[str, float] | None:
    """Make a score (xAPI-Data 2.4.5.1) of points and their bounds; None where there was nothing to be had.

    Points beyond the bounds (extra credit, negative marking) count as all or nothing; the bounds are left out then,
    since xAPI lets no raw score lie outside them.
    """
    if most is None or most <= least:
        return None
    share = (raw - least) / (most - least)
    if 0 <= share <= 1:
        return {"scaled": round(share, 6), "raw": raw, "min": least, "max": most}
    return {"scaled": float(share > 1), "raw": raw}


def duration(seconds: float | None) -> str | None:
    """Write seconds as an ISO 8601 duration, to the hundredth; None where they are unknown, negative or endless."""
    if seconds is None or not 0 <= seconds < _MOST_SECONDS:
        return None
    return f"PT{seconds:.2f}".rstrip("0").rstrip(".") + "S"


def seconds_of(value: Any) -> float | None:
    """Read an ISO 8601 duration or a number of seconds; None where it is neither."""
    if (plain := number(value)) is not None:
        return plain
    if not isinstance(value, str) or value in {"", "P", "PT"} or not (found := _DURATION.fullmatch(value)):
        return None
    return sum(
        float(part.replace(",", ".")) * _SECONDS[unit] for unit, part in found.groupdict().items() if part
    )


def moment(value: Any, zone: tzinfo, path: str) -> datetime:
    """Read a time: ISO 8601 or RFC 3339, or a count of seconds or milliseconds since 1970.

    Args:
        value: as it stands in the source.
        zone: of a time without an offset.
        path: where it stands, for the message.

    Raises:
        ConvertError: it is none.
    """
    try:
        if (count := number(value)) is not None and count >= _SECONDS_FROM:
            return datetime.fromtimestamp(count / 1000 if count >= _MILLISECONDS_FROM else count, tz=UTC)
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=zone).astimezone(UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError, AttributeError):
        told = f"{value!r:.60} at {path} is no time" if value else f"There is no time at {path}"
        raise ConvertError(
            "convert-time",
            f"{told}: export it as ISO 8601, like 2026-09-07T10:00:00Z.",
            value=value,
            path=path,
        ) from None


def rfc3339(at: datetime) -> str:
    """Write a moment as xAPI wants it, in UTC to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(_KNOWN_PARTS)
def iri_part(identifier: str) -> str:
    """Write an identifier so that it can be a part of an IRI: what may not stand in one is percent-encoded."""
    return quote(identifier, safe=_KEPT_IN_IRI)
