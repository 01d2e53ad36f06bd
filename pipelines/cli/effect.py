"""`learnloom effect`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output, shown
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.evaluate.effect import Effect, effects
from learnloom.pipelines.evaluate.trial import Trial, trials
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.serve.effects import read_outcomes, read_trial
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
    withheld: Annotated[
        bool, typer.Option("--withheld", help="Compare with whom it was withheld from by lot instead.")
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what followed signals of a kind, compared with similar students who had no such signal.

    It compares the two weeks after a signal with the two weeks before, with an 80 % interval. Without --kind it shows
    only outcomes with enough comparable students. Where a share of signals is withheld by lot, --withheld shows what
    they cause (docs/how-to/holdout.md).
    """
    if withheld and audience is not None:
        raise typer.BadParameter(
            "what is withheld is withheld from everybody: leave it out", param_hint="--audience"
        )
    out = Output(as_json=as_json)
    name = kind.value if kind else None
    settings = read_settings(warehouse)
    with out.progress("comparing"), open_to_read(settings) as opened:
        condition = except_for(barred(settings, opened, "evaluation"))
        tried = trials(read_trial(opened, kind=name, condition=condition)) if withheld else None
        told = [] if withheld else effects(read_outcomes(opened, kind=name, condition=condition))
    if tried is not None:
        _report_trials(out, tried)
        return
    found = [each for each in told if audience is None or each.audience == audience.value]
    _report_effects(out, found, is_of_one_kind=kind is not None)


def _report_effects(out: Output, found: list[Effect], *, is_of_one_kind: bool) -> None:
    for each in found:
        out.record(each)
    if out.as_json:
        return
    if not found:
        out.say("No such signal is older than two weeks.")
        return
    listed = [each for each in found if is_of_one_kind or each.difference is not None]
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


def _report_trials(out: Output, tried: list[Trial]) -> None:
    for each in tried:
        out.record(each)
    if out.as_json:
        return
    if not tried:
        out.say(
            "Nothing was drawn two weeks ago or earlier. The setting holdout.shares says what is withheld."
        )
        return
    out.table(
        [
            "kind",
            "two weeks after",
            "said",
            "withheld",
            "mean, said",
            "mean, withheld",
            "difference",
            "80 % interval",
            "draws needed",
        ],
        [
            (
                each.signal_kind,
                each.outcome,
                each.n_said,
                each.n_withheld,
                each.mean_said,
                each.mean_withheld,
                each.difference,
                None if each.low is None else f"{shown(each.low)} to {shown(each.high)}",
                each.n_needed,
            )
            for each in tried
        ],
    )
    out.say(
        "Draws needed: about so many in all would tell a difference as large as this from none "
        "(5 % error, four times of five). Shares are of those who answered."
    )
