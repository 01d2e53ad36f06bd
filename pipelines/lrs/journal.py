"""The journal: statements in the order in which they came, kept before they are answered, and found from then on."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.lrs.findable import Findable
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.schemas.xapi.equality import is_same

_FIND: Final = "SELECT seq, raw, is_void FROM entry WHERE id = ?"
_ADD: Final = (
    "INSERT INTO entry (id, stored, key_id, version, raw, verb, registration, refers_to, is_void, is_journaled) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Incoming(NamedTuple):
    """A valid statement on its way into the journal."""

    statement_id: str
    raw: bytes
    statement: Mapping[str, Any]
    findable: Findable
    version: str


class Sender(NamedTuple):
    """Whose statements they are, and whether what they say of activities counts."""

    key_id: str
    defines: bool


Content = Callable[[str], bytes | None]
"""Gives the bytes of a statement whose journal entry has none any more, by its id."""


def append(
    connection: sqlite3.Connection,
    moment: int,
    incoming: Sequence[Incoming],
    sender: Sender,
    content: Content,
) -> list[Incoming]:
    """Keep statements, within a transaction; returns those that were not there before.

    Raises:
        RefusedError: 409, another statement has one of the ids; 400, a voiding statement is to be voided.
    """
    added = []
    for one in incoming:
        row = connection.execute(_FIND, (one.statement_id,)).fetchone()
        if row is not None:
            _check_same(one, row[1] if row[1] is not None else content(one.statement_id))
            continue
        if one.findable.is_void:
            _check_void(connection, one)
        add_entry(connection, moment, one, sender)
        added.append(one)
    return added


def add_entry(
    connection: sqlite3.Connection, moment: int, one: Incoming, sender: Sender, *, is_journaled: bool = True
) -> None:
    """Add a statement that is not there, and what it is found by."""
    found = one.findable
    row = (
        one.statement_id,
        moment,
        sender.key_id,
        one.version,
        one.raw if is_journaled else None,
        found.verb,
        found.registration,
        found.refers_to,
        found.is_void,
        is_journaled,
    )
    seq = connection.execute(_ADD, row).lastrowid
    connection.executemany(
        "INSERT INTO entry_agent VALUES (?, ?, ?)",
        [(key, seq, is_direct) for key, is_direct in found.agents.items()],
    )
    connection.executemany(
        "INSERT INTO entry_activity VALUES (?, ?, ?)",
        [(key, seq, is_direct) for key, is_direct in found.activities.items()],
    )
    connection.executemany("INSERT OR IGNORE INTO agent_name VALUES (?, ?)", list(found.names))
    if sender.defines:
        _define(connection, found)
    if found.is_void:
        # A voiding statement stays, whoever tries to void it (2.3.2.s2.b7); others may come after their void.
        connection.execute("UPDATE entry SET is_voided = 1 WHERE id = ? AND NOT is_void", (found.refers_to,))
    else:
        connection.execute(
            "UPDATE entry SET is_voided = 1 WHERE seq = ? "
            "AND EXISTS (SELECT 1 FROM entry AS void WHERE void.refers_to = ? AND void.is_void)",
            (seq, one.statement_id),
        )


def keep_refused(
    connection: sqlite3.Connection, moment: int, raws: Iterable[bytes], key_id: str, version: str
) -> None:
    """Keep what was refused: landing makes dead letters of it."""
    connection.executemany(
        "INSERT INTO entry (stored, key_id, version, raw) VALUES (?, ?, ?, ?)",
        [(moment, key_id, version, raw) for raw in raws],
    )


def _check_same(one: Incoming, first: bytes | None) -> None:
    if first is None or first == one.raw:
        return
    if not is_same(orjson.loads(first), one.statement):
        raise RefusedError(
            409,
            f"another statement with the id {one.statement_id} is there, and it stays (Communication 2.1.1): do not "
            "send this again; give every statement its own id, and correct one by voiding it and sending a new one",
        )


def _check_void(connection: sqlite3.Connection, one: Incoming) -> None:
    target = connection.execute(_FIND, (one.findable.refers_to,)).fetchone()
    if target is not None and target[2]:
        raise RefusedError(
            400, f"{one.findable.refers_to} is a voiding statement, which cannot be voided (Data 2.3.2)"
        )


def _define(connection: sqlite3.Connection, found: Findable) -> None:
    """Put what is newly said of activities together with what was said before: languages add up, all else is new."""
    for activity_id, definition in found.definitions.items():
        row = connection.execute(
            "SELECT definition FROM activity WHERE activity_id = ?", (activity_id,)
        ).fetchone()
        before = orjson.loads(row[0]) if row else {}
        merged = {**before, **definition}
        for texts in ("name", "description"):
            if texts in before and texts in definition:
                merged[texts] = before[texts] | definition[texts]
        if merged != before:
            connection.execute(
                "INSERT OR REPLACE INTO activity VALUES (?, ?)", (activity_id, orjson.dumps(merged))
            )
