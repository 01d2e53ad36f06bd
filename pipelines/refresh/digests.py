"""Which students' rows are the same again, by digests that are kept with them.

To find out from the rows themselves would take as long as writing them: a query of each table costs half a dozen of the
catalogue. A digest is a sum of hashes: a difference that it does not show has a chance of one in 2^64.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.workspace import Workspace

DIGEST: Final = "run.student_digest"


class Rewrite(NamedTuple):
    """The students whose rows in one relation are to be written."""

    students: str
    """SQL that yields their student_key."""
    n_stood: int
    """How many of them had rows before."""


def compute_digests(transform: Transform, rows: Mapping[str, str]) -> None:
    """Compute the digests of the rows in a workspace, as rows of run.student_digest.

    Args:
        transform: its workspace holds the rows.
        rows: SQL for the rows of each relation, by its full name. On a new day the digests of those who were not chosen
            stay as they are, but for the relations that were computed of everybody.
    """
    work, digest = transform.work, transform.by_name[DIGEST]
    # Hashed twice: the hash of a row is that of its last column XOR the rest, and so are sums of such.
    each = [
        f"SELECT '{name}' AS relation, student_key, "
        f"(sum(hash(hash(rows_of)))::HUGEINT % 18446744073709551616)::UBIGINT AS digest "
        f"FROM ({select}) AS rows_of GROUP BY student_key"
        for name, select in rows.items()
        if work.n_rows[name]
    ]
    if transform.of_day and DIGEST in transform.filled:
        named = ", ".join(f"'{name}'" for name in transform.of_day)
        others = f"FROM {LAKE}.{DIGEST} ANTI JOIN {work.keys('student')} USING (student_key) WHERE {transform.among}"
        each.append(
            f"SELECT relation, student_key, digest FROM ({_entries(others)}) WHERE relation NOT IN ({named})"
        )
    if not each:
        work.define(digest)
        return
    work.take(
        digest,
        "SELECT student_key, map_from_entries(list((relation, digest) ORDER BY relation)) AS digests "
        f"FROM ({' UNION ALL '.join(each)}) GROUP BY student_key",
    )


def find_rewrites(work: Workspace, digest: Relation) -> dict[str, Rewrite]:
    """Find whose rows differ from what was written last, by the full name of the relation, the digests' own included.

    A student without digests has no rows anywhere: both are written in one transaction.

    Args:
        work: where the digests are computed; its keys are those of the students chosen, with rows or without.
        digest: the relation run.student_digest.
    """
    keys = (
        f"(SELECT student_key FROM {work.place(digest)} UNION SELECT student_key FROM {work.keys('student')})"
    )
    before = work.keep_before(digest, f"FROM {LAKE}.{digest.full_name} SEMI JOIN {keys} USING (student_key)")
    rewritten = f"{work.name}.keys.rewritten"
    work.warehouse.run(
        f"CREATE OR REPLACE TABLE {rewritten} AS "
        f"WITH present AS ({_entries(f'FROM {work.place(digest)}')}), earlier AS ({_entries(f'FROM {before}')}) "
        "SELECT relation, student_key, earlier.digest IS NOT NULL AS has_stood "
        "FROM present FULL JOIN earlier USING (relation, student_key) "
        "WHERE present.digest IS DISTINCT FROM earlier.digest"
    )
    counts = work.warehouse.rows(f"SELECT relation, count_if(has_stood) FROM {rewritten} GROUP BY relation")
    found = {
        name: Rewrite(f"SELECT student_key FROM {rewritten} WHERE relation = '{name}'", n_stood)
        for name, n_stood in counts
    }
    if found:
        n_stood = work.warehouse.one(f"SELECT count(*) FROM {before}")[0]
        found[digest.full_name] = Rewrite(keys, n_stood)
    return found


def _entries(rows: str) -> str:
    """SELECT of the digests that rows of run.student_digest hold, one a row."""
    return (
        "SELECT student_key, entry.key AS relation, entry.value AS digest "
        f"FROM (SELECT student_key, unnest(map_entries(digests)) AS entry {rows})"
    )
