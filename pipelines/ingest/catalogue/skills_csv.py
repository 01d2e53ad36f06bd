"""A skill map as a CSV file: a row per activity and skill."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from learnloom.pipelines.ingest.catalogue.csv_rows import Columns, CsvRow, Iri, checked_iri, weight_of

COLUMNS: Final = Columns(("activity", "skill"), ("weight", "skill_name", "prerequisites"))
_MAX_WEIGHT: Final = 100


def _weight(text: str) -> Decimal:
    weight = weight_of(text)
    if weight.is_nan() or not 0 < weight < _MAX_WEIGHT:
        raise ValueError(f"{text!r} is no number above 0 and below {_MAX_WEIGHT}")
    return weight


def _parts(given: object) -> object:
    return tuple(given.split()) if isinstance(given, str) else given


class SkillRow(CsvRow):
    """What one place of a file says of a skill."""

    skill: Iri
    activity: Annotated[str, AfterValidator(lambda text: text and checked_iri(text))] = ""
    """Exercises it; empty where the row is about the skill only."""
    weight: Annotated[Decimal, BeforeValidator(_weight)] = Decimal(1)
    """Share of the skill in the activity."""
    skill_name: str = ""
    """Empty where none is given."""
    prerequisites: Annotated[tuple[Iri, ...], BeforeValidator(_parts)] = ()
    """IRIs of the skills that come before it."""
