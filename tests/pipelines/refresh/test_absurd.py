"""Whatever times and numbers a valid statement tells, it stops no refresh."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.refresh.conftest import Refreshed, RefreshedClass
from tests.pipelines.refresh.school import differences, land, refreshed, tables

pytestmark = pytest.mark.slow

_VIDEO = "https://w3id.org/xapi/video/extensions/"
_OURS = "https://learnloom.example/xapi/extensions/"
_MOMENT = "PT1764500000S"


def _absurd(given: Refreshed) -> list[bytes]:
    """Years 0, 1 and 9999, durations of ages and videos of aeons."""
    told = [orjson.loads(line) for line in given.lines if b'"timestamp"' in line]
    answer = _first(told, "answered")
    watching = _first(told, "video/verbs/paused")
    goal = _first(told, "set-goal")
    absurd = [
        *({**answer, "timestamp": f"{year}-01-01T00:00:00Z"} for year in ("0000", "0001", "9999")),
        {**answer, "timestamp": "9999-12-31T23:59:59-14:00"},
        *(_with(answer, duration=duration) for duration in (_MOMENT, "P3000Y", "P9999Y", "PT0S")),
        _with(answer, score={"scaled": 1, "raw": 1e300, "min": -1e300, "max": 1e308}),
        _with(answer, extensions={_OURS + "response-length": 1e300}),
        _with(watching, extensions={_VIDEO + "time": 1e300, _VIDEO + "length": 1e300}),
        _with(watching, extensions={_VIDEO + "played-segments": "[,]".join(["0[.]999999999"] * 200)}),
        *(
            {**goal, "context": {"extensions": {_OURS + "target-date": day}}}
            for day in ("0001-01-01", "infinity", "12000-01-01")
        ),
        *(
            {**answer, "object": {**answer["object"], "definition": {"extensions": {_OURS + "due-at": day}}}}
            for day in ("0001-01-01T00:00:00Z", "infinity", "9999-12-31T23:59:59-14:00")
        ),
    ]
    return [orjson.dumps({**each, "id": str(uuid.UUID(int=n))}) + b"\n" for n, each in enumerate(absurd)]


@pytest.fixture
def landed(refreshed_class: RefreshedClass, tmp_path: Path) -> Iterator[Warehouse]:
    """A refreshed class in which they have landed since."""
    given = refreshed_class(students=3)
    lines = _absurd(given)
    with Warehouse(given.folder) as warehouse:
        summary = land(warehouse, tmp_path / "absurd.jsonl", lines)
        assert (summary.accepted, summary.refused) == (len(lines), {})
        yield warehouse


def test_absurd_times_and_numbers_stop_no_refresh(landed: Warehouse) -> None:
    """They are taken in, and a model version is fitted on them."""
    summary = refreshed(landed, refit=True)
    assert summary.is_fitted
    assert summary.staged > 0


@pytest.mark.long
def test_absurd_times_and_numbers_are_the_same_however_they_are_refreshed(landed: Warehouse) -> None:
    """A refresh of what is new leaves what one of everything does."""
    refreshed(landed)
    after = tables(landed)
    refreshed(landed, full=True)
    assert differences(after, tables(landed)) == {}


def _first(told: list[dict[str, Any]], verb: str) -> dict[str, Any]:
    return next(each for each in told if each["verb"]["id"].endswith(verb))


def _with(statement: dict[str, Any], **result: Any) -> dict[str, Any]:
    return {**statement, "result": {**statement.get("result", {}), **result}}
