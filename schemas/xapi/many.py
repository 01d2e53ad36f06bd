"""Arrays: every wrong element is told, but of a very long array only the first one.

An error weighs a hundred times as much as the three bytes that can cause it, so a record made of them must not
be able to fill the memory.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

ENOUGH: Final = 1_000
"""Elements of which each wrong one is told, and faults after which no more are looked for."""


def _length_tag(value: Any) -> str:
    return "<long>" if isinstance(value, list) and len(value) > ENOUGH else "<many>"


@dataclass(frozen=True, slots=True)
class _StopsWhereLong:
    """Marks an array: a long one is judged up to its first wrong element."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        array = handler(source)
        long: Any = {**array, "fail_fast": True}
        return core_schema.tagged_union_schema({"<many>": array, "<long>": long}, discriminator=_length_tag)


Item = TypeVar("Item")
Many = Annotated[list[Item], _StopsWhereLong()]
"""An array of any length."""
