"""How a report writes its figures, on the terminal and on the page alike."""

import math


def percent(share: float) -> str:
    """A share in percent, never rounded up to all nor down to none."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    hundredths = min(max(math.floor(share * 10_000 + 1e-9), 1), 9_999)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 record, 1,200 records."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def place(path: str) -> str:
    """A JSON Pointer for people: the empty one is the whole statement."""
    return path or "the whole statement"


def minute(timestamp: str) -> str:
    """A timestamp to the minute, as it was written."""
    return timestamp[:16].replace("T", " ")
