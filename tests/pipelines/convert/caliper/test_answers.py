"""What a Caliper answer says of itself, and of the attempt that it was given in."""

from typing import Any

import pytest

from learnloom.pipelines.convert.caliper.envelopes import Caliper
from tests.pipelines.convert.caliper.test_envelopes import event
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, statements

FORMAT = Caliper(OPTIONS)
_ITEM = {"id": f"{SCHOOL}/quiz/1/items/3", "type": "AssessmentItem"}
_QUARTERS = {"startedAtTime": "2026-09-07T09:25:00Z", "endedAtTime": "2026-09-07T10:15:00Z"}
_OF_QUIZ = {"assignable": {"id": f"{SCHOOL}/quiz/1", "type": "Assessment"}}


def _result(**response: Any) -> dict[str, Any]:
    (made,) = statements(
        FORMAT, event("AssessmentItemEvent", "Completed", _ITEM, generated={"type": "Response", **response})
    )
    found: dict[str, Any] = made.get("result", {})
    return found


@pytest.mark.parametrize(
    ("response", "taken"),
    [
        ({"duration": "PT60S", "attempt": _QUARTERS}, "PT60S"),
        ({**_QUARTERS, "attempt": {"id": "urn:attempt:1"}}, "PT3000S"),
        ({"attempt": {**_QUARTERS, **_OF_QUIZ}}, None),
        ({"attempt": {**_QUARTERS, "assignable": _ITEM["id"]}}, "PT3000S"),
        ({"attempt": _QUARTERS}, "PT3000S"),
        (_QUARTERS, "PT3000S"),
    ],
)
def test_an_answer_took_as_long_as_it_says_itself(response: dict[str, Any], taken: str | None) -> None:
    """Else as long as its attempt, unless that was one at the whole quiz."""
    assert _result(**response).get("duration") == taken


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ({"value": None, "values": ["a", "c"]}, "a[,]c"),
        ({"value": "b"}, "b"),
        ({"value": 0}, "0"),
        ({"value": None}, None),
    ],
)
def test_what_was_answered_is_one_value_or_several(response: dict[str, Any], told: str | None) -> None:
    """A value that is told as none does not hide the values."""
    assert _result(**response).get("response") == told
