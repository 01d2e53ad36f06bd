"""Which students' rows are the same again, by digests that are kept with them.

To find out from the rows themselves would take as long as writing them: a query of each table costs half a dozen of the
catalogue. A digest is a sum of hashes: a difference that it does not show has a chance of one in 2^64.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.refresh.workspace import Workspace

DIGEST: Final = "run.student_digest"


class Rewrite(NamedTuple):
    """The students whose rows in one relation are to be written."""

    students: str
    """SQL that yields their student_key."""
    n_stood: int
    """How many of them had rows before."""


def compute_digests(work: Workspace, digest: Relation, relations: Sequence[Relation]) -> None:
    """Compute the digests of the rows in a workspace, as rows of run.student_digest.

    Args:
        work: where the rows stand.
        digest: the relation run.student_digest.
        relations: the other tables whose rows belong to students.
    """
    # Hashed twice: the hash of a row is that of its last column XOR the rest, and so are sums of such.
    each = [
        f"SELECT '{relation.full_name}' AS relation, student_key, "
        f"(sum(hash(hash(rows_of)))::HUGEINT % 18446744073709551616)::UBIGINT AS digest "
        f"FROM {work.place(relation)} AS rows_of GROUP BY student_key"
        for relation in relations
        if work.n_rows[relation.full_name]
    ]
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
        work: where the digests are computed; its keys are the students'.
        digest: the relation run.student_digest.
    """
    before = work.keep_before(
        digest, f"FROM {LAKE}.{digest.full_name} SEMI JOIN {work.keys('student')} USING (student_key)"
    )
    rewritten = f"{work.name}.keys.rewritten"
    work.warehouse.run(
        f"CREATE OR REPLACE TABLE {rewritten} AS "
        f"WITH present AS ({_entries(work.place(digest))}), earlier AS ({_entries(before)}) "
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
        found[digest.full_name] = Rewrite(f"FROM {work.keys('student')}", n_stood)
    return found


def _entries(table: str) -> str:
    """SELECT of the digests, one a row."""
    return (
        "SELECT student_key, entry.key AS relation, entry.value AS digest "
        f"FROM (SELECT student_key, unnest(map_entries(digests)) AS entry FROM {table})"
    )
