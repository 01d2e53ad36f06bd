"""Whoever stands in a text is found in it and taken out of it, however the text is made."""

import json
from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land.erased import is_redacted, pseudonym_of
from learnloom.pipelines.ingest.sources.reading import DEEPEST
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.content import Content
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.tokens import Token

_HOME: Final = "https://lms.school.example"
_KEYS: Final = frozenset({key_of(f"{_HOME} anna")})
_TOKENS: Final = [
    Token("Zoë Ångström", "name"),
    Token("zz-901", "identifier"),
    Token("anna", "identifier"),
    Token("4711", "identifier"),
    Token("734512", "identifier"),
]
_REDACTION: Final = Redaction(_KEYS, _TOKENS, "erased-0")
_AGENT: Final = {"name": "Zoë Ångström", "account": {"homePage": _HOME, "name": "anna"}}


def _within(text: str, levels: int) -> str:
    return "[" * levels + text + "]" * levels


@pytest.mark.parametrize("levels", [DEEPEST + 1, 1_000, 1_030, 30_000])
@pytest.mark.parametrize("text", ['"anna"', '"of zz-901"', r'"Zo\u00eb \u00c5ngstr\u00f6m"'])
def test_what_is_nested_too_deep_is_a_text(text: str, levels: int) -> None:
    """Nobody stops an erasure by a document that Python cannot walk: it is found and changed as it is written."""
    deep = _within(text, levels)
    assert Content(deep).names(_KEYS, _TOKENS)
    new = _REDACTION.of(deep)
    assert new is not None
    assert new.startswith("[" * levels + '"')
    assert "erased-0" in new
    assert not Content(new).names(_KEYS, _TOKENS)
    assert _REDACTION.of(_within('"\\u0041nn"', levels)) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "zz-901", "a": "anna"}',
        '{"a": "anna", "a": 1}',
        r'["\ud800", "zz-901", 1' + "0" * 5_000 + "]",
        '{"v": 2, "by": "anna", half of it',
        r'{"v": 2, "said": "{\"by\": \"anna\", half of it',
        "of zz-901\udce9",
        "anna",
        '"4711"',
        '{"n": 734512, "m": [734512]}',
    ],
)
def test_what_is_no_plain_json_is_changed_too(text: str) -> None:
    """A name that stands twice, half of a document, numbers and bytes that nobody reads: she is in none of it after."""
    assert Content(text).names(_KEYS, _TOKENS)
    new = _REDACTION.of(text)
    assert new is not None
    assert not Content(new).names(_KEYS, _TOKENS)


_LEAVES: Final = st.sampled_from(
    ["anna", "4711", "zz-901", "see zz-901.", "Zoë Ångström", _AGENT, "x", 1.5, None, 734512]
)
_VALUES: Final = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "anna", "zz-901"]), inner, max_size=3),
        inner.map(json.dumps),
        inner.map(lambda value: orjson.dumps(value).decode()[:-1]),
    ),
    max_leaves=8,
)


@given(_VALUES, st.booleans())
def test_nothing_is_found_in_what_was_changed(value: Any, is_ascii: bool) -> None:
    """What the search at the end of an erasure finds in a text, the erasure has taken out of it: else it never ends."""
    text = json.dumps(value, ensure_ascii=is_ascii)
    new = _REDACTION.of(text)
    content = Content(text if new is None else new)
    assert content.holds(_TOKENS) == set()
    assert content.agents.isdisjoint(_KEYS)


@pytest.mark.parametrize(
    "text",
    [
        '{"context":{"extensions":{"https://x.example/user-id":734512,"https://x.example/n":1.50}}}',
        '{"object":{"definition":{"extensions":{"https://x.example/users":[{"id":734512}]}}}}',
        '{"result":{"response":"{\\"id\\":734512}"}}',
    ],
)
def test_a_number_leaves_a_pseudonym(text: str) -> None:
    """A statement that names her by a number alone is known as redacted: sent again, it does not refuse its batch."""
    pseudonym = pseudonym_of("0" * 32)
    new = Redaction(_KEYS, _TOKENS, pseudonym).of(text)
    assert new is not None
    assert is_redacted(new.encode())
    quoted = f'\\"{pseudonym}\\"' if "response" in text else f'"{pseudonym}"'
    assert new == text.replace("734512", quoted)


def test_a_document_within_a_string_keeps_its_form() -> None:
    """Only what names her changes: other numbers, order and texts of others stay, also within a string."""
    text = '{"n":1.50,"data":"{\\"by\\":\\"anna\\",\\"n\\":2.0}","other":"{ not json","id":734512,"score":7345120}'
    changed = text.replace("anna", "erased-0").replace('"id":734512', '"id":null')
    assert _REDACTION.of(text) == changed
