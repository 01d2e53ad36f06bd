"""The explanation of one rule or one warning by its id."""

import difflib
from typing import Final, NamedTuple

from learnloom.pipelines.check.advice import ADVICE
from learnloom.pipelines.convert.rules import CONVERT_RULES, FIX
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.xapi.rule import record_of
from learnloom.schemas.xapi.rules import RULES

_LONGEST: Final = 500


class UnknownRuleError(LearnloomError):
    """There is no rule and no warning of this id; the message names those that are near."""


class Explanation(NamedTuple):
    """The text of a rule or warning."""

    id: str
    is_fault: bool
    """Whether a statement is refused for it; else it is a warning."""
    lines: tuple[tuple[str, str], ...]
    """Label and text, in the order in which they are to be read; examples are those of docs/reference/rules.md."""


def explain(rule_id: str) -> Explanation:
    """Return the explanation of a rule or a warning.

    Raises:
        UnknownRuleError: there is none of this id.
    """
    if rule_id in RULES:
        rule = RULES[rule_id]
        lines: tuple[tuple[str, str], ...] = (
            ("Requirement", _sentence(rule.meaning)),
            ("Fix", _sentence(rule.fix)),
            ("Right", shown(rule.right)),
            ("Wrong", shown(rule.wrong)),
            ("Source", f"{rule.section} (xAPI-Data 1.0.3, unless another source is named)"),
        )
        return Explanation(rule.id, is_fault=True, lines=lines)
    if rule_id in ADVICE:
        advice = ADVICE[rule_id]
        lines = (
            ("Finding", _sentence(advice.title)),
            ("Effect", advice.unknown),
            ("Fix", advice.fix),
            ("Applies to", advice.about.value),
        )
        return Explanation(advice.id, is_fault=False, lines=lines)
    if rule_id in CONVERT_RULES:
        lines = (("Requirement", _sentence(CONVERT_RULES[rule_id])), ("Fix", _sentence(FIX)))
        return Explanation(rule_id, is_fault=True, lines=lines)
    near = difflib.get_close_matches(rule_id, [*RULES, *ADVICE, *CONVERT_RULES], n=3, cutoff=0.5)
    hint = (
        f": did you mean {' or '.join(near)}?"
        if near
        else ": the report of `learnloom check` names the rules."
    )
    raise UnknownRuleError(f"there is no rule and no warning {rule_id!r}{hint}")


def shown(example: str | bytes | None) -> str:
    """A rule's example as it is read: bytes that are no text as escapes, the middle of a long one left out."""
    if isinstance(example, str) and not example.startswith("{"):
        return example
    record = record_of(example)
    text = "(a record without a value)" if record is None else record.decode("utf-8", "backslashreplace")
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        text = f"{text[:half]} … {len(text) - 2 * half:,} more … {text[-half:]}"
    return text if text.strip() else "(blanks only)"


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + "."
