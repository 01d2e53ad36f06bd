"""The school's own vocabulary: a TOML file, in place of the earlier one, as rows of landing.vocabulary."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.catalogue.vocabulary_presets import (
    PRESET_FORM,
    PRESETS,
    parse_vocabulary,
    presets_of,
)
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow, VocabularyRule
from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.ingest.sources.errors import VocabularyFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.lake.pattern import pattern_fault

SCHOOL: Final = "school"
"""Vocabulary of the rows of the school's own file."""
MAX_BYTES: Final = 1_000_000
"""Of a file."""
MAX_ROWS: Final = 10_000
"""That the rules of a file make."""

RULE_ROWS: Final = pa.schema(
    [("position", pa.int32()), *((name, pa.string()) for name in RuleRow._fields[1:])]
)
"""Arrow form of the rows: columns of landing.vocabulary."""


class VocabularyCounts(NamedTuple):
    """What a file says."""

    rules: int
    presets: tuple[str, ...]
    """Those in use beside it."""


def import_vocabulary(warehouse: Warehouse, path: Path, *, wait_seconds: float) -> VocabularyCounts:
    """Put the vocabulary in the file at `path` in the place of the stored one, as one transaction.

    Raises:
        VocabularyFileError: the file cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    rows = read_vocabulary(path)
    table = rule_table(rows)

    def work() -> None:
        with warehouse.transaction(LANDING):
            school_tables.replace_vocabulary(warehouse, table)

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(work, wait_seconds=wait_seconds)
    return VocabularyCounts(len({row.position for row in rows if row.form != PRESET_FORM}), presets_of(rows))


def read_vocabulary(path: Path) -> list[RuleRow]:
    """Read and check a school's file; its rows for landing.vocabulary.

    Raises:
        VocabularyFileError: it cannot be read or is wrong; the message names rule, field and value.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise VocabularyFileError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise VocabularyFileError(
            f"{path} has more than {MAX_BYTES:,} bytes: remove rules that no statement needs"
        )
    read = parse_vocabulary(content, str(path))
    named = read.presets
    for name in named or ():
        if name not in PRESETS:
            raise VocabularyFileError(f"{path}, presets: {name!r} is none; there are {', '.join(PRESETS)}")
    rows = [row for position, rule in enumerate(read.rules(), 1) for row in rule.rows(position, SCHOOL)]
    if len(rows) > MAX_ROWS:
        raise VocabularyFileError(
            f"{path}: its rules make {len(rows):,} combinations of values, more than {MAX_ROWS:,}: "
            f"shorten the lists of `on` and `within`"
        )
    _check_repeats(rows, read.rules(), str(path))
    _check_patterns(rows, read.rules(), str(path))
    if named is None:
        return rows
    return [*rows, *(RuleRow(0, SCHOOL, PRESET_FORM, name) for name in named or (None,))]


def _check_repeats(rows: Sequence[RuleRow], rules: Sequence[VocabularyRule], place: str) -> None:
    """Refuse two rules of which the second can never count, because the first has all its conditions."""
    first: dict[tuple[str | None, ...], RuleRow] = {}
    for row in rows:
        told = row.to_id if row.form in ("lift", "course") else None
        key = (row.form, row.from_id, told, *row[5:8], row.matching)
        before = first.setdefault(key, row)
        if before.position != row.position:
            names = [_named(rules, each.position) for each in (row, before)]
            raise VocabularyFileError(
                f"{place}, {names[0]}: {row.from_id or row.to_id} never counts here, because {names[1]} has it with "
                f"the same conditions: remove one"
            )


def _check_patterns(rows: Sequence[RuleRow], rules: Sequence[VocabularyRule], place: str) -> None:
    """Refuse regular expressions that DuckDB does not read: its dialect is RE2's, which lacks some of Python's."""
    patterns = {(row.position, "matching", row.matching) for row in rows}
    patterns |= {(row.position, "cut", row.cut) for row in rows}
    for position, field, pattern in sorted(each for each in patterns if each[2]):
        if pattern and (fault := pattern_fault(pattern)):
            name = _named(rules, position)
            raise VocabularyFileError(
                f"{place}, {name}, {field}: {pattern!r} is no regular expression of RE2: {fault}"
            )


def _named(rules: Sequence[VocabularyRule], position: int) -> str:
    """A rule by form and number, as people find it in the file."""
    rule = rules[position - 1]
    number = sum(other.form == rule.form for other in rules[:position])
    return f"[[{rule.form}]] {number}"


def rule_table(rows: Iterable[RuleRow]) -> pa.Table:
    """Give rows in Arrow's form (RULE_ROWS)."""
    return pa.Table.from_pylist([row._asdict() for row in rows], schema=RULE_ROWS)


def rules_in_force(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Give the rules that `vocabulary_in_force` has read as rows of run.vocabulary_rule."""
    return pa.Table.from_pylist(list(rows), RULE_ROWS.insert(0, pa.field("rule_id", pa.int32())))
