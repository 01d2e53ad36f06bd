"""The table of dead letters: writing, finding, and marking those that a replay has put right."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.schemas.record import DeadLetter, Fault

if TYPE_CHECKING:  # who only looks need not wait for it
    import pyarrow as pa


class DeadSelection(NamedTuple):
    """Which dead letters are meant: those to which all that is given here applies."""

    rule: str | None = None
    """Rule of the first fault."""
    topic: str | None = None
    source: str | None = None
    """The sending system; of one that does not name itself, its topic or file."""
    ids: Sequence[str] | None = None
    id_prefix: str | None = None
    """Beginning of the id."""
    is_waiting: bool | None = True
    """Whether it still waits to be put right; None for both."""

    def condition(self) -> tuple[str, list[object]]:
        """Give the SQL condition and its values."""
        parts: dict[str, object] = {}
        if self.rule is not None:
            parts["rule = ?"] = self.rule
        if self.topic is not None:
            parts["topic = ?"] = self.topic
        if self.source is not None:
            parts["coalesce(source, topic) = ?"] = self.source
        if self.ids is not None:
            parts["dead_letter_id IN (SELECT unnest(?::VARCHAR[]))"] = list(self.ids)
        if self.id_prefix is not None:
            parts["starts_with(dead_letter_id, ?)"] = self.id_prefix
        if self.is_waiting is not None:
            parts["(replayed_at IS NULL) = ?"] = self.is_waiting
        return " AND ".join(parts) or "true", list(parts.values())


FORGOTTEN: Final = (
    "Its content is no longer kept: it is older than dead letters are kept (dead_letter_retention_days)."
)
_DROP: Final = (
    "UPDATE landing.dead_letter SET raw = NULL, path = '', value = '', message = $message, "
    "faults = [{'rule': rule, 'path': '', 'value': '', 'message': $message}]"
)


class DeadCount(NamedTuple):
    """Dead letters of one rule, source or topic."""

    group: str
    waiting: int
    replayed: int
    example_id: str
    """The earliest one that still waits; else the earliest."""
    example_message: str


_GROUPS: Final = {"rule": "rule", "source": "coalesce(source, topic)", "topic": "topic"}
DeadGroup = Literal["rule", "source", "topic"]
"""By what dead letters are counted; a sender that does not name itself is told by its topic or file."""


def write_dead_letters(warehouse: Warehouse, rows: "pa.Table", now: datetime) -> None:
    """Add `rows` (DEAD_LETTER_ROWS) to landing.dead_letter."""
    if not rows.num_rows:
        return
    with warehouse.holding(new_dead_letter=rows):
        warehouse.run(
            "INSERT INTO landing.dead_letter (dead_letter_id, rule, path, value, message, faults, raw, "
            'topic, "partition", "offset", element, source, xapi_version, landed_at) '
            "SELECT dead_letter_id, faults[1].rule, faults[1].path, faults[1].value, faults[1].message, "
            'faults, raw, topic, "partition", "offset", element, source, xapi_version, ? '
            "FROM new_dead_letter",
            [now],
        )


def forget(warehouse: Warehouse, before: datetime) -> int:
    """Drop what dead letters landed before a moment say of anybody, and give how many these were.

    Rule, place and times stay: positions count them, and the same record read again is the same dead letter. Older
    snapshots still hold the rest until they expire.
    """
    old = "landed_at < $before AND message <> $message"
    values = {"before": before, "message": FORGOTTEN}
    n_letters = int(warehouse.one(f"SELECT count(*) FROM landing.dead_letter WHERE {old}", values)[0])
    if n_letters:
        warehouse.run(f"{_DROP} WHERE {old}", values)
    return n_letters


def drop_content(warehouse: Warehouse, ids: Sequence[str], message: str) -> None:
    """Drop what these dead letters say of anybody, and say why; as `forget`."""
    if ids:
        warehouse.run(
            f"{_DROP} WHERE list_contains($ids, dead_letter_id)", {"ids": list(ids), "message": message}
        )


def rewrite(warehouse: Warehouse) -> None:
    """Write the files of dead letters anew of which anything is deleted: else it would stay in them, unseen."""
    warehouse.run(
        f"CALL ducklake_flush_inlined_data('{LAKE}', schema_name => 'landing', table_name => 'dead_letter')"
    )
    warehouse.run(
        f"CALL ducklake_rewrite_data_files('{LAKE}', 'dead_letter', schema => 'landing', delete_threshold => 0)"
    )


def known_dead_letters(
    warehouse: Warehouse, spans: Mapping[tuple[str, int], tuple[int, int]] | None, ids: Collection[str]
) -> set[str]:
    """Tell which of `ids` are dead letters already.

    Args:
        warehouse: where to look.
        spans: per topic and partition the first and last offset at which they stand; keeps the look-up to the
            files that hold these. None: they may stand anywhere.
        ids: dead letter ids.
    """
    if not ids:
        return set()
    if spans is None:
        return set(find_ids(warehouse, DeadSelection(ids=list(ids), is_waiting=None)))
    places = " OR ".join(['topic = ? AND "partition" = ? AND "offset" BETWEEN ? AND ?'] * len(spans))
    values = [part for (topic, partition), span in spans.items() for part in (topic, partition, *span)]
    sql = f"SELECT dead_letter_id FROM landing.dead_letter WHERE ({places})"
    return {found for (found,) in warehouse.rows(sql, values)} & set(ids)


def count_by(warehouse: Warehouse, by: DeadGroup = "rule") -> list[DeadCount]:
    """Count dead letters by rule, source or topic, the most frequent first."""
    rows = warehouse.rows(
        f"SELECT {_GROUPS[by]} AS told, count(*) FILTER (replayed_at IS NULL) AS waiting, "
        "count(replayed_at) AS replayed, "
        "min_by(dead_letter_id, (replayed_at IS NOT NULL, landed_at, dead_letter_id)), "
        "min_by(message, (replayed_at IS NOT NULL, landed_at, dead_letter_id)) "
        "FROM landing.dead_letter GROUP BY told ORDER BY waiting DESC, replayed DESC, told"
    )
    return [DeadCount(*row) for row in rows]


def find_ids(warehouse: Warehouse, selection: DeadSelection) -> list[str]:
    """List the ids of the selected dead letters, sorted."""
    condition, values = selection.condition()
    sql = f"SELECT dead_letter_id FROM landing.dead_letter WHERE {condition} ORDER BY dead_letter_id"
    return [found for (found,) in warehouse.rows(sql, values)]


def find(warehouse: Warehouse, selection: DeadSelection, *, limit: int) -> list[DeadLetter]:
    """Read the selected dead letters in the order of their places, `limit` of them at the most."""
    condition, values = selection.condition()
    return _letters(warehouse, f"landing.dead_letter WHERE {condition}", [*values, limit])


def undelivered(warehouse: Warehouse, topics: Collection[str], *, limit: int) -> list[DeadLetter]:
    """Read the dead letters of these topics that have not been delivered, the earliest `limit` of them."""
    waiting = (
        "landing.dead_letter ANTI JOIN landing.dead_letter_delivery USING (dead_letter_id) "
        "WHERE topic IN (SELECT unnest(?::VARCHAR[]))"
    )
    return _letters(warehouse, waiting, [sorted(topics), limit])


def mark_delivered(warehouse: Warehouse, ids: Sequence[str], now: datetime) -> None:
    """Note that the broker has these dead letters."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    with warehouse.holding(delivered=pa.table({"dead_letter_id": pa.array(ids, pa.string())})):
        warehouse.run(
            "INSERT INTO landing.dead_letter_delivery (dead_letter_id, delivered_at) "
            "SELECT dead_letter_id, ? FROM delivered ANTI JOIN landing.dead_letter_delivery USING (dead_letter_id)",
            [now],
        )


def _letters(warehouse: Warehouse, selected: str, values: Sequence[object]) -> list[DeadLetter]:
    """Read dead letters in the order of their places; the last of `values` is how many at the most."""
    rows = warehouse.rows(
        'SELECT dead_letter_id, faults, raw, topic, "partition", "offset", element, landed_at, source, '
        f"xapi_version, replayed_at, replayed_as::VARCHAR, replay_fix FROM {selected} "
        'ORDER BY topic, "partition", "offset", element, dead_letter_id LIMIT ?',
        values,
    )
    return [DeadLetter(row[0], tuple(Fault(**fault) for fault in row[1]), *row[2:]) for row in rows]


def mark_replayed(warehouse: Warehouse, replayed: Mapping[str, str], fix: str | None, now: datetime) -> None:
    """Note for each dead letter id which statement has taken its place, and what mended it."""
    if not replayed:
        return
    import pyarrow as pa  # noqa: PLC0415 - as above

    table = pa.table({"dead_letter_id": list(replayed), "statement_id": list(replayed.values())})
    with warehouse.holding(replayed=table):
        warehouse.run(
            "UPDATE landing.dead_letter AS letter "
            "SET replayed_at = ?, replayed_as = replayed.statement_id::UUID, replay_fix = ? "
            "FROM replayed WHERE letter.dead_letter_id = replayed.dead_letter_id",
            [now, fix],
        )
