"""Statements as a whole: versions, several faults at once, any JSON whatever."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.statement import find_breaches
from tests.schemas.xapi.samples import FULL, FULL_2, MINIMAL, RIGHT, Json, changed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _places(value: Any, path: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [path] if path else []
    for key, part in inner:
        here += _places(part, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
    return here


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """A right statement in which one to three values are replaced by any JSON."""
    statement = draw(st.sampled_from(RIGHT))
    for _ in range(draw(st.integers(1, 3))):
        # A changed value may have gone with what held it: the places are those of now.
        statement = changed(statement, draw(st.sampled_from(_places(statement))), draw(JSON))
    return statement


@given(mutated(), st.sampled_from(["1.0.3", "2.0.0"]))
def test_any_change_is_judged_by_the_table(statement: Json, version: str) -> None:
    """Whatever stands anywhere in a statement, each refusal is a rule of the table; nothing is raised."""
    assert {breach.rule for breach in find_breaches(statement, default_version=version)} <= set(RULES)


@given(st.dictionaries(st.sampled_from([*FULL, "x"]), JSON))
def test_any_object_is_judged_by_the_table(statement: Json) -> None:
    """Any JSON object at all is judged without an exception, and by rules of the table."""
    assert {breach.rule for breach in find_breaches(statement)} <= set(RULES)


def test_all_faults_are_told() -> None:
    """A vendor sees every fault of a statement at once, also those between values beside an ill-typed one."""
    statement = changed(changed(FULL, "/result/score/scaled", 3), "/result/score/raw", "3")
    statement = changed(changed(statement, "/actor/name", 3), "/actor/mbox", "mailto:a@example.org")
    told = {breach.rule for breach in find_breaches(statement)}
    assert told == {"score-scaled-range", "value-type", "actor-ifi-exactly-one"}


def test_version_of_the_statement_decides() -> None:
    """The rules of 2.0 hold where the statement says 2.0.0, whatever the default version is."""
    assert find_breaches(FULL_2, default_version="1.0.3") == []
    assert find_breaches(FULL, default_version="2.0.0") == []
    unnamed = changed(FULL_2, "/version", "1.0.3")
    assert {breach.rule for breach in find_breaches(unnamed)} == {"property-version"}


def test_default_version_decides_where_the_statement_names_none() -> None:
    """A timestamp without an offset is right in 1.0.3 and wrong in 2.0."""
    statement = MINIMAL | {"timestamp": "2013-05-18T05:32:34"}
    assert find_breaches(statement, default_version="1.0.3") == []
    assert [breach.rule for breach in find_breaches(statement, default_version="2.0.0")] == [
        "timestamp-rfc3339"
    ]


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.3", "1.0.9", "1.0.3-rc1", "2.0.0"])
def test_known_version_is_accepted(version: str) -> None:
    """Every 1.0.x and 2.0.0 is a version by which statements may come."""
    assert find_breaches(MINIMAL | {"version": version}) == []


@pytest.mark.parametrize(
    "version", ["0.9.9", "1.1.0", "2", "2.0", "2.1.0", "10.0.0", "1.0.", "v1.0.3", "", 1.0, 2]
)
def test_other_version_is_refused(version: object) -> None:
    """Any other version, and any that is no string, is refused."""
    assert "version-format" in {breach.rule for breach in find_breaches(MINIMAL | {"version": version})}


def test_judging_changes_nothing() -> None:
    """A statement is the same after it has been judged."""
    before = changed(FULL, "/version", "1.0.3")
    find_breaches(FULL)
    assert before == FULL
