"""What a search for a student's texts has found, and what it has looked through."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from learnloom.pipelines.privacy.tokens import Token

_MOST_PLACES: Final = 50


@dataclass
class Hits:
    """What a search has found."""

    files: int = 0
    """Files that were looked through."""
    bytes: int = 0
    counts: dict[Token, int] = field(default_factory=dict)
    """How often each token was found, as it is or decoded; all tokens are there."""
    where: dict[Token, list[str]] = field(default_factory=dict)
    """Where, the first places of each."""
    halves: list[str] = field(default_factory=list)
    """Parquet files without an end, which a process has left that was ended: only their bytes can be looked through."""

    @property
    def total(self) -> int:
        """How often any was found."""
        return sum(self.counts.values())

    @property
    def places(self) -> list[str]:
        """Where any was found, the first of them."""
        return list(dict.fromkeys(place for each in self.where.values() for place in each))[:_MOST_PLACES]

    def add(self, tokens: Iterable[Token], place: str) -> None:
        """Take note of tokens that were found."""
        for token in tokens:
            self.counts[token] += 1
            places = self.where.setdefault(token, [])
            if place not in places and len(places) < _MOST_PLACES:
                places.append(place)

    def of(self, tokens: Iterable[Token]) -> "Hits":
        """What was found of some of the tokens."""
        told = list(tokens)
        counts = {token: self.counts[token] for token in told}
        where = {token: self.where[token] for token in told if token in self.where}
        return Hits(self.files, self.bytes, counts, where, self.halves)
