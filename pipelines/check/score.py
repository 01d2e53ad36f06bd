"""Whether the parts of a score say the same."""

from typing import Any, Final

_ROUNDED: Final = 0.01
"""Difference between two shares that rounding explains."""


def disagreement(score: dict[str, Any]) -> str:
    """How scaled goes by other bounds than the share of raw between min and max; empty where it does not."""
    numbers = [score.get(name) for name in ("scaled", "raw", "min", "max")]
    if not all(type(number) in (int, float) for number in numbers):
        return ""
    scaled, raw, low, high = (float(number or 0) for number in numbers)
    if not low < high or not low <= raw <= high:
        return ""
    share = (raw - low) / (high - low)
    if abs(scaled - share) <= _ROUNDED:
        return ""
    for other, how in (
        (2 * share - 1, "scaled from -1 to 1, as Moodle sends it from version 4.8 on"),
        (raw / high if high else share, "scaled is raw / max, as if min were 0"),
    ):
        if abs(scaled - other) <= _ROUNDED:
            return how
    return "scaled is another share"
