"""The journal: statements in the order in which they came, kept before they are answered, and found from then on."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.ingest.land.erased import is_redacted
from learnloom.pipelines.lrs.activities import definitions_of
from learnloom.pipelines.lrs.database import Connection, insert
from learnloom.pipelines.lrs.findable import Findable, Json
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.schemas.xapi.equality import is_same

_AT_ONCE: Final = 500
"""Statements that share their questions to the database: it bounds the values of one question."""
_ENTRY: Final = (
    "entry (seq, id, stored, key_id, version, raw, verb, registration, refers_to, is_void, is_journaled)"
)


class Submitter(NamedTuple):
    """Whose statements they are, and whether what they say of activities counts."""

    key_id: str
    defines: bool


class Incoming(NamedTuple):
    """A valid statement on its way into the journal."""

    statement_id: str
    raw: bytes
    findable: Findable
    version: str
    sender: Submitter
    is_compared: bool = False
    """Whether it is known not to differ from what has landed under its id."""


class NotComparedError(RefusedError):
    """A statement has come again, and what came first stands in the warehouse alone."""

    def __init__(self, statement_id: str) -> None:
        """Name it."""
        super().__init__(503, f"{statement_id} is not compared with what has landed", Retry_After="5")


def append(connection: Connection, moment: int, incoming: Sequence[Incoming]) -> int:
    """Keep those statements that were not there before, within a transaction.

    Returns:
        The largest number of an entry among those that hold them, which may have been there before.

    Raises:
        RefusedError: 409, another statement has one of the ids; 400, a voiding statement is to be voided.
        NotComparedError: the journal has no bytes to compare one with (resent.py): writing waits for no warehouse.
    """
    last = 0
    for some in _parts(incoming):
        asked = [one.statement_id for one in some]
        targets = [one.findable.refers_to for one in some if one.findable.is_void]
        there = {
            row[0]: row[1:]
            for row in _where_id(connection, "id, seq, raw, is_void", {*asked, *filter(None, targets)})
        }
        added = []
        for one in some:
            if one.statement_id in there:
                seq, raw, _ = there[one.statement_id]
                if raw is not None:
                    check_same(one, raw)
                elif not one.is_compared:
                    raise NotComparedError(one.statement_id)
                last = max(last, seq)
                continue
            if one.findable.is_void and there.get(one.findable.refers_to, (0, None, False))[2]:
                raise RefusedError(
                    400,
                    f"{one.findable.refers_to} is a voiding statement, which cannot be voided (Data 2.3.2)",
                )
            there[one.statement_id] = (0, one.raw, one.findable.is_void)
            added.append(one)
        if added:
            last = add_entries(connection, moment, added)
    return last


def add_entries(
    connection: Connection,
    moment: int,
    added: Sequence[Incoming],
    *,
    is_journaled: bool = True,
) -> int:
    """Add statements that are not there, and what they are found by; returns the number of the last one."""
    for some in _parts(added):
        last = _reserved(connection, moment, len(some), is_journaled=is_journaled)
        numbered = list(enumerate(some, last - len(some) + 1))
        _add_entries(connection, moment, numbered, is_journaled=is_journaled)
        _define(connection, [one for one in some if one.sender.defines])
        _void(connection, some)
    return last


def _add_entries(
    connection: Connection,
    moment: int,
    numbered: Sequence[tuple[int, Incoming]],
    *,
    is_journaled: bool,
) -> None:
    entries, agents, activities, names = [], [], [], set()
    for seq, one in numbered:
        found = one.findable
        stands = (seq, one.statement_id, moment, one.sender.key_id, one.version)
        is_found_by = (found.verb, found.registration, found.refers_to, found.is_void)
        entries.append((*stands, one.raw if is_journaled else None, *is_found_by, is_journaled))
        agents += [(key, seq, is_direct) for key, is_direct in found.agents.items()]
        activities += [(key, seq, is_direct) for key, is_direct in found.activities.items()]
        if one.sender.defines:
            names |= found.names
    insert(connection, _ENTRY, entries)
    # In the order of their tables, so that neighbours are written one after another.
    insert(connection, "entry_agent", sorted(agents))
    insert(connection, "entry_activity", sorted(activities))
    insert(connection, "agent_name", sorted(names), otherwise="ON CONFLICT DO NOTHING")


def _void(connection: Connection, added: Sequence[Incoming]) -> None:
    """Mark what is voided: what the new voiding statements name, and new ones that were voided before they came.

    A voiding statement stays, whoever tries to void it (2.3.2.s2.b7).
    """
    named = {one.findable.refers_to for one in added if one.findable.is_void}
    asked = [*named.union(one.statement_id for one in added)]
    marks = ", ".join("?" * len(asked))
    connection.execute(
        "UPDATE entry SET is_voided = TRUE WHERE NOT is_void AND id IN "
        f"(SELECT refers_to FROM entry WHERE is_void AND refers_to IN ({marks}))",
        asked,
    )


def keep_refused(
    connection: Connection, moment: int, raws: Sequence[bytes], key_id: str, version: str
) -> None:
    """Keep what was refused: landing makes dead letters of it."""
    last = _reserved(connection, moment, len(raws), is_journaled=True)
    insert(
        connection,
        "entry (seq, stored, key_id, version, raw)",
        [(seq, moment, key_id, version, raw) for seq, raw in enumerate(raws, last - len(raws) + 1)],
    )


def _reserved(connection: Connection, moment: int, count: int, *, is_journaled: bool) -> int:
    """Take the next numbers; gives the last of them."""
    (last,) = connection.execute(
        "UPDATE progress SET last_seq = last_seq + ?, last_stored = ? RETURNING last_seq", (count, moment)
    ).fetchone()
    if is_journaled:
        connection.execute("UPDATE progress SET last_journaled = last_seq")
    return int(last)


def _parts(incoming: Sequence[Incoming]) -> Iterator[Sequence[Incoming]]:
    return (incoming[start : start + _AT_ONCE] for start in range(0, len(incoming), _AT_ONCE))


def _where_id(connection: Connection, columns: str, ids: Collection[str]) -> list[Any]:
    marks = ", ".join("?" * len(ids))
    return connection.execute(f"SELECT {columns} FROM entry WHERE id IN ({marks})", list(ids)).fetchall()


def check_same(one: Incoming, first: bytes) -> None:
    """Hold a statement against the one that came first with its id.

    Of what was redacted, nothing tells any more how it came: anything is the same.

    Raises:
        RefusedError: 409, it is another one.
    """
    if first == one.raw or is_redacted(first):
        return
    sent = orjson.loads(one.raw)
    if not is_same(_with_numbers(orjson.loads(first), sent), sent):
        raise RefusedError(
            409,
            f"another statement with the id {one.statement_id} is there, and it stays (Communication 2.1.1): do not "
            "send this again; give every statement its own id, and correct one by voiding it and sending a new one",
        )


def _with_numbers(first: Any, sent: Any) -> Any:
    """What came first, with the number that is sent where an erasure has left null: others are in extensions alone."""
    if first is None and isinstance(sent, int | float):
        return sent
    if isinstance(first, dict) and isinstance(sent, dict):
        return {
            name: part if name == "extensions" else _with_numbers(part, sent.get(name))
            for name, part in first.items()
        }
    if isinstance(first, list) and isinstance(sent, list) and len(first) == len(sent):
        return [_with_numbers(*both) for both in zip(first, sent, strict=True)]
    return first


def _define(connection: Connection, added: Sequence[Incoming]) -> None:
    """Put what is newly said of activities together with what was said before: languages add up, all else is new."""
    said = [each for one in added for each in one.findable.definitions.items()]
    known = definitions_of(connection, {activity_id for activity_id, _ in said})
    changed: dict[str, bytes] = {}
    for activity_id, definition in said:
        before = known.get(activity_id, b"{}")
        if definition == before:
            continue
        merged = orjson.dumps(_merged(orjson.loads(before), orjson.loads(definition)))
        if merged != before:
            known[activity_id] = changed[activity_id] = merged
    insert(
        connection,
        "activity",
        list(changed.items()),
        otherwise="ON CONFLICT (activity_id) DO UPDATE SET definition = excluded.definition",
    )


def _merged(before: Json, definition: Json) -> Json:
    merged = {**before, **definition}
    for texts in ("name", "description"):
        if texts in before and texts in definition:
            merged[texts] = before[texts] | definition[texts]
    return merged
