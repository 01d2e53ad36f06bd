"""Ranges of student keys, so that what belongs to one is found by the least and greatest key of a file's row groups."""

from typing import Final, NamedTuple

_DIGITS: Final = 4
"""Hexadecimal digits of a bound: 65,536 places at which ranges can end."""
MOST_RANGES: Final = 16**_DIGITS


class KeyRange(NamedTuple):
    """The students whose key is at least `first` and below `end`."""

    first: str
    """Empty: from the least key on."""
    end: str | None
    """None: up to the greatest."""

    @property
    def condition(self) -> str:
        """The condition on student_key, in SQL."""
        below = "" if self.end is None else f" AND student_key < '{self.end}'"
        return f"student_key >= '{self.first}'{below}"


def key_ranges(n_ranges: int) -> list[KeyRange]:
    """Cut all keys into ranges that hold about as many students each: a key is a hash in hexadecimal digits.

    Args:
        n_ranges: from 1 to MOST_RANGES.
    """
    bounds = [f"{number * MOST_RANGES // n_ranges:0{_DIGITS}x}" for number in range(1, n_ranges)]
    return [KeyRange(*pair) for pair in zip(["", *bounds], [*bounds, None], strict=True)]
