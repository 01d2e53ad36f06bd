"""Events of every kind, damaged at random: whatever comes, statements are valid, and nothing passes that must not."""

import io
import random
import re
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest

from learnloom.pipelines.convert.caliper import envelopes
from learnloom.pipelines.convert.canvas import live_events
from learnloom.pipelines.convert.format import Converted, ConvertError, Format, SourceRecord
from learnloom.pipelines.convert.openedx import tracking_log
from learnloom.pipelines.convert.registry import make_format
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.pipelines.ingest.validate.validator import validate
from tests.pipelines.convert import whole_events
from tests.pipelines.convert.samples import OPTIONS

_SECRET: Final = re.compile(rb"secret|203\.0\.113", re.IGNORECASE)
_ODD: Final[list[Any]] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        7,
        2**63,
        1e308,
        -0.5,
        1.5,
        1_788_770_000,
        "",
        " ",
        "0",
        "1e999",
        "nan",
        "-3",
        "101",
    ),
    *(
        "a b",
        "ä\u0000ö",
        "<&>\"'",
        "\U0001f600" * 3,
        "x" * 5_000,
        "a:b",
        "https://x.example/a?b#c d",
        "urn:x:%zz",
        "#",
    ),
    *(
        "PT1M2S",
        "P1Y",
        "PT-1S",
        "25:61:61",
        "10:00:00",
        "2026-13-01",
        "0001-01-01T00:00:00+14:00",
        "20260907",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        ["a", 1, None],
        {"id": 7},
        {"id": "x", "type": []},
        {"a": {"b": {"c": {}}}},
        "{",
        '"',
        '{"a":',
    ),
]
_ROUNDS: Final = 60
"""Damaged events of each kind."""


def _damaged(value: Any, chance: random.Random) -> Any:
    """Replace a part of a value here and there."""
    if chance.random() < 0.06:
        return chance.choice(_ODD)
    if isinstance(value, dict):
        return {key: _damaged(inner, chance) for key, inner in value.items() if chance.random() > 0.03}
    if isinstance(value, list):
        return [_damaged(inner, chance) for inner in value]
    return value


def _check(format_: Format, given: bytes) -> tuple[int, int]:
    """Convert all that is given; count statements, which have to be valid and to keep to themselves, and refusals."""
    told = refused = 0
    try:
        records = list(format_.read(io.BytesIO(given)))
    except InputError:
        return 0, 1
    for record in records:
        result = _tried(format_, record)
        if isinstance(result, ConvertError):
            refused += 1
            assert result.fault.rule.startswith("convert-")
            assert not _SECRET.search(str(result).encode())
            continue
        assert bool(result.statements) != bool(result.ignored)
        assert len(set(result.names)) == len(result.names)
        for statement in result.statements:
            raw = orjson.dumps({"id": "00000000-0000-4000-8000-000000000001", **statement})
            assert validate(raw).faults == (), raw
            assert not _SECRET.search(raw), raw
            told += 1
    return told, refused


def _tried(format_: Format, record: SourceRecord) -> Converted | ConvertError:
    try:
        return record.error or format_.convert(record)
    except ConvertError as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kinds", "make"),
    [
        ("openedx", tracking_log.KINDS, whole_events.tracking),
        ("caliper", envelopes.KINDS, whole_events.caliper),
        ("canvas", live_events.KINDS, whole_events.canvas),
        ("scorm", ("choice", "matching", "true-false", "fill-in"), whole_events.scorm),
    ],
)
def test_any_event_is_told_validly_or_refused(
    name: str, kinds: list[Any], make: Callable[[Any], dict[str, Any]]
) -> None:
    """Whatever an event holds, its statements pass the validator, and no address, agent or name is in them."""
    chance = random.Random(7)
    format_ = make_format(name, OPTIONS)
    told = refused = 0
    for kind in sorted(kinds):
        whole, _ = _check(format_, orjson.dumps(make(kind)))
        assert whole or kind == "edx.grades.problem.submitted", f"a whole {kind} says nothing"
        for _ in range(_ROUNDS):
            counts = _check(
                format_, orjson.dumps(_damaged(make(kind), chance), option=orjson.OPT_NON_STR_KEYS)
            )
            told, refused = told + counts[0], refused + counts[1]
    assert told > refused > 0


@pytest.mark.slow
def test_any_result_of_qti_is_told_validly_or_refused() -> None:
    """Whatever a result of QTI holds, its statements pass the validator, and no name or comment is in them."""
    chance = random.Random(7)
    format_ = make_format("qti", OPTIONS)
    parts = [
        "c-7",
        "test-1",
        "2026-09-07T10:00:00Z",
        "item-1",
        "final",
        "RESPONSE",
        "a",
        "SCORE",
        "4",
        "3",
        "PT3S",
    ]
    told = refused = 0
    for _ in range(20 * _ROUNDS):
        damaged = [str(_damaged(part, chance)) for part in parts]
        filled = ["".join(letter for letter in part if letter.isprintable()) for part in damaged]
        counts = _check(format_, whole_events.qti(filled))
        told, refused = told + counts[0], refused + counts[1]
    assert told > refused > 0


@pytest.mark.parametrize("name", ["openedx", "caliper", "canvas", "scorm", "qti"])
def test_any_bytes_are_read_or_refused(name: str) -> None:
    """No format fails at bytes that are something else, or cut off."""
    chance = random.Random(7)
    format_ = make_format(name, OPTIONS)
    whole = (
        orjson.dumps(whole_events.scorm("choice"))
        + b"\nstudent,cmi.core.lesson_status\n"
        + whole_events.qti(["x"] * 11)
    )
    for _ in range(200):
        start = chance.randrange(len(whole))
        _check(format_, whole[start : start + chance.randrange(300)] + chance.randbytes(chance.randrange(9)))
