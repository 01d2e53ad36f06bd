"""Reading the project's own pages, so that tests can do what they say."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NOTE = re.compile(r"<!-- (\w+): (.*?) -->\n")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page."""

    heading: str
    """The heading above it."""
    language: str
    text: str
    notes: dict[str, str]
    """What the comments right above it say, by their first word."""


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[Block]:
    """The fenced blocks of a page that are in one language, in order."""
    text = page(name)
    found = []
    end = 0
    for match in _BLOCK.finditer(text):
        headings = _HEADING.findall(text[: match.start()])
        notes = dict(_NOTE.findall(text[end : match.start()]))
        end = match.end()
        if match.group(1) == language:
            found.append(Block(headings[-1] if headings else "", language, match.group(2), notes))
    return found
