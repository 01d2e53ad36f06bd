"""Instants as text."""

from datetime import UTC, datetime
from functools import lru_cache

from learnloom.pipelines.simulate.config import DAY_MS, HOUR_MS


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
