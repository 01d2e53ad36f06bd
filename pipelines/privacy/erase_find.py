"""Where a student stands in what has landed: statements of their own, of others that name them, refused records."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.ingest.land.dedupe import hash_of
from learnloom.pipelines.ingest.land.erased import Erased
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.privacy.mentions import agents_in, redacted
from learnloom.pipelines.privacy.subject import Subject
from learnloom.pipelines.privacy.tokens import Token, bounded, holds, parts_of, tokens_of, variants
from learnloom.schemas.xapi.identity import student_key

_AT_ONCE: Final = 5_000
_STAGED: Final = "staging.stg_statement"
_TEXTS: Final = 20
_FEWEST_CHARS: Final = 12
_COLUMNS: Final = 'statement_id::VARCHAR AS statement_id, id_hash, content_hash, raw, topic, "partition"'
# Letters and digits written as escapes: nobody does, but JSON allows it.
_ESCAPED: Final = r"(contains(raw, '\u00') AND regexp_matches(raw, '\\u00(3[0-9]|[4-7])'))"


class Standing(NamedTuple):
    """A landed statement in which a student stands."""

    statement_id: str
    record: Erased
    raw: str


class Mention(NamedTuple):
    """A statement of somebody else, and what it says without the student."""

    statement_id: str
    record: Erased
    raw: str
    content_hash: int


class Letter(NamedTuple):
    """A refused record in which a student stands."""

    dead_letter_id: str
    record: Erased


class Found(NamedTuple):
    """Where a student stands."""

    own: list[Standing]
    mentions: list[Mention]
    letters: list[Letter]
    tokens: list[Token]
    """Their texts; those that others have, too, left out."""
    shared: list[Token]
    """Texts that others have, too, such as the same name: nothing tells whose they are."""

    def joined(self, later: "Found") -> "Found":
        """This, with what was found later; what stands in both once."""
        return Found(
            list({each.statement_id: each for each in (*self.own, *later.own)}.values()),
            list({each.statement_id: each for each in (*self.mentions, *later.mentions)}.values()),
            list({each.dead_letter_id: each for each in (*self.letters, *later.letters)}.values()),
            list(dict.fromkeys((*self.tokens, *later.tokens))),
            list(dict.fromkeys((*self.shared, *later.shared))),
        )


def find_standing(
    warehouse: Warehouse, subject: Subject, pseudonym: str, *, among: str = "true", since: int | None = None
) -> Found:
    """Find a student in what has landed; each statement's bytes are looked at once, and only those that fit are read.

    Args:
        warehouse: the tables of landing must stand.
        subject: the student.
        pseudonym: stands in their place in the statements of others.
        among: SQL condition on landed_at: other records are not looked at.
        since: only what has come after this snapshot; None: all.
    """
    candidates = _candidates(warehouse, subject, _rows_of(warehouse, "statement", among, since))
    own, others, names = [], [], set(subject.names)
    shared: set[str] = set()
    for each in candidates:
        statement = orjson.loads(each.raw)
        names |= _names(statement, subject.keys)
        if student_key(statement.get("actor")) in subject.keys:
            own.append(each)
        else:
            others.append(each)
        shared |= _texts_of_others(statement, subject.keys)
    tokens = tokens_of((*subject.identifiers, *subject.logins), names, subject.keys)
    told = [token for token in tokens if token.kind == "key" or token.text not in shared]
    mentions = [
        Mention(each.statement_id, each.record._replace(is_gone=False), raw, _hash(raw))
        for each in others
        if (raw := redacted(each.raw, subject.keys, told, pseudonym)) is not None
    ]
    return Found(
        own,
        mentions,
        _letters(warehouse, subject, told, _rows_of(warehouse, "dead_letter", among, since)),
        [*told, *_free_texts(warehouse, own)],
        [token for token in tokens if token not in told],
    )


def _rows_of(warehouse: Warehouse, table: str, among: str, since: int | None) -> str:
    """SQL for the rows of a table of landing that are looked at."""
    rows = f"{LAKE}.landing.{table}"
    if since is not None:
        rows = (
            f"ducklake_table_insertions('{LAKE}', 'landing', '{table}', {since + 1}, {warehouse.snapshot()})"
        )
    return f"(FROM {rows} WHERE {among})"


def _hash(raw: str) -> int:
    return int.from_bytes(hash_of(raw.encode("utf-8", "surrogatepass")), "little")


def _candidates(warehouse: Warehouse, subject: Subject, rows: str) -> list[Standing]:
    tokens = tokens_of(subject.identifiers, subject.names, ())
    wanted = sorted({text for token in tokens for text in variants(token.text)})
    values = {f"text_{number}": text for number, text in enumerate(wanted)}
    contains = [f"contains(raw, ${name})" for name in values]
    replayed = f"SELECT replayed_as FROM {LAKE}.landing.dead_letter WHERE replayed_as IS NOT NULL"
    found = warehouse.arrow_batches(
        f"SELECT {_COLUMNS}, statement_id NOT IN ({replayed}) AS is_counted FROM {rows} "
        f"WHERE {' OR '.join([*contains, _ESCAPED])}",
        values,
        at_once=_AT_ONCE,
    )
    return [_standing(row) for batch in found for row in batch.to_pylist()]


def _standing(row: dict[str, Any]) -> Standing:
    record = Erased(row["id_hash"], row["content_hash"], row["topic"], row["partition"], row["is_counted"])
    return Standing(row["statement_id"], record, row["raw"])


def _names(statement: Any, keys: Sequence[str]) -> set[str]:
    return {
        agent["name"]
        for key, agent in agents_in(statement)
        if key in keys and isinstance(agent.get("name"), str) and agent["name"].strip()
    }


def _texts_of_others(statement: Any, keys: Sequence[str]) -> set[str]:
    """Names and account names of everybody else in a statement."""
    found = set()
    for key, agent in agents_in(statement):
        if key not in keys:
            account = agent.get("account")
            found |= {agent.get("name"), account.get("name") if isinstance(account, dict) else None}
    return {text for text in found if isinstance(text, str)}


def _free_texts(warehouse: Warehouse, own: Sequence[Standing]) -> list[Token]:
    """Some long answers of the student's that nobody else has given: by them it is seen whether all is gone."""
    said: dict[str, None] = {}
    for each in own:
        response = orjson.loads(each.raw).get("result", {}).get("response")
        if isinstance(response, str) and len(response) >= _FEWEST_CHARS:
            said[response] = None
    if not said or _STAGED not in existing_tables(warehouse):
        return []
    others = (
        f"SELECT DISTINCT response FROM {LAKE}.{_STAGED} WHERE list_contains($said, response) "
        "AND NOT list_contains($own::VARCHAR[], statement_id::VARCHAR)"
    )
    own_ids = [each.statement_id for each in own]
    of_others = {row[0] for row in warehouse.rows(others, {"said": list(said)[:_TEXTS], "own": own_ids})}
    return [Token(text, "text") for text in list(said)[:_TEXTS] if text not in of_others]


def _letters(warehouse: Warehouse, subject: Subject, tokens: Iterable[Token], source: str) -> list[Letter]:
    """Refused records that name the student, as JSON or, where they are none, by their bytes."""
    rows = warehouse.arrow_batches(
        f'SELECT dead_letter_id, raw, topic, "partition" FROM {source} WHERE raw IS NOT NULL',
        at_once=_AT_ONCE,
    )
    told = list(tokens)
    return [
        Letter(row["dead_letter_id"], _refused(row))
        for batch in rows
        for row in batch.to_pylist()
        if _names_student(row["raw"], subject, told)
    ]


def _refused(row: dict[str, Any]) -> Erased:
    content = int.from_bytes(hash_of(row["raw"]), "little")
    return Erased(0, content, row["topic"], row["partition"], is_gone=False)


def _names_student(raw: bytes, subject: Subject, tokens: Sequence[Token]) -> bool:
    try:
        value = orjson.loads(raw)
    except ValueError:
        text = raw.decode("utf-8", "replace")
        return any(
            token.is_distinct and bounded(variant).search(text) is not None
            for token in tokens
            for variant in variants(token.text)
        )
    if any(key in subject.keys for key, _ in agents_in(value)):
        return True
    return any(holds(part, tokens) for part in parts_of(value) if isinstance(part, str))
