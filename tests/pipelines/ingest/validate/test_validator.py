"""The judgement on records: conformance cases, real statements, unreadable texts, and any bytes at all."""

import gzip
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.schemas.xapi.rules import RULES
from tests.schemas.xapi.samples import FULL, MINIMAL, RIGHT, UNREADABLE, WRONG, Json, Wrong

DATA = Path(__file__).resolve().parents[4] / ".." / "shared" / "data"
CASES = DATA / "conformance" / "xapi-1.0.3-cases.jsonl"
REAL = DATA / "statements" / "fun-mooc-video.jsonl.gz"

needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"the conformance cases are not at {CASES}")
needs_real = pytest.mark.skipif(not REAL.exists(), reason=f"the real statements are not at {REAL}")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@needs_cases
def test_conformance_cases_are_judged_right() -> None:
    """All cases of the conformance suite are judged as a conformant store must answer them."""
    lines = CASES.read_bytes().splitlines()
    cases = [orjson.loads(line) for line in lines]
    verdicts = [validate(orjson.dumps(case["statement"])) for case in cases]
    misjudged = [
        f"{case['expect']} {case['group']} | {case['name']}: {verdict.faults}"
        for case, verdict in zip(cases, verdicts, strict=True)
        if verdict.is_valid != (case["expect"] == [200])
    ]
    assert misjudged == []
    assert len(cases) == 950


@pytest.mark.slow
@needs_real
def test_real_statements_are_valid() -> None:
    """Every statement of the real stream is accepted, and given back as parsed."""
    with gzip.open(REAL) as lines:
        for line in lines:
            assert validate(line).faults == ()


@pytest.mark.parametrize("statement", RIGHT)
def test_right_statement_is_given_back(statement: Json) -> None:
    """A valid record yields the statement that it holds and no fault."""
    verdict = validate(orjson.dumps(statement))
    assert verdict.is_valid
    assert verdict.statement == statement


@pytest.mark.parametrize(("rule", "raw"), UNREADABLE, ids=[rule for rule, _ in UNREADABLE])
def test_unreadable_record_is_refused_by_its_rule(rule: str, raw: bytes | None) -> None:
    """A record that is no JSON object, or not for certain, is refused for the right reason."""
    assert validate(raw).faults[0].rule == rule


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.rule}{wrong.at}")
def test_fault_says_what_where_and_what_to_do(wrong: Wrong) -> None:
    """A fault's path leads to its value in the statement, and its message ends with the fix."""
    statement = wrong.statement()
    fault = next(
        f for f in validate(orjson.dumps(statement)).faults if (f.rule, f.path) == (wrong.rule, wrong.path())
    )
    assert fault.message.startswith(fault.path or "The statement")
    assert fault.message.endswith(RULES[fault.rule].fix + ".")
    here: Any = statement
    for step in fault.path.split("/")[1:]:
        here = here[int(step) if isinstance(here, list) else step.replace("~1", "/").replace("~0", "~")]
    if fault.rule not in {"language-tag", "extension-key"}:
        assert orjson.dumps(here).decode().startswith(fault.value.removesuffix("…"))


def test_key_that_is_no_iri_is_named() -> None:
    """Where a key is wrong the fault shows the key, at the place of its value."""
    (fault,) = validate(orjson.dumps(MINIMAL | {"result": {"extensions": {"room": 7}}})).faults
    assert fault[:3] == ("extension-key", "/result/extensions/room", '"room"')


def test_repeated_key_is_found_at_its_place() -> None:
    """A key given twice is refused with its path, beside the other faults of the statement."""
    raw = orjson.dumps(MINIMAL | {"result": {"success": 1}}).replace(
        b'"success"', b'"success":true,"success"'
    )
    told = [(fault.rule, fault.path) for fault in validate(raw).faults]
    assert told == [("json-duplicate-key", "/result/success"), ("value-type", "/result/success")]


def test_colons_and_escapes_are_no_repeated_keys() -> None:
    """Colons in texts, escaped or not, and blanks around colons raise no false alarm."""
    raw = rb'{"actor" : {"mbox":"mailto:a@b.c"},"verb": {"id":"a\u003ab"},"object":{"id" :"c:\"x\":e\u003A"}}'
    assert [fault.rule for fault in validate(raw).faults] == ["iri-format"]
    assert validate(raw.replace(rb"\"", b"")).is_valid


def test_faults_and_values_are_bounded() -> None:
    """However much is wrong, the number of faults and the length of their values stay within the limits."""
    statement = MINIMAL | {f"x{n}": "y" * 1000 for n in range(100)}
    faults = validate(orjson.dumps(statement), limits=Limits(max_faults=7, max_value_chars=50)).faults
    assert len(faults) == 7
    assert all(len(fault.value) == 50 for fault in faults)


def test_limits_of_length_and_depth_hold() -> None:
    """A record at the limit is judged, one beyond it refused."""
    raw = orjson.dumps(FULL)
    assert validate(raw, limits=Limits(max_bytes=len(raw))).is_valid
    assert validate(raw, limits=Limits(max_bytes=len(raw) - 1)).faults[0].rule == "record-too-big"
    nested: Any = 1
    for _ in range(61):
        nested = [nested]
    deep = orjson.dumps(MINIMAL | {"result": {"extensions": {"a:b": nested}}})
    assert validate(deep, limits=Limits(max_depth=64)).is_valid
    assert validate(deep, limits=Limits(max_depth=63)).faults[0].rule == "json-too-deep"


def test_depth_limit_beyond_the_parser_is_an_error() -> None:
    """A limit that could not be kept is refused at once, with the value and the bound."""
    with pytest.raises(ValueError, match="max_depth is 1000; it can be at most 200"):
        validate(b"{}", limits=Limits(max_depth=1000))


def test_default_version_is_used() -> None:
    """A statement without a version is judged by the given one."""
    raw = orjson.dumps(MINIMAL | {"timestamp": "2013-05-18T05:32:34"})
    assert validate(raw).is_valid
    assert not validate(raw, default_version="2.0.0").is_valid


def _shuffled(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shuffled(draw, value[key]) for key in draw(st.permutations(list(value)))}
    return [_shuffled(draw, part) for part in value] if isinstance(value, list) else value


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[Json, bytes]:
    """A right statement, and a text of it with other key order, white space and escapes."""
    statement = draw(st.sampled_from(RIGHT))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:  ")]))
    text = json.dumps(
        _shuffled(draw, statement),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
        separators=separators,
    )
    return statement, text.encode()


@pytest.mark.slow
@given(rewritten())
def test_valid_statement_stays_valid_however_it_is_written(case: tuple[Json, bytes]) -> None:
    """Key order, white space and escapes change neither the verdict nor the statement."""
    statement, raw = case
    verdict = validate(raw)
    assert (verdict.statement, verdict.faults) == (statement, ())


@given(rewritten(), st.data())
def test_repeating_any_member_is_found(case: tuple[Json, bytes], data: st.DataObject) -> None:
    """Whatever top-level member is given a second time, with any value, the repetition is found."""
    statement, raw = case
    key = data.draw(st.sampled_from(sorted(statement)))
    again = f"{json.dumps(key)}: {json.dumps(data.draw(JSON))},".encode()
    assert "json-duplicate-key" in {fault.rule for fault in validate(b"{" + again + raw.lstrip()[1:]).faults}


@given(st.binary() | st.text().map(str.encode) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_judged(raw: bytes) -> None:
    """Whatever the bytes are, there is a verdict by rules of the table, and no exception."""
    verdict = validate(raw)
    assert {fault.rule for fault in verdict.faults} <= set(RULES)
    assert verdict.faults


@given(st.sampled_from(RIGHT), st.data())
def test_broken_text_is_judged(statement: Json, data: st.DataObject) -> None:
    """A statement's text cut, or with bytes replaced, is judged without an exception."""
    raw = bytearray(orjson.dumps(statement))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))])
    for text in (bytes(raw), cut):
        assert {fault.rule for fault in validate(text).faults} <= set(RULES)
