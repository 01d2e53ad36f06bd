"""Identifiers as text have the key that statements with them get."""

from typing import Any

import pytest

from learnloom.pipelines.people.identifier import key_of, kind_of
from learnloom.schemas.xapi.identity import student_key

_SUM = "6168d27d1f76f1fd61099f4e24f911dbae8314dc"


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("https://a.example ann", {"account": {"homePage": "https://a.example", "name": "ann"}}),
        ("https://a.example Ann B", {"account": {"homePage": "https://a.example", "name": "Ann B"}}),
        ("mailto:ann@example.org", {"mbox": "mailto:ann@example.org"}),
        ("mailto:ann@example.org", {"mbox_sha1sum": _SUM}),
        (_SUM.upper(), {"mbox": "mailto:ann@example.org"}),
        ("https://ann.example.org/", {"openid": "https://ann.example.org/"}),
    ],
)
def test_a_text_has_the_key_of_its_actor(text: str, actor: dict[str, Any]) -> None:
    """Whoever is named in a list is whoever sent the statements."""
    assert key_of(text) == student_key(actor)


@pytest.mark.parametrize("text", ["", "ann", "ann@example.org", "https://a.example ", "a b", "x" * 40, " "])
def test_what_identifies_nobody_is_refused(text: str) -> None:
    """The error shows the value and the forms that there are."""
    with pytest.raises(ValueError, match=r"mailto:ann@school\.example"):
        kind_of(text)
