"""Checking a receipt: by itself, in the chain of its warehouse, and by searching all bytes again."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.hits import Hits
from learnloom.pipelines.privacy.receipt import faults_of, read_receipt, read_receipts, token_key, told_tokens
from learnloom.pipelines.privacy.search import Search


class ReceiptCheck(NamedTuple):
    """What checking a receipt has found."""

    faults: list[str]
    """What is wrong with it; empty: nothing."""
    strange: list[str]
    """Texts of which it does not say that they were looked for."""
    hits: Hits | None
    """What the bytes hold; None: no text was given to look for."""

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return not self.faults and (self.hits is None or self.hits.total == 0)


def verify(
    warehouse: Warehouse, path: Path, texts: Sequence[str], *, others: Sequence[Path] = ()
) -> ReceiptCheck:
    """Check a receipt.

    Args:
        warehouse: the one that the receipt is of.
        path: the receipt.
        texts: identifiers, names and keys of the student: the receipt has only hashes of them.
        others: folders to search besides the warehouse, such as backups.

    Raises:
        ErasureError: it is no receipt.
    """
    content = read_receipt(path)
    faults = faults_of(content, read_receipts(warehouse.folder))
    tokens, strange = told_tokens(content, token_key(warehouse.folder), texts)
    hits = Search(warehouse, tokens).everything(others) if tokens else None
    return ReceiptCheck(faults, strange, hits)
