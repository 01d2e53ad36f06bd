"""Signals: ids, schema."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from learnloom.schemas.level import Confidence
from learnloom.schemas.signal import Audience, Part, Signal, SignalKind, signal_id

_AT = datetime(2026, 11, 20, tzinfo=UTC)


def a_signal(**changes: object) -> Signal:
    fields: dict[str, object] = {
        "signal_id": "0" * 32,
        "student_key": "0123456789abcdef",
        "kind": SignalKind.MASTERY,
        "audience": Audience.STUDENT,
        "part": Part.CONTENT,
        "n": 5,
        "window_from": _AT,
        "window_to": _AT,
        "confidence": Confidence.MEDIUM,
        "urgency": 0.5,
        "created_at": _AT,
        "expires_at": _AT,
        "sentence": "You are close.",
        "model_version": "v1",
    }
    return Signal.model_validate(fields | changes)


@given(st.lists(st.text(max_size=8), max_size=5))
def test_the_order_of_evidence_does_not_change_the_id(state: list[str]) -> None:
    """Evidence is a set: named in another order it gives the same signal."""
    orders = (state, state[::-1])
    ids = {signal_id("k", SignalKind.GOAL, Audience.STUDENT, "s", order) for order in orders}
    assert len(ids) == 1


@pytest.mark.parametrize(
    "other",
    [
        ("k2", SignalKind.GOAL, Audience.STUDENT, "s", ("e",)),
        ("k", SignalKind.CHOICE, Audience.STUDENT, "s", ("e",)),
        ("k", SignalKind.GOAL, Audience.TEACHER, "s", ("e",)),
        ("k", SignalKind.GOAL, Audience.STUDENT, "s2", ("e",)),
        ("k", SignalKind.GOAL, Audience.STUDENT, None, ("e",)),
        ("k", SignalKind.GOAL, Audience.STUDENT, "s", ("e", "f")),
        ("k", SignalKind.GOAL, Audience.STUDENT, "s", ("ef",)),
    ],
)
def test_another_student_kind_audience_subject_or_evidence_is_another_signal(
    other: tuple[str, SignalKind, Audience, str | None, tuple[str, ...]],
) -> None:
    """Each part of what identifies a signal counts."""
    assert signal_id(*other) != signal_id("k", SignalKind.GOAL, Audience.STUDENT, "s", ("e",))


@pytest.mark.parametrize(
    "change",
    [
        {"sentence": ""},
        {"value": float("nan")},
        {"urgency": 1.1},
        {"created_at": datetime(2026, 11, 20)},  # noqa: DTZ001 - the point of the case
        {"signal_id": "x"},
        {"evidence_ids": tuple("abcdefghijk")},
        {"surprise": 1},
    ],
)
def test_a_signal_that_breaks_the_contract_is_refused(change: dict[str, object]) -> None:
    """No empty sentence, NaN, naive time, malformed id, endless evidence or unknown field gets out."""
    with pytest.raises(ValidationError):
        a_signal(**change)


def test_the_schema_is_published_with_its_version() -> None:
    """A vendor can generate code from the JSON Schema and see for which version it is."""
    schema = Signal.model_json_schema()
    assert schema["properties"]["schema_version"]["const"] == "1.0"
    assert schema["additionalProperties"] is False
