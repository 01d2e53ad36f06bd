"""Many texts looked for at once: one regular expression of RE2, which takes as long for thousands as for a few.

A few are found sooner one by one: each by a part of it that no spelling changes, and only where that stands by its own
expression.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from learnloom.pipelines.people.identifier import SHA1_SUM
from learnloom.pipelines.privacy.tokens import Token, variants

_FEW: Final = 16
"""So many texts are found sooner one by one."""
_LONGEST: Final = 100_000
"""Characters of an expression: of one ten times as long RE2 says that it is too large."""
_PLAIN: Final = re.compile(r"[0-9A-Za-z]")
_DIGITS: Final = re.compile(r"[0-9]+")


class Condition(NamedTuple):
    """A condition of SQL, and the values that it names."""

    sql: str
    values: dict[str, Any]


class _Sought(NamedTuple):
    """A text that is looked for."""

    regex: str
    part: str
    """Stands in each of its spellings."""
    is_whole: bool
    """Whether it has one spelling, which is the part, and may stand within longer texts."""

    @classmethod
    def within(cls, text: str) -> Self:
        """A text that may stand within longer ones."""
        text = _as_utf8(text)
        if SHA1_SUM.fullmatch(text):  # in either case
            return cls(_escaped(text.lower()), _longest(_DIGITS.findall(text)), is_whole=False)
        return cls(_escaped(text), _longest(text.split("\\")), is_whole="\\" not in text)

    @classmethod
    def alone(cls, text: str) -> Self:
        """A text that is a whole value of JSON or of a column."""
        text = _as_utf8(text)
        escaped = _escaped(text)
        # A string within a string of JSON ends by an escaped quotation mark.
        regex = f'"{escaped}\\\\*"|^{escaped}$'
        return cls(regex, _longest(text.split("\\")), is_whole=False)


class Texts:
    """Texts that are looked through for many patterns, one after the other."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Lay them out once."""
        self.texts = texts
        self.data = pa.array(map(_as_utf8, texts), pa.large_string())


class Pattern:
    """Says where any of some tokens may stand: whoever is not found does not stand there."""

    def __init__(self, within: Iterable[str], alone: Iterable[str] = ()) -> None:
        """Take texts that stand within longer ones, and those that are a whole value of JSON or of a column."""
        self._within = sorted(set(within))
        alone = sorted(set(alone) - set(self._within))
        self._sought = list(dict.fromkeys([*map(_Sought.within, self._within), *map(_Sought.alone, alone)]))
        self._regexes = _joined(each.regex for each in self._sought)
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
        if len(self._sought) > _FEW:
            values = {f"text_{number}": each for number, each in enumerate(self._regexes)}
            tests = [f"regexp_matches({{}}, ${name})" for name in values]
        else:
            values, tests = {}, []
            for number, each in enumerate(self._sought):
                values[f"text_{number}"] = each.part
                tests.append(f"contains({{0}}, $text_{number})")
                if not each.is_whole:
                    values[f"regex_{number}"] = each.regex
                    tests[-1] = f"({tests[-1]} AND regexp_matches({{0}}, $regex_{number}))"
        found = [test.format(column) for column in columns for test in tests]
        return Condition(" OR ".join(found) or "false", values if found else {})

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


def _as_utf8(text: str) -> str:
    """A text with a question mark for each half of a pair of surrogates: as it is once it is written."""
    return text.encode("utf-8", "replace").decode()


def _longest(parts: Iterable[str]) -> str:
    return max(parts, key=len, default="")


def _escaped(text: str) -> str:
    signs = "".join(map(_sign, text))
    return f"(?i:{signs})" if SHA1_SUM.fullmatch(text) else signs


def _escaped_bytes(text: str) -> str:
    return "".join(_sign(chr(each)) for each in text.encode("utf-8", "surrogatepass"))


def _sign(sign: str) -> str:
    """A character, or a byte as one; JSON within JSON has more backslashes than one."""
    if sign == "\\":
        return r"\\+"
    return sign if _PLAIN.fullmatch(sign) else f"\\x{{{ord(sign):x}}}"
