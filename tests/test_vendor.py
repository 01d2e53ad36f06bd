"""The vendor's page tells the truth: its statements are valid and draw no warning, its mistakes are refused as told."""

import datetime as dt
import json
import re
from typing import Any

import pytest

from learnloom.pipelines.check.advice import ADVICE
from learnloom.pipelines.check.find_warnings import StatementView, find_warnings
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.schemas.xapi.rules import RULES
from tests.documents import Block, blocks, page

_VENDOR = "docs/how-to/vendor.md"
EXAMPLES = blocks(_VENDOR, "json")
_LATEST = dt.datetime(2027, 1, 1, tzinfo=dt.UTC).isoformat()
_FREQUENT: dict[str, tuple[str, Any]] = {
    "mbox-format": ("actor", {"mbox": "mila@school.example"}),
    "actor-ifi-exactly-one": (
        "actor",
        {
            "mbox": "mailto:m@school.example",
            "account": {"homePage": "https://lms.school.example", "name": "4711"},
        },
    ),
    "value-type": ("result", {"success": "true"}),
    "score-scaled-range": ("result", {"score": {"scaled": 80}}),
    "duration-format": ("result", {"duration": "00:01:30"}),
    "timestamp-format": ("timestamp", "07.09.2026 10:00"),
    "value-null": ("result", None),
    "iri-format": ("verb", {"id": "answered"}),
    "property-unknown": ("grade", 8),
}
"""How each of the page's mistakes that are refused looks: a property of the first example, and its wrong value."""


def _name(block: Block) -> str:
    return block.heading


def _told() -> str:
    return page(_VENDOR).split("\n## Frequent mistakes\n")[1].split("\n## ")[0]


def test_there_is_an_example_for_each_thing_that_is_understood() -> None:
    """Answer, hint, video, text, assignment, score, completion, forum, enrolment, the student's voice, voiding."""
    verbs = {json.loads(example.text)["verb"]["id"].rsplit("/")[-1] for example in EXAMPLES}
    assert {"answered", "requested-hint", "terminated", "experienced", "submit", "scored", "passed"} <= verbs
    assert {"responded", "registered", "set-goal", "chose", "preferred", "stated-known", "voided"} <= verbs


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_example_is_valid_and_draws_no_warning(example: Block) -> None:
    """Every statement of the page is accepted, and nothing that the page warns of is said of it."""
    raw = example.text.encode()
    assert validate(raw).faults == ()
    assert list(find_warnings(StatementView(json.loads(raw)), latest=_LATEST)) == []


def test_examples_have_ids_of_their_own() -> None:
    """No two examples share an id, so that the page itself does not teach the mistake."""
    ids = [json.loads(example.text)["id"] for example in EXAMPLES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("example", [one for one in EXAMPLES if "definition" in one.text], ids=_name)
def test_example_says_what_it_makes_visible(example: Block) -> None:
    """Above every example stands what it makes visible for the student."""
    section = page(_VENDOR).split(f"\n### {example.heading}\n")[1].split("\n### ")[0]
    assert "\nMakes visible: " in section


@pytest.mark.parametrize("rule", _FREQUENT)
def test_mistake_is_refused_as_the_page_says(rule: str) -> None:
    """Each mistake of the page breaks the rule beside it, and no other."""
    name, value = _FREQUENT[rule]
    statement = json.loads(EXAMPLES[0].text) | {name: value}
    assert {fault.rule for fault in validate(json.dumps(statement).encode()).faults} == {rule}


def test_mistakes_are_those_that_are_tried() -> None:
    """The page's table of refused mistakes names the rules that the test above tries."""
    refused = _told().split("### Accepted")[0]
    named = set(re.findall(r"^\|.*\| `([a-z0-9-]+)` \|", refused, re.MULTILINE))
    assert named == set(_FREQUENT)
    assert named <= set(RULES)


@pytest.mark.slow
def test_every_warning_is_on_the_page_in_the_words_of_the_table() -> None:
    """The page lists all warnings in their order, and says of each what the report says."""
    accepted = _told().split("### Accepted")[1]
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*) \|$", accepted, re.MULTILINE)
    assert listed == [(one.id, one.title, one.unknown) for one in ADVICE.values()]
