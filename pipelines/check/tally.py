"""Counting by names that others choose, in bounded memory."""

from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

_MAX_NAME_CHARS: Final = 300

Kept = TypeVar("Kept")


class Tally(Generic[Kept]):
    """What is kept for each name, for the first `limit` names; whatever comes after is kept together."""

    def __init__(self, make: Callable[[], Kept], *, limit: int, others: str) -> None:
        """Start with nothing.

        Args:
            make: makes what is kept for a new name.
            limit: names told apart.
            others: the name under which the others are kept together.
        """
        self._make = make
        self._limit = limit
        self._others = others
        self._kept: dict[str, Kept] = {}

    def __getitem__(self, name: str) -> Kept:
        """What is kept for a name, made where it is new."""
        name = name if len(name) <= _MAX_NAME_CHARS else name[: _MAX_NAME_CHARS - 1] + "…"
        found = self._kept.get(name)
        if found is None:
            if len(self._kept) >= self._limit:
                name = self._others
            found = self._kept.setdefault(name, self._make())
        return found

    def __len__(self) -> int:
        """Names told apart."""
        return len(self._kept)

    def ranked(self, count: Callable[[Kept], int]) -> Iterator[tuple[str, Kept]]:
        """Names with what is kept for them, the largest count first; ties by name."""
        return iter(sorted(self._kept.items(), key=lambda item: (-count(item[1]), item[0])))
