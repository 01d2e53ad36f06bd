"""Attachments come and go with their statements, and are what their headers say."""

import base64
from typing import Any

import orjson
import pytest

from learnloom.pipelines.lrs.multipart import read_parts
from tests.pipelines.lrs.attaching import attachment, part, send
from tests.pipelines.lrs.serving import Client, statement

_HTML = b"<script>\r\n--not-the-boundary\r\n\x00\xff</script>\r\n"
_SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"


def test_an_attachment_comes_back_byte_for_byte(client: Client) -> None:
    """With attachments=true the answer holds each content once, under its hash; without, the statements alone."""
    sent = statement("essay", attachments=[attachment(_HTML)])
    answer = send(client, [sent, sent], part(_HTML))
    assert answer.status_code == 200, answer.text
    query = {"agent": '{"mbox":"mailto:essay@example.org"}'}
    assert client("GET", "/statements", params=query).headers["content-type"] == "application/json"
    whole = client("GET", "/statements", params=query | {"attachments": "true"})
    parts = read_parts(whole.headers["content-type"], whole.content)
    assert len(orjson.loads(parts[0].content)["statements"]) == 2
    assert [one.content for one in parts[1:]] == [_HTML]
    assert parts[1].headers["content-type"] == "text/html"


@pytest.mark.parametrize(
    ("attachments", "parts", "told"),
    [
        ([attachment(_HTML)], [], "neither"),
        ([], [part(_HTML)], "no statement"),
        ([attachment(_HTML)], [part(_HTML, X_Experience_API_Hash="")], "no header"),
        ([attachment(_HTML)], [part(_HTML, X_Experience_API_Hash="0" * 64)], "SHA-256"),
        ([attachment(_HTML)], [part(_HTML, Content_Transfer_Encoding="")], "binary"),
    ],
)
def test_parts_and_attachments_belong_together(
    client: Client, attachments: list[Any], parts: list[bytes], told: str
) -> None:
    """A part too few, too many, or other than it says is refused, and nothing is kept."""
    sent = statement("parts") | ({"attachments": attachments} if attachments else {})
    answer = send(client, sent, *parts)
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert client.found(agent='{"mbox":"mailto:parts@example.org"}') == []


def test_a_file_elsewhere_needs_no_part(client: Client) -> None:
    """An attachment with a fileUrl comes with plain JSON."""
    linked = attachment(_HTML, fileUrl="https://example.org/essay.html")
    assert client("POST", "/statements", json=statement(attachments=[linked])).status_code == 200


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_body_that_is_cut_off_is_refused(client: Client, end: bytes) -> None:
    """Without its last boundary a body may lack anything."""
    assert send(client, statement(), end=end).status_code == 400


def _signed(payload: dict[str, Any], algorithm: str = "RS256") -> bytes:
    parts = [orjson.dumps({"alg": algorithm}), orjson.dumps(payload), b"signature"]
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


@pytest.mark.parametrize(
    ("payload", "algorithm", "status"),
    [
        ({}, "RS256", 200),
        ({}, "none", 400),
        ({}, "HS256", 400),
        ({"object": {"id": "urn:another"}}, "RS256", 400),
    ],
)
def test_a_signature_is_of_its_statement(
    client: Client, payload: dict[str, Any], algorithm: str, status: int
) -> None:
    """A signature that was made of another statement, or by a method that anybody can use, is refused."""
    sent = statement("signed")
    jws = _signed(sent | payload, algorithm)
    signature = attachment(jws, usageType=_SIGNATURE, contentType="application/octet-stream")
    signed = part(jws, Content_Type="application/octet-stream")
    assert send(client, sent | {"attachments": [signature]}, signed).status_code == status
