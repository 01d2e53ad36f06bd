"""The time zone at the end of a time in words (`GMT+5:30`, `EST`) as the offset that Python's %z reads."""

import re
from typing import Final

_NORTH_AMERICA: Final = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
}
"""RFC 5322, 4.3; Alaska and Hawaii by CLDR."""
_EUROPE: Final = {"WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3}
_HOURS: Final = {**_NORTH_AMERICA, **_EUROPE, "AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13}
"""Hours from UTC of the abbreviations that mean one zone in CLDR's English; IST is India's, Ireland's and Israel's."""
_OFFSET: Final = re.compile(r"\b(?:GMT|UTC)(?:([+-])(\d{1,2})(?::?(\d{2}))?)?$")
"""As in "2026/09/07 2:05:33 pm GMT+1"; alone it is UTC itself."""
_ABBREVIATION: Final = re.compile(rf"\b(?:{'|'.join(_HOURS)})$")
_HALF: Final = re.compile(r"\b([ap])\.\s?m\.", re.IGNORECASE)
"""As Spanish has it: "10:26:52 p. m."."""


def with_offset(text: str) -> str:
    """Write the zone at the end of a time as an offset, and halves of the day as English does; else give the text."""
    text = _HALF.sub(r"\1m", text)
    text = _OFFSET.sub(lambda found: f"{found[1] or '+'}{int(found[2] or 0):02}{found[3] or '00'}", text)
    return _ABBREVIATION.sub(lambda found: f"{_HOURS[found[0]]:+03}00", text)
