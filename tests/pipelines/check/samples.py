"""Records to check, a good statement that draws no warning, and a report on records in memory."""

import copy
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from learnloom.pipelines.check.checker import ReportSize, check
from learnloom.pipelines.check.report import CheckReport
from learnloom.pipelines.check.xapi_profile import XapiProfile
from learnloom.pipelines.ingest.sources.source import Positions, Problem
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.schemas.record import Batch, Position, Record
from tests.documents import blocks

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
GOOD: dict[str, Any] = json.loads(blocks("docs/how-to/vendor.md", "json")[0].text)
"""A quiz answer with everything that is asked for."""


def numbered(number: int, **changes: Any) -> dict[str, Any]:
    """The good statement with an id of its own and some properties changed; None takes one out."""
    made = copy.deepcopy(GOOD) | {"id": f"5b0e4c1e-7a43-4d0f-8f6a-{number:012x}"} | changes
    return {name: value for name, value in made.items() if value is not None}


def raw(statement: dict[str, Any]) -> bytes:
    """A statement as it is sent."""
    return json.dumps(statement, ensure_ascii=False).encode()


class Records:
    """A source of records in memory, in batches of two, as any source gives them."""

    streams: frozenset[str] = frozenset()

    def __init__(self, records: Iterable[bytes | Record | None], topic: str = "lms.jsonl") -> None:
        self._records = list(records)
        self._topic = topic
        self.problems: list[Problem] = []

    def batches(self, positions: Positions) -> Iterator[Batch]:
        """Give all of them; nothing is ever known of them."""
        assert not positions
        for start in range(0, len(self._records), 2):
            placed = [
                one if isinstance(one, Record) else Record(start + number, 0, one)
                for number, one in enumerate(self._records[start : start + 2])
            ]
            yield Batch(self._topic, 0, start, start + len(placed), placed)

    def acknowledge(self, positions: Sequence[Position]) -> None:
        """Take no note."""

    def lag(self) -> None:
        """Tell nothing."""


def report(
    *records: bytes | Record | None,
    default_version: str = "1.0.3",
    profiles: Sequence[XapiProfile] = (),
    **size: int,
) -> CheckReport:
    """Check records."""
    return check(
        Records(records),
        judge=partial(validate, default_version=default_version),
        now=NOW,
        profiles=profiles,
        size=ReportSize(**size),
    )
