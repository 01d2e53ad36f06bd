"""`learnloom train`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now, run_of
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.refresh.train import TrainingVerdict, TrainSummary
from learnloom.pipelines.refresh.train import train as train_now

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom train")
def train(
    *,
    force: Annotated[bool, typer.Option("--force", help="Use the new version even if it is worse.")] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit a new model version on the answers of the last refresh, and use it if it is not worse.

    The new version and the version in use are compared on students that the new one has not seen: on answers that came
    after the version in use was fitted if there are enough, else on all answers. The next refresh uses the better
    version. `learnloom models` lists the versions and can switch back.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with out.progress("training") as tick:
        summary = train_now(settings, clock=now, force=force, run=run_of("train"), on_progress=tick)
    report_training(out, summary)


def report_training(out: Output, summary: TrainSummary) -> None:
    """Print what training did."""
    if out.as_json:
        out.record({**vars(summary), "verdict": vars(summary.verdict)})
        return
    tried = ", ".join(f"{kind} {loss:.4f}" for kind, loss in summary.log_loss_by_kind.items())
    out.say(
        f"Version {summary.model_version} ({summary.model_kind}) from {summary.n_answers:,} answers of "
        f"{summary.n_students:,} students, in {summary.seconds:.1f} s.",
        f"Log-loss on held-out students: {tried or 'too few answers to compare kinds of model'}.",
        _comparison(summary.verdict),
    )
    out.say(
        "The next `learnloom refresh` uses it."
        if summary.is_promoted
        else f"Version {summary.verdict.against} stays in use. To use the new version anyway: "
        f"learnloom models use {summary.model_version}"
    )


def _comparison(verdict: TrainingVerdict) -> str:
    if verdict.difference is None:
        return f"There are no answers to compare it with version {verdict.against}."
    which = (
        f"{verdict.n_answers:,} answers that came since version {verdict.against} was fitted"
        if verdict.are_new
        else f"{verdict.n_answers:,} answers, which version {verdict.against} has seen and this one has not"
    )
    return (
        f"Compared on {which}: log-loss {verdict.log_loss:.4f} against {verdict.log_loss_in_use:.4f} "
        f"(difference {verdict.difference:+.4f}, standard error {verdict.standard_error:.4f}): "
        f"{'worse' if verdict.is_worse else 'not worse'}."
    )
