"""What becomes of every kind of event of an emitter: refused, in which table, in which course, with a wrong meaning.

Each statement is told of a student of its own, so that the tables tell what became of it.
"""

import datetime as dt
import gzip
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from bench.command import learnloom
from learnloom.pipelines.lake.connection import Warehouse

_HOME: Final = "https://events.example"
_NUMBER: Final = f"replace(dim_student.identifier, '{_HOME} ', '')::BIGINT"
# Tables that give a statement a meaning, each with the condition under which it does.
_TABLES: Final = {
    "attempt": ("fact_attempt", "true"),
    "hint": ("fact_hint", "true"),
    "video": ("fact_video", "true"),
    "completion": ("fact_completion", "true"),
    "submission": ("fact_submission", "n_submissions > 0 OR last_score IS NOT NULL"),
    "product": ("fact_product", "true"),
    "contribution": ("fact_contribution", "true"),
    "enrolment": ("fact_enrolment", "coalesce(registered_at, unregistered_at) IS NOT NULL"),
    "outcome": ("fact_enrolment", "coalesce(completed_at, passed_at, failed_at) IS NOT NULL"),
}
_QUESTIONS: Final = ("/cmi.interaction", "/question")
_HELP: Final = ("/supplemental-info", "/solution")
_TRIES: Final = ("/attempt",)
_THREADS: Final = ("/discussion",)
_COURSES: Final = ("/course", "/courseArea", "/lms/course")
# An answer is told by one of these; an attempt at a problem, or the grade of one, is not an answer.
_ANSWERS: Final = ("/answered", "/evaluated", "/responded")


class Event(NamedTuple):
    """One statement of an emitter, and the kind of event that it was made of."""

    kind: str
    statement: dict[str, Any]


@dataclass
class Fate:
    """What became of one statement."""

    is_refused: bool = False
    tables: set[str] = field(default_factory=set)
    course: str | None = None
    activity_kind: str | None = None
    score: float | None = None
    parent_type: str | None = None
    is_giving: bool | None = None
    """Of a contribution: whether it counts as help given."""

    def wrong(self, statement: Mapping[str, Any], answered_by: str) -> list[str]:
        """In what its meaning is turned round; `answered_by`: the statements of the same event tell the answers."""
        if self.is_refused:
            return []
        kind = statement["object"].get("definition", {}).get("type") or ""
        verb = statement["verb"]["id"]
        is_question = kind.endswith(_QUESTIONS)
        found = {
            "score": self._is_score_wrong(statement),
            "answer as talk": is_question and "contribution" in self.tables,
            "hint as talk": kind.endswith(_HELP) and "contribution" in self.tables,
            "answer as product": is_question and "product" in self.tables,
            "no answer as answer": "attempt" in self.tables
            and (
                not verb.endswith(_ANSWERS)
                or (answered_by == "parts" and statement["object"].get("objectType") == "GroupActivity")
            ),
            "booking as enrolment": "enrolment" in self.tables and not kind.endswith(_COURSES),
            "try as quiz": self.parent_type is not None and self.parent_type.endswith(_TRIES),
            "pass by no mark": "outcome" in self.tables and not kind.endswith(_COURSES),
            # A package of content that is typed as a course.
            "package as course": self.activity_kind == "course" and "/mod/" in statement["object"]["id"],
            "question as help": self.is_giving is True
            and kind.endswith(_THREADS)
            and not _has_thread(statement),
        }
        return [name for name, is_wrong in found.items() if is_wrong]

    def _is_score_wrong(self, statement: Mapping[str, Any]) -> bool:
        score = statement.get("result", {}).get("score", {})
        if self.score is None or not all(
            isinstance(score.get(key), int | float) for key in ("raw", "min", "max")
        ):
            return False
        if score["max"] == score["min"]:
            return False
        share = (score["raw"] - score["min"]) / (score["max"] - score["min"])
        return bool(abs(self.score - share) > 0.005)


def _has_thread(statement: Mapping[str, Any]) -> bool:
    """Whether a thread stands in the context: what is said then is said in it."""
    places = statement.get("context", {}).get("contextActivities", {})
    near = [*_listed(places.get("parent")), *_listed(places.get("grouping"))]
    return any((place.get("definition", {}).get("type") or "").endswith(_THREADS) for place in near)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def read_events(folder: Path, defaults: Mapping[str, Any], limit: int) -> list[Event]:
    """All statements below a folder, or in one file: JSON or JSON lines, gzipped or not.

    Args:
        folder: where they are.
        defaults: what an emitter merges into every statement, as some keep it apart from their fixtures.
        limit: so many at the most, taken evenly.
    """
    files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    events = [event for path in files for event in _of_file(path, folder, defaults)]
    step = max(1, -(-len(events) // limit))
    return events[::step]


def _of_file(path: Path, folder: Path, defaults: Mapping[str, Any]) -> Iterator[Event]:
    if not path.name.endswith((".json", ".jsonl", ".json.gz", ".jsonl.gz")):
        return
    lines = lines_of(path)
    try:
        values = [json.loads(b"\n".join(lines))]
    except ValueError:
        values = [value for line in lines if (value := _parsed(line)) is not None]
    # A file named for what it holds says nothing of the event: the folders do.
    place = path.relative_to(folder) if path != folder else Path(path.name)
    kind = "/".join(place.parent.parts[:2]) if place.stem.startswith("statement") else place.stem
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            inner = one.get("statement", one) if isinstance(one, dict) else None
            if isinstance(inner, dict) and {"actor", "verb", "object"} <= inner.keys():
                yield Event(kind or place.stem, _merged(defaults, inner))


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file, gzipped or not, that are not empty."""
    raw = path.read_bytes()
    return [line for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines() if line]


def _parsed(line: bytes) -> Any:
    """What a line holds; None where that is no JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both together; where both have a value that of `over` counts."""
    both = deepcopy(dict(under))
    for key, value in over.items():
        mine = both.get(key)
        both[key] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both


def follow(place: Path, events: list[Event]) -> list[Fate]:
    """Land and refresh the events in an empty folder; what became of each, in their order."""
    with (place / "events.jsonl").open("wb") as file:
        for number, event in enumerate(events):
            file.write(orjson.dumps(_told_of(number, event.statement)) + b"\n")
    learnloom(place, "import", "events.jsonl", "-w", "warehouse", ok=(0, 3))
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    learnloom(place, "refresh", "--as-of", str(tomorrow), "-w", "warehouse")
    fates = [Fate(is_refused=True) for _ in events]
    with Warehouse(place / "warehouse", read_only=True) as warehouse:
        _read(warehouse, fates)
    return fates


def _told_of(number: int, statement: dict[str, Any]) -> dict[str, Any]:
    """The statement, told of the student of this number, under an id of its own."""
    actor = {"objectType": "Agent", "account": {"homePage": _HOME, "name": f"{number}"}}
    own = {**statement, "actor": actor, "id": str(UUID(int=number, version=4))}
    return {"timestamp": "2025-01-06T10:00:00Z", **own}


def _read(warehouse: Warehouse, fates: list[Fate]) -> None:
    statements = warehouse.rows(
        f"""
        SELECT {_NUMBER}, fact_statement.course_id, dim_activity.activity_kind, fact_statement.score
        FROM dimensional.fact_statement
        INNER JOIN dimensional.dim_student USING (student_key)
        LEFT JOIN dimensional.dim_activity ON fact_statement.activity_id = dim_activity.activity_id
        """
    )
    for number, course, kind, score in statements:
        fate = fates[number]
        fate.is_refused, fate.course, fate.activity_kind = False, course, kind
        fate.score = None if score is None else float(score)
    for name, (table, condition) in _TABLES.items():
        rows = warehouse.rows(
            f"""
            SELECT {_NUMBER} FROM dimensional.{table} INNER JOIN dimensional.dim_student USING (student_key)
            WHERE {condition}
            """
        )
        for (number,) in rows:
            fates[number].tables.add(name)
    talk = f"""
        SELECT {_NUMBER}, is_giving
        FROM dimensional.fact_contribution INNER JOIN dimensional.dim_student USING (student_key)
    """
    for number, is_giving in warehouse.rows(talk):
        fates[number].is_giving = is_giving
    parents = warehouse.rows(
        f"""
        SELECT {_NUMBER}, dim_activity.activity_type
        FROM dimensional.fact_attempt
        INNER JOIN dimensional.dim_student USING (student_key)
        INNER JOIN dimensional.dim_activity ON fact_attempt.parent_id = dim_activity.activity_id
        """
    )
    for number, kind in parents:
        fates[number].parent_type = kind
