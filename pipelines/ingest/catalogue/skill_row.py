"""One thing that a skills file says, wherever it stands in it."""

from decimal import Decimal
from typing import Final, NamedTuple

from learnloom.pipelines.ingest.sources.errors import IngestError, SkillFileError

MAX_ROWS: Final = 1_000_000
"""Of one file."""


class SkillRow(NamedTuple):
    """What one place of a file says of a skill."""

    place: str
    """File and line, or file and path in its JSON: where to look."""
    activity: str
    """IRI of an activity that exercises it; empty where the row is about the skill only."""
    skill: str
    """IRI of the skill."""
    weight: Decimal = Decimal(1)
    """Share of the skill in the activity."""
    name: str = ""
    """Name of the skill; empty where none is given."""
    prerequisites: tuple[str, ...] = ()
    """IRIs of the skills that come before it."""


def check_iri(iri: object, place: str, error: type[IngestError] = SkillFileError) -> str:
    """Give back an IRI.

    Raises:
        SkillFileError: it is none; the message begins with `place`. Another `error` where one is asked for.
    """
    if not isinstance(iri, str) or ":" not in iri.strip(":") or any(c.isspace() for c in iri):
        raise error(f"{place}: {iri!r} is no IRI; give one like https://school.example/x")
    return iri
