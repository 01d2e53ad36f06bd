"""`learnloom effect`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output, shown
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.evaluate.effect import Effect, effects
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.effects import read_outcomes
from learnloom.pipelines.vault.names import barred, except_for
from learnloom.schemas.signal import Audience, SignalKind

_CAUTION = (
    "This does not prove a cause: students with a signal may differ in ways that nobody measured "
    "(docs/how-to/analyst.md, Does a signal help?)."
)
commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom effect --kind wheel_spinning")
def effect(
    *,
    kind: Annotated[SignalKind | None, typer.Option(help="Only signals of this kind.")] = None,
    audience: Annotated[Audience | None, typer.Option(help="Audience of the signals. Default: both.")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what followed signals of a kind, compared with similar students who had no such signal.

    It compares the two weeks after a signal with the two weeks before, with an 80 % interval. Without --kind it shows
    only outcomes with enough comparable students.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with out.progress("comparing"), open_to_read(settings) as opened:
        condition = except_for(barred(settings, opened, "evaluation"))
        told = effects(read_outcomes(opened, kind=kind.value if kind else None, condition=condition))
    found = [each for each in told if audience is None or each.audience == audience.value]
    for each in found:
        out.record(each)
    if as_json:
        return
    if not found:
        out.say("No such signal is older than two weeks.")
        return
    listed = [each for each in found if kind or each.difference is not None]
    if listed:
        out.table(
            [
                "kind",
                "audience",
                "two weeks after",
                "signals",
                "matched",
                "comparable",
                "mean",
                "of comparable",
                "difference",
                "80 % interval",
                "before",
            ],
            [_row(each) for each in listed],
        )
    if hidden := {(each.signal_kind, each.audience) for each in found if each.difference is None}:
        names = ", ".join(sorted({name for name, _ in hidden}))
        out.say(
            f"Some or all outcomes have too few comparable students (10 on each side are needed): {names}."
        )
    if listed:
        out.say(_CAUTION)


def _row(found: Effect) -> tuple[object, ...]:
    interval = None if found.low is None else f"{shown(found.low)} to {shown(found.high)}"
    return (
        found.signal_kind,
        found.audience,
        found.outcome,
        found.n_signals,
        found.n_matched,
        found.n_comparable,
        found.mean_after,
        found.mean_after_comparable,
        found.difference,
        interval,
        found.difference_before,
    )
