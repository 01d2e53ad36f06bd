"""Leaving students: one transaction, after which no query of the warehouse shows anything of theirs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.ingest.land.dead_letters import drop_content
from learnloom.pipelines.ingest.land.dedupe import hash_number
from learnloom.pipelines.ingest.land.erased import Erased, write_erased
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import OvertakenError
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.relation import columns_in, filled_tables
from learnloom.pipelines.lake.small import one_snapshot
from learnloom.pipelines.privacy.erase_find import find_standing
from learnloom.pipelines.privacy.erase_sought import Sought, Whereabouts
from learnloom.pipelines.privacy.erase_state import Erasure, add_erasures, drop_erasures
from learnloom.pipelines.privacy.erase_tell import put_events
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.subject import Subject, names_statements, whose
from learnloom.pipelines.privacy.tokens import Token

MESSAGE: Final = "Its content is no longer kept: a student who stands in it was erased."
_STATEMENT: Final = "landing.statement"
_OUTBOX: Final = "feedback.outbox"
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


class Leaving(NamedTuple):
    """A student who is to be hidden."""

    erasure: Erasure
    subject: Subject
    found: Whereabouts
    """Where the student stands."""
    waiting: Sequence[Erased] = ()
    """Records of the student that wait in the journal of the store, and are not to land."""

    @property
    def gone(self) -> list[str]:
        """Ids of the statements that are taken out; those of others come back without the student."""
        return [
            *(each.statement_id for each in self.found.own),
            *(each.statement_id for each in self.found.mentions),
        ]

    @property
    def redaction(self) -> Redaction:
        """Takes the student out of what others have sent."""
        told = [token for token in self.found.tokens if token.kind != "text"]
        return Redaction(self.subject.keys, told, self.erasure.pseudonym, shared=self.found.shared)


class Hidden(NamedTuple):
    """What hiding a student has done."""

    erasure: Erasure
    found: Whereabouts
    """Where the student stood."""
    rows: dict[str, int]
    """Rows that were taken out of each relation, by full name."""


def hide(
    warehouse: Warehouse, students: Sequence[Leaving], *, scanned: int, source: str, is_again: bool = False
) -> list[Hidden]:
    """Take students out of every relation, and out of what others said of them.

    Args:
        warehouse: open for writing.
        students: who, and where they stood as of a snapshot.
        scanned: that snapshot; what has landed since is looked at here.
        source: URI reference of this deployment, for its events.
        is_again: whether the erasures are under way, and something has come since.
    """
    counts = _counted_before(warehouse, students)
    with warehouse.transaction(LANDING):
        # Who lands at the same time fails and is done again, with what is erased in its duplicate check.
        landing_schema.advance_fence(warehouse)
        if warehouse.snapshot() > scanned:
            sought = [Sought(each.subject, each.erasure.pseudonym, each.found.shared) for each in students]
            later = find_standing(warehouse, sought, since=scanned)
            students = [
                each._replace(found=each.found.joined(more))
                for each, more in zip(students, later, strict=True)
            ]
        standing = _as_redacted(warehouse, students)
        rows = _take_out(warehouse, students, counts)
        overtake(warehouse)
        if standing.num_rows:
            _put_redacted(warehouse, standing)
        letters = {letter.dead_letter_id for each in students for letter in each.found.letters}
        drop_content(warehouse, sorted(letters), MESSAGE)
        names = [_Names(each.found.tokens, each.erasure.pseudonym) for each in students]
        _replace_names(warehouse, names)
        write_erased(
            warehouse,
            [
                record
                for each, name in zip(students, names, strict=True)
                for record in (*each.waiting, *map(name.without, _records(each.found)))
            ],
        )
        done = [_counted(each) for each in students]
        if _OUTBOX in filled_tables(warehouse):
            done = put_events(
                warehouse, [(one, each.subject) for one, each in zip(done, students, strict=True)], source
            )
            for one, taken in zip(done, rows, strict=True):
                taken[_OUTBOX] = one.n_events
        if is_again:
            drop_erasures(warehouse, [one.erasure_id for one in done])
        add_erasures(warehouse, done)
    return [Hidden(one, each.found, taken) for one, each, taken in zip(done, students, rows, strict=True)]


def _counted(student: Leaving) -> Erasure:
    erasure, found = student.erasure, student.found
    return erasure._replace(
        n_statements=erasure.n_statements + len(found.own),
        n_mentions=erasure.n_mentions + len(found.mentions),
        n_dead_letters=erasure.n_dead_letters + len(found.letters),
    )


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


def _counted_before(warehouse: Warehouse, students: Sequence[Leaving]) -> dict[str, Sequence[int]]:
    """What `_count` tells of each relation where keys alone tell whose a row is: while nobody waits."""
    if len(students) == 1:  # of one, deleting tells
        return {}
    with one_snapshot(warehouse):
        return {
            name: _count(warehouse, name, columns, students)
            for name, columns in _relations(warehouse, students)
            if not names_statements(name)
        }


def _take_out(
    warehouse: Warehouse, students: Sequence[Leaving], counts: Mapping[str, Sequence[int]]
) -> list[dict[str, int]]:
    """Delete the students' rows, and those of statements that are put back without them; give of each how many.

    Raises:
        OvertakenError: there are more or fewer rows than were counted before.
    """
    rows: list[dict[str, int]] = [{} for _ in students]
    gone = [(number, each) for number, student in enumerate(students) for each in student.gone]
    arrays = (pa.array([row[0] for row in gone], pa.int32()), pa.array([row[1] for row in gone], pa.string()))
    with warehouse.holding(gone=pa.table(arrays, names=["number", "statement_id"])):
        for name, columns in _relations(warehouse, students):
            known = counts.get(name)
            if known is None and len(students) > 1:
                known = _count(warehouse, name, columns, students)
            (total,) = warehouse.one(f"DELETE FROM {_theirs(name, columns, students)}")
            before, *each = known or (total, total)
            if before != total:
                raise OvertakenError(f"rows of {name} were written while students were counted in it")
            for taken, count in zip(rows, each, strict=True):
                if count:
                    taken[name] = int(count)
    return rows


def _relations(warehouse: Warehouse, students: Sequence[Leaving]) -> list[tuple[str, Collection[str]]]:
    """Relations in which rows of the students may be, with their columns."""
    filled = filled_tables(warehouse)
    found = [(name, {column for column, _ in known}) for name, known in columns_in(warehouse, LAKE).items()]
    return [
        (name, columns)
        for name, columns in found
        if name in filled and name not in _LATER and _whose(name, columns, students, range(len(students)))
    ]


def _theirs(name: str, columns: Iterable[str], students: Sequence[Leaving]) -> str:
    return f"{LAKE}.{name} WHERE {_whose(name, columns, students, range(len(students)))}"


def _count(
    warehouse: Warehouse, name: str, columns: Collection[str], students: Sequence[Leaving]
) -> Sequence[int]:
    """How many rows of a relation are the students', and then how many are each one's; one may be of several."""
    each = (_whose(name, columns, students, [number]) for number in range(len(students)))
    counts = ", ".join(f"count(*) FILTER ({of_one})" for of_one in each)
    return warehouse.one(f"SELECT count(*), {counts} FROM {_theirs(name, columns, students)}")


def _whose(name: str, columns: Iterable[str], students: Sequence[Leaving], numbers: Sequence[int]) -> str:
    """SQL for the rows of a table that are of some of the students, or of statements that name them."""
    gone = f"SELECT statement_id::UUID FROM gone WHERE number IN ({', '.join(map(str, numbers))})"
    return whose(name, columns, [students[number].subject for number in numbers], gone)


def _as_redacted(warehouse: Warehouse, students: Sequence[Leaving]) -> pa.Table:
    """Rows of landing.statement with what others said, without any of the students."""
    said: dict[str, str] = {}
    for each in students:
        redaction = each.redaction
        for mention in each.found.mentions:
            before = said.get(mention.statement_id)
            said[mention.statement_id] = mention.raw if before is None else redaction.of(before) or before
    hashes = [hash_number(raw.encode("utf-8", "surrogatepass")) for raw in said.values()]
    arrays = (
        pa.array(said.keys(), pa.string()),
        pa.array(hashes, pa.uint64()),
        pa.array(said.values(), pa.large_string()),
    )
    with warehouse.holding(said=pa.table(arrays, names=["statement_id", "content_hash", "raw"])):
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
    """Replaces a student in the names of files and in what people wrote beside them."""

    def __init__(self, tokens: Sequence[Token], pseudonym: str) -> None:
        self._texts = [
            token.text for token in tokens if token.kind in ("identifier", "name") and token.is_distinct
        ]
        self._pseudonym = pseudonym

    def replaced(self, text: str) -> str:
        """A text without the student."""
        for each in self._texts:
            text = text.replace(each, self._pseudonym)
        return text

    def without(self, record: Erased) -> Erased:
        """A record whose topic does not name the student."""
        return record._replace(topic=self.replaced(record.topic))


def _replace_names(warehouse: Warehouse, names: Sequence[_Names]) -> None:
    """Replace students in the columns that may hold a name; of each value that stands there once."""
    filled = filled_tables(warehouse)
    for name, columns in _TEXTS.items():
        for column in columns if name in filled else ():
            where = f"{LAKE}.{name} WHERE {column}"
            for (old,) in warehouse.rows(f"SELECT DISTINCT {column} FROM {where} IS NOT NULL"):
                new = old
                for each in names:
                    new = each.replaced(new)
                if new != old:
                    warehouse.run(f"UPDATE {LAKE}.{name} SET {column} = ? WHERE {column} = ?", [new, old])
