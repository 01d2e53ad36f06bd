"""Where students stand in what has landed: statements of their own, of others that name them, refused records."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.ingest.land.dedupe import hash_number
from learnloom.pipelines.ingest.land.erased import Erased
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.privacy.content import Content
from learnloom.pipelines.privacy.erase_attachments import hashes_in
from learnloom.pipelines.privacy.erase_sought import (
    Candidate,
    Everybody,
    Letter,
    Sought,
    Whereabouts,
)
from learnloom.pipelines.privacy.mentions import MAY_BE_ESCAPED, Nearby
from learnloom.pipelines.privacy.pattern import Pattern
from learnloom.pipelines.privacy.tokens import Token, tokens_of, variants

_AT_ONCE: Final = 5_000
_STAGED: Final = "staging.stg_statement"
_COLUMNS: Final = 'statement_id::VARCHAR AS statement_id, id_hash, content_hash, raw, topic, "partition"'
_ESCAPED: Final = rf"(contains(raw, '{MAY_BE_ESCAPED}') AND regexp_matches(raw, '\\u00(3[0-9]|[4-7])'))"


def find_standing(
    warehouse: Warehouse, sought: Sequence[Sought], *, among: str = "true", since: int | None = None
) -> list[Whereabouts]:
    """Find students in what has landed; each statement's bytes are looked at once, and only those that fit are read.

    What a student has said is found as theirs alone, whoever else is sought and stands in it: it goes with them.

    Args:
        warehouse: the tables of landing must stand.
        sought: the students.
        among: SQL condition on landed_at: other records are not looked at.
        since: only what has come after this snapshot, and without what students have said; None: all.
    """
    everybody = Everybody(sought)
    for each in _candidates(warehouse, everybody, _rows_of(warehouse, "statement", among, since)):
        everybody.take(each)
    # While landing waits, nothing is read but what has come since.
    texts = _free_texts(warehouse, everybody) if since is None else [[] for _ in everybody.all]
    raws = Nearby([each.raw for each in everybody.others])
    letters = _letters(warehouse, everybody, _rows_of(warehouse, "dead_letter", among, since))
    return [
        Whereabouts(
            one.own,
            one.mentions(everybody, raws),
            letters[number],
            [*one.told(everybody.bearers), *texts[number]],
            one.shared(everybody.bearers),
            frozenset(one.attachments),
        )
        for number, one in enumerate(everybody.all)
    ]


def _rows_of(warehouse: Warehouse, table: str, among: str, since: int | None) -> str:
    """SQL for the rows of a table of landing that are looked at."""
    rows = f"{LAKE}.landing.{table}"
    if since is not None:
        rows = (
            f"ducklake_table_insertions('{LAKE}', 'landing', '{table}', {since + 1}, {warehouse.snapshot()})"
        )
    return f"(FROM {rows} WHERE {among})"


def _candidates(warehouse: Warehouse, everybody: Everybody, rows: str) -> Iterator[Candidate]:
    wanted = Pattern.of(
        token
        for one in everybody.all
        for token in tokens_of(one.sought.subject.identifiers, one.sought.subject.names, ())
    ).condition("raw")
    replayed = f"SELECT replayed_as FROM {LAKE}.landing.dead_letter WHERE replayed_as IS NOT NULL"
    found = warehouse.arrow_batches(
        f"SELECT {_COLUMNS}, statement_id NOT IN ({replayed}) AS is_counted FROM {rows} "
        f"WHERE {wanted.sql} OR {_ESCAPED}",
        wanted.values,
        at_once=_AT_ONCE,
    )
    for batch in found:
        for row in batch.to_pylist():
            place = (row["topic"], row["partition"], row["is_counted"])
            yield Candidate(
                row["statement_id"], Erased(row["id_hash"], row["content_hash"], *place), row["raw"]
            )


def _free_texts(warehouse: Warehouse, everybody: Everybody) -> list[list[Token]]:
    """Some long answers of each student that stand nowhere else: by them it is seen whether all is gone."""
    said = sorted({text for one in everybody.all for text in one.said})
    if not said or _STAGED not in existing_tables(warehouse):
        return [[] for _ in everybody.all]
    tellers: dict[str, set[str]] = {}
    with warehouse.holding(said=pa.table({"response": pa.array(said, pa.string())})):
        for text, key in warehouse.rows(
            f"SELECT DISTINCT response, student_key FROM {LAKE}.{_STAGED} "
            "WHERE response IN (SELECT response FROM said)"
        ):
            tellers.setdefault(text, set()).add(key)
    texts = [
        [Token(text, "text") for text in one.said if not tellers.get(text, set()) - one.keys]
        for one in everybody.all
    ]
    own = [each.statement_id for one in everybody.all for each in one.own]
    elsewhere = standing_elsewhere(warehouse, [token for some in texts for token in some], own)
    return [[token for token in some if token not in elsewhere] for some in texts]


def standing_elsewhere(warehouse: Warehouse, tokens: Sequence[Token], own: Sequence[str] = ()) -> set[Token]:
    """Which texts stand in records other than some statements: whoever quotes an answer, or offers it as a choice."""
    if not tokens:
        return set()
    found: set[Token] = set()
    pattern = Pattern.of(tokens)
    condition = pattern.condition("raw")
    written = {token: variants(token.text) for token in tokens}
    with warehouse.holding(own=pa.table({"statement_id": pa.array(own, pa.string())})):
        is_others = "statement_id NOT IN (SELECT statement_id::UUID FROM own)"
        for rows, values in (
            (f"statement WHERE ({condition.sql}) AND {is_others}", condition.values),
            ("dead_letter WHERE raw IS NOT NULL", {}),
        ):
            for batch in warehouse.arrow_batches(
                f"SELECT raw FROM {LAKE}.landing.{rows}", values, at_once=_AT_ONCE
            ):
                raws = batch.column(0).to_pylist()
                texts = [raw if isinstance(raw, str) else raw.decode("utf-8", "replace") for raw in raws]
                for text in pattern.among(texts):
                    left = [
                        token
                        for token, ways in written.items()
                        if token not in found and any(each in text for each in ways)
                    ]
                    found |= Content(text).holds(left) if left else set()
    return found


def _letters(warehouse: Warehouse, everybody: Everybody, source: str) -> list[list[Letter]]:
    """Refused records that name each student; what may be the hash of an attachment of theirs is taken note of."""
    told = everybody.told()
    pattern = Pattern.of(token for one in everybody.all for token in one.tokens())
    found: list[list[Letter]] = [[] for _ in told]
    for batch in warehouse.arrow_batches(
        f'SELECT dead_letter_id, raw, topic, "partition" FROM {source} WHERE raw IS NOT NULL',
        at_once=_AT_ONCE,
    ):
        rows = batch.to_pylist()
        texts = [row["raw"].decode("utf-8", "replace") for row in rows]
        near = set(pattern.among(texts))
        for row, text in zip(rows, texts, strict=True):
            if text in near or MAY_BE_ESCAPED in text:
                content = Content(text)
                for one, tokens, letters in zip(everybody.all, told, found, strict=True):
                    if content.names(one.keys, tokens):
                        letters.append(Letter(row["dead_letter_id"], _refused(row)))
                        one.attachments |= hashes_in([row["raw"]])
    return found


def _refused(row: dict[str, Any]) -> Erased:
    content = hash_number(row["raw"])
    return Erased(0, content, row["topic"], row["partition"], is_gone=False)
