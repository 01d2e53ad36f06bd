"""Counts of questions after a refresh: those that stand, less some students' answers as they were, plus as they are.

To read all answers to a question would take the longer, the larger the school is. The sums of marts.mart_item_count are
exact, so that this gives what all answers would give. Only what is told of the last answer does not add up: where that
one is gone, the question is counted from all answers.
"""

from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import KEYS, inputs
from learnloom.pipelines.refresh.build import Transform
from learnloom.pipelines.refresh.workspace import Workspace

COUNT: Final = "marts.mart_item_count"
_KEY: Final = KEYS["activity"]
_WHEN: Final = "last_answered_at"
_LAST: Final = "last_attempt_id"
_LATEST: Final = (_LAST, "course_id")
"""Columns that tell of the last answer, beside when it was given."""
_DURATIONS: Final = "durations"


def count_items(transform: Transform, place: Workspace, *, is_whole: bool) -> bool:
    """Keep the counts and keys of the questions whose answers are others than before; say whether there are any.

    Where the refresh is to put right what does not stand as it was written, they are all questions of these students.

    Args:
        transform: its workspace holds the answers of the students taken.
        place: a workspace for this; it is the only database that is written to.
        is_whole: count all questions from all answers; then no keys are kept.
    """
    students = transform.work.keys("student")
    after = _count(
        transform, place, "after", transform.work.name, f"SEMI JOIN {students} USING (student_key)"
    )
    if is_whole:
        _merge(transform, place, plus=[after, _count_others(transform, place)])
        return True
    before = _count(transform, place, "before", LAKE, f"SEMI JOIN {students} USING (student_key)")
    differing = f"(FROM {before} EXCEPT FROM {after}) UNION ALL (FROM {after} EXCEPT FROM {before})"
    if not transform.plan.trusts_what_stands:
        differing = f"FROM {before} UNION ALL FROM {after}"
    if not place.keep_keys("activity", f"SELECT {_KEY} FROM ({differing})"):
        return False
    _count_touched(transform, place, before, after)
    return True


def _count_touched(transform: Transform, place: Workspace, before: str, after: str) -> None:
    """Keep the counts of the questions touched, by tables of what these students' answers were, and what they are."""
    touched = f"SEMI JOIN {place.keys('activity')} USING ({_KEY})"
    stands, lost = f"{place.name}.keys.standing_counts", f"{place.name}.keys.lost"
    standing = f"{LAKE}.{COUNT} {touched}" if COUNT in transform.filled else f"{after} LIMIT 0"
    place.warehouse.run(f"CREATE OR REPLACE TABLE {stands} AS FROM {standing}")
    is_now, stood = (f"{{'at': {each}.{_WHEN}, 'id': {each}.{_LAST}}}" for each in ("is_now", "stood"))
    is_lost = f"was.{_LAST} = stood.{_LAST} AND (is_now.{_LAST} IS NULL OR {is_now} < {stood})"
    (n_lost,) = place.warehouse.one(
        f"CREATE OR REPLACE TABLE {lost} AS SELECT {_KEY} FROM {place.keys('activity')} "
        f"LEFT JOIN {stands} AS stood USING ({_KEY}) LEFT JOIN {before} AS was USING ({_KEY}) "
        f"LEFT JOIN {after} AS is_now USING ({_KEY}) "
        f"WHERE {is_lost if transform.plan.trusts_what_stands else 'true'}"
    )
    kept = f"ANTI JOIN {lost} USING ({_KEY})"
    others = [_count_others(transform, place, among=lost)] if n_lost else []
    plus = [f"{stands} {kept}", f"{after} {touched}", *others]
    _merge(transform, place, plus=plus, minus=f"{before} {touched} {kept}")


def _count_others(transform: Transform, place: Workspace, *, among: str | None = None) -> str:
    """Count the answers of all other students to some questions, or to all; return the table."""
    others = f"ANTI JOIN {transform.work.keys('student')} USING (student_key)"
    return _count(transform, place, "others", LAKE, others, among=among)


def _count(
    transform: Transform, place: Workspace, name: str, database: str, cut: str, *, among: str | None = None
) -> str:
    """Count the answers in a database of some students, as `cut` says, to some questions or all; return the table."""
    relation = transform.by_name[COUNT]
    of_items = f" SEMI JOIN {among} USING ({_KEY})" if among else ""
    for read in inputs(transform.relations, [relation], transform.by_name):
        source = f"(FROM {database}.{read.full_name} {cut}{of_items if _KEY in read.columns else ''})"
        if database == LAKE:
            transform.show(place, read, source=source)
        else:
            place.show(read, source=source)
    table = f"{place.name}.keys.{name}_counts"
    place.in_here(f"CREATE OR REPLACE TABLE {table} AS {relation.sql}")
    return table


def _merge(transform: Transform, place: Workspace, *, plus: Sequence[str], minus: str | None = None) -> None:
    """Add up counts, each as SQL writes it after FROM, less others; keep those of questions with answers."""
    relation = transform.by_name[COUNT]
    parts = [f"SELECT *, true AS is_added FROM (FROM {part})" for part in plus]
    if minus is not None:
        parts.append(f"SELECT *, false AS is_added FROM (FROM {minus})")
    every = " UNION ALL BY NAME ".join(parts)
    columns = [(name, kind) for name, kind in place.described(every) if name in relation.columns]
    place.take(
        relation,
        f"WITH parts AS ({every}), "
        f"timed AS (SELECT {_KEY}, is_added, unnest({_DURATIONS}) AS taken FROM parts), "
        f"spread AS (SELECT {_KEY}, taken.seconds, {_sum('taken.n', 'BIGINT')} AS n FROM timed GROUP BY ALL), "
        f"lists AS (SELECT {_KEY}, list({{'seconds': seconds, 'n': n}} ORDER BY seconds) AS {_DURATIONS} "
        f"FROM spread WHERE n > 0 GROUP BY {_KEY}) "
        f"SELECT {', '.join(_merged(name, kind) for name, kind in columns)} "
        f"FROM parts LEFT JOIN lists USING ({_KEY}) GROUP BY {_KEY} HAVING {_sum('n_attempts', 'BIGINT')} > 0",
    )


def _merged(name: str, kind: str) -> str:
    """SQL for a column of counts that are added up."""
    if name == _KEY:
        return name
    if name == _WHEN:
        return f"max({name}) FILTER (WHERE is_added) AS {name}"
    if name in _LATEST:
        latest = f"{{'at': {_WHEN}, 'id': {_LAST}, 'told': parts.{name}}}"
        return f"(max({latest}) FILTER (WHERE is_added)).told AS {name}"
    if name == _DURATIONS:
        return f"coalesce(any_value(lists.{name}), []) AS {name}"
    return f"{_sum(f'parts.{name}', kind)} AS {name}"


def _sum(column: str, kind: str) -> str:
    return f"sum(CASE WHEN is_added THEN {column} ELSE -{column} END)::{kind}"
