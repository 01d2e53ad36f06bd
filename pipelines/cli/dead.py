"""`learnloom dead`: what was refused, and putting it right."""

import shlex
import subprocess
from typing import Annotated

import typer

from pipelines.cli.exits import Exit
from pipelines.cli.inputs import limits
from pipelines.cli.options import (
    InputMissingError,
    JsonOption,
    WarehouseOption,
    now,
    open_to_read,
    open_to_write,
    read_settings,
)
from pipelines.cli.output import Output
from pipelines.ingest.replay import Mend, ReplaySummary
from pipelines.ingest.replay import replay as replay_letters
from pipelines.ingest.validate import Validator
from pipelines.warehouse.dead_letters import DeadSelection, count_by_rule, find
from schemas.errors import LearnloomError
from schemas.xapi.equality import is_same

commands = typer.Typer(
    add_completion=False,
    help="What was refused and why; and landing it after a fix.",
    epilog="Example: learnloom dead list --rule mbox-format",
)

_FIX_SECONDS = 60
_SHOWN_CHARS = 100
"""Of a value in a list."""


class FixError(LearnloomError):
    """The command that was to mend records cannot do it."""


RuleOption = Annotated[str | None, typer.Option(help="Only those refused by this rule.")]
TopicOption = Annotated[str | None, typer.Option(help="Only those of this topic (a file's path).")]


@commands.callback(invoke_without_command=True)
def summary(
    context: typer.Context, *, warehouse: WarehouseOption = None, as_json: JsonOption = False
) -> None:
    """Count what was refused, by rule."""
    if context.invoked_subcommand is not None:
        return
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        counts = count_by_rule(opened)
    for count in counts:
        out.record(count)
        put_right = f", {count.replayed:,} put right" if count.replayed else ""
        out.say(
            f"{count.rule}: {count.waiting:,} waiting{put_right}, for example {count.example_id}",
            f"  {count.example_message}",
        )
    if counts:
        out.say("", "One in full: learnloom dead show ID. After a fix: learnloom dead replay --rule RULE")
    else:
        out.say("Nothing was refused.")


@commands.command(name="list", epilog="Example: learnloom dead list --rule mbox-format")
def list_(
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    replayed: Annotated[bool, typer.Option("--replayed", help="Those that were put right, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows, at the most.")] = 20,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was refused, in the order in which it came."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        letters = find(opened, DeadSelection(rule, topic, is_waiting=not replayed), limit=limit)
    for letter in letters:
        fault, where = letter.faults[0], f"{letter.topic}:{letter.offset + 1}"
        out.record(
            {"id": letter.dead_letter_id, "rule": fault.rule, "where": where}
            | {"path": fault.path, "value": fault.value}
        )
        out.say(
            f"{letter.dead_letter_id}  {fault.rule}  {where}",
            f"  {fault.path or 'the whole record'}: {fault.value[:_SHOWN_CHARS]}",
        )
    if not letters:
        out.say("Nothing fits. `learnloom dead` counts what there is, by rule.")
    elif len(letters) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom dead show 0f3c8a71d2e94b56")
def show(
    dead_letter_id: Annotated[str, typer.Argument(help="Id of the dead letter, or the beginning of it.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one refused record: all its faults, what to do, and the bytes as they came."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        letters = find(opened, DeadSelection(id_prefix=dead_letter_id, is_waiting=None), limit=2)
    if not letters:
        raise InputMissingError(
            f"no dead letter has the id {dead_letter_id!r}: `learnloom dead list` shows them"
        )
    if len(letters) > 1:
        raise InputMissingError(
            f"more than one dead letter's id begins with {dead_letter_id!r}: name more of it"
        )
    letter = letters[0]
    out.record(letter._asdict() | {"faults": [fault._asdict() for fault in letter.faults]})
    out.say(f"{letter.topic}, record {letter.offset + 1}, refused {letter.landed_at:%Y-%m-%d %H:%M:%S}")
    for fault in letter.faults:
        out.say(f"  {fault.rule}: {fault.message}")
    if letter.replayed_at:
        out.say(f"Put right {letter.replayed_at:%Y-%m-%d %H:%M:%S} as statement {letter.replayed_as}.")
    out.say("", (letter.raw or b"").decode(errors="replace"))


@commands.command(
    epilog="Example: learnloom dead replay --rule mbox-format --fix 'sed s/someone@/mailto:someone@/'"
)
def replay(
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this one; may be given again.")] = None,
    fix: Annotated[
        str | None,
        typer.Option(
            help="Command that reads a record on standard input and writes it mended on standard output."
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge refused records again, mended by a command where wanted, and land those that are valid now.

    The original stays with the dead letter, which is marked as put right. Exit code 3: some are still refused.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True) as opened, out.progress("replaying"):
        done = replay_letters(
            opened,
            DeadSelection(rule, topic, ids),
            judge=Validator(default_version=settings.xapi_version, limits=limits(settings)).validate,
            is_same=is_same,
            now=now,
            wait_seconds=settings.lock_wait_seconds,
            mend=_mend_by(fix) if fix else None,
        )
    _tell_replay(out, done)
    if done.kept:
        raise typer.Exit(Exit.SOME_REFUSED)


def _tell_replay(out: Output, done: ReplaySummary) -> None:
    out.record(done)
    out.say(
        f"{done.tried:,} judged again: {done.landed:,} landed, {done.duplicates:,} known already, "
        f"{done.kept.total():,} still refused."
    )
    for dead_letter_id, fault in done.examples[:5]:
        out.say(f"  {dead_letter_id}: {fault.message}")


def _mend_by(command: str) -> Mend:
    """A mend that pipes each record through the user's own command."""
    words = shlex.split(command)

    def mend(raw: bytes) -> bytes:
        try:
            done = subprocess.run(words, input=raw, capture_output=True, timeout=_FIX_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FixError(f"--fix {command!r} cannot be run: {error}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise FixError(f"--fix {command!r} left with {done.returncode}: {said[:200]}")
        return done.stdout.strip()

    return mend
