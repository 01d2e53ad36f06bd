"""Whose a login is, told by hand: for platforms whose `sub` is not the name in statements."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.land import landing_schema, school_tables
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.people.identifier import key_of, known_as
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.roster.errors import MatchError


class Match(NamedTuple):
    """A login and the identifier in statements of whoever it is."""

    subject: str
    """issuer#sub."""
    identifier: str | None
    """None: what was told before does not hold."""


def subject_of(issuer: str, sub: str) -> str:
    """Give a login's identity as one text."""
    return f"{issuer}#{sub}"


def tell_matches(
    warehouse: Warehouse,
    matches: Sequence[Match],
    teller: Teller,
    *,
    wait_seconds: float,
    pseudonyms: Pseudonyms | None = None,
) -> None:
    """Add what is told of logins.

    Args:
        warehouse: open for writing.
        matches: what is told.
        teller: who tells it, when and why.
        wait_seconds: how long to try again while others write.
        pseudonyms: under which statements land; identifiers are kept under them, too.

    Raises:
        MatchError: a subject or an identifier cannot be one; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    rows = _rows(matches, teller, pseudonyms)

    def write() -> None:
        with warehouse.transaction(LANDING):
            landing_schema.advance_fence(warehouse)
            school_tables.add_login_matches(warehouse, rows)

    landing_schema.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(write, wait_seconds=wait_seconds)


def _rows(matches: Sequence[Match], teller: Teller, pseudonyms: Pseudonyms | None) -> pa.Table:
    identifiers: list[str | None] = []
    keys: list[str | None] = []
    for match in matches:
        issuer, hash_sign, sub = match.subject.partition("#")
        if not issuer or not hash_sign or not sub:
            raise MatchError(
                f"{match.subject!r} is no login: give issuer#sub, as `learnloom roster unmatched` shows it"
            )
        identifier = match.identifier
        try:
            identifier = None if identifier is None else known_as(identifier, pseudonyms)
            keys.append(None if identifier is None else key_of(identifier))
        except ValueError as wrong:
            raise MatchError(str(wrong)) from wrong
        identifiers.append(identifier)
    text, n = pa.string(), len(matches)
    return pa.table(
        {
            "told_at": pa.array([teller.told_at] * n, pa.timestamp("us", "UTC")),
            "told_by": pa.array([teller.told_by] * n, text),
            "reason": pa.array([teller.reason] * n, text),
            "subject": pa.array([match.subject for match in matches], text),
            "identifier": pa.array(identifiers, text),
            "identifier_key": pa.array(keys, text),
        }
    )
