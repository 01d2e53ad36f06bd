"""The reference of commands."""

import re

from learnloom.pipelines.cli.main import root_command
from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.reference.cli import commands_page
from tests.documents import page

_PAGE = "docs/reference/cli.md"


def test_the_page_is_up_to_date() -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page(_PAGE) == commands_page(), "run `make docs`"


def test_every_command_is_listed() -> None:
    """The table of commands has all of them, in the order of the help, and each has its section."""
    root = root_command()
    commands = root.list_commands(root.make_context("learnloom", [], resilient_parsing=True))
    assert {"demo", "refresh", "serve"} <= set(commands)
    listed = re.findall(r"^\| \[`([a-z]+)`\]\(#learnloom-\1\) \| \S", page(_PAGE), re.MULTILINE)
    assert listed == commands
    sections = re.findall(r"^## learnloom ([a-z]+)$", page(_PAGE), re.MULTILINE)
    assert sections == commands


def test_every_command_below_a_command_has_a_section() -> None:
    """What `dead`, `skills`, `vocabulary`, `plan`, `people` and the like hold stands below them."""
    sections = set(re.findall(r"^### learnloom ([a-z]+) [a-z]+$", page(_PAGE), re.MULTILINE))
    known = "dead skills vocabulary plan people roster login keys models erase deliver vault"
    assert sections == set(known.split())


def test_every_exit_code_is_listed() -> None:
    """The table of exit codes has all of them."""
    section = page(_PAGE).split("\n## Exit codes\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| (\d+) \| \S", section, re.MULTILINE) == [str(code.value) for code in Exit]


def test_options_and_examples_are_shown() -> None:
    """A section has the usage, the options with what they mean, and the example of the help."""
    section = page(_PAGE).split("\n## learnloom refresh\n")[1].split("\n## ")[0]
    assert "\nlearnloom refresh [OPTIONS]\n" in section
    assert re.search(r"^\| `--from <%Y-%m-%d>` \| \S", section, re.MULTILINE)
    assert re.search(r"^Example:\n\n```\nlearnloom refresh \S", section, re.MULTILINE)
