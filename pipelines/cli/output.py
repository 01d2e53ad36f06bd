"""The output of a command: tables and sentences for people, JSON lines for machines; progress on standard error."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:  # importing it takes as long as a look-up does
    from rich.console import Console
    from rich.progress import Progress

# Width when output is piped: each row stays on one line.
_PIPED_WIDTH = 1_000
# Ids and other words up to this length are never broken, so that they can be copied.
_WORD_CHARS = 40


class Output:
    """Writes the results of a command."""

    def __init__(self, *, as_json: bool) -> None:
        """`as_json`: one JSON value a line on standard output, nothing else there."""
        self.as_json = as_json

    @cached_property
    def console(self) -> "Console":
        """Standard output, for what has colours or columns."""
        from rich.console import Console  # noqa: PLC0415

        width = None if sys.stdout.isatty() else _PIPED_WIDTH
        return Console(soft_wrap=True, highlight=False, width=width)

    def say(self, *lines: str) -> None:
        """Print sentences for people; with --json nothing is printed."""
        if not self.as_json:
            for line in lines:
                sys.stdout.write(f"{line}\n")

    def note(self, line: str) -> None:
        """Print a hint or a warning on standard error."""
        sys.stderr.write(f"{line}\n")

    def record(self, value: object) -> None:
        """Print one JSON value on its own line, with --json only."""
        if self.as_json:
            sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        machine_names: Sequence[str] | None = None,
    ) -> None:
        """Print rows as a table, or with --json as one object per row, under `machine_names` if given."""
        if self.as_json:
            for row in rows:
                self.record(dict(zip(machine_names or columns, row, strict=True)))
            return
        from rich.markup import escape  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        table = Table(box=None, pad_edge=False, header_style="bold")
        listed = [list(row) for row in rows]
        for index, column in enumerate(columns):
            is_number = any(isinstance(row[index], int | float | Decimal) for row in listed)
            is_word = all(
                len(cell) <= _WORD_CHARS and " " not in cell for cell in (shown(row[index]) for row in listed)
            )
            table.add_column(
                column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_word
            )
        for row in listed:
            table.add_row(*(escape(shown(value)) for value in row))
        self.console.print(table)

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show progress on standard error, on a terminal only."""
        if not sys.stderr.isatty():
            yield _say_nothing
            return
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True, soft_wrap=True, highlight=False),
            transient=True,
        )
        with bar:
            yield Ticker(bar, what)


class Ticker:
    """One line of progress."""

    def __init__(self, bar: "Progress", what: str) -> None:
        """Begin a line about `what`."""
        self._bar = bar
        self._what = what
        self._task = bar.add_task(what, total=None)

    def __call__(self, detail: str) -> None:
        """Show the progress."""
        self._bar.update(self._task, description=f"{self._what}: {detail}")


def _say_nothing(_: str) -> None:
    """Show no progress."""


def shown(value: object) -> str:
    """Write a cell as a person reads it: unknown as a dash, numbers grouped, times to the second."""
    match value:
        case None:
            text = "-"
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float() | Decimal():
            text = f"{value:,.3f}".rstrip("0").rstrip(".")
        case dt.datetime():
            text = value.strftime("%Y-%m-%d %H:%M:%S")
        case list():
            text = ", ".join(shown(part) for part in value)
        case _:
            text = str(value)
    return text


def plain(value: object) -> Any:
    """Convert a value to JSON types."""
    match value:
        case BaseModel():
            known: Any = value.model_dump(mode="json")
        case Mapping():
            known = {str(key): plain(part) for key, part in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            known = plain(value._asdict())
        case list() | tuple() | set() | frozenset():
            known = [plain(part) for part in value]
        case dt.datetime() | dt.date():
            known = value.isoformat()
        case Decimal():
            known = float(value)
        case bytes():
            known = value.decode("utf-8", errors="replace")
        case None | bool() | int() | float() | str():
            known = value
        case _ if is_dataclass(value) and not isinstance(value, type):
            known = plain(asdict(value))
        case _:
            known = str(value)
    return known
