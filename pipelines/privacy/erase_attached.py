"""Attachments of others in which a student stands who is erased: their files are emptied, and their statements stay."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import NAMES, erase
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy.erase_state import Secret, read_secret, write_secret
from learnloom.pipelines.privacy.search import Hits, Search
from learnloom.pipelines.privacy.tokens import Token

_OF_OTHERS: Final = "attachment_of_others_naming_the_student"
"""What a receipt says of it."""


def erase_attached(warehouse: Warehouse, erasure_ids: Sequence[str]) -> None:
    """Empty the attachments in which any of the erased stand, and take note of how many these were of each.

    An attachment cannot be changed: its hash stands in its statement, and a signature is made of its bytes. One that
    holds nothing but an answer of theirs tells nobody, as a question with its choices: it stays, and the answer is no
    longer looked for.
    """
    secrets = {each: read_secret(warehouse.folder, each) for each in erasure_ids}
    tokens = dict.fromkeys(token for secret in secrets.values() for token in secret.tokens)
    emptied, quoted = [], set()
    for path, found in _naming(warehouse, list(tokens)):
        if any(token.kind != "text" for token in found):
            erase(path)
            emptied.append(found)
        else:
            quoted |= found
    for erasure_id, secret in secrets.items():
        count = sum(not found.isdisjoint(secret.tokens) for found in emptied)
        if count or not quoted.isdisjoint(secret.tokens):
            write_secret(warehouse.folder, erasure_id, _noted(secret, count, quoted))


def _noted(secret: Secret, count: int, quoted: set[Token]) -> Secret:
    rows: Mapping[str, int] = secret.done.get("front_door", {})
    more = {_OF_OTHERS: rows.get(_OF_OTHERS, 0) + count} if count else {}
    tokens = tuple(token for token in secret.tokens if token not in quoted)
    return secret._replace(tokens=tokens, done={**secret.done, "front_door": {**rows, **more}})


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
