"""The text of cells as numbers, times, durations, right or wrong."""

import calendar
import math
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from itertools import product
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.tables.mapping import TableMapping
from learnloom.pipelines.convert.tables.zones import with_offset

_UNIT_SECONDS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}
_WORDS: Final = (
    # English, German, Spanish, French, Portuguese, Italian, Dutch by how they begin; weeks, months and ms are none.
    (re.compile(r"d(?!é)|tag|jour|giorn", re.IGNORECASE), 86_400),
    (re.compile(r"h|std|stund|or[ae]|uur|uren", re.IGNORECASE), 3_600),
    (re.compile(r"m(?!on|ois|es|ê|aa|s|illi)", re.IGNORECASE), 60),
    (re.compile(r"s(?!t|em|et)", re.IGNORECASE), 1),
)
_COUNTED: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
_BETWEEN: Final = re.compile(r"(?:[\s,.]|\b(?:and|und|y|et|e|en)\b)*", re.IGNORECASE)
"""What may stand between the parts of a duration in words."""
_MONTHS: Final = calendar.month_name
_ISO_CHARS: Final = len("2026-09-07T10:00:00")
_KEPT_DAYS: Final = 10_000
_LONGEST_SECONDS: Final = 366 * 86_400
_SHARE: Final = re.compile(r"(.+?)\s*/\s*(.+)")


class Points(NamedTuple):
    """Points, and of how many."""

    raw: float
    max: float | None
    is_share: bool = False
    """Whether raw is a share, from 0 to 1."""


class Cells:
    """Reads cells by one mapping."""

    def __init__(self, mapping: TableMapping, time_zone: str) -> None:
        """Take the mapping, and the time zone of times without an offset."""
        self._decimal = mapping.decimal
        self._truth = {text.lower(): False for text in mapping.wrong}
        self._truth |= {text.lower(): True for text in mapping.right}
        self._formats = mapping.time_formats
        self._months = _month_pattern(mapping.months)
        self._month_numbers = {name.lower(): number for name, number in mapping.months.items()}
        self._zone: tzinfo = ZoneInfo(mapping.time_zone or time_zone)
        self._duration_unit = mapping.duration_unit
        self._offsets: dict[str, str] = {}

    def number(self, text: str, column: str) -> float:
        """Read a number.

        Raises:
            ConvertError: it is none.
        """
        told = text.replace(" ", "").replace("\xa0", "")
        if self._decimal == "," or (self._decimal == "either" and told.rfind(",") > told.rfind(".")):
            told = told.replace(".", "").replace(",", ".")
        try:
            value = math.nan if "_" in told else float(told)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ConvertError(
                "convert-number",
                f"{column} is {text!r}, which is no number: mend it, or say what the decimal mark is (decimal in the "
                "mapping), or that such a cell is empty (empty).",
                value=text,
                path=column,
            )
        return value

    def score(self, text: str, column: str) -> Points:
        """Read points: `7`, `7 / 10`, `70 %`.

        Raises:
            ConvertError: it is nothing of these.
        """
        if text.endswith("%"):
            return Points(self.number(text[:-1].rstrip(), column) / 100, None, is_share=True)
        if "/" in text and (parts := _SHARE.fullmatch(text)):
            return Points(self.number(parts[1], column), self.number(parts[2], column))
        return Points(self.number(text, column), None)

    def truth(self, text: str, column: str) -> bool | float:
        """Read right or wrong; or a share that is right.

        Raises:
            ConvertError: it is neither.
        """
        known = self._truth.get(text)
        if known is None:
            known = self._truth.get(text.lower())
        if known is not None:
            return known
        try:
            share = self.number(text, column)
        except ConvertError:
            share = -1.0
        if 0 <= share <= 1:
            return share
        raise ConvertError(
            "convert-correct",
            f"{column} is {text!r}, which is neither right nor wrong: name it in right or wrong of the mapping.",
            value=text,
            path=column,
        )

    def time(self, text: str, column: str) -> str:
        """Read a moment, and write it as xAPI wants it, with its offset.

        Raises:
            ConvertError: it is none.
        """
        offset = self._offsets.get(text[:10]) if len(text) == _ISO_CHARS else None
        if offset and self._moment(text) and text[7] == "-" and text[13] == text[16] == ":":
            return f"{text[:10]}T{text[11:]}{offset}"
        moment = self._moment(text)
        if moment is None:
            wanted = " or ".join(self._formats) or "ISO 8601 (2026-09-07T10:00:00)"
            raise ConvertError(
                "convert-time",
                f"{column} is {text!r}, which is not written as {wanted}: give time_formats in the mapping.",
                value=text,
                path=column,
            )
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
            self._learn_offset(moment)
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")

    def _learn_offset(self, moment: datetime) -> None:
        """Remember the offset of a day on which it does not change: reckoning it for each row is slow."""
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        written = day.isoformat(timespec="seconds")
        if self._formats or day.utcoffset() != day.replace(hour=23, minute=59, second=59).utcoffset():
            return
        if len(self._offsets) >= _KEPT_DAYS:
            self._offsets.clear()
        self._offsets[written[:10]] = written[_ISO_CHARS:]

    def _moment(self, text: str) -> datetime | None:
        if not self._formats:
            if text.endswith(" UTC"):
                text = text[:-4] + "+00:00"
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                return None
        if self._months is not None:
            text = self._months.sub(lambda found: _MONTHS[self._month_numbers[found[0].lower()]], text)
        # As it stands first: a school's own format may name the zone in words.
        written = dict.fromkeys((text, with_offset(text)))
        for form, each in product(self._formats, written):
            try:
                return datetime.strptime(each, form)  # noqa: DTZ007 - the zone is added by the caller
            except ValueError:
                continue
        return None

    def seconds(self, text: str, column: str) -> float:
        """Read a duration.

        Raises:
            ConvertError: it is none, is negative, or longer than a year.
        """
        unit = self._duration_unit
        if unit == "clock":
            seconds = self._by_clock(text, column)
        elif unit == "words":
            seconds = _by_words(text)
        else:
            seconds = self.number(text, column) * _UNIT_SECONDS[unit]
        if not 0 <= seconds <= _LONGEST_SECONDS:
            raise ConvertError(
                "convert-duration",
                f"{column} is {text!r}, which is no duration in the unit {unit} from 0 to a year: see duration_unit in "
                "the mapping.",
                value=text,
                path=column,
            )
        return seconds

    def _by_clock(self, text: str, column: str) -> float:
        seconds = 0.0
        for part in text.split(":"):
            seconds = seconds * 60 + self.number(part, column)
        return seconds


def _by_words(text: str) -> float:
    """Give the seconds; -1 where a part of the text is none of a duration."""
    parts = _COUNTED.findall(text)
    sizes = [next((size for unit, size in _WORDS if unit.match(word)), None) for _, word in parts]
    if not parts or not _BETWEEN.fullmatch(_COUNTED.sub(" ", text)):
        return -1.0
    counted = [
        float(count.replace(",", ".")) * size
        for (count, _), size in zip(parts, sizes, strict=True)
        if size is not None
    ]
    return sum(counted) if len(counted) == len(parts) else -1.0


def _month_pattern(months: Mapping[str, int]) -> re.Pattern[str] | None:
    if not months:
        return None
    names = sorted(map(re.escape, months), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE)


def duration_text(seconds: float) -> str:
    """Write a duration by ISO 8601."""
    return f"PT{f'{seconds:.3f}'.rstrip('0').rstrip('.')}S"
