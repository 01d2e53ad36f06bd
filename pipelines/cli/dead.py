"""`learnloom dead`: what was refused, and putting it right."""

import base64
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from learnloom.pipelines.audit.looks import EVERYBODY
from learnloom.pipelines.cli.options import InputMissingError, JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output, plain
from learnloom.pipelines.cli.replay import RuleOption, SourceOption, TopicOption, replay
from learnloom.pipelines.cli.shown import looked_at
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.land.dead_letters import DeadGroup, DeadSelection, count_by, find
from learnloom.pipelines.ingest.validate.repairs import REPAIRS
from learnloom.pipelines.lake.open import open_to_read
from learnloom.schemas.record import DeadLetter
from learnloom.schemas.xapi.nameless import nameless

commands = typer.Typer(
    add_completion=False,
    help="Show refused records (dead letters) and why they were refused; land them after a fix.",
    epilog="Example: learnloom dead list --rule mbox-format",
)

# Characters shown of a value in a list.
_SHOWN_CHARS = 100
_EXPORTED = 1_000_000

commands.command(
    epilog="Example: learnloom dead replay --rule mbox-format --fix 'sed s/someone@/mailto:someone@/'"
)(replay)


@commands.callback(invoke_without_command=True)
def summary(
    context: typer.Context,
    *,
    by: Annotated[DeadGroup, typer.Option(help="Count by rule, source or topic.")] = "rule",
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the refused records by rule, source or topic."""
    if context.invoked_subcommand is not None:
        return
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        counts = count_by(opened, by)
    looked_at(settings, "dead", [EVERYBODY])
    for count in counts:
        fields = count._asdict()
        out.record({by: fields.pop("group"), **fields})
        replayed = f", {count.replayed:,} replayed" if count.replayed else ""
        out.say(
            f"{count.group}: {count.waiting:,} waiting{replayed}; example: {count.example_id}",
            f"  {count.example_message}",
        )
        if count.waiting and by == "rule":
            out.say(*_repair_hints(count.group))
    if counts:
        out.say(
            "",
            "See one record: learnloom dead show ID. Land them after a fix: learnloom dead replay --rule RULE",
        )
    else:
        out.say("There are no dead letters.")


def _repair_hints(rule: str) -> list[str]:
    """Built-in fixes for what breaks a rule; what gives a statement another id is for a person to think of."""
    return [
        f"  This may mend them: learnloom dead replay --rule {rule} --repair {repair.name}"
        for repair in REPAIRS.values()
        if repair.rule == rule and repair.fits_import
    ]


@commands.command(name="list", epilog="Example: learnloom dead list --rule mbox-format")
def list_(
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    source: SourceOption = None,
    replayed: Annotated[
        bool, typer.Option("--replayed", help="List the replayed records instead of the waiting ones.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Maximum number of rows.")] = 20,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List refused records, oldest first."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        letters = find(opened, DeadSelection(rule, topic, source, is_waiting=not replayed), limit=limit)
    looked_at(settings, "dead list", [EVERYBODY])
    for letter in letters:
        fault, where = letter.faults[0], f"{letter.topic}:{letter.offset + 1}"
        out.record(
            {"id": letter.dead_letter_id, "rule": fault.rule, "where": where}
            | {"path": fault.path, "value": fault.value, "source": letter.source}
        )
        out.say(
            f"{letter.dead_letter_id}  {fault.rule}  {where}",
            f"  {fault.path or 'the whole record'}: {fault.value[:_SHOWN_CHARS]}",
        )
    if not letters:
        out.say("No dead letter matches. `learnloom dead` counts all of them by rule.")
    elif len(letters) == limit:
        out.note(f"learnloom: only the first {limit} are shown (--limit)")


@commands.command(epilog="Example: learnloom dead show 0f3c8a71d2e94b56")
def show(
    dead_letter_id: Annotated[str, typer.Argument(help="Id of the dead letter, or its first characters.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one refused record: its faults, how to fix them, and the bytes as received."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        letters = find(opened, DeadSelection(id_prefix=dead_letter_id, is_waiting=None), limit=2)
    if not letters:
        raise InputMissingError(
            f"no dead letter has the id {dead_letter_id!r}: list them with `learnloom dead list`"
        )
    if len(letters) > 1:
        raise InputMissingError(
            f"the ids of several dead letters begin with {dead_letter_id!r}: give more characters"
        )
    looked_at(settings, "dead show", [EVERYBODY])
    letter = letters[0]
    out.record(letter._asdict() | {"faults": [fault._asdict() for fault in letter.faults]})
    sender = f", sent by {letter.source}" if letter.source else ""
    out.say(
        f"{letter.topic}, record {letter.offset + 1}{sender}, refused {letter.landed_at:%Y-%m-%d %H:%M:%S}"
    )
    for fault in letter.faults:
        out.say(f"  {fault.rule}: {fault.message}")
    if letter.replayed_at:
        fixed = f", fixed by {letter.replay_fix}" if letter.replay_fix else ""
        out.say(f"Replayed {letter.replayed_at:%Y-%m-%d %H:%M:%S} as statement {letter.replayed_as}{fixed}.")
    out.say("", (letter.raw or b"").decode(errors="replace"))


@commands.command(epilog="Example: learnloom dead export refused.jsonl --rule mbox-format")
def export(
    file: Annotated[
        Path, typer.Argument(help="File to write, one JSON object per line; it must not exist yet.")
    ],
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    source: SourceOption = None,
    with_content: Annotated[
        bool,
        typer.Option(
            "--with-content",
            help="Also what they hold: the bytes as received, and values. They may name people.",
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the waiting dead letters to a file, with all their faults, to hand them to the sender.

    Without --with-content it says where each stood and which rules it breaks, and nothing of what stands in it.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        letters = find(opened, DeadSelection(rule, topic, source), limit=_EXPORTED)
    if with_content:
        looked_at(settings, "dead export", [EVERYBODY], through="export")
    with file.open("x", encoding="utf-8") as lines:
        for letter in letters:
            lines.write(json.dumps(_exported(letter, with_content=with_content), ensure_ascii=False) + "\n")
    out.record({"file": str(file), "records": len(letters)})
    out.say(f"{len(letters):,} dead letters are in {file}.")


def _exported(letter: DeadLetter, *, with_content: bool) -> dict[str, Any]:
    """A dead letter for the sender; its content as text, or in base64 if it is not UTF-8."""
    if not with_content:
        letter = letter._replace(raw=None, faults=tuple(nameless(fault) for fault in letter.faults))
    fields = {name: plain(value) for name, value in letter._asdict().items() if name != "raw"}
    raw = letter.raw
    if raw is None:
        return fields | {"raw": None}
    try:
        return fields | {"raw": raw.decode()}
    except UnicodeDecodeError:
        return fields | {"raw_base64": base64.b64encode(raw).decode()}
