"""What else in a statement tells who somebody is: texts that hold an identifier or a name of an agent in it."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple
from urllib.parse import quote, quote_plus

import orjson

_KEPT: Final = 20_000
"""Texts of which the ways to write them are remembered."""
_LEAST_NAME: Final = 4
"""Characters of a name that is looked for within other texts; a shorter one is found as a whole extension only."""
_LEAST_ACCOUNT: Final = 6
"""Likewise of an account's name: a shorter one is a row's number somewhere, and stands in every address."""
_FORMAL: Final = frozenset(
    {
        *(
            "timestamp",
            "stored",
            "version",
            "duration",
            "objectType",
            "registration",
            "sha2",
            "score",
            "length",
        ),
        *("interactionType", "contentType", "choices", "scale", "source", "target", "steps", "language"),
    }
)
HIDDEN: Final = "…"
"""Takes the place of a name whose bearer has no pseudonym."""


class IdentityToken(NamedTuple):
    """A text that tells who somebody is."""

    text: str
    needle: str
    """What stands in a JSON text, case folded, where the token may stand in it."""


Tokens = dict[IdentityToken, str]
"""What tells who somebody is, with what takes its place."""


def tokens_of(agent: Any, pseudonym: str | None) -> Tokens:
    """Give the texts of an agent, as they may stand elsewhere, with what takes their place.

    Args:
        agent: as it came; whatever it has that no agent may have is taken for a name, too.
        pseudonym: the name of its pseudonym; None: it has none.
    """
    return {written: pseudonym or HIDDEN for text in _texts(agent) for written in _written(text)}


@lru_cache(maxsize=_KEPT)
def _written(text: str) -> tuple[IdentityToken, ...]:
    """Ways in which a text may be written elsewhere: in other cases, composed or not, within an address."""
    bare = text.removeprefix("mailto:").strip()
    forms = {unicodedata.normalize(form, bare) for form in ("NFC", "NFD")}
    forms |= {cased for form in forms for cased in (form.upper(), form.lower(), form.casefold())} | {bare}
    ways = {way(form) for form in forms for way in (str, quote, quote_plus, partial(quote, safe=""))}
    return tuple(IdentityToken(way, _needle(way)) for way in sorted(ways) if way)


def _needle(text: str) -> str:
    quoted = orjson.dumps(text).decode().casefold()
    return quoted[1:-1] if _is_distinct(text) else quoted


def _texts(agent: Any) -> Iterator[str]:
    if not isinstance(agent, dict):
        return
    for name, value in agent.items():
        if name == "account" and isinstance(value, dict):
            yield from (part for key, part in value.items() if key != "homePage" and isinstance(part, str))
        elif name not in {"objectType", "member"} and isinstance(value, str):
            yield value


def standing_in(text: str, tokens: Tokens) -> dict[str, str]:
    """Give the tokens that may stand in a JSON text, in whatever case, with what takes their place."""
    folded = text.casefold()
    return {token.text: instead for token, instead in tokens.items() if token.needle in folded}


class Scrubber:
    """Takes tokens out of the texts of a statement."""

    def __init__(self, tokens: Mapping[str, str], is_pseudonym: Callable[[Any], bool]) -> None:
        """Take out `tokens`, the longest first, so that of an address nothing is left where its part is another's.

        What `is_pseudonym` says to be one stays: a token may stand in it by chance.
        """
        self._is_pseudonym = is_pseudonym
        self._instead = {token.casefold(): instead for token, instead in tokens.items()}
        within = sorted((token for token in tokens if _is_distinct(token)), key=len, reverse=True)
        self._within = re.compile("|".join(map(_pattern, within)), re.IGNORECASE) if within else None

    def text(self, given: str, *, is_free: bool = False) -> str:
        """Give a text without them; one that `is_free` to say anything may be a token that is too short elsewhere."""
        if is_free and (whole := self._instead.get(given.casefold())) is not None:
            return whole
        if self._within is None:
            return given
        return self._within.sub(lambda found: self._instead.get(found[0].casefold(), HIDDEN), given)

    def value(self, given: Any, *, place: str = "", is_free: bool = False) -> Any:
        """Give a JSON value that stands at a property without them, in values and in names of extensions."""
        match given:
            case str():
                return self.text(given, is_free=is_free)
            case dict() if not self._is_pseudonym(given):
                is_free = is_free or place == "extensions"
                return {
                    self.text(name) if ":" in name else name: part
                    if _is_formal(name, part, place)
                    else self.value(part, place=name, is_free=is_free)
                    for name, part in given.items()
                }
            case list():
                return [self.value(part, place=place, is_free=is_free) for part in given]
            case bool():
                return given
            case int() if is_free and _is_distinct(str(given)):
                return self._instead.get(str(given), given)
        return given


def _pattern(token: str) -> str:
    """A number within a longer one is another number."""
    return rf"(?<!\d){token}(?!\d)" if token.isdecimal() else re.escape(token)


def _is_formal(name: str, value: Any, place: str) -> bool:
    """Whether a property at `place` has a form that leaves no room for a name."""
    return name in _FORMAL or (name == "id" and place == "verb" and ":" in str(value))


def _is_distinct(token: str) -> bool:
    """Whether a token within a longer text means the person, and not by chance something else."""
    if "@" in token:
        return True
    if " " in token or "%20" in token or "+" in token:
        return len(token) >= _LEAST_NAME
    return len(token) >= _LEAST_ACCOUNT
