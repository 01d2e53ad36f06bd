"""Texts of a student are found where they stand by themselves, and nowhere else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.privacy.mentions import Nearby, Redaction
from learnloom.pipelines.privacy.tokens import Token, holds, tokens_of, variants

_HOME = "https://lms.school.example"
_TOKEN = Token("ann-1", "identifier")


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("ann-1", True),
        ("to ann-1.", True),
        ("(ann-1)", True),
        ("ann-10", False),
        ("joann-1", False),
        ("ann-1@school.example", False),
        ("ann-1.example", False),
    ],
)
def test_a_token_is_bounded(text: str, is_held: bool) -> None:
    """A longer account that begins or ends with it is somebody else's."""
    assert bool(holds(text, [_TOKEN])) is is_held


def test_a_short_token_is_a_whole_value() -> None:
    """What is in every other text is not looked for in it."""
    seven = Token("7", "identifier")
    assert holds("7", [seven]) == {seven}
    assert holds("7 of 10", [seven]) == set()


@given(st.text(min_size=1, max_size=12))
def test_each_way_of_writing_is_known(text: str) -> None:
    """Whatever common maker of JSON has written a text, one of the variants stands in it."""
    for written in (
        json.dumps(text),
        json.dumps(text, ensure_ascii=False),
        json.dumps(text).replace("/", "\\/"),
    ):
        assert any(variant in written for variant in variants(text))


_NAMES = st.text("abxz019-_", min_size=1, max_size=8)


@given(student=_NAMES, other=_NAMES, place=st.sampled_from(["instructor", "team", "member", "text"]))
def test_a_statement_loses_the_student_and_nothing_else(student: str, other: str, place: str) -> None:
    """The student's agent goes wherever it stands; numbers and everybody else stay as they are written."""

    def agent(name: str) -> dict[str, object]:
        return {"name": f"Name of {name}!", "account": {"homePage": _HOME, "name": name}}

    context = {
        "instructor": {"instructor": agent(student)},
        "team": {"team": agent(student) | {"objectType": "Group"}},
        "member": {"team": {"objectType": "Group", "member": [agent(student)]}},
        "text": {"extensions": {"https://school.example/with": f"{student}"}},
    }[place]
    raw = json.dumps({"actor": agent(other), "score": 0, "context": context}).replace(
        '"score": 0', '"score":1.50e1'
    )
    keys = {key_of(f"{_HOME} {student}")}
    told = tokens_of([f"{_HOME} {student}"], [], ())
    tokens = [token for token in told if token.text != other]
    redaction = Redaction(keys, tokens, "erased-0", shared=told)
    assert redaction.near(Nearby([raw])) == {raw}
    new = redaction.of(raw)
    if student == other:
        return
    assert new is not None
    assert '"score":1.50e1' in new
    assert json.loads(new)["actor"] == agent(other)
    assert redaction.of(new) is None


def test_who_is_not_named_stays_as_it_is() -> None:
    """A statement without the student is left alone."""
    raw = '{"actor":{"mbox":"mailto:bo@school.example"},"n":1.0}'
    assert Redaction({"0" * 16}, [_TOKEN], "erased-0").of(raw) is None
