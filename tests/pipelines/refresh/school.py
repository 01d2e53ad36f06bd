"""A small simulated school to land and refresh in tests."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import SecretStr

from learnloom.pipelines.config.holdout import Holdout, HoldoutKind
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.loop import ImportSummary, LandingPolicy, import_statements
from learnloom.pipelines.ingest.sources.files import FileSource
from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables, load_relations
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.refresh.digests import DIGEST
from learnloom.pipelines.refresh.plan import Plan, make_plan
from learnloom.pipelines.refresh.refresh import RefreshSummary, refresh
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.stage import stage
from learnloom.pipelines.refresh.teacher_week import MESSAGE, TOLD
from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.run import simulate
from learnloom.schemas.xapi.equality import is_same

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
LAST_DAY = dt.date(2026, 9, 20)
"""Last day of a two-week class."""
_LOGS = ("feedback.outbox", TOLD, MESSAGE, DIGEST)
"""What hangs on which refreshes there were, as a log and what follows from it do, or on the last digits of doubles, as
digests do."""
SETTINGS = Settings(lock_wait_seconds=20)
WITHHOLDING = Settings(
    lock_wait_seconds=20,
    holdout=Holdout(
        shares=dict.fromkeys(get_args(HoldoutKind), 0.5), key=SecretStr("only for tests of this kind")
    ),
)
"""Half of all that may be withheld is."""


def lines_of(folder: Path, *, seed: int = 3, students: int = 6, faults: float = 0.1) -> list[bytes]:
    """Simulate a class of two weeks; its records as lines, in the order sent."""
    config = SimulationConfig(seed=seed, students=students, weeks=2, skills_per_course=3, faults=faults)
    summary = simulate(config, folder)
    return summary.statements.read_bytes().splitlines(keepends=True)


def land(warehouse: Warehouse, file: Path, lines: Iterable[bytes], *, at: dt.datetime = NOW) -> ImportSummary:
    """Write the lines to a file and import it."""
    file.write_bytes(b"".join(lines))
    return import_statements(
        FileSource([file], max_records=1_000, max_bytes=10_000_000, max_record_bytes=1_000_000),
        warehouse,
        LandingPolicy(max_records=1_000, max_bytes=10_000_000, wait_seconds=20),
        judge=Validator(default_version="1.0.3").validate,
        is_same=is_same,
        now=lambda: at,
    )


def earliest_answer_to_a_shared_question(lines: Iterable[bytes]) -> bytes:
    """The line of the first answer that two students or more have given to one question."""
    answers: dict[str, list[tuple[str, str, bytes]]] = defaultdict(list)
    for line in lines:
        statement = orjson.loads(line)
        if statement["verb"]["id"].endswith("/answered"):
            told = (statement["timestamp"], orjson.dumps(statement["actor"]).decode(), line)
            answers[statement["object"]["id"]].append(told)
    shared = [sorted(told) for told in answers.values() if len({actor for _, actor, _ in told}) > 1]
    return shared[0][0][2]


def land_going_on(folder: Path) -> None:
    """Make a warehouse in the folder: three students whose course goes on, for nobody has passed it."""
    lines = lines_of(folder / "class", students=3, faults=0.0)
    with Warehouse(folder / "warehouse") as warehouse:
        land(warehouse, folder / "all.jsonl", [line for line in lines if b"verbs/passed" not in line])


def void_of(statement_id: str, number: int = 0) -> bytes:
    """The line of a statement by which a teacher voids another; the number makes its id."""
    return (
        f'{{"id":"{number:08x}-3ef0-4ed3-8b37-7f3964730bee","actor":{{"mbox":"mailto:t@school.example"}},"verb":{{"id":'
        '"http://adlnet.gov/expapi/verbs/voided"},"object":{"objectType":"StatementRef","id":"'
        f'{statement_id}"}},"timestamp":"2026-09-11T10:00:00Z"}}\n'
    ).encode()


def refreshed(
    warehouse: Warehouse,
    *,
    day: dt.date = LAST_DAY,
    settings: Settings = SETTINGS,
    full: bool = False,
    refit: bool = False,
    since: dt.datetime | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> RefreshSummary:
    """Refresh as of the end of a day."""
    request = RefreshRequest(end_of_day(day, settings.time_zone), full=full, refit=refit, since=since)
    return refresh(warehouse, settings, request, clock=lambda: NOW, on_progress=on_progress)


def planned(
    warehouse: Warehouse, *, day: dt.date = LAST_DAY, full: bool = False, since: dt.datetime | None = None
) -> tuple[int, Plan]:
    """What a refresh would stage, which is staged, and would do, which is not done: most of its work."""
    request = RefreshRequest(end_of_day(day, SETTINGS.time_zone), full=full, since=since)
    staged = stage(warehouse, load_relations(), request, wait_seconds=20)
    return staged, make_plan(warehouse, SETTINGS, load_relations(), request, now=NOW)


def tables(warehouse: Warehouse) -> dict[str, list[str]]:
    """Everything that a refresh computes, as text that can be compared; doubles to nine digits."""
    filled = filled_tables(warehouse)
    found = {}
    with one_snapshot(warehouse):
        for relation in load_relations():
            name = relation.full_name
            if relation.layer == "landing" or relation.scope in ("state", "read") or name in _LOGS:
                continue
            if relation.stored == "view" and relation.layer == "staging":
                continue  # what the school has told, as it landed
            # Of a table without a row, reading takes longest: see `filled_tables`.
            is_read = relation.stored == "view" or name in filled
            found[name] = comparable(warehouse.rows(f"FROM {name}")) if is_read else []
    return found


def comparable(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """Rows as text that can be compared, in order; doubles to nine digits."""
    return sorted(str([_rounded(value) for value in row]) for row in rows)


def differences(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Rows of each table that only one side has."""
    found = {}
    for name in one.keys() | other.keys():
        left, right = one.get(name, []), other.get(name, [])
        if left != right:
            found[name] = (sorted(set(left) - set(right))[:3], sorted(set(right) - set(left))[:3])
    return found


def _rounded(value: Any) -> Any:
    return round(value, 9) if isinstance(value, float) else value
