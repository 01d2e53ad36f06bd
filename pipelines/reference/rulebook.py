"""The rule table as a page: `python -m learnloom.pipelines.reference.rulebook > docs/reference/rules.md`."""

import sys
from typing import Final

from learnloom.schemas.xapi.rule import MINIMAL_RECORD, Rule, record_of
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.rules_actor import ACTOR_RULES
from learnloom.schemas.xapi.rules_object import OBJECT_RULES
from learnloom.schemas.xapi.rules_record import RECORD_RULES
from learnloom.schemas.xapi.rules_statement import STATEMENT_RULES

_LONGEST: Final = 500
_PARTS: Final = {
    "Records, and every value": RECORD_RULES,
    "Statements, results, contexts, attachments": STATEMENT_RULES,
    "Actors": ACTOR_RULES,
    "Verbs, activities, interactions, references": OBJECT_RULES,
}


def rules_page() -> str:
    """Write the page, in Markdown."""
    lines = [
        "# Rules",
        "",
        f"<!-- Written by `make docs`. --> The {len(RULES)} rules for which a record can be refused. The name of a",
        "rule is a contract: it stands in dead letters and reports, and never gets another meaning. Sections are",
        "those of the xAPI specification 1.0.3, part Data, unless another source is named: `2.4.2.1.s2.b1` is the",
        "first point of the second list in section 2.4.2.1. `learnloom check` says which rules a file breaks.",
        "",
        "Where an example shows some properties only, they take the place of those of this statement:",
        "",
        *_block(MINIMAL_RECORD.decode()),
    ]
    for title, rules in _PARTS.items():
        lines += [f"## {title}", ""]
        for rule in rules:
            lines += _entry(rule)
    return "\n".join(lines).rstrip() + "\n"


def _entry(rule: Rule) -> list[str]:
    return [
        f"### {rule.id}",
        "",
        f"{rule.meaning[0].upper()}{rule.meaning[1:]} ({rule.section}). To do: {rule.fix}.",
        "",
        "Right:",
        "",
        *_block(shown(rule.right)),
        "Wrong:",
        "",
        *_block(shown(rule.wrong)),
    ]


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


def _block(text: str) -> list[str]:
    return ["```", text, "```", ""]


if __name__ == "__main__":
    sys.stdout.write(rules_page())
