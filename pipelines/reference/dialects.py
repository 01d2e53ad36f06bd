"""What each platform tells: `python -m learnloom.pipelines.reference.dialects > docs/reference/dialects.md`."""

import sys
from typing import Final

from learnloom.pipelines.simulate.dialects.acts import ActKind
from learnloom.pipelines.simulate.dialects.dialect import Dialect
from learnloom.pipelines.simulate.dialects.registry import DIALECTS

_OPENING: Final = """# Dialects

<!-- Written by `make docs` from `pipelines/simulate/dialects/`. --> Learning platforms tell the same things in
different words, and none tells everything. `learnloom simulate --dialect NAME` tells one class as a platform would, by
its public code: the students, their days and their answers are the same in every dialect. Use it to see what of your
lessons would arrive before you connect a platform, and to test what you build on learnloom.

The truth of the class stays that of our own vocabulary. In a dialect `truth/` also has `activity.parquet` (our id and
the platform's of every activity), `act.parquet` (how many acts of each kind there were, and how they are told) and
`staff.parquet`. `skills.csv` and `plan.csv` name activities as the platform does.

## Platforms

| dialect | platform | what is special |
|---|---|---|
"""
_TOLD: Final = """
## What each tells

`told`: the platform says what was done. `seen`: only that somebody looked at the activity. Empty: it is never told.
Our own vocabulary tells all of it.

"""


def dialects_page() -> str:
    """Write the page, in Markdown."""
    rows = [f"| `{one.name}` | [{one.platform}]({one.source}) | {one.special} |" for one in DIALECTS.values()]
    head = f"| act | {' | '.join(f'`{name}`' for name in DIALECTS)} |\n|---|{'---|' * len(DIALECTS)}\n"
    acts = [f"| {kind} | {' | '.join(_how(one, kind) for one in DIALECTS.values())} |" for kind in ActKind]
    return _OPENING + "\n".join(rows) + "\n" + _TOLD + head + "\n".join(acts) + "\n"


def _how(dialect: Dialect, kind: ActKind) -> str:
    if kind in dialect.seen_only:
        return "seen"
    return "told" if kind in dialect.tellers else ""


if __name__ == "__main__":
    sys.stdout.write(dialects_page())
