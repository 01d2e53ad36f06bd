"""Attachments of others in which a student stands who is erased: their files are emptied, and their statements stay."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import NAMES, erase
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy.erase_state import Secret, read_secret, write_secret
from learnloom.pipelines.privacy.hits import Hits
from learnloom.pipelines.privacy.search import Search
from learnloom.pipelines.privacy.tokens import Token

_OF_OTHERS: Final = "attachment_of_others_naming_the_student"
"""What a receipt says of it."""


def erase_attached(warehouse: Warehouse, erasure_ids: Sequence[str]) -> None:
    """Empty the attachments in which any of the erased stand, and take note of how many these are of each.

    An attachment cannot be changed: its hash stands in its statement, and a signature is made of its bytes. One that
    holds nothing but an answer of theirs tells nobody, as a question with its choices: it stays, and the answer is no
    longer looked for.
    """
    secrets = {each: read_secret(warehouse.folder, each) for each in erasure_ids}
    tokens = dict.fromkeys(token for secret in secrets.values() for token in secret.tokens)
    naming: list[tuple[Path, set[Token]]] = []
    quoted: set[Token] = set()
    for path, found in _naming(warehouse, list(tokens)):
        if any(token.kind != "text" for token in found):
            naming.append((path, found))
        else:
            quoted |= found
    # Before any is emptied: after it, nothing tells any more who stood there.
    for erasure_id, secret in secrets.items():
        own = {path.name for path, found in naming if not found.isdisjoint(secret.tokens)}
        if own or not quoted.isdisjoint(secret.tokens):
            write_secret(warehouse.folder, erasure_id, _noted(secret, own, quoted))
    for path, _ in naming:
        erase(path)


def _noted(secret: Secret, own: set[str], quoted: set[Token]) -> Secret:
    emptied = tuple(sorted(own.union(secret.emptied)))
    rows: Mapping[str, int] = secret.done.get("front_door", {})
    more = {_OF_OTHERS: len(emptied)} if emptied else {}
    tokens = tuple(token for token in secret.tokens if token not in quoted)
    done = {**secret.done, "front_door": {**rows, **more}}
    return secret._replace(tokens=tokens, done=done, emptied=emptied)


def _naming(warehouse: Warehouse, tokens: Sequence[Token]) -> Iterable[tuple[Path, set[Token]]]:
    """Attachments with the tokens that a search finds in each."""
    folder = warehouse.folder / FOLDER / ATTACHMENTS
    search = Search(warehouse, tokens)
    for path in sorted(folder.glob(f"??/{NAMES}")) if tokens else ():
        search.hits = Hits(counts=dict.fromkeys(tokens, 0))
        search.file(path, path.name)
        found = {token for token, count in search.hits.counts.items() if count}
        if found:
            yield path, found
