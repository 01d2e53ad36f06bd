"""Attachments: files under the SHA-256 of their content, on the disk before the statements that name them.

What came is given back unchanged; browsers are told not to guess its type nor to run it.
"""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from learnloom.pipelines.lrs.message import PIECE_BYTES, RefusedError
from learnloom.pipelines.lrs.multipart import BodyPart
from learnloom.schemas.xapi.equality import is_same

FOLDER: Final = "attachments"
"""In the store's folder."""
NAMES: Final = "?" * 64
"""Which files in it are whole."""
_ERASED: Final = b"\0"
"""What a file holds that was erased, and is not written again: an object store may not take one without content."""
_ASIDE: Final = ".empty"
SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512"})
_JWS_PARTS: Final = 3


class Attachments:
    """Keeps the content of attachments."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self._folder = folder

    def keep(self, parts: Sequence[BodyPart]) -> None:
        """Write the content of parts, each under its hash, on the disk with its name; what is there stays."""
        folders = set()
        for part in parts:
            path = self._path(part.headers["x-experience-api-hash"].lower())
            folders |= {path.parent, self._folder, self._folder.parent}
            if _is_there(path):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.{id(part)}")
            with partial.open("wb") as file:
                file.write(part.content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
        for folder in folders:
            _flush(folder)

    def content(self, sha2: str) -> Iterator[bytes] | None:
        """Give what has this hash, piece by piece; None where it never came, or was erased."""
        path = self._path(sha2.lower())
        return _pieces(path) if path.exists() and not _is_erased(path) else None

    def _path(self, sha2: str) -> Path:
        return self._folder / sha2[:2] / sha2


def erase(path: Path) -> None:
    """Take the content out of the file of an attachment, on the disk too; the file stays."""
    aside = path.with_suffix(_ASIDE)
    with aside.open("wb") as file:
        file.write(_ERASED)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _flush(path.parent)


def _is_erased(path: Path) -> bool:
    """Whether a file is as short as what was erased, and its name is not the hash of its content."""
    if path.stat().st_size > len(_ERASED):
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() != path.name


def _is_there(path: Path) -> bool:
    """Whether a file is there; it counts as new from now on, and stays for the statement that is on its way."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _flush(folder: Path) -> None:
    """Have the names of a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def attachments_of(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The attachments of a statement, and of the statement within."""
    yield from statement.get("attachments", ())
    if statement["object"].get("objectType") == "SubStatement":
        yield from statement["object"].get("attachments", ())


class AttachedParts:
    """The parts of a body below its statements, held to the statements that name them (Communication 1.5.2)."""

    def __init__(self, parts: Sequence[BodyPart]) -> None:
        """Take the parts.

        Raises:
            RefusedError: 400, a part is not what its headers say.
        """
        self._parts = {_checked_hash(number, part): part for number, part in enumerate(parts, 1)}
        self._named: set[str] = set()
        self._signatures: set[str] = set()

    def check(self, statement: Mapping[str, Any], index: int) -> None:
        """Hold the parts to the next statement, which has this index in its batch.

        Raises:
            RefusedError: 400, a part is missing, or a signature is not made as xAPI demands.
        """
        for attachment in attachments_of(statement):
            sha2 = attachment["sha2"].lower()
            self._named.add(sha2)
            part = self._parts.get(sha2)
            if part is None and "fileUrl" not in attachment:
                raise RefusedError(
                    400,
                    f"statement {index} has an attachment with sha2 {sha2}, and neither a part of the body with this "
                    "X-Experience-API-Hash nor a fileUrl brings it",
                )
            if attachment["usageType"] == SIGNATURE:
                self._signatures.add(sha2)
                if part is not None:
                    _check_signature(statement, attachment, part.content)

    def named(self, *, with_signatures: bool) -> list[BodyPart]:
        """Give the parts, once all statements were seen.

        Raises:
            RefusedError: 400, a part stands for nothing.
        """
        if unnamed := sorted(self._parts.keys() - self._named):
            raise RefusedError(
                400, f"no statement has an attachment with sha2 {unnamed[0]}, which a part of the body brings"
            )
        return [part for sha2, part in self._parts.items() if with_signatures or sha2 not in self._signatures]


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
        header, payload = map(_object, signed(content))
    except ValueError as error:
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


def signed(content: bytes) -> list[bytes]:
    """Header and payload of a JSON Web Signature in compact form (RFC 7515).

    Raises:
        ValueError: it is none.
    """
    parts = content.strip().split(b".")
    if len(parts) != _JWS_PARTS or not all(parts):
        raise ValueError(f"it has {len(parts)} parts, and not 3")
    return [
        base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True) for part in parts[:2]
    ]


def _object(text: bytes) -> dict[str, Any]:
    value = orjson.loads(text)
    if not isinstance(value, dict):
        raise ValueError("one of its parts is no JSON object")  # noqa: TRY004 - told as all else that is wrong with it
    return value


def _unsigned(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement as it was before the signature was attached to it."""
    rest = [one for one in statement.get("attachments", ()) if one["usageType"] != SIGNATURE]
    without = {name: part for name, part in statement.items() if name != "attachments"}
    return without | ({"attachments": rest} if rest else {})
