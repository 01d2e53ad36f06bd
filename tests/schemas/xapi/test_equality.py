"""When two statements are the same: what a store may change on the way does not count, all else does."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.schemas.xapi.equality import comparable, is_same
from tests.schemas.xapi.samples import (
    ABOUT_GROUP,
    ABSENT,
    ATTACHMENT,
    FULL,
    FULL_2,
    MINIMAL,
    PLAN,
    RIGHT,
    VOID,
    Json,
    changed,
)

DONE: Json = MINIMAL | {"timestamp": "2015-11-18T12:17:00.1234Z"}
TWO_FILES: Json = MINIMAL | {"attachments": [ATTACHMENT, ATTACHMENT | {"length": 1}]}

SAME: list[tuple[str, Json, str, Any]] = [
    ("id", FULL, "/id", "0d41c918-b88b-4b20-a0a5-a4c32391aaa0"),
    ("id left out", FULL, "/id", ABSENT),
    ("authority", FULL, "/authority", ABSENT),
    ("version", FULL, "/version", ABSENT),
    ("stored", FULL, "/stored", "2020-01-01T00:00:00Z"),
    ("the way to write the time", FULL, "/timestamp", "2015-11-18T11:17:00.123000Z"),
    ("time without offset is UTC", DONE, "/timestamp", "2015-11-18T12:17:00.123"),
    ("time beyond the millisecond", DONE, "/timestamp", "2015-11-18T12:17:00.1239Z"),
    ("display of the verb", FULL, "/verb/display", ABSENT),
    ("definition of the object", FULL, "/object/definition", ABSENT),
    ("definition in the context", FULL, "/context/contextActivities/grouping/definition", ABSENT),
    (
        "one context activity or an array of it",
        FULL,
        "/context/contextActivities/parent",
        {"id": "https://example.org/quiz"},
    ),
    ("order of members", ABOUT_GROUP, "/actor/member", ABOUT_GROUP["actor"]["member"][::-1]),
    (
        "order of members of a context group",
        FULL_2,
        "/context/contextGroups/0/group/member",
        ABOUT_GROUP["actor"]["member"][::-1],
    ),
    ("order of attachments", TWO_FILES, "/attachments", TWO_FILES["attachments"][::-1]),
    ("case of a UUID", VOID, "/object/id", VOID["object"]["id"].upper()),
    ("case of a registration", FULL, "/context/registration", FULL["context"]["registration"].upper()),
    ("case of a domain", MINIMAL, "/actor/mbox", "mailto:a@EXAMPLE.org"),
    ("case of a hash", FULL, "/context/instructor/mbox_sha1sum", "EBD31E95054C018B10727CCFFD2EF2EC3A016EE9"),
    ("case of a language", FULL, "/context/language", "TLH"),
    ("case of a hash of a file", FULL, "/attachments/0/sha2", ATTACHMENT["sha2"].upper()),
    ("duration beyond 0.01 s", FULL, "/result/duration", "PT1H0M0.109S"),
    ("the way to write a number", FULL, "/result/score/max", 10.0),
    ("definition within a SubStatement", PLAN, "/object/object/definition", ABSENT),
    ("time within a SubStatement", PLAN, "/object/timestamp", "2099-01-01T01:00:00+01:00"),
]
OTHER: list[tuple[str, Json, str, Any]] = [
    ("actor", MINIMAL, "/actor/mbox", "mailto:b@example.org"),
    ("case of a mailbox's name", MINIMAL, "/actor/mbox", "mailto:A@example.org"),
    ("homePage", FULL, "/actor/account/homePage", "https://other.example.org"),
    ("verb", FULL, "/verb/id", "http://adlnet.gov/expapi/verbs/asked"),
    ("object", FULL, "/object/id", "https://example.org/quiz/2"),
    ("time", DONE, "/timestamp", "2015-11-18T12:17:00.124Z"),
    ("success", FULL, "/result/success", True),
    ("success left out", FULL, "/result/success", ABSENT),
    ("true is not one", FULL, "/context/extensions/https:~1~1example.org~1ext~1room/n/0", True),
    ("score", FULL, "/result/score/raw", 1),
    ("response", FULL, "/result/response", " "),
    ("duration", FULL, "/result/duration", "PT1H0M0.11S"),
    ("the way to write a duration", FULL, "/result/duration", "PT60M0.1S"),
    ("member left out", ABOUT_GROUP, "/actor/member/0", ABSENT),
    ("member twice", ABOUT_GROUP, "/actor/member", [ABOUT_GROUP["actor"]["member"][0]] * 2),
    ("attachment", FULL, "/attachments/0/length", 28),
    ("extension", FULL, "/context/extensions/https:~1~1example.org~1ext~1room/id", 0),
    ("time within a SubStatement", PLAN, "/object/timestamp", ABSENT),
    ("relevant type", FULL_2, "/context/contextAgents/0/relevantTypes/0", "https://example.org/judge"),
]


@pytest.mark.parametrize(("base", "at", "value"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_what_a_store_may_change_does_not_count(base: Json, at: str, value: Any) -> None:
    """A difference that the specification excepts from immutability makes no other statement."""
    other = changed(base, at, value)
    assert other != base or orjson.dumps(other) != orjson.dumps(base)
    assert comparable(other) == comparable(base)
    assert is_same(other, base)


@pytest.mark.parametrize(
    ("base", "at", "value"), [case[1:] for case in OTHER], ids=[case[0] for case in OTHER]
)
def test_everything_else_counts(base: Json, at: str, value: Any) -> None:
    """Any other difference makes another statement, in both directions."""
    other = changed(base, at, value)
    assert comparable(other) != comparable(base)
    assert not is_same(other, base)
    assert not is_same(base, other)


def test_timestamp_of_the_store_is_not_the_producers() -> None:
    """A statement sent without a timestamp equals the same one as a store gives it back."""
    given_back = MINIMAL | {"timestamp": "2020-01-01T00:00:00Z", "stored": "2020-01-01T01:00:00+01:00"}
    assert comparable(given_back) == comparable(MINIMAL)
    assert is_same(given_back, MINIMAL)


def test_missing_timestamp_equals_any() -> None:
    """Where one side has no timestamp, that of the other may have been assigned on the way."""
    assert is_same(MINIMAL, DONE)
    assert is_same(DONE, MINIMAL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
        ("2016-12-31T23:59:59-0130", "2017-01-01T01:29:59Z"),
        ("2016-12-31T23:59:59+02", "2016-12-31T21:59:59Z"),
        ("2016-12-31T23:59+02", "2016-12-31T21:59:00.000Z"),
        ("2016-12-31T23:59", "2016-12-31T23:59:00,000Z"),
        ("2016-12-31 23:59:59.25+00:00", "2016-12-31t23:59:59.25z"),
    ],
)
def test_odd_instants_are_compared(one: str, other: str) -> None:
    """Leap and missing seconds, short offsets, other separators, the ends of the calendar: compared, nothing raised."""
    assert is_same(MINIMAL | {"timestamp": one}, MINIMAL | {"timestamp": other})


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {key: _shuffled(value[key], chance) for key in keys}
    return [_shuffled(part, chance) for part in value] if isinstance(value, list) else value


@pytest.mark.slow
@given(st.sampled_from(RIGHT), st.randoms(use_true_random=False))
def test_order_of_keys_does_not_count(statement: Json, chance: random.Random) -> None:
    """The same statement with its keys in any order has the same canonical form."""
    assert comparable(_shuffled(statement, chance)) == comparable(statement)


@given(st.sampled_from(RIGHT), st.sampled_from(RIGHT))
def test_equal_forms_are_the_same(one: Json, other: Json) -> None:
    """Equal canonical forms mean the same statement, and the relation is symmetric and reflexive."""
    assert is_same(one, other) == is_same(other, one)
    if comparable(one) == comparable(other):
        assert is_same(one, other)
    assert is_same(one, one)
