"""One expression finds whatever the exact look would find, however many texts there are."""

import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.privacy.pattern import Pattern
from learnloom.pipelines.privacy.tokens import Token, holds

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16).filter(str.strip)
_OTHERS = [Token(f"somebody-{number}-else", "identifier") for number in range(40)]


@given(
    text=_TEXTS,
    around=st.text(max_size=6),
    is_ascii=st.booleans(),
    are_many=st.booleans(),
    depth=st.integers(0, 2),
)
def test_what_holds_a_token_is_among_what_may(
    text: str, around: str, is_ascii: bool, are_many: bool, depth: int
) -> None:
    """In a text of its own, within a longer one, in JSON with escapes or without, in JSON within JSON."""
    token = Token(text, "identifier")
    pattern = Pattern.of([token, *(_OTHERS if are_many else [])])
    value = around.encode("utf-8", "replace").decode() + text
    kept = value if holds(value, [token]) else text
    for _ in range(depth):
        kept = json.dumps({"name": kept}, ensure_ascii=is_ascii)
    assert pattern.among([kept]) == [kept]
    condition = pattern.condition("line")
    found = duckdb.execute(
        f"SELECT {condition.sql} FROM (SELECT $line AS line)", {**condition.values, "line": kept}
    )
    assert found.fetchone() == (True,)


_SUM = "8ff749b8f8a25a71255623111abc1c6a6584ad71"


@pytest.mark.parametrize("are_many", [False, True])
@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        (_SUM, True),
        (f'{{"mbox_sha1sum":"{_SUM.upper()}"}}', True),
        (f'{{"mbox_sha1sum":"{_SUM[:20].upper() + _SUM[20:]}"}}', True),
        ("its digits alone, 71255623111", False),
        (r'"{\"name\":\"Ada R\\u00edos\"}"', True),
        (r"u00edos", False),
        ('{"name":"7"}', True),
        ('{"name":"17"}', False),
    ],
)
def test_a_part_of_a_text_alone_is_not_found(line: str, *, is_found: bool, are_many: bool) -> None:
    """Sums in either case, names with escapes and short values are found as wholes, of few texts as of many."""
    tokens = [Token(_SUM, "identifier"), Token("Ada Ríos", "name"), Token("7", "identifier")]
    condition = Pattern.of([*tokens, *(_OTHERS if are_many else [])]).condition("line")
    found = duckdb.execute(
        f"SELECT {condition.sql} FROM (SELECT $line AS line)", {**condition.values, "line": line}
    )
    assert found.fetchone() == (is_found,)
    assert ("contains(" in condition.sql) != are_many


def test_bytes_are_looked_through_as_they_are() -> None:
    """Between bytes that are no text, in each way of writing; a short text is not looked for there."""
    pattern = Pattern.of([Token("Zoë Ångström", "name"), Token("7", "identifier")])
    assert pattern.is_in(b"\xff\x00" + "Zoë Ångström".encode() + b"\xfe")
    assert pattern.is_in(json.dumps("Zoë Ångström").encode())
    assert not pattern.is_in(b"\xff7\xff")


@pytest.mark.parametrize("columns", [(), ("line",)])
def test_without_tokens_nothing_is_found(columns: tuple[str, ...]) -> None:
    """No text is no expression that fits everything."""
    pattern = Pattern.of([])
    assert (pattern.among(["a"]), pattern.is_in(b"a"), pattern.condition(*columns)) == (
        [],
        False,
        ("false", {}),
    )


@pytest.mark.slow
def test_thousands_of_texts_are_cut_into_expressions_that_re2_takes() -> None:
    """More texts than one expression holds are found all the same, the last as the first."""
    names = [f"student-{number:08x}-of-many" for number in range(12_000)]
    pattern = Pattern(names)
    assert pattern.among([names[-1], "nobody", f"to {names[0]}."]) == [names[-1], f"to {names[0]}."]
