"""Statements with attachments, as senders write them."""

import hashlib
from typing import Any

import httpx
import orjson

from tests.pipelines.lrs.serving import Client


def attachment(content: bytes, **more: str) -> dict[str, Any]:
    """What a statement says of an attachment with this content."""
    return {
        "usageType": "https://example.org/essay",
        "display": {"en": "Essay"},
        "contentType": "text/html",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
        **more,
    }


def part(content: bytes, **headers: str) -> bytes:
    """The part of a body with this content; an empty header is left out."""
    named = {
        "Content-Type": "text/html",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hashlib.sha256(content).hexdigest(),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return head.encode() + b"\r\n" + content


def send(client: Client, sent: Any, *parts: bytes, end: bytes = b"--") -> httpx.Response:
    """Send a statement or several with these parts; `end` is what follows the last boundary."""
    pieces = [b"Content-Type: application/json\r\n\r\n" + orjson.dumps(sent), *parts]
    body = b"".join(b"--edge\r\n" + piece + b"\r\n" for piece in pieces) + b"--edge" + end + b"\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="edge"'}
    return client("POST", "/statements", content=body, headers=headers)
