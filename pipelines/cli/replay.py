"""`learnloom dead replay`."""

import shlex
import subprocess
from typing import Annotated

import typer

from pipelines.cli.options import Exit, JsonOption, WarehouseOption, now
from pipelines.cli.output import Output
from pipelines.ingest.repairs import REPAIRS, Mend
from pipelines.ingest.replay import ReplaySummary
from pipelines.ingest.replay import replay as replay_letters
from pipelines.ingest.validate import Validator
from pipelines.jobs.opening import limits, open_to_write
from pipelines.settings import read_settings
from pipelines.warehouse.dead_letters import DeadSelection
from schemas.errors import LearnloomError
from schemas.xapi.equality import is_same

_FIX_SECONDS = 60


class FixError(LearnloomError):
    """The command that was to mend records cannot do it."""


RuleOption = Annotated[str | None, typer.Option(help="Only those refused by this rule.")]
TopicOption = Annotated[str | None, typer.Option(help="Only those of this topic (a file's path).")]
SourceOption = Annotated[
    str | None, typer.Option(help="Only those of this sender, as `learnloom dead --by source` names it.")
]


def replay(
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    source: SourceOption = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this one; may be given again.")] = None,
    fix: Annotated[
        str | None,
        typer.Option(
            help="Command that reads a record on standard input and writes it mended on standard output."
        ),
    ] = None,
    repair: Annotated[
        str | None,
        typer.Option(
            help="A small mend that is built in: "
            + "; ".join(f"{known.name} {known.does}" for known in REPAIRS.values())
            + "."
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge refused records again, mended by a command where wanted, and land those that are valid now.

    The original stays with the dead letter, which gets a receipt: when, as which statement, mended by what. Exit
    code 3: some are still refused.
    """
    mend = _mend_of(fix, repair)
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True) as opened, out.progress("replaying"):
        done = replay_letters(
            opened,
            DeadSelection(rule, topic, source, ids),
            judge=Validator(default_version=settings.xapi_version, limits=limits(settings)).validate,
            is_same=is_same,
            now=now,
            wait_seconds=settings.lock_wait_seconds,
            mend=mend,
            fix=fix or repair,
        )
    _report_replay(out, done)
    if done.kept:
        raise typer.Exit(Exit.SOME_REFUSED)


def _mend_of(fix: str | None, repair: str | None) -> Mend | None:
    if fix and repair:
        raise typer.BadParameter("give --fix or --repair, not both")
    if repair and repair not in REPAIRS:
        raise typer.BadParameter(f"--repair {repair!r} is none of {', '.join(REPAIRS)}")
    if repair:
        return REPAIRS[repair].mend
    return _mend_by(fix) if fix else None


def _report_replay(out: Output, done: ReplaySummary) -> None:
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
