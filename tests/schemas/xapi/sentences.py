"""Every sentence by which the specification obliges somebody in sections 2 to 4 of xAPI-Data, and what becomes of it.

A sentence is DECIDED by a rule of the table, or ALLOWED (it forbids to refuse something), or UNDECIDED: not to be
told from one statement, with the reason. Sentences are told in our own words; sections are those of xAPI-Data 1.0.3
unless another source is named. Tables oblige too (xAPI-About 1.0.3, 2.2); of them the rows that name a property of a
statement are listed. The data model of 2.0 (IEEE 9274.1.1) is that of 1.0.3 with the differences in sentences_2.py.
"""

from typing import NamedTuple

import orjson

from tests.schemas.xapi.samples import ABSENT, MINIMAL, Json

Record = Json | bytes
"""Members that take the place of those of MINIMAL (ABSENT: none), or a whole record."""
BOTH = ("1.0.3", "2.0.0")


class Decided(NamedTuple):
    """A sentence whose violation a rule refuses."""

    section: str
    says: str
    rule: str
    wrong: Record
    right: Record
    versions: tuple[str, ...] = BOTH
    """Versions by which both records are to be judged so."""


class Allowed(NamedTuple):
    """A sentence by which nobody may refuse a record."""

    section: str
    says: str
    right: Record
    versions: tuple[str, ...] = BOTH


class Undecided(NamedTuple):
    """A sentence that is not to be decided from one statement."""

    section: str
    says: str
    why: str


STORE = "asks what a store does with statements, or gives back; it is no property of the one that was sent"
READER = "asks something of whoever reads or shows statements"
MEANING = "hangs on what somebody means or controls, which no statement says"
OTHERS = "takes other statements to tell"
BODY = "takes the body of an attachment, which travels beside the statement"


def record_with(record: Record) -> bytes:
    """The record as it is sent."""
    if isinstance(record, bytes):
        return record
    return orjson.dumps({name: value for name, value in (MINIMAL | record).items() if value is not ABSENT})
