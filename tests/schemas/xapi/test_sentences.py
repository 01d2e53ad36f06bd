"""The audit of the specification: no sentence is left out, and each decided one is refused when it is broken."""

import pytest

from learnloom.pipelines.ingest.validate.validator import Validator, validate
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.rules_record import RECORD_RULES
from tests.schemas.xapi.sentences import Allowed, Decided, Record, Undecided, record_with
from tests.schemas.xapi.sentences_2 import ALLOWED_2, DECIDED_2, UNDECIDED_2
from tests.schemas.xapi.sentences_object import OBJECT_SENTENCES
from tests.schemas.xapi.sentences_statement import STATEMENT_SENTENCES
from tests.schemas.xapi.sentences_undecided import ALLOWED, UNDECIDED

DECIDED = [*STATEMENT_SENTENCES, *OBJECT_SENTENCES, *DECIDED_2]
CASES = [(one, version) for one in DECIDED for version in one.versions]
OPEN = [*UNDECIDED, *UNDECIDED_2]

_MUSTS = """
2.2.s2.b2 2.2.s2.b3 2.2.s2.b5 2.2.s3.b1 2.2.s3.b2 2.2.s4.b1.b1 2.2.s4.b1.b2 2.2.s4.b1.b3 2.2.s4.b1.b4 2.2.s4.b1.b5
2.2.s4.b1.b6 2.2.s4.b1.b7 2.2.s4.b1.b8 2.2.s4.b2 2.2.s4.b3 2.2.s4.b4 2.3.1.s9.b1 2.3.1.s9.b2 2.3.2.s2.b1 2.3.2.s2.b2
2.3.2.s2.b3 2.4.1.s1 2.4.1.s2.b1 2.4.2.1.s2.b1 2.4.2.1.s2.b2 2.4.2.2.s3.b1 2.4.2.2.s4.b1 2.4.2.2.s4.b2 2.4.2.2.s5.b1
2.4.2.2.s5.b2 2.4.3.s4.b1 2.4.3.s4.b3 2.4.3.s5.b2 2.4.3.s6.b1 2.4.3.s7.b1 2.4.3.s7.b2 2.4.3.s7.b3 2.4.3.s7.b5
2.4.4.1.s1.table1.row1 2.4.4.1.s3.b1 2.4.4.1.s3.b2 2.4.4.1.s4.b1 2.4.4.1.s4.b2 2.4.4.1.s5.b1 2.4.4.1.s5.b2
2.4.4.1.s5.b3 2.4.4.1.s10.table1.row2 2.4.4.1.s10.table1.row3 2.4.4.1.s13.b1 2.4.4.1.s16.b1 2.4.4.2.s1.b1
2.4.4.3.s4.b1 2.4.4.3.s4.b2 2.4.4.3.s4.table1.row1 2.4.4.3.s8.b1 2.4.4.3.s8.b2 2.4.4.3.s8.b3 2.4.4.3.s8.b4 2.4.6.s4.b1
2.4.6.s4.b2 2.4.6.s4.b3 2.4.6.2.s4.b1 2.4.6.2.s4.b2 2.4.6.2.s4.b3 2.4.6.2.s4.b4 2.4.7.s3.b4 2.4.8.s3.b2 2.4.9.s3.b1
2.4.9.s3.b2 2.4.9.s3.b3 2.4.9.s7.b1 2.4.9.s7.b2 2.4.9.s7.b3 2.4.9.s7.b4 2.4.9.s7.b5 2.4.9.s7.b6 2.4.10.s2.b1
2.4.10.s3.b1 2.4.10.s3.b2 2.4.10.s3.b3 2.4.10.s4.b1 2.4.11.s2.table1.row1 2.5.s3.b1 2.6.s4.b1 2.6.s4.b3 2.6.s4.b4
2.6.s5.b1 2.6.s5.b3 2.6.s6.b1 2.6.s6.b2 3.1.s1.b2 4.1.s3.b1 4.1.s3.b2 4.4 4.5.s1.b1 4.5.s1.b3 4.6.s1.b1
"""
"""The sections of xAPI-Data 1.0.3, parts 2 to 4, in which MUST or MUST NOT stands."""


def _named(case: tuple[Decided | Allowed, str]) -> str:
    return f"{case[0].section}: {case[0].says} ({case[1]})"


def _rules(record: Record, version: str) -> set[str]:
    """The rules that a record breaks; with memory it is judged valid just when it is without."""
    raw = record_with(record)
    verdict = validate(raw, default_version=version)
    memory = Validator(default_version=version)
    assert [memory.validate(raw).is_valid for _ in range(2)] == [verdict.is_valid] * 2
    return {fault.rule for fault in verdict.faults}


@pytest.mark.parametrize("case", CASES, ids=map(_named, CASES))
def test_breach_of_a_sentence_is_refused_by_its_rule(case: tuple[Decided, str]) -> None:
    """What breaks a sentence is refused by the rule that stands for it, and what keeps it by none."""
    sentence, version = case
    assert sentence.rule in _rules(sentence.wrong, version)
    assert _rules(sentence.right, version) == set()


_FREE: list[tuple[Allowed, str]] = [
    (one, version) for group in (ALLOWED, ALLOWED_2) for one in group for version in one.versions
]


@pytest.mark.parametrize("case", _FREE, ids=map(_named, _FREE))
def test_what_nobody_may_refuse_is_accepted(case: tuple[Allowed, str]) -> None:
    """A sentence that forbids to refuse something is kept."""
    assert _rules(case[0].right, case[1]) == set()


def test_no_sentence_is_left_out() -> None:
    """Each MUST of the specification is decided by a rule, kept by refusing nothing, or told why not."""
    decided, allowed, undecided = ({one[0] for one in group} for group in (DECIDED, ALLOWED, OPEN))
    assert set(_MUSTS.split()) <= decided | allowed | undecided


def test_every_rule_stands_for_a_sentence() -> None:
    """No statement is refused for what the specification does not say; limits and JSON itself stand apart."""
    apart = {
        rule.id for rule in RECORD_RULES if rule.id.startswith(("record-", "text-", "json-", "statement-"))
    }
    assert {one.rule for one in DECIDED} | apart == set(RULES)


@pytest.mark.parametrize("open_", OPEN, ids=lambda one: f"{one.section}: {one.says}")
def test_undecided_sentence_has_a_reason(open_: Undecided) -> None:
    """What is not decided says why in a clause."""
    assert len(open_.why.split()) >= 3 or open_.why.endswith(".py")
