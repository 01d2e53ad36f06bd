"""The rule table: its form, and that every rule in it refuses what it should."""

import re

import pytest

from learnloom.schemas.xapi.rule import Rule, pointer
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.statement import find_breaches
from tests.schemas.xapi.samples import RIGHT, UNREADABLE, WRONG, Json, Wrong


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_reads_as_part_of_a_sentence(rule: Rule) -> None:
    """A rule's texts must fit into one sentence after the place and the value."""
    name, section, meaning, fix = rule[:4]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert section
    for clause in (meaning, fix):
        assert not clause.endswith((".", ";"))
        assert not re.match(r"[A-Z][a-z]", clause)


def test_every_rule_has_a_wrong_example() -> None:
    """No rule stands in the table that is not shown to refuse something, and none is missing from it."""
    exercised = {wrong.rule for wrong in WRONG} | {rule for rule, _ in UNREADABLE}
    assert exercised == set(RULES)


@pytest.mark.parametrize("statement", RIGHT)
def test_right_statement_breaks_no_rule(statement: Json) -> None:
    """What the specification allows is accepted: zeros, empty responses, nulls in extensions, futures."""
    assert find_breaches(statement) == []


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.rule}{wrong.at}")
def test_wrong_statement_is_refused_at_its_place(wrong: Wrong) -> None:
    """One wrong value in a right statement is refused by its rule, at the place where it stands."""
    told = [(breach.rule, pointer(breach.path)) for breach in find_breaches(wrong.statement())]
    assert (wrong.rule, wrong.path()) in told
