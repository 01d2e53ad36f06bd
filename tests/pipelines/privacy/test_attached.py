"""An attachment of somebody else in which an erased student stands is emptied, and the receipt says so."""

import base64
import json
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lrs.attachments import SIGNATURE
from learnloom.pipelines.privacy.attached import texts_in
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


@pytest.mark.parametrize("content", [_OTHER, b"a.b.c", b"e30.%%.e30", b"[" * 9, b"e30.W10"])
def test_what_is_neither_json_nor_signed_says_no_more_than_its_bytes(content: bytes) -> None:
    """Of anything else there are no texts to look through, and none of it is an error."""
    assert texts_in(content) in ([], [content.decode("utf-8", "replace")])


def test_what_is_signed_is_read() -> None:
    """The statement that a signature is made of is a text of it."""
    assert texts_in(_signature({"a": 1})) == ['{"a": 1}']
