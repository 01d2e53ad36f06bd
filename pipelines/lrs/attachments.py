"""Attachments: files under the SHA-256 of their content, on the disk before the statements that name them.

What came is given back unchanged; browsers are told not to guess its type nor to run it.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.multipart import BodyPart
from learnloom.schemas.xapi.equality import is_same

FOLDER: Final = "attachments"
"""In the store's folder."""
NAMES: Final = "?" * 64
"""Which files in it are whole."""
SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512"})
_JWS_PARTS: Final = 3


class Attachments:
    """Keeps the content of attachments."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self._folder = folder

    def keep(self, parts: Sequence[BodyPart]) -> None:
        """Write the content of parts, each under its hash; what is there stays."""
        for part in parts:
            path = self._path(part.headers["x-experience-api-hash"].lower())
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.{id(part)}")
            with partial.open("wb") as file:
                file.write(part.content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)

    def content(self, sha2: str) -> bytes | None:
        """Give what has this hash; None where it never came."""
        path = self._path(sha2.lower())
        return path.read_bytes() if path.exists() else None

    def _path(self, sha2: str) -> Path:
        return self._folder / sha2[:2] / sha2


def attachments_of(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The attachments of a statement, and of the statement within."""
    yield from statement.get("attachments", ())
    if statement["object"].get("objectType") == "SubStatement":
        yield from statement["object"].get("attachments", ())


def check_parts(
    statements: Sequence[Mapping[str, Any]], parts: Sequence[BodyPart], *, first: int = 0
) -> None:
    """Hold the parts of a body to the statements, of which the first has the index `first` (Communication 1.5.2).

    Raises:
        RefusedError: 400, a part is missing, stands for nothing, or is not what its headers say; or a signature is
            not made as xAPI demands.
    """
    by_hash: dict[str, bytes] = {}
    for number, part in enumerate(parts, 1):
        by_hash[_checked_hash(number, part)] = part.content
    named = set()
    for index, statement in enumerate(statements, first):
        for attachment in attachments_of(statement):
            sha2 = attachment["sha2"].lower()
            named.add(sha2)
            content = by_hash.get(sha2)
            if content is None and "fileUrl" not in attachment:
                raise RefusedError(
                    400,
                    f"statement {index} has an attachment with sha2 {sha2}, and neither a part of the body with this "
                    "X-Experience-API-Hash nor a fileUrl brings it",
                )
            if content is not None and attachment["usageType"] == SIGNATURE:
                _check_signature(statement, attachment, content)
    if unnamed := sorted(set(by_hash) - named):
        raise RefusedError(
            400, f"no statement has an attachment with sha2 {unnamed[0]}, which a part of the body brings"
        )


def _checked_hash(number: int, part: BodyPart) -> str:
    given = part.headers.get("x-experience-api-hash", "").lower()
    if not given:
        raise RefusedError(400, f"part {number} below the statements has no header X-Experience-API-Hash")
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise RefusedError(400, f"part {number} below the statements needs Content-Transfer-Encoding: binary")
    true = hashlib.sha256(part.content).hexdigest()
    if given != true:
        raise RefusedError(
            400, f"part {number} below the statements says that its SHA-256 is {given[:64]}; it is {true}"
        )
    return true


def _check_signature(statement: Mapping[str, Any], attachment: Mapping[str, Any], content: bytes) -> None:
    """See that a signature is a JWS of this statement (Data 1.0.3, 2.6); the key is not followed to who issued it."""
    if attachment["contentType"].partition(";")[0].strip().lower() != "application/octet-stream":
        raise RefusedError(400, "a signature has the contentType application/octet-stream (Data 2.6)")
    try:
        header, payload = (_decoded(part) for part in _jws_parts(content)[:2])
    except (ValueError, binascii.Error) as error:
        raise RefusedError(
            400, f"a signature is no JSON Web Signature in compact form (Data 2.6): {error}"
        ) from error
    if header.get("alg") not in _ALGORITHMS:
        raise RefusedError(
            400, f"a signature is made with {header.get('alg')!r}; it can be RS256, RS384 or RS512 (Data 2.6)"
        )
    try:
        agrees = is_same(_unsigned(payload), _unsigned(statement))
    except (KeyError, TypeError, AttributeError):
        agrees = False
    if not agrees:
        raise RefusedError(
            400, "a signature was made of another statement than the one that it came with (Data 2.6)"
        )


def _jws_parts(content: bytes) -> list[bytes]:
    parts = content.strip().split(b".")
    if len(parts) != _JWS_PARTS or not all(parts):
        raise ValueError(f"it has {len(parts)} parts, and not 3")
    return parts


def _decoded(part: bytes) -> dict[str, Any]:
    value = orjson.loads(base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True))
    if not isinstance(value, dict):
        raise ValueError("one of its parts is no JSON object")  # noqa: TRY004 - told as all else that is wrong with it
    return value


def _unsigned(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement as it was before the signature was attached to it."""
    rest = [one for one in statement.get("attachments", ()) if one["usageType"] != SIGNATURE]
    without = {name: part for name, part in statement.items() if name != "attachments"}
    return without | ({"attachments": rest} if rest else {})
