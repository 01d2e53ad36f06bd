"""What rules of retention say is to go: statements, contents of refused records, what was carried, files."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.config.retention import RetainedKind, RetentionRule
from learnloom.pipelines.ingest.land.dead_letters import FORGOTTEN
from learnloom.pipelines.lake.catalog_copy import POSTGRES_COPY
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.location import CATALOG_FILE
from learnloom.pipelines.lake.relation import filled_tables
from learnloom.pipelines.privacy.erase_attachments import attachments_named
from learnloom.pipelines.privacy.tokens import Token, variants

STATEMENT: Final = "landing.statement"
STAGED: Final = "staging.stg_statement"
_LETTER: Final = "landing.dead_letter"
_OUTBOX: Final = "feedback.outbox"
_AT_ONCE: Final = 5_000
_TEXTS: Final = 20
_FEWEST_CHARS: Final = 12
_MOST_CHARS: Final = 500
CARRIED: Final = ("landing.student_prior", "landing.skill_prior")
_EXPORTED: Final = frozenset({".csv", ".parquet", ".json", ".jsonl", ".html", ".duckdb", ".zst", ".gz"})
_GOING: Final = f"""
    WITH judged AS (
        SELECT
            staged.statement_id,
            staged.student_key,
            staged.voided_statement_id,
            CASE {{cases}} END AS rule
        FROM (FROM {LAKE}.{STAGED} AT (VERSION => {{snapshot}})) AS staged
        INNER JOIN {LAKE}.{STATEMENT} AS landed ON staged.statement_id = landed.statement_id
        LEFT JOIN {LAKE}.dimensional.dim_usage AS told ON staged.usage_id = told.usage_id
        LEFT JOIN (
            SELECT course_id, max(ends_at) AS ends_at FROM {LAKE}.dimensional.dim_course_run GROUP BY course_id
        ) AS run ON told.course_id = run.course_id
    ),
    -- Without a void its statement would count again.
    standing AS (SELECT statement_id FROM judged WHERE rule IS NULL)

    SELECT
        judged.statement_id::VARCHAR AS statement_id,
        -- Whoever voids: it goes with its statement, not before.
        coalesce(voided.student_key, judged.student_key) AS student_key,
        judged.rule
    FROM judged
    LEFT JOIN judged AS voided ON judged.voided_statement_id = voided.statement_id
    WHERE judged.rule IS NOT NULL
        AND (
            judged.voided_statement_id IS NULL
            OR judged.voided_statement_id NOT IN (SELECT statement_id FROM standing)
        )
    ORDER BY 2, 1
    LIMIT {{most}}
"""
MOST: Final = 1_000_000
"""Statements that go at a time; the next run goes on."""


def rules_of(rules: Sequence[RetentionRule], what: RetainedKind) -> list[RetentionRule]:
    """The rules about one kind of thing."""
    return [rule for rule in rules if rule.what == what]


def going_statements(
    warehouse: Warehouse, rules: Sequence[RetentionRule], snapshot: int, now: dt.datetime
) -> pa.Table:
    """Find the statements that are to go, `MOST` at the most: statement_id, student_key and rule, by whole students.

    A void has the key of the student whose statement it voids.

    Args:
        warehouse: a refresh has taken all in.
        rules: the first that fits a statement counts.
        snapshot: up to which the refresh has taken statements in: what came later waits.
        now: the present moment.
    """
    cases = []
    values: dict[str, Any] = {}
    for number, rule in enumerate(rules_of(rules, "statements")):
        moment = "run.ends_at" if rule.counted_from == "course_end" else "staged.occurred_at"
        parts = [f"{moment} < $before_{number}"]
        values[f"before_{number}"] = _before(rule, now)
        for name, column, patterns in (
            ("source", "coalesce(landed.source, landed.topic)", rule.sources),
            ("course", "told.course_id", rule.courses),
        ):
            fits = []
            for place, pattern in enumerate(patterns):
                values[f"{name}_{number}_{place}"] = _like(pattern)
                fits.append(f"{column} LIKE $" + f"{name}_{number}_{place} ESCAPE '!'")
            parts += [f"({' OR '.join(fits)})"] if fits else []
        cases.append(f"WHEN {' AND '.join(parts)} THEN '{rule.name}'")
    if not cases:
        return pa.table({name: pa.array([], pa.string()) for name in ("statement_id", "student_key", "rule")})
    found = warehouse.arrow(_GOING.format(cases=" ".join(cases), snapshot=snapshot, most=MOST), values)
    if found.num_rows < MOST:
        return found
    students = found.column("student_key").to_pylist()
    # The last one may not be whole.
    return found.slice(0, students.index(students[-1]) or len(students))


def telling_texts(warehouse: Warehouse, going: pa.Table) -> list[Token]:
    """Some long answers among the statements that go, given nowhere else: by them it is seen whether all is gone."""
    with warehouse.holding(going=going):
        said = warehouse.rows(
            f"SELECT DISTINCT response FROM {LAKE}.{STAGED} AS staged "
            "WHERE staged.statement_id IN (SELECT statement_id::UUID FROM going) "
            f"AND length(response) BETWEEN {_FEWEST_CHARS} AND {_MOST_CHARS} ORDER BY response LIMIT {_TEXTS}"
        )
        found = [Token(str(row[0]), "text") for row in said]
        return [each for each in found if each.is_distinct and not _stands_elsewhere(warehouse, each)]


def going_attachments(warehouse: Warehouse, going: pa.Table) -> list[str]:
    """Hashes of the attachments of statements that go."""
    with warehouse.holding(going=going):
        batches = warehouse.arrow_batches(
            f"SELECT raw FROM {LAKE}.{STATEMENT} WHERE contains(raw, 'attachments') "
            "AND statement_id IN (SELECT statement_id::UUID FROM going)",
            at_once=_AT_ONCE,
        )
        return sorted(attachments_named(raw for batch in batches for raw in batch.column(0).to_pylist()))


def _stands_elsewhere(warehouse: Warehouse, token: Token) -> bool:
    """Whether anything that stays holds a text, in whatever way it is written there."""
    texts = list(variants(token.text))
    holds = "list_bool_or([contains({column}, text) FOR text IN $texts])"
    places = {
        STATEMENT: f"{holds.format(column='raw')} AND statement_id NOT IN (SELECT statement_id::UUID FROM going)",
        _LETTER: holds.format(column="decode(raw)"),
        _OUTBOX: holds.format(column="event::VARCHAR"),
    }
    return any(
        warehouse.rows(f"SELECT 1 FROM {LAKE}.{name} WHERE {holds_it} LIMIT 1", {"texts": texts})
        for name, holds_it in places.items()
        if name in filled_tables(warehouse)
    )


def going_letters(warehouse: Warehouse, rule: RetentionRule, now: dt.datetime) -> list[str]:
    """The refused records whose content a rule lets go, by id."""
    if _LETTER not in filled_tables(warehouse):
        return []
    values = {"before": _before(rule, now), "message": FORGOTTEN}
    patterns = {f"source_{place}": _like(pattern) for place, pattern in enumerate(rule.sources)}
    fits = [f"coalesce(source, topic) LIKE ${name} ESCAPE '!'" for name in patterns] or ["true"]
    return [
        str(row[0])
        for row in warehouse.rows(
            f"SELECT dead_letter_id FROM {LAKE}.{_LETTER} WHERE raw IS NOT NULL AND landed_at < $before "
            f"AND message <> $message AND ({' OR '.join(fits)}) ORDER BY dead_letter_id",
            {**values, **patterns},
        )
    ]


def going_carried(warehouse: Warehouse, rule: RetentionRule, now: dt.datetime) -> dict[str, int]:
    """How many rows of what was carried a rule lets go, by relation."""
    return {
        name: int(
            warehouse.one(f"SELECT count(*) FROM {LAKE}.{name} WHERE carried_at < ?", [_before(rule, now)])[0]
        )
        for name in CARRIED
        if name in filled_tables(warehouse)
    }


def drop_carried(warehouse: Warehouse, rule: RetentionRule, now: dt.datetime) -> None:
    """Delete what was carried and a rule lets go."""
    for name in sorted(filled_tables(warehouse) & set(CARRIED)):
        warehouse.run(f"DELETE FROM {LAKE}.{name} WHERE carried_at < ?", [_before(rule, now)])


def going_files(rule: RetentionRule, now: dt.datetime) -> list[Path]:
    """What of a folder a rule lets go: exports, or folders with a backup, of which the newest file is old enough."""
    before = _before(rule, now).timestamp()
    folder = rule.folder
    if folder is None or not folder.is_dir():
        return []
    is_one = _is_backup if rule.what == "backups" else _is_export
    return [
        each
        for each in sorted(folder.iterdir())
        if is_one(each) and max((file.stat().st_mtime for file in _files(each)), default=before) < before
    ]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from (each for each in path.rglob("*") if each.is_file())


def _is_backup(path: Path) -> bool:
    return path.is_dir() and any((path / name).exists() for name in (CATALOG_FILE, POSTGRES_COPY))


def _is_export(path: Path) -> bool:
    """A file as exports are, or a folder that holds nothing else."""
    if path.is_symlink():
        return False
    files = list(_files(path))
    return bool(files) and all(each.suffix in _EXPORTED for each in files)


def _before(rule: RetentionRule, now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=rule.days)


def _like(pattern: str) -> str:
    for sign in "!%_":
        pattern = pattern.replace(sign, f"!{sign}")
    return pattern.replace("*", "%")
