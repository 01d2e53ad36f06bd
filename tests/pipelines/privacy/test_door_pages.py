"""Refused records and documents of the store are looked through a page at a time, and none is passed over."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from learnloom.pipelines.lrs.database import Database
from learnloom.pipelines.lrs.postgres import PostgresDatabase
from learnloom.pipelines.lrs.sqlite import SqliteDatabase
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy import erase_door_pages
from learnloom.pipelines.privacy.erase_door import erase_from_store
from learnloom.pipelines.privacy.erase_door_pages import (
    redact_journal,
    redact_tables,
    refused_naming,
    statements_waiting,
)
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.tokens import Token

_NOW: Final = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
_MAIL: Final = "mailto:ada@school.example"
_ADA: Final = Redaction(("key",), [Token("ada@example.org", "identifier")], "erased-1")


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty store, in a file or in PostgreSQL."""
    made: Database
    if request.param == "file":
        made = SqliteDatabase(tmp_path, now=lambda: _NOW)
    else:
        made = PostgresDatabase(request.getfixturevalue("database"))
    with closing(made):
        yield made


@pytest.mark.parametrize("n", [0, 3, 4, 7])
def test_a_student_is_found_on_every_page(store: Database, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the last page is full or not, all that name her are taken out or changed, and nothing else is."""
    monkeypatch.setattr(erase_door_pages, "RECORDS", 2)
    monkeypatch.setattr(erase_door_pages, "ROWS", 2)
    texts = [f'["{"ada" if number % 2 else "bo"}@example.org {number}"]' for number in range(n)]
    _fill(store, texts)
    hers = [text.encode() for text in texts if "ada@" in text]
    without = [text.replace("ada@example.org", "erased-1").encode() for text in texts]
    with store.snapshot() as connection:
        assert list(refused_naming(connection, _ADA)) == hers
    assert list(statements_waiting(store)) == [_statement(text.encode()) for text in texts]
    assert redact_journal(store, _ADA) == len(hers)
    assert redact_tables(store, _ADA) == dict.fromkeys(("activity", "agent_name", "document"), len(hers))
    assert list(statements_waiting(store)) == [_statement(text) for text in without]
    with store.reading() as connection:
        left = connection.execute("SELECT raw FROM entry WHERE id IS NULL ORDER BY seq").fetchall()
        assert [bytes(row[0]) for row in left] == [text.encode() for text in texts if "bo@" in text]
        for content in ("definition FROM activity", "content FROM document"):
            kept = connection.execute(f"SELECT {content}").fetchall()
            assert sorted(bytes(row[0]) for row in kept) == sorted(without)
        names = connection.execute("SELECT name FROM agent_name").fetchall()
        assert {row[0] for row in names} == {text for text in texts if "bo@" in text}


def test_who_is_found_by_a_key_alone_is_gone(store: Database) -> None:
    """What no text finds, or comes after the last page, is found by its index, before that goes."""
    unnamed = Redaction(("key", key_of(_MAIL)), [], "erased-1")
    texts = [b'{"actor":{"mbox":"%s"}}', b'{"actor":{"name":"Bo"},"to":{"mbox":"%s"}}']
    with store.transaction() as connection:
        for seq, text in enumerate(texts, 1):
            connection.execute(
                "INSERT INTO entry (seq, id, stored, key_id, version, raw) VALUES (?, ?, 1, 'k', '1.0.3', ?)",
                (seq, f"id-{seq}", text % _MAIL.encode()),
            )
            connection.execute("INSERT INTO entry_agent VALUES (?, ?, TRUE)", (key_of(_MAIL), seq))
    done = erase_from_store(store, unnamed, is_erased=lambda _: False)
    assert done == {"entry": 1, "entry_agent": 1}
    (left,) = statements_waiting(store)
    assert _MAIL.encode() not in left
    assert b'"Bo"' in left
    assert b'"name":"erased-1"' in left


def test_what_the_journal_has_let_go_of_is_passed_over(store: Database) -> None:
    """Entries are looked through from the first one on that may have bytes."""
    texts = [f'["ada@example.org {number}"]' for number in range(3)]
    _fill(store, texts)
    with store.transaction() as connection:
        connection.execute("UPDATE progress SET pruned = 101")
    kept = [_statement(text.encode()) for text in texts[1:]]
    assert list(statements_waiting(store)) == kept
    redact_journal(store, _ADA)
    with store.transaction() as connection:
        assert list(refused_naming(connection, _ADA)) == []
        connection.execute("UPDATE progress SET pruned = 0")
        assert len(list(refused_naming(connection, _ADA))) == len(texts)


def _statement(text: bytes) -> bytes:
    return b'{"actor":{"mbox":"mailto:bo@example.org"},"text":%s}' % text


def _fill(store: Database, texts: list[str]) -> None:
    """Put each text into a refused record, a statement, a definition, a name and a document."""
    with store.transaction() as connection:
        for seq, text in enumerate(texts, 1):
            raw = text.encode()
            for at, statement_id, sent in ((seq, None, raw), (100 + seq, f"id-{seq}", _statement(raw))):
                connection.execute(
                    "INSERT INTO entry (seq, id, stored, key_id, version, raw) VALUES (?, ?, 1, 'k', '1.0.3', ?)",
                    (at, statement_id, sent),
                )
            connection.execute("INSERT INTO activity VALUES (?, ?)", (f"a-{seq}", raw))
            connection.execute("INSERT INTO agent_name VALUES ('agent', ?)", (text,))
            connection.execute(
                "INSERT INTO document (kind, place, document_id, content, content_type, etag, updated) "
                "VALUES ('state', ?, ?, ?, 'text/plain', 'e', 1)",
                (f"place-{seq % 2}", f"d-{seq}", raw),
            )
