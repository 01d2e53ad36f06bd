"""What is shown of a record is what came, with the right value marked, and nothing in it acts."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.check.excerpt import excerpt, visible
from learnloom.pipelines.check.report import count, minute, percent, place
from learnloom.schemas.xapi.rule import pointer

_KEYS = st.text(st.characters(codec="utf-8"), max_size=4)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value), *(found for step, part in inner for found in _places(part, (*path, step)))]


@given(
    statement=st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4),
    indent=st.sampled_from([None, 1]),
    data=st.data(),
)
@pytest.mark.slow
def test_marked_text_is_the_value_at_the_path(
    statement: dict[str, Any], indent: int | None, data: st.DataObject
) -> None:
    """Whatever the value and however it was written, the marked text is the very text of the value at the path."""
    path, value = data.draw(st.sampled_from(_places(statement)[1:]))
    text = json.dumps(statement, indent=indent)
    found = excerpt(text.encode(), pointer(path))
    if len(found.marked) < 400 and len(text) < 700:
        assert json.loads(found.marked) == value
        assert found.text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a"',
        b'{"a":',
        b"[",
        b"\xff\xfe{",
        b'{"a":[1,2',
        b"[" * 5_000,
        b'{"a":' * 5_000,
        b"}",
        b"null",
    ],
)
def test_broken_text_marks_nothing(raw: bytes) -> None:
    """A path into what is no JSON leads nowhere, and nothing is raised."""
    assert excerpt(raw, "/a/0").marked == ""


def test_record_without_value_is_empty() -> None:
    """A tombstone has nothing to show."""
    assert excerpt(None, "") == ("", "", "", 0)


def test_of_two_members_of_one_name_the_last_is_marked() -> None:
    """A duplicate key is told of with the value that counts elsewhere, the last."""
    found = excerpt(b'{"a": 1, "a": 2}', "/a")
    assert (found.before, found.marked, found.after) == ('{"a": 1, "a": ', "2", "}")


def test_long_record_is_cut_around_the_value() -> None:
    """Of a long record the surroundings of the value are shown, with a mark where text was left out."""
    text = json.dumps({"long": "x" * 50_000, "bad": 7, "more": "y" * 50_000})
    found = excerpt(text.encode(), "/bad")
    assert found.marked == "7"
    assert found.before.startswith("…x")
    assert found.after.endswith("y…")
    assert len(found.text) < 1_000
    assert found.n_bytes == len(text)


def test_long_value_is_cut() -> None:
    """A value of a megabyte is shown by its beginning."""
    found = excerpt(json.dumps({"bad": "z" * 900_000}).encode(), "/bad")
    assert found.marked.startswith('"zzz')
    assert found.marked.endswith("…")
    assert len(found.text) < 1_500


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8")))
def test_nothing_shown_can_act(text: str) -> None:
    """No control character and no mark that turns the writing is left; everything else is as it came."""
    shown = visible(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs"} or char in "\n\t" for char in shown)
    if all(char.isprintable() for char in text):
        assert shown == text


def test_escape_sequence_is_shown_and_not_done() -> None:
    """A record that would clear a terminal or turn the line shows its escapes."""
    assert visible("\x1b[2J\u202eabc") == "\\x1b[2J\\u202eabc"


@pytest.mark.parametrize(
    ("share", "told"),
    [(1, "100 %"), (0, "0 %"), (0.999_999, "99.99 %"), (0.000_001, "0.01 %"), (0.5, "50 %"), (0.29, "29 %")],
)
def test_share_is_never_rounded_to_all_or_none(share: float, told: str) -> None:
    """One bad record in a million is not 100 %."""
    assert percent(share) == told


def test_figures_have_their_nouns() -> None:
    """One record, two records; a timestamp to the minute; the empty pointer in words."""
    assert (count(1, "record"), count(1_200, "record")) == ("1 record", "1,200 records")
    assert minute("2026-09-07T10:00:59.123Z") == "2026-09-07 10:00"
    assert (place(""), place("/a")) == ("the whole statement", "/a")
