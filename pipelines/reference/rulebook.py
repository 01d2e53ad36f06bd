"""The rule table as a page: `python -m learnloom.pipelines.reference.rulebook > docs/reference/rules.md`."""

import sys
from typing import Final

from learnloom.pipelines.check.explain import shown
from learnloom.schemas.xapi.rule import MINIMAL_RECORD, Rule
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.rules_actor import ACTOR_RULES
from learnloom.schemas.xapi.rules_object import OBJECT_RULES
from learnloom.schemas.xapi.rules_record import RECORD_RULES
from learnloom.schemas.xapi.rules_statement import STATEMENT_RULES

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
        f"<!-- Written by `make docs`. --> A record is refused if it breaks one of these {len(RULES)} rules. The",
        "name of a rule is a contract: it appears in dead letters and reports, and its meaning never changes. A",
        "section number refers to the xAPI specification 1.0.3, part Data, unless another source is named:",
        "`2.4.2.1.s2.b1` is the first point of the second list in section 2.4.2.1. `learnloom check` lists the rules",
        "that a file breaks.",
        "",
        "An example that shows only some properties replaces those properties of this statement:",
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
        f"{rule.meaning[0].upper()}{rule.meaning[1:]} ({rule.section}). Fix: {rule.fix}.",
        "",
        "Right:",
        "",
        *_block(shown(rule.right)),
        "Wrong:",
        "",
        *_block(shown(rule.wrong)),
    ]


def _block(text: str) -> list[str]:
    return ["```", text, "```", ""]


if __name__ == "__main__":
    sys.stdout.write(rules_page())
