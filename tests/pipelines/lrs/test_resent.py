"""Statements that come again when the journal has let go of the first ones: these stand in the warehouse alone."""

import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import flush_inlined
from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.findable import findable
from learnloom.pipelines.lrs.journal import Incoming, NotComparedError, Submitter, append, check_same
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.resent import Resent
from learnloom.pipelines.lrs.store import Joint, Store
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.tokens import Token
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement

_SENDER = Submitter("key", defines=True)
_OTHER = {"object": {"id": "https://example.org/other"}}


def _let_go(store: Store) -> None:
    store.write(lambda connection, _: connection.execute("UPDATE entry SET raw = NULL"))


def _landed(folder: Path, *sent: dict[str, Any]) -> tuple[str, str]:
    """Statements stand in the warehouse alone, as the store has let go of their bytes; a key to it."""
    key = new_key(folder)
    with serving(folder) as address:
        Client(address, key).post(*sent)
    with Store(folder, now=Clock()) as store:
        _let_go(store)
    return key


@pytest.mark.slow
def test_what_comes_again_is_compared_with_what_has_landed(tmp_path: Path) -> None:
    """The same statement is answered as before, another one with its id is refused, also without its bytes."""
    sent = [statement(id=str(uuid.uuid4())) for _ in range(3)]
    key = _landed(tmp_path, *sent)
    with serving(tmp_path) as address:
        client = Client(address, key)
        assert client.post(*sent, statement())[:3] == [one["id"] for one in sent]
        assert client("POST", "/statements", json=[*sent[1:], sent[0] | _OTHER]).status_code == 409
        told = client("POST", "/statements?partial=true", json=[sent[0] | _OTHER, *sent[1:]]).json()
    assert told["ids"] == [None, sent[1]["id"], sent[2]["id"]]
    assert [one["status"] for one in told["refused"]] == [409]


@pytest.mark.slow
def test_where_the_warehouse_is_away_what_needs_it_is_to_be_sent_again(tmp_path: Path) -> None:
    """Old statements are not told and not compared, which is said as something that passes; new ones are taken."""
    sent = statement(id=str(uuid.uuid4()))
    key = _landed(tmp_path, sent)
    (tmp_path / "catalog.sqlite").write_bytes(b"no catalogue")
    with serving(tmp_path) as address:
        client = Client(address, key)
        for answer in (
            client("GET", f"/statements?statementId={sent['id']}"),
            client("GET", "/statements"),
            client("POST", "/statements", json=[statement(), sent]),
        ):
            assert answer.status_code == 503
            assert "retry-after" in answer.headers
            assert str(tmp_path) not in answer.text
        client.post(statement())


@pytest.mark.slow
def test_a_data_file_that_is_gone_is_told_to_the_log_and_not_to_the_sender(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What needs it is to be sent again; the log names file and remedy, the answer names no place."""
    sent = statement(id=str(uuid.uuid4()))
    key = _landed(tmp_path, sent)
    with Warehouse(tmp_path) as warehouse:
        flush_inlined(warehouse, wait_seconds=20)
    (file,) = (tmp_path / "data" / "landing" / "statement").rglob("*.parquet")
    file.unlink()
    with serving(tmp_path) as address:
        client = Client(address, key)
        for answer in (
            client("GET", f"/statements?statementId={sent['id']}"),
            client("POST", "/statements?partial=true", json=[statement(), sent]),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "what has landed cannot be read now" in answer.text
            assert str(tmp_path) not in answer.text
            assert file.name not in answer.text
    assert file.name in caplog.text
    assert "learnloom restore" in caplog.text


@pytest.mark.slow
def test_a_batch_of_which_the_good_are_taken_asks_the_warehouse_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of its statements conflict with what has landed, they are compared together."""
    asked: list[int] = []
    of = LandedContent.of

    def counted(content: LandedContent, statement_ids: Sequence[str]) -> dict[str, bytes]:
        asked.extend([len(statement_ids)] if statement_ids else [])
        return of(content, statement_ids)

    monkeypatch.setattr(LandedContent, "of", counted)
    sent = [statement(id=str(uuid.uuid4())) for _ in range(6)]
    key = _landed(tmp_path, *sent)
    with serving(tmp_path) as address:
        batch = [statement(), *(one | _OTHER for one in sent[:3]), *sent[3:]]
        told = Client(address, key)("POST", "/statements?partial=true", json=batch).json()
    assert [one["index"] for one in told["refused"]] == [1, 2, 3]
    assert told["ids"][4:] == [one["id"] for one in sent[3:]]
    assert asked == [6]


class _Content(LandedContent):
    """Has everything, and keeps in mind who asks for how much."""

    def __init__(self, settings: Settings, store: Store, raw: bytes) -> None:
        super().__init__(settings, store)
        self.raw = raw
        self.asked: list[int] = []
        self.threads: set[str] = set()

    def of(self, statement_ids: Sequence[str]) -> dict[str, bytes]:
        """Give the same bytes for each."""
        self.asked.append(len(statement_ids))
        self.threads.add(threading.current_thread().name)
        return dict.fromkeys(statement_ids, self.raw)


def test_many_are_compared_together_while_others_are_written(tmp_path: Path) -> None:
    """A history that is sent again asks the warehouse a few times, and never within the one thread that writes."""
    raw = orjson.dumps(statement())
    found = findable(statement())
    incoming = [Incoming(str(uuid.uuid4()), raw, found, "1.0.3", _SENDER) for _ in range(250)]
    with Store(tmp_path, now=Clock()) as store:
        content = _Content(Settings(warehouse=tmp_path), store, raw)
        first = store.write(Joint(append, incoming[:240]))
        _let_go(store)
        with pytest.raises(NotComparedError):
            store.write(Joint(append, incoming))
        compared, others = Resent(store, content).compared(incoming)
        assert others == {}
        assert store.write(Joint(append, compared[:240])) == first
        assert store.write(Joint(append, compared)) == first + 10
    assert content.asked == [100, 100, 40]
    assert content.threads == {threading.current_thread().name}


def test_a_score_that_an_erasure_has_taken_for_an_account_is_the_same() -> None:
    """What stands as null where only a number may is any number; all else, and null in an extension, counts as ever."""
    sent = statement(
        id=str(uuid.uuid4()),
        result={"score": {"raw": 734512, "max": 999999}, "extensions": {"https://x.example/n": None}},
    )
    first = Redaction((), [Token("734512", "identifier")], "erased-0").of(orjson.dumps(sent).decode())
    assert first is not None
    assert '"raw":null' in first

    def check(one: dict[str, Any]) -> None:
        check_same(Incoming(one["id"], orjson.dumps(one), findable(one), "1.0.3", _SENDER), first.encode())

    check(sent)
    for other in (_OTHER, {"result": sent["result"] | {"extensions": {"https://x.example/n": 1}}}):
        with pytest.raises(RefusedError):
            check(sent | other)
