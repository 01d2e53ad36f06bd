"""`learnloom dead`: what was refused, and putting it right."""

import base64
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.options import InputMissingError, JsonOption, WarehouseOption
from pipelines.cli.output import Output, plain
from pipelines.cli.replay import RuleOption, SourceOption, TopicOption, replay
from pipelines.jobs.opening import open_to_read
from pipelines.settings import read_settings
from pipelines.warehouse.dead_letters import DeadGroup, DeadSelection, count_by, find
from schemas.record import DeadLetter

commands = typer.Typer(
    add_completion=False,
    help="What was refused and why; and landing it after a fix.",
    epilog="Example: learnloom dead list --rule mbox-format",
)

# Of a value in a list.
_SHOWN_CHARS = 100
_EXPORTED = 1_000_000

commands.command(
    epilog="Example: learnloom dead replay --rule mbox-format --fix 'sed s/someone@/mailto:someone@/'"
)(replay)


@commands.callback(invoke_without_command=True)
def summary(
    context: typer.Context,
    *,
    by: Annotated[DeadGroup, typer.Option(help="By what to count: rule, sender or topic.")] = "rule",
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count what was refused, by rule or by who sent it."""
    if context.invoked_subcommand is not None:
        return
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        counts = count_by(opened, by)
    for count in counts:
        told = count._asdict()
        out.record({by: told.pop("group"), **told})
        put_right = f", {count.replayed:,} put right" if count.replayed else ""
        out.say(
            f"{count.group}: {count.waiting:,} waiting{put_right}, for example {count.example_id}",
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
    source: SourceOption = None,
    replayed: Annotated[bool, typer.Option("--replayed", help="Those that were put right, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Rows, at the most.")] = 20,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was refused, in the order in which it came."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        letters = find(opened, DeadSelection(rule, topic, source, is_waiting=not replayed), limit=limit)
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
    sender = f", sent by {letter.source}" if letter.source else ""
    out.say(
        f"{letter.topic}, record {letter.offset + 1}{sender}, refused {letter.landed_at:%Y-%m-%d %H:%M:%S}"
    )
    for fault in letter.faults:
        out.say(f"  {fault.rule}: {fault.message}")
    if letter.replayed_at:
        mended = f", mended by {letter.replay_fix}" if letter.replay_fix else ""
        out.say(
            f"Put right {letter.replayed_at:%Y-%m-%d %H:%M:%S} as statement {letter.replayed_as}{mended}."
        )
    out.say("", (letter.raw or b"").decode(errors="replace"))


@commands.command(epilog="Example: learnloom dead export refused.jsonl --rule mbox-format")
def export(
    file: Annotated[Path, typer.Argument(help="File to write, one JSON object a line; it must not exist.")],
    *,
    rule: RuleOption = None,
    topic: TopicOption = None,
    source: SourceOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write refused records that still wait to a file, with all their faults, to hand on to whoever sent them."""
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        letters = find(opened, DeadSelection(rule, topic, source), limit=_EXPORTED)
    with file.open("x", encoding="utf-8") as lines:
        for letter in letters:
            lines.write(json.dumps(_exported(letter), ensure_ascii=False) + "\n")
    out.record({"file": str(file), "records": len(letters)})
    out.say(f"{len(letters):,} refused records are in {file}.")


def _exported(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as it is handed on: its bytes as text, or in base64 where they are no UTF-8."""
    told = {name: plain(value) for name, value in letter._asdict().items() if name != "raw"}
    raw = letter.raw
    if raw is None:
        return told | {"raw": None}
    try:
        return told | {"raw": raw.decode()}
    except UnicodeDecodeError:
        return told | {"raw_base64": base64.b64encode(raw).decode()}
