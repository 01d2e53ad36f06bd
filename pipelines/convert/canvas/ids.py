"""Ids of Canvas: global, and as IRIs the same in its own events and in its Caliper."""

from typing import Any, Final

from learnloom.pipelines.convert.values import iri_part, text

PREFIX: Final = "urn:instructure:canvas:"
_IDS_A_SHARD: Final = 10**13
"""A global id is the shard's number times this, and the local id (canvas-lms, Switchman)."""
_SAME: Final = {"quizzes:quiz": "quiz", "discussion_topic": "discussion", "context_module": "module"}


def global_id(value: Any, root_account: Any) -> str | None:
    """Give an id as all events know it: a local one belongs to the shard of its root account; None where it is none."""
    found, account = text(value), text(root_account)
    if found is None or not found.isdecimal() or account is None or not account.isdecimal():
        return found
    shard = int(account) // _IDS_A_SHARD
    return found if int(found) >= _IDS_A_SHARD else str(shard * _IDS_A_SHARD + int(found))


def urn(kind: str, identifier: str) -> str:
    """Name a thing of Canvas; kinds that it calls by two names have one."""
    return f"{PREFIX}{_SAME.get(kind, kind)}:{iri_part(identifier)}"


def plain_urn(iri: str) -> str:
    """Give an IRI of Canvas' Caliper with its kind's one name; any other as it is."""
    kind, _, identifier = iri.removeprefix(PREFIX).rpartition(":")
    return urn(kind, identifier) if iri.startswith(PREFIX) and kind in _SAME else iri
