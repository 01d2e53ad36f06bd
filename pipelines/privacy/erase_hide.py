"""Hiding a student: one transaction, after which no query of the warehouse shows anything of theirs."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.ingest.land.dead_letters import drop_content
from learnloom.pipelines.ingest.land.erased import Erased, write_erased
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.extensions import quoted
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.privacy.erase_find import find_standing
from learnloom.pipelines.privacy.erase_sought import Mention, Sought, Whereabouts
from learnloom.pipelines.privacy.erase_state import Erasure, add_erasure, drop_erasure
from learnloom.pipelines.privacy.subject import LOGINS, Subject
from learnloom.pipelines.privacy.tokens import Token
from learnloom.schemas.student_event import ERASED, StudentErased, StudentErasedEvent

MESSAGE: Final = "Its content is no longer kept: a student who stands in it was erased."
_STATEMENT: Final = "landing.statement"
_STAGED: Final = "staging.stg_statement"
_OUTBOX: Final = "feedback.outbox"
_KEYS: Final = ("student_key", "identifier_key", "teller_key")
"""Columns that say whose a row is."""
_LATER: Final = ("landing.erasure", "landing.erased", _OUTBOX)
_TEXTS: Final = {
    "landing.person_event": ("reason", "source"),
    "landing.staff": ("source",),
    "landing.login_match": ("reason",),
    "landing.roster_member": ("source",),
    "landing.statement": ("topic", "source"),
    "landing.dead_letter": ("topic", "source"),
    "landing.position": ("topic",),
}
"""Columns in which somebody may have written a name: a file may be called after the student."""


class Hidden(NamedTuple):
    """What hiding has done."""

    erasure: Erasure
    found: Whereabouts
    """Where the student stood."""
    rows: dict[str, int]
    """Rows that were taken out of each relation, by full name."""


def hide(
    warehouse: Warehouse,
    erasure: Erasure,
    subject: Subject,
    found: Whereabouts,
    *,
    waiting: Sequence[Erased],
    scanned: int,
    source: str,
    is_again: bool = False,
) -> Hidden:
    """Take a student out of every relation, and out of what others said of them.

    Args:
        warehouse: open for writing.
        erasure: names it.
        subject: the student.
        found: where the student stands, as of a snapshot.
        waiting: records of the student that wait in the journal of the store, and are not to land.
        scanned: that snapshot; what has landed since is looked at here.
        source: URI reference of this deployment, for its event.
        is_again: whether the erasure is under way, and something has come since.
    """
    with warehouse.transaction(LANDING):
        # Who lands at the same time fails and is done again, with what is erased in its duplicate check.
        landing_schema.advance_fence(warehouse)
        if warehouse.snapshot() > scanned:
            (later,) = find_standing(warehouse, [Sought(subject, erasure.pseudonym)], since=scanned)
            found = found.joined(later)
        standing = _as_redacted(warehouse, found.mentions)
        rows = _take_out(warehouse, subject, found)
        overtake(warehouse)
        if standing.num_rows:
            _put_redacted(warehouse, standing)
        drop_content(warehouse, [each.dead_letter_id for each in found.letters], MESSAGE)
        names = _Names(found.tokens, erasure.pseudonym)
        names.replace(warehouse)
        write_erased(warehouse, [*waiting, *(names.without(record) for record in _records(found))])
        done = erasure._replace(
            n_statements=erasure.n_statements + len(found.own),
            n_mentions=erasure.n_mentions + len(found.mentions),
            n_dead_letters=erasure.n_dead_letters + len(found.letters),
        )
        if _OUTBOX in filled_tables(warehouse):
            done = _tell(warehouse, done, subject, source)
            rows[_OUTBOX] = done.n_events
        if is_again:
            drop_erasure(warehouse, erasure.erasure_id)
        add_erasure(warehouse, done)
    return Hidden(done, found, rows)


def overtake(warehouse: Warehouse) -> None:
    """Let a refresh under way be done again, and none go on with what one has left: they know the student."""
    for change in (
        "staging.staging_state SET landed_snapshot = landed_snapshot",
        "run.refresh_state SET refreshed_at = refreshed_at + INTERVAL 1 MICROSECOND",
    ):
        if change.split()[0] in filled_tables(warehouse):
            warehouse.run(f"UPDATE {LAKE}.{change}")


def _records(found: Whereabouts) -> list[Erased]:
    return [
        *(each.record for each in found.own),
        *(each.record for each in found.mentions),
        *(each.record for each in found.letters),
    ]


def _take_out(warehouse: Warehouse, subject: Subject, found: Whereabouts) -> dict[str, int]:
    """Delete the student's rows, and those of statements that are put back without them."""
    rows, filled = {}, filled_tables(warehouse)
    columns = columns_in(warehouse, LAKE)
    gone = [each.statement_id for each in found.own] + [each.statement_id for each in found.mentions]
    with warehouse.holding(gone=pa.table({"statement_id": pa.array(gone, pa.string())})):
        for name, known in columns.items():
            if name not in filled or name in _LATER:
                continue
            condition = _whose(name, {column for column, _ in known}, subject)
            if condition:
                (count,) = warehouse.one(f"DELETE FROM {LAKE}.{name} WHERE {condition}")
                rows[name] = int(count)
    return {name: count for name, count in rows.items() if count}


def _whose(name: str, columns: Iterable[str], subject: Subject) -> str:
    """SQL for the rows of a table that are the student's, or of a statement that names them."""
    # As constants: by these DuckLake knows which files to open.
    keys = ", ".join(map(quoted, subject.keys))
    parts = [f"{column} IN ({keys})" for column in _KEYS if column in columns]
    if name in LOGINS and subject.logins:
        parts.append(f"subject IN ({', '.join(map(quoted, subject.logins))})")
    if name == "landing.person_event":
        parts.append(f"value IN ({keys})")
    if name in (_STATEMENT, _STAGED, "landing.statement_version"):
        parts.append("statement_id IN (SELECT statement_id::UUID FROM gone)")
    if name == "landing.statement_version":
        parts.append("first_id IN (SELECT statement_id::UUID FROM gone)")
    return " OR ".join(parts)


def _as_redacted(warehouse: Warehouse, mentions: Sequence[Mention]) -> pa.Table:
    """Rows of landing.statement with what others said, without the student."""
    said = pa.table(
        {
            "statement_id": pa.array([each.statement_id for each in mentions], pa.string()),
            "content_hash": pa.array([each.content_hash for each in mentions], pa.uint64()),
            "raw": pa.array([each.raw for each in mentions], pa.large_string()),
        }
    )
    with warehouse.holding(said=said):
        return warehouse.arrow(
            "SELECT standing.* REPLACE (said.raw AS raw, said.content_hash AS content_hash, "
            f"standing.statement_id::VARCHAR AS statement_id) FROM {LAKE}.{_STATEMENT} AS standing "
            "INNER JOIN said ON standing.statement_id = said.statement_id::UUID"
        )


def _put_redacted(warehouse: Warehouse, rows: pa.Table) -> None:
    """Land them again: they are staged like what has just landed."""
    with warehouse.holding(redacted=rows):
        warehouse.run(
            f"INSERT INTO {LAKE}.{_STATEMENT} BY NAME "
            "SELECT * REPLACE (statement_id::UUID AS statement_id) FROM redacted"
        )


class _Names:
    """Replaces the student in the names of files and in what people wrote beside them."""

    def __init__(self, tokens: Sequence[Token], pseudonym: str) -> None:
        self._texts = [
            token.text for token in tokens if token.kind in ("identifier", "name") and token.is_distinct
        ]
        self._pseudonym = pseudonym

    def without(self, record: Erased) -> Erased:
        """A record whose topic does not name the student."""
        topic = record.topic
        for text in self._texts:
            topic = topic.replace(text, self._pseudonym)
        return record._replace(topic=topic)

    def replace(self, warehouse: Warehouse) -> None:
        """Replace the student in the columns that may hold a name."""
        filled = filled_tables(warehouse)
        values = {f"text_{number}": text for number, text in enumerate(self._texts)}
        for name, columns in _TEXTS.items() if values else ():
            for column in columns if name in filled else ():
                holds = " OR ".join(f"contains({column}, ${text})" for text in values)
                new = column
                for text in values:
                    new = f"replace({new}, ${text}, $pseudonym)"
                if warehouse.rows(f"SELECT 1 FROM {LAKE}.{name} WHERE {holds} LIMIT 1", values):
                    warehouse.run(
                        f"UPDATE {LAKE}.{name} SET {column} = {new} WHERE {holds}",
                        {**values, "pseudonym": self._pseudonym},
                    )


def _tell(warehouse: Warehouse, erasure: Erasure, subject: Subject, source: str) -> Erasure:
    """Take the student's events out of the outbox, and put one in that tells receivers to erase them as well."""
    (last,) = warehouse.one(f"SELECT coalesce(max(sequence), 0) FROM {LAKE}.{_OUTBOX}")
    (n_events,) = warehouse.one(
        f"DELETE FROM {LAKE}.{_OUTBOX} WHERE list_contains($keys, student_key)", {"keys": list(subject.keys)}
    )
    sequence = last + 1
    event = StudentErasedEvent(
        id=hashlib.sha256(f"{erasure.erasure_id} {sequence}".encode()).hexdigest()[:32],
        source=source,
        subject=subject.student_key,
        time=erasure.requested_at,
        partitionkey=subject.student_key,
        data=StudentErased(erasure_id=erasure.erasure_id, student_keys=subject.keys),
    )
    warehouse.run(
        f"INSERT INTO {LAKE}.{_OUTBOX} BY NAME SELECT $sequence::BIGINT AS sequence, $event_id AS event_id, "
        "$change AS change, 1 AS occurrence, $key AS student_key, $id AS signal_id, '' AS signal_kind, '' AS audience, "
        "$at::TIMESTAMPTZ AS created_at, 'infinity'::TIMESTAMPTZ AS expires_at, $event::JSON AS event",
        {
            "sequence": sequence,
            "event_id": event.id,
            "id": erasure.erasure_id,
            "change": ERASED,
            "key": subject.student_key,
            "at": erasure.requested_at,
            "event": event.model_dump_json(),
        },
    )
    return erasure._replace(n_events=erasure.n_events + int(n_events), sequence=sequence)
