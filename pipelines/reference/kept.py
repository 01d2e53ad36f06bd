"""The records of processing as Markdown, made from the code's own list of what is kept where.

`python -m learnloom.pipelines.reference.kept > docs/reference/kept.md` writes it; a test holds it up to date.
"""

import sys
from collections.abc import Iterable
from typing import Final

from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.privacy.kept import FILES, PURPOSES, Kept, beside_kept, kept_of, store_kept

_HEAD: Final = """# What is kept where

The records of processing that a school needs (GDPR, article 30), as far as this software can tell them: what is kept,
what for, and for how long. This page is made from the list by which `learnloom erase` and `learnloom access` go
(`make docs`); a test holds that list against the real tables and files. What a school adds itself, such as its name,
its officer and its processors, stands in [the rights of students](../how-to/rights.md).
"""


def kept_reference() -> str:
    """The whole page."""
    relations = sorted(map(kept_of, load_relations()), key=lambda each: each.place)
    parts = [_HEAD, "## Purposes\n", *(f"- {purpose}" for purpose in PURPOSES)]
    parts += ["\n## About students\n", *_table(each for each in relations if each.is_personal)]
    parts += ["\n## About nobody\n", *_table(each for each in relations if not each.is_personal)]
    parts += ["\n## In the store of `learnloom lrs`\n", *_table(store_kept())]
    parts += ["\n## Of logins and pages, in the vault and the audit\n", *_table(beside_kept())]
    parts += ["\n## Files in the warehouse's folder\n", *_table(FILES)]
    return "\n".join(parts) + "\n"


def _table(rows: Iterable[Kept]) -> list[str]:
    return [
        "| where | what | purpose | for how long |",
        "|---|---|---|---|",
        *(f"| `{each.place}` | {_first(each.what)} | {each.purpose} | {each.kept_for} |" for each in rows),
    ]


def _first(text: str) -> str:
    """The first sentence."""
    return text.partition(". ")[0].removesuffix(".").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(kept_reference())
