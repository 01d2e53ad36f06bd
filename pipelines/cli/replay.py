"""`learnloom dead replay`."""

import shlex
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from learnloom.pipelines.cli.options import Exit, JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.repair_option import repairs_of
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.dead_letters import DeadSelection
from learnloom.pipelines.ingest.validate.mending import mend_of
from learnloom.pipelines.ingest.validate.repairs import REPAIRS, Mend
from learnloom.pipelines.lake.open import open_to_write
from learnloom.schemas.errors import LearnloomError

if TYPE_CHECKING:
    from learnloom.pipelines.ingest.land.replay import ReplaySummary

_FIX_SECONDS = 60


class FixError(LearnloomError):
    """The command that fixes records failed."""


RuleOption = Annotated[str | None, typer.Option(help="Only records refused by this rule.")]
TopicOption = Annotated[
    str | None, typer.Option(help="Only records of this topic, or of the file with this path.")
]
SourceOption = Annotated[
    str | None, typer.Option(help="Only records of this source, as listed by `learnloom dead --by source`.")
]


def replay(
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    source: SourceOption = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this dead letter; repeatable.")] = None,
    fix: Annotated[
        str | None,
        typer.Option(
            help="Command that reads a record on standard input and writes the fixed record to standard output."
        ),
    ] = None,
    repair: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Built-in fix; repeatable: "
            + "; ".join(f"{known.name} {known.does}" for known in REPAIRS.values())
            + ".",
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate dead letters again, with a fix if one is given, and land those that are valid now.

    The dead letter keeps the original record, and records when it was replayed, as which statement, and with which
    fix. Exit code 3: some records are still refused.
    """
    # Whoever only looks at dead letters need not wait for what lands them.
    from learnloom.pipelines.ingest.land.replay import replay as replay_letters  # noqa: PLC0415
    from learnloom.pipelines.ingest.opening import limits  # noqa: PLC0415
    from learnloom.pipelines.ingest.validate.validator import Validator  # noqa: PLC0415
    from learnloom.schemas.xapi.equality import is_same  # noqa: PLC0415

    if fix and repair:
        raise typer.BadParameter("use --fix or --repair, not both")
    repairs = repairs_of(repair, of_import=False)
    mend = _mend_by(fix) if fix else mend_of(repairs) if repairs else None
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
            fix=fix or ", ".join(one.name for one in repairs) or None,
        )
    _report_replay(out, done)
    if done.kept:
        raise typer.Exit(Exit.SOME_REFUSED)


def _report_replay(out: Output, done: "ReplaySummary") -> None:
    out.record(done)
    out.say(
        f"{done.tried:,} replayed: {done.landed:,} landed, {done.duplicates:,} duplicates skipped, "
        f"{done.kept.total():,} still refused."
    )
    for dead_letter_id, fault in done.examples[:5]:
        out.say(f"  {dead_letter_id}: {fault.message}")


def _mend_by(command: str) -> Mend:
    """A fix that pipes each record through the user's own command."""
    words = shlex.split(command)

    def mend(raw: bytes) -> bytes:
        try:
            done = subprocess.run(words, input=raw, capture_output=True, timeout=_FIX_SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise FixError(f"cannot run --fix {command!r}: {error}") from error
        if done.returncode != 0:
            message = done.stderr.decode(errors="replace").strip()
            raise FixError(f"--fix {command!r} exited with code {done.returncode}: {message[:200]}")
        return done.stdout.strip()

    return mend
