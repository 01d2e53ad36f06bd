"""Texts by which a student could be told: how they are written in JSON, and whether a text holds one."""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from learnloom.pipelines.people.identifier import kind_of

Kind = Literal["identifier", "name", "key", "text"]

_FEWEST_BYTES: Final = 5
_LONG_BYTES: Final = 12
_MARK: Final = re.compile(r"[0-9@ /]")


class Token(NamedTuple):
    """A text by which a student could be told."""

    text: str
    kind: Kind

    @property
    def is_distinct(self) -> bool:
        """Whether it is looked for within longer texts; else it is told by whole values alone: `7`, `anna`, `Mark`."""
        n_bytes = len(self.text.encode("utf-8", "surrogatepass"))
        if self.text.isdecimal():
            return n_bytes > _FEWEST_BYTES
        has_mark = _MARK.search(self.text) is not None
        return self.kind == "key" or (n_bytes >= _FEWEST_BYTES and (has_mark or n_bytes >= _LONG_BYTES))


def tokens_of(identifiers: Iterable[str], names: Iterable[str], keys: Iterable[str]) -> list[Token]:
    """The texts of a student, longest first.

    Args:
        identifiers: in the form of staging.stg_identifier, or subjects of logins.
        names: as statements give them.
        keys: student keys.
    """
    texts: dict[str, Kind] = dict.fromkeys(keys, "key")
    for identifier in identifiers:
        texts |= dict.fromkeys(_parts(identifier), "identifier")
    for name in names:
        texts.setdefault(name, "name")
    found = [Token(text, kind) for text, kind in texts.items() if text.strip()]
    return sorted(found, key=lambda token: (-len(token.text), token.text))


def _parts(identifier: str) -> list[str]:
    try:
        kind = kind_of(identifier)
    except ValueError:
        return [identifier]
    if kind == "account":
        return [identifier.partition(" ")[2]]
    if kind == "mbox":
        digest = hashlib.sha1(identifier.encode("utf-8", "surrogatepass"), usedforsecurity=False)
        return [identifier.removeprefix("mailto:"), *_as_sum(digest.hexdigest())]
    return _as_sum(identifier) if kind == "mbox_sha1sum" else [identifier]


def _as_sum(digest: str) -> list[str]:
    return [digest.lower(), digest.upper()]


@lru_cache(maxsize=1_000)
def variants(text: str) -> tuple[str, ...]:
    """How JSON of different makers writes a text: as it is, with escapes, with escaped slashes, safe within HTML."""
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    ascii_only = json.dumps(text)[1:-1]
    upper = re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), ascii_only)
    written = {text, plain, ascii_only, upper}
    written |= {each.replace("/", "\\/") for each in written}
    for sign, code in (("<", "003"), (">", "003"), ("&", "002"), ("'", "002")):
        low = f"\\u{code}{ord(sign) % 16:x}"
        written |= {each.replace(sign, low) for each in written} | {
            each.replace(sign, f"\\u{low[2:].upper()}") for each in written
        }
    return tuple(sorted(written))


@lru_cache(maxsize=1_000)
def bounded(text: str) -> re.Pattern[str]:
    """Finds a text where it stands by itself: `ann-1` not in `ann-10`, and at the end of a sentence."""
    return re.compile(rf"(?<![\w@-])(?<![\w-]\.){re.escape(text)}(?![\w@-])(?!\.[\w-])")


def holds(text: str, tokens: Iterable[Token]) -> set[Token]:
    """Which tokens a decoded text holds: as a whole, or within it where they are distinct."""
    return {
        token
        for token in tokens
        if token.text in text  # most are not, and this costs least
        and (text == token.text or (token.is_distinct and bounded(token.text).search(text) is not None))
    }


def without(text: str, tokens: Iterable[Token], pseudonym: str) -> str:
    """A text with a pseudonym for the tokens that it holds."""
    for token in holds(text, tokens):
        text = bounded(token.text).sub(pseudonym, text) if token.is_distinct else pseudonym
    return text


@lru_cache(maxsize=1_000)
def _as_written(token: Token) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """How a token is written in a text that is not decoded, and what finds it there.

    One that is not distinct is found as a whole value within quotation marks.
    """
    written = sorted(variants(token.text), key=len, reverse=True)
    if token.is_distinct:
        return tuple((each, bounded(each)) for each in written)
    return tuple((each, re.compile(rf'(?<="){re.escape(each)}(?=\\*")')) for each in written)


def holds_written(text: str, tokens: Iterable[Token]) -> set[Token]:
    """Which tokens a text holds that cannot be decoded, such as half of a JSON document."""
    return {
        token
        for token in tokens
        if text == token.text
        # Most are not in it, and to see that costs least.
        or any(each in text and pattern.search(text) for each, pattern in _as_written(token))
    }


def without_written(text: str, tokens: Iterable[Token], pseudonym: str) -> str:
    """A text that cannot be decoded, with a pseudonym for the tokens that it holds."""
    for token in tokens:
        if text == token.text:
            return pseudonym
        for _, pattern in _as_written(token):
            text = pattern.sub(pseudonym, text)
    return text
