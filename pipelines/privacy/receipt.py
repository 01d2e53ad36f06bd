"""Receipts of erasures: what was done, in a form that whoever holds one can check.

Each names the digest of the one before it, so that none can be changed or left out unseen. Texts of a student stand in
it as HMAC-SHA256 by a key that stays with the warehouse: without the key nobody can try out account numbers.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from learnloom.pipelines.privacy.erase_state import FOLDER
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.tokens import Token

FORM: Final = "learnloom erasure receipt 1"
_KEY: Final = "receipts.key"
_RECEIPTS: Final = "receipts"
_FIRST: Final = "0" * 64
_DIGEST: Final = "sha256"


class Issued(NamedTuple):
    """A receipt in its file."""

    path: Path
    content: dict[str, Any]


def token_key(folder: Path) -> bytes:
    """The key of a warehouse's receipts, made where there is none; for its owner alone."""
    path = folder / FOLDER / _KEY
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    return bytes.fromhex(path.read_text())


def keyed(key: bytes, text: str) -> str:
    """A text as it stands in a receipt."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def keyed_counts(key: bytes, counts: Mapping[Token, int]) -> list[dict[str, Any]]:
    """Tokens that were looked for, as they stand in a receipt, with how often each was found."""
    rows = [
        {
            "hmac_sha256": keyed(key, token.text),
            "kind": token.kind,
            "within": token.is_distinct,
            "found": count,
        }
        for token, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["hmac_sha256"]))


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the receipt without this digest: JSON with sorted names and no spaces, in UTF-8."""
    said = {name: value for name, value in content.items() if name != _DIGEST}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_receipts(folder: Path) -> list[Issued]:
    """All receipts of a warehouse, in order."""
    paths = sorted((folder / FOLDER / _RECEIPTS).glob("*.json"))
    return [Issued(path, read_receipt(path)) for path in paths]


def read_receipt(path: Path) -> dict[str, Any]:
    """Read one receipt.

    Raises:
        ErasureError: it is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ErasureError(f"{path} cannot be read as a receipt: {error}") from error
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ErasureError(f"{path} is no receipt of an erasure")
    return content


def issue(folder: Path, contents: Sequence[Mapping[str, Any]]) -> list[Issued]:
    """Write receipts behind those that stand; one that was written for the same erasure is given as it is."""
    chain = read_receipts(folder)
    known = {each.content["erasure_id"]: each for each in chain}
    for content in contents:
        if content["erasure_id"] not in known:
            chain.append(_written(folder, content, chain))
            known[content["erasure_id"]] = chain[-1]
    return [known[content["erasure_id"]] for content in contents]


def _written(folder: Path, content: Mapping[str, Any], before: Sequence[Issued]) -> Issued:
    whole: dict[str, Any] = {
        "form": FORM,
        "number": len(before) + 1,
        "previous_sha256": before[-1].content[_DIGEST] if before else _FIRST,
        **content,
    }
    whole[_DIGEST] = digest_of(whole)
    path = folder / FOLDER / _RECEIPTS / f"{whole['number']:06}-{content['erasure_id']}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
    return Issued(path, whole)


def faults_of(content: Mapping[str, Any], chain: Sequence[Issued]) -> list[str]:
    """What is wrong with a receipt by itself, and with its place among those of its warehouse; empty: nothing."""
    found = []
    if digest_of(content) != content.get(_DIGEST):
        found.append("its digest is not that of what it says: it was changed")
    previous = _FIRST
    for number, each in enumerate(chain, 1):
        if each.content["number"] != number or each.content["previous_sha256"] != previous:
            found.append(
                f"the chain of receipts is broken before {each.path.name}: one is missing or was changed"
            )
            break
        previous = each.content[_DIGEST]
        if digest_of(each.content) != previous:
            found.append(f"{each.path.name} was changed")
            break
    if chain and all(each.content[_DIGEST] != content.get(_DIGEST) for each in chain):
        found.append("the warehouse has no receipt with its digest")
    return found


def told_tokens(
    content: Mapping[str, Any], key: bytes, texts: Iterable[str]
) -> tuple[list[Token], list[str]]:
    """Which of these texts the receipt says were looked for, as tokens; and those of which it says nothing."""
    known = {row["hmac_sha256"]: row["kind"] for row in content["searched"]["tokens"]}
    told, strange = [], []
    for text in texts:
        kind = known.get(keyed(key, text))
        if kind is None:
            strange.append(text)
        else:
            told.append(Token(text, kind))
    return told, strange
