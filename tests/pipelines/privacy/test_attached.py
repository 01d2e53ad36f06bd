"""An attachment of somebody else in which an erased student stands is emptied, and the receipt says so."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import SIGNATURE, Attachments
from learnloom.pipelines.lrs.multipart import BodyPart
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy import erase_attached as erase_attached_module
from learnloom.pipelines.privacy.attached import texts_in
from learnloom.pipelines.privacy.content import agent_key
from learnloom.pipelines.privacy.erase_attached import erase_attached
from learnloom.pipelines.privacy.erase_state import Secret, read_secret, write_secret
from learnloom.pipelines.privacy.search import Search
from learnloom.pipelines.privacy.tokens import Token
from tests.pipelines.lrs.attaching import attachment, part, send
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.privacy.making import asked, left_of, run

_ADA = "ada@example.org"
_ESSAY = f"Best of all was {_ADA}.".encode()
_LIST = json.dumps({"team": [{"mbox": f"mailto:{_ADA}"}]}).encode()
_OTHER = b"\xff\xfe An essay about nobody"
_EMPTY = b""


def _signature(said: object) -> bytes:
    parts = (json.dumps(each).encode() for each in ({"alg": "RS256"}, said))
    return b".".join([*(base64.urlsafe_b64encode(each).rstrip(b"=") for each in parts), b"c2lnbmVk"])


def _kept(folder: Path, *contents: bytes) -> tuple[Attachments, list[str]]:
    """Attachments in the store of a warehouse, and their hashes."""
    attachments = Attachments(folder / FOLDER / ATTACHMENTS)
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    attachments.keep(
        [
            BodyPart({"x-experience-api-hash": sha2}, content)
            for sha2, content in zip(hashes, contents, strict=True)
        ]
    )
    return attachments, hashes


@pytest.mark.slow
def test_attachments_of_others_that_name_a_student_are_emptied(tmp_path: Path) -> None:
    """Essay, JSON and signature go, the statements stay, the receipt counts them; sent again, none comes back."""
    folder = tmp_path / "warehouse"
    settings = Settings(warehouse=folder, lock_wait_seconds=20)
    key = new_key(folder)
    signed = statement(
        "bo", id="00000000-0000-4000-8000-000000000003", context={"instructor": {"mbox": f"mailto:{_ADA}"}}
    )
    signature = _signature(signed)
    about = {"usageType": SIGNATURE, "contentType": "application/octet-stream"}
    named = [attachment(content) for content in (_ESSAY, _LIST, _OTHER, _EMPTY)]
    sent = [
        statement("ada", id="00000000-0000-4000-8000-000000000001"),
        statement("bo", id="00000000-0000-4000-8000-000000000002", attachments=named),
        {**signed, "attachments": [attachment(signature, **about)]},
    ]
    parts = [part(content) for content in (_ESSAY, _LIST, _OTHER, _EMPTY, signature)]
    with serving(folder) as address:
        assert send(Client(address, key), sent, *parts).status_code == 200
    with open_to_write(settings) as warehouse:
        asked(warehouse, f"mailto:{_ADA}")
        (done,) = run(warehouse)
    assert done.waits_for is None
    assert done.receipt is not None
    assert json.loads(done.receipt.read_text())["front_door"]["attachment_of_others_naming_the_student"] == 3
    with serving(folder) as address:
        client = Client(address, key)
        assert send(client, sent[1:], *parts).status_code == 200
        answer = client("GET", "/statements", params={"attachments": "true"})
    assert answer.content.count(b"X-Experience-API-Hash") == 2
    assert _OTHER in answer.content
    assert left_of(folder, [_ADA]) == set()


@pytest.mark.slow
def test_an_attachment_that_holds_an_answer_alone_stays(tmp_path: Path) -> None:
    """A question with its choices tells nobody: it stays as it is, and the answer is no longer looked for."""
    answer, name = Token("a plant that eats insects", "text"), Token(_ADA, "identifier")
    question, essay = (f"Which is {answer.text}?".encode(), _ESSAY + b" " + answer.text.encode())
    attachments, hashes = _kept(tmp_path, question, essay)
    with Warehouse(tmp_path) as warehouse:
        write_secret(tmp_path, "one", Secret("k", ("k",), (), (name, answer), (), {}, {}))
        for _ in range(2):
            erase_attached(warehouse, ["one"])
    told = read_secret(tmp_path, "one")
    assert told.tokens == (name,)
    assert told.done == {"front_door": {"attachment_of_others_naming_the_student": 1}}
    assert b"".join(attachments.content(hashes[0]) or ()) == question
    assert attachments.content(hashes[1]) is None


def test_all_attachments_are_looked_through_by_one_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To make a search costs more than to read an attachment; what one of them holds is not said of the next."""
    made = []

    class Counted(Search):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(erase_attached_module, "Search", Counted)
    names = [Token(f"{name}@example.org", "identifier") for name in ("ada", "bo", "cy")]
    _kept(tmp_path, *(f"Thanks to {name.text}".encode() for name in names[:2]), b"Thanks to nobody")
    with Warehouse(tmp_path) as warehouse:
        for name in names:
            write_secret(tmp_path, name.text, Secret("k", ("k",), (), (name,), (), {}, {}))
        erase_attached(warehouse, [name.text for name in names])
    told = [read_secret(tmp_path, name.text).done for name in names]
    assert told == [{"front_door": {"attachment_of_others_naming_the_student": 1}}] * 2 + [{}]
    assert len(made) == 1


def test_an_erasure_that_was_ended_counts_what_it_has_emptied(tmp_path: Path) -> None:
    """What cannot be emptied ends it after another one was: the next run counts both, and each but once."""
    ada = Token(_ADA, "identifier")
    attachments, hashes = _kept(tmp_path, _ESSAY, _LIST)
    last = max(hashes)
    in_the_way = tmp_path / FOLDER / ATTACHMENTS / last[:2] / f"{last}.empty"
    in_the_way.mkdir()
    with Warehouse(tmp_path) as warehouse:
        write_secret(tmp_path, "one", Secret("k", ("k",), (), (ada,), (), {}, {}))
        with pytest.raises(IsADirectoryError):
            erase_attached(warehouse, ["one"])
        assert [attachments.content(each) is None for each in sorted(hashes)] == [True, False]
        in_the_way.rmdir()
        for _ in range(2):
            erase_attached(warehouse, ["one"])
    assert [attachments.content(each) for each in hashes] == [None, None]
    told = read_secret(tmp_path, "one").done
    assert told == {"front_door": {"attachment_of_others_naming_the_student": 2}}


def test_an_agent_in_json_counts_for_its_student_alone(tmp_path: Path) -> None:
    """Of two who are erased at once, the one whose agent stands in an attachment is told of it."""
    agents = {
        name: {"account": {"homePage": "https://lms.school.example", "name": name}} for name in ("7", "8")
    }
    _kept(tmp_path, json.dumps({"by": agents["7"]}).encode())
    with Warehouse(tmp_path) as warehouse:
        for name, agent in agents.items():
            key = agent_key(agent) or ""
            tokens = (Token(name, "identifier"), Token(key, "key"))
            write_secret(tmp_path, name, Secret(key, (key,), (name,), tokens, (), {}, {}))
        erase_attached(warehouse, list(agents))
    told = [read_secret(tmp_path, name).done for name in agents]
    assert told == [{"front_door": {"attachment_of_others_naming_the_student": 1}}, {}]


@pytest.mark.parametrize("content", [b"", b"\0", b"x"])
def test_what_is_as_short_as_what_was_erased_is_given_back(content: bytes, tmp_path: Path) -> None:
    """An attachment of no byte, or of the one that stands for what was erased, is there."""
    attachments, sha2 = Attachments(tmp_path), hashlib.sha256(content).hexdigest()
    attachments.keep([BodyPart({"x-experience-api-hash": sha2}, content)])
    assert b"".join(attachments.content(sha2) or [b"none"]) == content


@pytest.mark.parametrize(
    "content", [_OTHER, b"", b"a.b.c", b"e30.%%.e30", b"e30.W10", b"e30..W10", b"e30.YQ.e30"]
)
def test_what_is_neither_json_nor_signed_says_no_more_than_its_bytes(content: bytes) -> None:
    """Of anything else there are no texts to look through, and none of it is an error."""
    assert texts_in(content) == []


@pytest.mark.parametrize("before", ["", "\ufeff", " \n"])
@pytest.mark.parametrize(
    "text", ['{"homePage": "https://lms.school.example", "name": "7"}', '["1.0.3"]', "[" * 9]
)
def test_json_is_read_whatever_dots_are_in_it(text: str, before: str) -> None:
    """JSON with two dots is no signature, and a byte order mark or blanks may stand before it."""
    assert texts_in(f"{before}{text}\n".encode()) == [text]


def test_what_is_signed_is_read() -> None:
    """The statement that a signature is made of is a text of it."""
    assert texts_in(_signature({"a": 1})) == ['{"a": 1}']
