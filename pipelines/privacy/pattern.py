"""Many texts looked for at once: one regular expression of RE2, which takes as long for thousands as for a few."""

import re
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from learnloom.pipelines.people.identifier import SHA1_SUM
from learnloom.pipelines.privacy.tokens import Token, variants

_FEW: Final = 8
"""So many texts are found sooner one by one."""
_LONGEST: Final = 100_000
"""Characters of an expression: of one ten times as long RE2 says that it is too large."""
_PLAIN: Final = re.compile(r"[0-9A-Za-z]")


class Condition(NamedTuple):
    """A condition of SQL, and the values that it names."""

    sql: str
    values: dict[str, Any]


class Texts:
    """Texts that are looked through for many patterns, one after the other."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Lay them out once."""
        self.texts = texts
        self.data = pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.large_string())


class Pattern:
    """Says where any of some tokens may stand: whoever is not found does not stand there."""

    def __init__(self, within: Iterable[str], alone: Iterable[str] = ()) -> None:
        """Take texts that stand within longer ones, and those that are a whole value of JSON or of a column."""
        self._within = sorted(set(within))
        alone = sorted(set(alone) - set(self._within))
        texts = [_escaped(text) for text in self._within]
        # A string within a string of JSON ends by an escaped quotation mark.
        texts += [f'"{each}\\\\*"|^{each}$' for each in map(_escaped, alone)]
        self._has_alone = bool(alone)
        self._regexes = _joined(texts)
        self._of_bytes = [each.encode() for each in _joined([_escaped_bytes(text) for text in self._within])]

    @classmethod
    def of(cls, tokens: Iterable[Token]) -> Self:
        """What finds tokens however they are written."""
        within: list[str] = []
        alone: list[str] = []
        for token in tokens:
            # Of an address, a statement has a longer value: mailto:a@b.
            (within if token.is_distinct or "@" in token.text else alone).extend(variants(token.text))
        return cls(within, alone)

    def condition(self, *columns: str) -> Condition:
        """SQL that holds where one of these columns, texts or JSON, may hold a token; of no token never."""
        if not columns:
            return Condition("false", {})
        are_many = len(self._within) > _FEW or self._has_alone
        are_many = are_many or any("\\" in text or SHA1_SUM.fullmatch(text) for text in self._within)
        how, texts = ("regexp_matches", self._regexes) if are_many else ("contains", self._within)
        values = {f"text_{number}": text for number, text in enumerate(texts)}
        found = [f"{how}({column}, ${name})" for column in columns for name in values]
        return Condition(" OR ".join(found) or "false", values)

    def among(self, texts: Sequence[str] | Texts) -> list[str]:
        """Those of some texts that may hold a token."""
        laid = texts if isinstance(texts, Texts) else Texts(texts)
        found = np.zeros(len(laid.texts), np.bool_)
        for each in self._regexes:
            found |= pc.match_substring_regex(laid.data, each).to_numpy(zero_copy_only=False)
        return list(compress(laid.texts, found))

    def is_in(self, data: bytes) -> bool:
        """Whether bytes hold a text that may stand within longer ones."""
        held = pa.array([data], pa.large_binary())
        return any(pc.match_substring_regex(held, each)[0].as_py() for each in self._of_bytes)


def _joined(texts: Iterable[str]) -> list[str]:
    """Alternatives in as few expressions as RE2 takes."""
    made: list[str] = []
    for text in texts:
        if made and len(made[-1]) + len(text) < _LONGEST:
            made[-1] += f"|{text}"
        else:
            made.append(text)
    return made


def _escaped(text: str) -> str:
    signs = "".join(_sign(sign) for sign in text.encode("utf-8", "replace").decode())
    return f"(?i:{signs})" if SHA1_SUM.fullmatch(text) else signs


def _escaped_bytes(text: str) -> str:
    return "".join(_sign(chr(each)) for each in text.encode("utf-8", "surrogatepass"))


def _sign(sign: str) -> str:
    """A character, or a byte as one; JSON within JSON has more backslashes than one."""
    if sign == "\\":
        return r"\\+"
    return sign if _PLAIN.fullmatch(sign) else f"\\x{{{ord(sign):x}}}"
