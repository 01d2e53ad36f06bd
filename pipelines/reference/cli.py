"""The reference of commands as Markdown, made from the help of the command line.

`python -m learnloom.pipelines.reference.cli > docs/reference/cli.md` writes it; a test holds it up to date.
"""

import sys
from collections.abc import Iterator
from typing import Any, Final

from learnloom.pipelines.cli.main import root_command
from learnloom.pipelines.cli.options import Exit

_HEAD: Final = """\
# Commands

This page is made from the help of the command line (`make docs`).

- With `--json`, a command prints its results on standard output, one JSON value a line. Remarks and progress go to
  standard error.
- `learnloom COMMAND --help` shows the same on a terminal.
"""
_EXITS: Final = {
    Exit.DONE: "done",
    Exit.FAILED: "failed; the message says what, which value, and what to do",
    Exit.USAGE: "the command line is wrong",
    Exit.SOME_REFUSED: "done, but some of the input was refused or could not be read",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
}
_EXAMPLE: Final = "Example: "


def commands_page() -> str:
    """Write the page, in Markdown."""
    root = root_command()
    context = root.make_context("learnloom", [], resilient_parsing=True)
    commands = [root.get_command(context, name) for name in root.list_commands(context)]
    lines = [_HEAD, "| command | does |", "|---|---|"]
    lines += [f"| [`{each.name}`](#learnloom-{each.name}) | {_summary(each)} |" for each in commands]
    lines += ["", "## Exit codes", "", "| exit code | means |", "|---|---|"]
    lines += [f"| {code.value} | {_EXITS[code]} |" for code in Exit]
    for each in commands:
        lines += _entry(each, context, level=2)
    return "\n".join(lines).rstrip() + "\n"


def _summary(command: Any) -> str:
    """The first paragraph of a command's help, on one line."""
    return " ".join(command.help.split("\n\n")[0].split())


def _entry(command: Any, parent: Any, level: int) -> Iterator[str]:
    """A section about a command, then one for each command below it.

    Typer's context and command types are not public: hence Any. The context knows the command itself, also where the
    one that is listed only stands for it until it is used.
    """
    context = command.make_context(command.name, [], parent=parent, resilient_parsing=True)
    command = context.command
    yield from ["", f"{'#' * level} {context.command_path}", "", command.help]
    yield from ["", "```", f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}", "```"]
    rows = [row for param in command.params if (row := param.get_help_record(context))]
    if rows:
        yield from ["", "| argument or option | meaning |", "|---|---|"]
        yield from (f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in rows)
    if command.epilog:
        yield from ["", "Example:", "", "```", command.epilog.removeprefix(_EXAMPLE), "```"]
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            yield from _entry(command.get_command(context, name), context, level + 1)


def _cell(text: str) -> str:
    """A text that ends no cell of a table."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(commands_page())
