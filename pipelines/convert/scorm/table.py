"""Run-time data as a table: a row an attempt, with elements of the data model as columns, or a row an element.

Column names are those of the tables and reports of learning platforms; `--map` names others:

    [columns]
    student = "User ID"
    element = "Key"
"""

import codecs
import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.convert.format import ConvertError, OptionsError, Record
from learnloom.pipelines.convert.text import too_big
from learnloom.pipelines.ingest.sources.errors import InputError

_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "student": ("student", "userid", "learner", "learnerid", "studentid"),
    "activity": ("activity", "activityid", "scoid", "sco", "scormid"),
    "name": ("name", "title"),
    "course": ("course", "courseid"),
    "attempt": ("attempt",),
    "at": ("at", "timemodified", "timestamp", "time"),
    "element": ("element",),
    "value": ("value",),
}
"""What is read, with the names of columns that say so: in small letters, without spaces and underscores."""
_ELEMENTS: Final = ("cmi.", "x.")
_MAX_ROWS: Final = 20_000
"""Of one attempt: content with a thousand interactions has half as many."""
_MAX_ATTEMPTS: Final = 2_000_000
"""Of one file whose rows are elements: so many are remembered, to see whether one comes again."""


class _Row(NamedTuple):
    line: int
    said: dict[str, str]
    """Fields and elements that are not empty."""


def columns_of(table: Mapping[str, Any]) -> dict[str, str]:
    """Take the names of columns from what `--map` says.

    Raises:
        OptionsError: it says something else.
    """
    if not table:
        return {}
    columns = table.get("columns")
    if set(table) != {"columns"} or not isinstance(columns, dict):
        raise OptionsError(
            f"--map of scorm has the table [columns] alone; this has {', '.join(map(str, table))}"
        )
    for field, name in columns.items():
        if field not in _COLUMNS or not isinstance(name, str):
            raise OptionsError(
                f"--map has {field} = {name!r} in [columns]: there are {', '.join(_COLUMNS)}, each the name of a column"
            )
    return columns


def attempts(pieces: Iterable[bytes], columns: Mapping[str, str], max_bytes: int) -> Iterator[Record]:
    """Yield every attempt of a table as a record: a JSON object of what its rows say.

    Args:
        pieces: the text in UTF-8; fields are divided by comma, semicolon or tab.
        columns: names of columns that a person has given.
        max_bytes: a longer attempt is refused.

    Raises:
        InputError: it is no table, or has neither elements nor one of the columns named.
    """
    lines = _lines(pieces, max_bytes)
    first = next(lines, "")
    rows = csv.reader(itertools.chain([first], lines), delimiter=max(",;\t", key=first.count))
    try:
        fields = _fields(next(rows, []), columns)
        said = (
            _Row(
                rows.line_num,
                {field: cell for field, cell in zip(fields, cells, strict=False) if field and cell},
            )
            for cells in rows
        )
        if "element" in fields:
            yield from _grouped(said, max_bytes)
        else:
            yield from (_record(row, row.said, max_bytes) for row in said if row.said)
    except csv.Error as error:
        raise InputError(f"line {rows.line_num} is no row of CSV: {error}") from error


def _lines(pieces: Iterable[bytes], max_bytes: int) -> Iterator[str]:
    left = ""
    try:
        for piece in codecs.iterdecode(pieces, "utf-8"):
            *whole, left = (left + piece).split("\n")
            yield from (line + "\n" for line in whole)
            if len(left) > max_bytes:
                raise InputError(f"a line has more than the {max_bytes} bytes allowed: is it a table?")
    except UnicodeDecodeError as error:
        raise InputError(f"it is no UTF-8 ({error}): save it as CSV in UTF-8") from error
    if left:
        yield left


def _fields(header: list[str], columns: Mapping[str, str]) -> list[str | None]:
    """Decide for each column what it says: a field, an element, or nothing that is read."""
    names = [name.strip() for name in header]
    fields: list[str | None] = [name if name.startswith(_ELEMENTS) else None for name in names]
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


def _grouped(rows: Iterator[_Row], max_bytes: int) -> Iterator[Record]:
    """Put the elements of an attempt together, whose rows have to stand together."""
    seen: set[int] = set()
    for attempt, group in itertools.groupby(rows, key=_attempt_of):
        listed = list(itertools.islice(group, _MAX_ROWS + 1))
        wrong = None
        if len(listed) > _MAX_ROWS:
            wrong = f"has more than {_MAX_ROWS:,} rows: has the file columns for student and activity?"
        elif len(seen) == _MAX_ATTEMPTS:
            wrong = f"comes after {_MAX_ATTEMPTS:,} others: divide the file"
        elif hash(attempt) in seen:
            wrong = "stands at several places of the file: sort it by student, activity and attempt"
        if wrong:
            error = ConvertError("convert-order", f"The attempt {' / '.join(attempt)} {wrong}.")
            yield Record(orjson.dumps(listed[0].said), f"line {listed[0].line}", error=error)
        else:
            seen.add(hash(attempt))
            yield _record(listed[0], _together(listed), max_bytes)


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


def _attempt_of(row: _Row) -> tuple[str, ...]:
    return tuple(row.said.get(field, "") for field in ("student", "activity", "attempt"))


def _record(row: _Row, said: dict[str, Any], max_bytes: int) -> Record:
    raw = orjson.dumps(said)
    error = too_big(len(raw), max_bytes) if len(raw) > max_bytes else None
    return Record(raw, f"line {row.line}", error=error)
