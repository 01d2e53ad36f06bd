"""Slices of what has landed, so that staging holds a part of it in memory at a time."""

from typing import Final, NamedTuple

from learnloom.pipelines.lake.connection import Warehouse

SLICE: Final = 250_000
"""Statements that are staged at once: they bound the memory."""


class Slice(NamedTuple):
    """Statements that are staged at once, by when they landed; both moments are of the slice, as SQL writes them."""

    first: str
    last: str


ALL: Final = Slice("-infinity", "infinity")


def slices_of(warehouse: Warehouse, landed: str) -> list[Slice]:
    """Cut landed statements into slices, each of whole landings and, but for a larger landing, of at most SLICE."""
    slices: list[Slice] = []
    n = 0
    for at, n_landed in warehouse.rows(
        f"SELECT landed_at::VARCHAR, count(*) FROM {landed} GROUP BY landed_at ORDER BY landed_at"
    ):
        if not slices or n + n_landed > SLICE:
            slices.append(Slice(at, at))
            n = 0
        slices[-1] = slices[-1]._replace(last=at)
        n += n_landed
    return slices
