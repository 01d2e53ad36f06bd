"""Every rule of the table is shown by its examples, and its page says what the table says."""

import pytest

from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.reference.rulebook import rules_page
from learnloom.schemas.xapi.rule import Rule, record_of
from learnloom.schemas.xapi.rules import RULES
from tests.documents import page


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_examples_show_the_rule(rule: Rule) -> None:
    """The right example of a rule breaks none, the wrong one this and no other."""
    assert validate(record_of(rule.right)).faults == ()
    assert {fault.rule for fault in validate(record_of(rule.wrong)).faults} == {rule.id}


def test_page_is_up_to_date() -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page("docs/reference/rules.md") == rules_page(), "run `make docs`"


def test_page_shows_every_rule() -> None:
    """No rule is left out of the page, and none stands there twice."""
    headings = [line[4:] for line in rules_page().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(RULES)
