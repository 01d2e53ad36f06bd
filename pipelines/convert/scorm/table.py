"""Run-time data as a table: a row an attempt, with elements of the data model as columns, or a row an element.

Column names are those of the tables and reports of learning platforms; `--map` names others:

    [columns]
    student = "User ID"
    element = "Key"

and `time_formats` how times are written (Python's strptime). Moodle's report of interactions, in English, has a row
an attempt.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from typing import Any, BinaryIO, Final, NamedTuple

import orjson

from learnloom.pipelines.convert.format import ConvertError, OptionsError, SourceRecord
from learnloom.pipelines.convert.tables.rows import CsvFile, TableRow
from learnloom.pipelines.convert.text import too_big
from learnloom.pipelines.ingest.sources.errors import InputError

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "student": ("student", "userid", "learner", "learnerid", "studentid", "idnumber"),
    "email": ("email", "emailaddress"),
    "activity": ("activity", "activityid", "scoid", "sco", "scormid"),
    "name": ("title", "activityname"),  # a column called name holds people's
    "course": ("course", "courseid"),
    "attempt": ("attempt",),
    "at": ("at", "timemodified", "timestamp", "time", "lastaccessedon"),
    "element": ("element",),
    "value": ("value",),
}
"""What is read, with the names of columns that say so: in small letters, without spaces and underscores."""
_ELEMENTS: Final = ("cmi.", "x.")
_REPORTED: Final = re.compile(r"(Question|Response|Right answer|Result) (\d+)")
"""Columns of Moodle's report of interactions, with …"""
_AS_ELEMENTS: Final = {
    "Question": "id",
    "Response": "student_response",
    "Right answer": "correct_responses.0.pattern",
    "Result": "result",
}
"""… what they hold of an interaction."""
_TIME_FORMATS: Final = ("%A, %d %B %Y, %I:%M %p", "%d %B %Y, %I:%M %p")
"""Of Moodle's reports, in English."""
_MAX_ROWS: Final = 20_000
"""Of one attempt: content with a thousand interactions has half as many."""
_MAX_ATTEMPTS: Final = 2_000_000
"""Of one file whose rows are elements: so many are remembered, to see whether one comes again."""


class _Row(NamedTuple):
    line: int
    said: dict[str, str]
    """Fields and elements that are not empty."""
    unread: SourceRecord | None = None
    """The row itself, where it could not be read."""


class TableMap(NamedTuple):
    """What a person says of a table."""

    columns: Mapping[str, str]
    """Names of columns by what they say."""
    time_formats: Sequence[str]
    """How times are written, tried in this order; ISO 8601 and counts of seconds are understood anyway."""


def read_map(table: Mapping[str, Any]) -> TableMap:
    """Take what `--map` says.

    Raises:
        OptionsError: it says something else.
    """
    columns, formats = table.get("columns", {}), table.get("time_formats", [])
    unknown = ", ".join(map(str, table.keys() - {"columns", "time_formats"}))
    if unknown or not isinstance(columns, dict) or not isinstance(formats, list):
        raise OptionsError(
            f"--map of scorm has [columns] and a list time_formats, and not {unknown or 'these'}"
        )
    for field, name in columns.items():
        if field not in _COLUMNS or not isinstance(name, str):
            raise OptionsError(
                f"--map has {field} = {name!r} in [columns]: there are {', '.join(_COLUMNS)}, each the name of a column"
            )
    return TableMap(columns, (*map(str, formats), *_TIME_FORMATS))


def attempts(given: BinaryIO, told: TableMap, max_bytes: int) -> Iterator[SourceRecord]:
    """Yield every attempt of a table as a record: a JSON object of what its rows say.

    Args:
        given: CSV in UTF-8.
        told: what a person has said of it.
        max_bytes: a longer attempt is refused.

    Raises:
        InputError: it is no table, or has neither elements nor one of the columns named.
    """
    file = CsvFile(given, encoding="utf-8", delimiter=None, header_row=1, max_row_bytes=max_bytes)
    fields = _fields(file.header, told.columns)
    rows = (_read(row, fields, told.time_formats) for row in file.rows())
    if "element" in fields:
        yield from _grouped(rows, max_bytes)
    else:
        for row in rows:
            if row.said or row.unread:
                # Without an element the attempt was not begun; convert has to see that there might have been.
                yield row.unread or _record(row, {"cmi": {}, **row.said}, max_bytes)


def _read(row: TableRow, fields: list[str | None], time_formats: Sequence[str]) -> _Row:
    if row.error is not None:
        return _Row(row.line, {}, SourceRecord(row.raw, f"line {row.line}", error=row.error))
    cells = zip(fields, (cell.strip() for cell in row.cells), strict=True)
    said = {field: cell for field, cell in cells if field and cell}
    if "at" in said:
        said["at"] = _time(said["at"], time_formats)
    return _Row(row.line, said)


def _time(cell: str, time_formats: Sequence[str]) -> str:
    """Write a time as ISO 8601 where it is written in another form; what is none stays, and is refused later."""
    for form in time_formats:
        with suppress(ValueError):
            return datetime.strptime(cell, form).isoformat()  # noqa: DTZ007 - the zone is that of the run
    return cell


def _fields(header: list[str], columns: Mapping[str, str]) -> list[str | None]:
    """Decide for each column what it says: a field, an element, or nothing that is read."""
    names = [name.strip() for name in header]
    fields = [_element(name) for name in names]
    for field, known in _COLUMNS.items():
        plain = [name.lower().replace(" ", "").replace("_", "") for name in names]
        wanted = names if field in columns else plain
        found = next(
            (name for name in ([columns[field]] if field in columns else known) if name in wanted), None
        )
        if found is not None:
            fields[wanted.index(found)] = field
        elif field in columns:
            raise InputError(
                f"it has no column {columns[field]!r}, which --map names for {field}: it has {', '.join(names)}"
            )
    if "element" not in fields and not any(field and field.startswith(_ELEMENTS) for field in fields):
        raise InputError(
            "it has neither columns named as elements (cmi.core.lesson_status …) nor a column of their names: "
            f"it has {', '.join(names)}; name it by --map"
        )
    return fields


def _element(column: str) -> str | None:
    """Give the element that a column is of; None where it is of none."""
    if found := _REPORTED.fullmatch(column):
        return f"cmi.interactions.{found[2]}.{_AS_ELEMENTS[found[1]]}"
    return column if column.startswith(_ELEMENTS) else None


def _grouped(rows: Iterator[_Row], max_bytes: int) -> Iterator[SourceRecord]:
    """Put the elements of an attempt together, whose rows have to stand together."""
    seen: set[int] = set()
    for attempt, group in itertools.groupby(_with_attempts(rows), key=itemgetter(0)):
        listed = [row for _, row in itertools.islice(group, _MAX_ROWS + 1)]
        yield from (row.unread for row in listed if row.unread)
        told = [row for row in listed if not row.unread]
        if not told:
            continue
        wrong = None
        if len(listed) > _MAX_ROWS:
            wrong = f"has more than {_MAX_ROWS:,} rows: has the file columns for student and activity?"
        elif len(seen) == _MAX_ATTEMPTS:
            wrong = f"comes after {_MAX_ATTEMPTS:,} others: divide the file"
        elif hash(attempt) in seen:
            wrong = "stands at several places of the file: sort it by student, activity and attempt"
        if wrong:
            error = ConvertError("convert-order", f"The attempt {' / '.join(filter(None, attempt))} {wrong}.")
            yield SourceRecord(orjson.dumps(told[0].said), f"line {told[0].line}", error=error)
        else:
            seen.add(hash(attempt))
            yield _record(told[0], _together(told), max_bytes)


def _together(rows: list[_Row]) -> dict[str, Any]:
    """Put the rows of one attempt together: what the last says beside its element, and when the last was written."""
    said: dict[str, Any] = {
        key: value for key, value in rows[-1].said.items() if key not in {"element", "value", "at"}
    }
    times = [row.said["at"] for row in rows if "at" in row.said]
    said["at"] = max(times, key=lambda time: (len(time), time), default="")
    said["tracks"] = {
        row.said["element"]: row.said["value"]
        for row in rows
        if "element" in row.said and "value" in row.said
    }
    return said


def _with_attempts(rows: Iterator[_Row]) -> Iterator[tuple[tuple[str, ...], _Row]]:
    """Say of each row of which attempt it is; one that could not be read is of the attempt that it stands in."""
    attempt: tuple[str, ...] = ()
    for row in rows:
        if row.unread is None:
            attempt = tuple(row.said.get(field, "") for field in ("student", "email", "activity", "attempt"))
        yield attempt, row


def _record(row: _Row, said: dict[str, Any], max_bytes: int) -> SourceRecord:
    raw = orjson.dumps(said)
    error = too_big(len(raw), max_bytes) if len(raw) > max_bytes else None
    return SourceRecord(raw, f"line {row.line}", error=error)
