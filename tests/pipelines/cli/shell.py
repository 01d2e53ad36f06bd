"""Running a command as a user does, without the half second that a process of its own takes."""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple
from unittest.mock import patch

import typer

from learnloom.pipelines.cli.main import app, main

_WIDE = {"COLUMNS": "160", "TERM": "dumb", "NO_COLOR": "1"}


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    def values(self) -> list[Any]:
        """The JSON values on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def learnloom(*arguments: object, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
    """Run `learnloom ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["learnloom", *map(str, arguments)]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        patch.dict(os.environ, {**_WIDE, **(env or {})}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        else:
            code = 0
    return Ran(code, out.getvalue(), err.getvalue())


def parsed(arguments: Sequence[str]) -> dict[str, Any]:
    """Read `learnloom ARGUMENTS` as the command line does, without doing it; give the command's parameters.

    Typer's context and command types are not public: hence Any. What is not understood raises its UsageError.
    """
    command: Any = typer.main.get_command(app)
    context = command.make_context("learnloom", list(arguments))
    while hasattr(command, "resolve_command") and (rest := [*context._protected_args, *context.args]):  # noqa: SLF001
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
    return dict(context.params)
