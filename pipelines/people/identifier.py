"""Identifiers as text, in the form of staging.stg_identifier, and their keys."""

import re
from typing import Final

from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.signal_statement import actor_of
from learnloom.schemas.xapi.identity import student_key

FORMS: Final = (
    "mailto:ann@school.example, 'https://lms.school.example ann' (home page, space, name), the SHA-1 sum of an "
    "address, or an OpenID"
)
SHA1_SUM: Final = re.compile(r"[0-9a-fA-F]{40}")
"""Of an address, in hex digits of either case."""
_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+")
_MAX_CHARS: Final = 2_000


def kind_of(identifier: str) -> str:
    """Tell the kind of an identifier by its form: account, mbox, mbox_sha1sum or openid.

    Raises:
        ValueError: it has none of the forms.
    """
    home_page, space, name = identifier.partition(" ")
    if space and name.strip() and _IRI.fullmatch(home_page) and len(identifier) <= _MAX_CHARS:
        return "account"
    if SHA1_SUM.fullmatch(identifier):
        return "mbox_sha1sum"
    if re.fullmatch(r"mailto:\S+@\S+", identifier) and len(identifier) <= _MAX_CHARS:
        return "mbox"
    if identifier.startswith(("http://", "https://")) and _IRI.fullmatch(identifier):
        return "openid"
    raise ValueError(f"{identifier!r} is no identifier; give one like {FORMS}")


def pseudonym_of(identifier: str, pseudonyms: Pseudonyms) -> str:
    """The pseudonym under which statements of whoever has this identifier land, in the same form.

    Raises:
        ValueError: it is no identifier.
    """
    account = pseudonyms.agent(actor_of(kind_of(identifier), identifier))["account"]
    return f"{account['homePage']} {account['name']}"


def known_as(identifier: str, pseudonyms: Pseudonyms | None) -> str:
    """What the warehouse knows whoever has this identifier as: its pseudonym where statements land under such.

    Raises:
        ValueError: a pseudonym is wanted, and it is no identifier.
    """
    return identifier if pseudonyms is None else pseudonym_of(identifier, pseudonyms)


def key_of(identifier: str) -> str:
    """The key that whoever has this identifier has by itself: 16 hex digits.

    Raises:
        ValueError: it is no identifier.
    """
    key = student_key(actor_of(kind_of(identifier), identifier))
    if key is None:
        raise ValueError(f"{identifier!r} identifies nobody; give an identifier like {FORMS}")
    return key
