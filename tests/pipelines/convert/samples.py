"""What tests of event formats share: options of a school, and reading what was converted."""

import io
from typing import Any, Final

import orjson

from learnloom.pipelines.convert.format import Converted, Format, Options

SCHOOL: Final = "https://lms.school.example"
OPTIONS: Final = Options(home_page=SCHOOL)


def lines(*records: dict[str, Any]) -> bytes:
    """Records as JSON lines."""
    return b"\n".join(orjson.dumps(record) for record in records)


def convert_all(format_: Format, given: bytes) -> list[Converted]:
    """Convert every record of a text."""
    return [format_.convert(record) for record in format_.read(io.BytesIO(given))]


def statements(format_: Format, *records: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the statements of JSON records."""
    return [made for each in convert_all(format_, lines(*records)) for made in each.statements]


def ignored(format_: Format, record: dict[str, Any]) -> str | None:
    """Give the reason why a record gives no statement."""
    (result,) = convert_all(format_, lines(record))
    return result.ignored


def verb(statement: dict[str, Any]) -> str:
    """Give the last part of a statement's verb."""
    return str(statement["verb"]["id"]).rpartition("/")[2]


def places(statement: dict[str, Any], role: str) -> list[str]:
    """Give the ids of a role in a statement's context."""
    found = statement.get("context", {}).get("contextActivities", {}).get(role, [])
    return [each["id"] for each in found]
