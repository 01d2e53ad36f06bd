"""Views of videos whose share is too low: what we say, against the union of all stretches that were ever told."""

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from bench.command import learnloom
from bench.meaning_events import lines_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.simulate.dialects.dialect import person
from learnloom.schemas import vocabulary as xapi

_VIEWS: Final = """
    SELECT identifier, activity_id, seen_share
    FROM dimensional.fact_video INNER JOIN dimensional.dim_student USING (student_key)
"""


class View(NamedTuple):
    """One student and one video."""

    found: float | None
    """The share that we say was seen; None where we say none."""
    true: float | None
    """The share by all stretches told; None where none is told, or no length."""


def measure_videos(place: Path, file: Path) -> list[View]:
    """Land and refresh a file of statements in an empty folder, and hold every view against the stretches in it."""
    true = true_shares(file)
    learnloom(place, "import", str(file.absolute()), "-w", "warehouse", ok=(0, 3))
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    learnloom(place, "refresh", "--as-of", str(tomorrow), "-w", "warehouse")
    with Warehouse(place / "warehouse", read_only=True) as warehouse:
        return [
            View(None if share is None else float(share), true.get((identifier, video)))
            for identifier, video, share in warehouse.rows(_VIEWS)
        ]


def true_shares(file: Path) -> dict[tuple[str, str], float]:
    """The share of each video that each actor has seen, by all stretches that the statements of a file tell."""
    stretches: dict[tuple[str, str], set[tuple[float, float]]] = defaultdict(set)
    lengths: dict[tuple[str, str], float] = {}
    for line in lines_of(file):
        statement = orjson.loads(line)
        view = person(statement["actor"]).key, statement["object"]["id"]
        result = statement.get("result", {}).get("extensions", {})
        known = {**statement.get("context", {}).get("extensions", {}), **result}
        if isinstance(known.get(xapi.VIDEO_LENGTH), int | float):
            lengths[view] = max(known[xapi.VIDEO_LENGTH], lengths.get(view, 0.0))
        for stretch in str(result.get(xapi.VIDEO_SEGMENTS, "")).split("[,]"):
            begin, _, end = stretch.partition("[.]")
            if end:
                stretches[view].add((float(begin), float(end)))
    return {
        view: min(1.0, _union(told) / lengths[view]) for view, told in stretches.items() if lengths.get(view)
    }


def _union(stretches: set[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the stretches."""
    seen, reached = 0.0, 0.0
    for begin, end in sorted(stretches):
        if end > reached:
            seen += end - max(begin, reached)
            reached = end
    return seen
