"""What was judged before changes no verdict, and is forgotten before it fills the cache."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.fragment_cache import FragmentCache
from learnloom.pipelines.ingest.validate.validator import Validator, validate, validate_many
from learnloom.schemas.xapi.fragments import is_actor
from tests.conftest import SmallClass
from tests.pipelines.ingest.validate.test_validator import JSON, REAL, needs_real, rewritten
from tests.schemas.xapi.samples import FULL, FULL_2, MINIMAL, RIGHT, UNREADABLE, VOID, WRONG, Json, changed
from tests.schemas.xapi.test_statement import mutated

SHALLOW = Limits(max_depth=4)
_REMEMBERING = {
    "1.0.3": Validator(),
    "2.0.0": Validator(default_version="2.0.0"),
    "forgetful": Validator(cache_bytes=2_000),
    "shallow": Validator(limits=SHALLOW),
}
"""They live through all tests of this module: whatever came before, the next verdict must be right."""
for _validator in _REMEMBERING.values():
    for _statement in RIGHT:
        _validator.validate(orjson.dumps(_statement))


def agree(raw: bytes | None) -> None:
    """FragmentCache changes no verdict on these bytes, the first time or again."""
    for _ in range(2):
        for name, validator in _REMEMBERING.items():
            version = "2.0.0" if name == "2.0.0" else "1.0.3"
            limits = SHALLOW if name == "shallow" else Limits()
            assert validator.validate(raw) == validate(raw, default_version=version, limits=limits), name


def _members(text: str) -> list[int]:
    """Where an object begins, in a text whose strings hold no braces."""
    return [place for place, sign in enumerate(text) if sign == "{"]


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """A statement's text in which an object repeats a member, and colons may be written as escapes."""
    statement, raw = draw(rewritten())
    text = raw.decode()
    at = draw(st.sampled_from(_members(text))) + 1
    key = draw(st.sampled_from(["id", "actor", "verb", "result", "name", "a:b", "success", "platform"]))
    value = draw(st.sampled_from(["1", '"a:b"', "{}", "[]", "true", json.dumps(statement["verb"])]))
    inserted = f'"{key}":{value}' + ("" if text[at:].lstrip().startswith("}") else ",")
    if draw(st.booleans()):
        text = text.replace(r"a:b", r"a\u003ab").replace("https:", r"https\u003A")
    return (text[:at] + inserted + text[at:]).encode()


@given(rewritten())
def test_right_statement_is_judged_alike(case: tuple[Json, bytes]) -> None:
    """However a right statement is written, cache changes nothing."""
    agree(case[1])


@given(mutated(), st.booleans())
def test_mutated_statement_is_judged_alike(statement: Json, is_spaced: bool) -> None:
    """With any value anywhere in a statement, cache changes nothing."""
    agree(json.dumps(statement, separators=None if is_spaced else (",", ":")).encode())


@given(tampered())
def test_repeated_member_is_judged_alike(raw: bytes) -> None:
    """A member given twice, at any place, is found among remembered fragments too, escaped colons or not."""
    agree(raw)


@given(st.lists(st.tuples(st.sampled_from([*FULL_2, "x"]), st.sampled_from(RIGHT)), min_size=1), JSON)
def test_mixed_fragments_are_judged_alike(picks: list[tuple[str, Json]], other: Any) -> None:
    """Fragments of right statements put together at random are judged as if each were new."""
    agree(json.dumps(MINIMAL | {name: source.get(name, other) for name, source in picks}).encode())


@given(st.sampled_from(RIGHT), st.data())
def test_broken_text_is_judged_alike(statement: Json, data: st.DataObject) -> None:
    """With bytes replaced, taken out or put in, cache changes nothing."""
    raw = bytearray(orjson.dumps(statement))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    agree(bytes(raw))


@pytest.mark.parametrize("raw", [*(raw for _, raw in UNREADABLE), *map(orjson.dumps, RIGHT)])
def test_odd_record_is_judged_alike(raw: bytes | None) -> None:
    """What cannot be read, and what uses all of the specification, is judged as without cache."""
    agree(raw)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.rule}{wrong.at}")
def test_wrong_statement_is_judged_alike(wrong: Any) -> None:
    """Each wrong statement has the same faults among remembered fragments, and valid ones after it none."""
    agree(orjson.dumps(wrong.statement()))
    agree(orjson.dumps(wrong.base))


@pytest.mark.slow
@needs_real
def test_real_statements_are_judged_alike() -> None:
    """Every real statement, in a random order, and with one byte changed, is judged as without cache."""
    with gzip.open(REAL) as file:
        lines = [line.rstrip(b"\n") for line in file]
    chance = random.Random(5)
    chance.shuffle(lines)
    lines = lines[:4_000]
    for line in list(lines):
        changed_line = bytearray(line)
        changed_line[chance.randrange(len(line))] = chance.randrange(32, 127)
        lines.append(bytes(changed_line))
    assert list(validate_many(lines)) == [validate(line) for line in lines]


def test_simulated_statements_are_judged_alike(small_class: SmallClass) -> None:
    """A whole simulated stream, broken records included, is judged as without cache, and mostly by it."""
    lines = Path(small_class.statements).read_bytes().splitlines()
    validator = Validator()
    assert [validator.validate(line) for line in lines] == [validate(line) for line in lines]
    assert 0 < validator.judged_whole < len(lines) / 20
    assert validator.learned < len(lines) * 2


def test_rules_between_fragments_hold_among_known_ones() -> None:
    """A known verb, object and context may be wrong together, and one version's context wrong in another."""
    validator = Validator()
    for statement in (FULL, FULL_2, VOID, MINIMAL | {"object": FULL["actor"]}):
        assert validator.validate(orjson.dumps(statement)).is_valid
    for statement, rule in (
        (FULL | {"object": FULL["actor"]}, "platform-activity-only"),
        (MINIMAL | {"verb": VOID["verb"]}, "voided-statement-ref"),
        (FULL_2 | {"version": "1.0.3"}, "property-version"),
    ):
        assert rule in {fault.rule for fault in validator.validate(orjson.dumps(statement)).faults}


def test_escaped_colon_hides_no_repeated_property() -> None:
    """A text whose colon is escaped does not make up for the colon of a property given twice."""
    raw = orjson.dumps(MINIMAL | {"result": {"success": True}, "context": {"platform": "x:y"}})
    assert Validator().validate(raw).is_valid
    raw = raw.replace(b'{"success":true', b'{"success":true,"success":true').replace(b'x:y"}', b'x\\u003ay"}')
    assert [fault.rule for fault in Validator().validate(raw).faults] == ["json-duplicate-key"]


def test_version_of_one_record_holds_for_it_alone() -> None:
    """A version that a sender names for one record does not stick."""
    raw = orjson.dumps(MINIMAL | {"timestamp": "2013-05-18T05:32:34"})
    validator = Validator()
    verdicts = [validator.validate(raw, default_version=version) for version in (None, "2.0.0", None)]
    assert [verdict.is_valid for verdict in verdicts] == [True, False, True]


def test_known_fragments_are_not_judged_again() -> None:
    """The same statement a second time costs no judgement of a fragment."""
    validator = Validator()
    raw = orjson.dumps(FULL)
    validator.validate(raw)
    learned = validator.learned
    assert learned > 5
    assert validator.validate(raw).is_valid
    assert (validator.learned, validator.judged_whole) == (learned, 0)


def test_memory_stays_within_its_bound() -> None:
    """In a stream where nothing repeats, what is remembered never exceeds the bound, and large things never stay."""
    cache = FragmentCache(max_bytes=20_000, max_depth=60)
    sizes = []
    for number in range(1_000):
        fragment = orjson.dumps({"mbox": f"mailto:a{number}@example.org"})
        cache.learn(cache.actors, fragment, is_actor)
        cache.learn_extensions(orjson.dumps({f"a:{number}": number}))
        sizes.append(sum(map(len, cache.actors)) + sum(map(len, cache.extensions)))
    assert 0 < max(sizes) <= 20_000
    assert cache.learned == 2_000
    large = orjson.dumps({"a:b": "x" * 20_000})
    assert cache.learn_extensions(large) == 3
    assert large not in cache.extensions


def test_verdicts_of_a_batch_come_one_by_one() -> None:
    """One bad statement in a batch has its own verdict, and records are taken only as verdicts are asked for."""
    bad = orjson.dumps(changed(MINIMAL, "/verb/id", "voided"))
    taken = []

    def records() -> Any:
        for raw in (orjson.dumps(MINIMAL), bad, None):
            taken.append(raw)
            yield raw

    verdicts = validate_many(records())
    assert next(verdicts).is_valid
    assert len(taken) == 1
    assert [[fault.rule for fault in verdict.faults] for verdict in verdicts] == [
        ["iri-format"],
        ["record-null"],
    ]
