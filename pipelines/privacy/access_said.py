"""What a student has sent, as it came: statements that have landed or wait, refused records, attachments."""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.attachments import FOLDER, Attachments
from learnloom.pipelines.lrs.store import FOLDER as STORE
from learnloom.pipelines.privacy.access_rows import as_json
from learnloom.pipelines.privacy.erase_attachments import attachments_named, hashes_in
from learnloom.pipelines.privacy.erase_door import opened_store, refused_waiting, waiting_bytes
from learnloom.pipelines.privacy.erase_find import find_standing
from learnloom.pipelines.privacy.erase_sought import Sought, Whereabouts
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.subject import Subject
from learnloom.schemas.xapi.identity import student_key

STATEMENTS: Final = "statements.jsonl"
REFUSED: Final = "refused.jsonl"
_STATEMENT: Final = "landing.statement"
_AT_ONCE: Final = 5_000


class StudentRecords(NamedTuple):
    """What of a student was found and written."""

    n_statements: int
    n_refused: int
    attachments: list[str]
    """Hashes of their attachments; each is a file of that name."""
    found: Whereabouts


def write_sent(
    warehouse: Warehouse, settings: Settings, subject: Subject, folder: Path, *, now: dt.datetime
) -> StudentRecords:
    """Write what a student has sent: found as for an erasure, whether a refresh has taken it in or not.

    A refused record that names the student is given where it is their own, or does not tell whose it is.
    """
    found = Whereabouts([], [], [], [], [])
    if _STATEMENT in existing_tables(warehouse):
        (found,) = find_standing(warehouse, [Sought(subject, "")])
    redaction = Redaction(subject.keys, found.tokens, "", shared=found.shared)
    waiting: dict[str, bytes] = {}
    kept_back: list[bytes] = []
    with opened_store(settings, lambda: now) as store:
        if store is not None:
            waiting, kept_back = waiting_bytes(store, redaction), refused_waiting(store, redaction)
    landed = {each.statement_id for each in found.own}
    hashes: set[str] = set()
    n_statements = n_refused = 0
    with (folder / STATEMENTS).open("wb") as file:
        not_landed = (raw for name, raw in waiting.items() if name.lower() not in landed)
        for raw in chain(_landed(warehouse, landed), not_landed):
            file.write(_line(raw))
            hashes |= attachments_named([raw])
            n_statements += 1
    with (folder / REFUSED).open("w", encoding="utf-8") as lines:
        for letter in _refused(warehouse, [each.dead_letter_id for each in found.letters], kept_back):
            if not _is_of_another(letter["record"], subject.keys):
                lines.write(as_json(letter) + "\n")
                hashes |= hashes_in([letter["record"]])
                n_refused += 1
    return StudentRecords(n_statements, n_refused, _attachments(settings, sorted(hashes), folder), found)


def _line(raw: bytes) -> bytes:
    """A statement on one line: within its strings JSON has no end of a line."""
    return raw.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _landed(warehouse: Warehouse, statement_ids: Collection[str]) -> Iterator[bytes]:
    """Statements in the order in which they landed."""
    if not statement_ids:
        return
    with warehouse.holding(own=pa.table({"statement_id": pa.array(sorted(statement_ids), pa.string())})):
        for batch in warehouse.arrow_batches(
            f"SELECT raw FROM {LAKE}.{_STATEMENT} WHERE statement_id IN (SELECT statement_id::UUID FROM own) "
            "ORDER BY landed_at, statement_id",
            at_once=_AT_ONCE,
        ):
            yield from (raw.encode() for raw in batch.column(0).to_pylist())


def _refused(
    warehouse: Warehouse, dead_letter_ids: Collection[str], waiting: Collection[bytes]
) -> Iterator[dict[str, Any]]:
    """Refused records with what was wrong; of those that wait, it is not known yet."""
    known: set[bytes] = set()
    if dead_letter_ids:
        for refused_at, faults, record in warehouse.rows(
            f"SELECT landed_at, [fault.message FOR fault IN faults], raw FROM {LAKE}.landing.dead_letter "
            "WHERE list_contains($ids, dead_letter_id) ORDER BY landed_at, dead_letter_id",
            {"ids": list(dead_letter_ids)},
        ):
            known.add(record)
            yield {"refused_at": refused_at, "faults": faults, "record": record}
    yield from ({"refused_at": None, "faults": [], "record": each} for each in waiting if each not in known)


def _is_of_another(record: bytes, keys: Collection[str]) -> bool:
    try:
        told = orjson.loads(record)
    except ValueError:
        return False
    actor = student_key(told.get("actor")) if isinstance(told, dict) else None
    return actor is not None and actor not in keys


def _attachments(settings: Settings, hashes: Collection[str], folder: Path) -> list[str]:
    kept, names = Attachments(settings.warehouse / STORE / FOLDER), []
    for name in hashes:
        pieces = kept.content(name)
        if pieces is not None:
            path = folder / FOLDER / name
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as file:
                file.writelines(pieces)
            names.append(name)
    return names
