"""Explaining one rule or one warning by its id."""

import difflib
from typing import NamedTuple

from learnloom.pipelines.check.advice import ADVICE
from learnloom.pipelines.reference.rulebook import shown
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.xapi.rules import RULES


class UnknownRuleError(LearnloomError):
    """There is no rule and no warning of this id; the message names those that are near."""


class Explanation(NamedTuple):
    """What a rule or warning says."""

    id: str
    is_fault: bool
    """Whether a statement is refused for it; else it is a warning."""
    lines: tuple[tuple[str, str], ...]
    """Label and text, in the order in which they are to be read; examples are those of docs/reference/rules.md."""


def explain(rule_id: str) -> Explanation:
    """Tell what a rule or a warning says.

    Raises:
        UnknownRuleError: there is none of this id.
    """
    if rule_id in RULES:
        rule = RULES[rule_id]
        lines: tuple[tuple[str, str], ...] = (
            ("What must hold", _sentence(rule.meaning)),
            ("What to do", _sentence(rule.fix)),
            ("Right", shown(rule.right)),
            ("Wrong", shown(rule.wrong)),
            ("Where it stands", f"{rule.section} (xAPI-Data 1.0.3, unless another source is named)"),
        )
        return Explanation(rule.id, is_fault=True, lines=lines)
    if rule_id in ADVICE:
        advice = ADVICE[rule_id]
        lines = (
            ("What is the case", _sentence(advice.title)),
            ("What stays unknown", advice.unknown),
            ("What to do", advice.fix),
            ("Counted among", advice.about.value),
        )
        return Explanation(advice.id, is_fault=False, lines=lines)
    near = difflib.get_close_matches(rule_id, [*RULES, *ADVICE], n=3, cutoff=0.5)
    hint = f": did you mean {' or '.join(near)}?" if near else "; a report names the rules that are broken."
    raise UnknownRuleError(f"there is no rule and no warning {rule_id!r}{hint}")


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + "."
