"""`learnloom models`."""

from typing import Annotated

import typer

from pipelines.cli.options import JsonOption, WarehouseOption, now
from pipelines.cli.output import Output
from pipelines.jobs.opening import open_to_read, open_to_write
from pipelines.refresh.versions import Version, check_versions, list_versions, use_version
from pipelines.settings import read_settings

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The learner model's versions: compare them, go back to one.",
)


@commands.command(name="list", epilog="Example: learnloom models list --json")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the versions with what they were fitted on and how well they predicted students held out.

    Log-losses of two versions can be compared where both saw the same answers; `learnloom train` compares on the same.
    """
    out = Output(as_json=as_json)
    with open_to_read(read_settings(warehouse)) as opened:
        check_versions(opened)
        versions = list_versions(opened)
    if as_json:
        for version in versions:
            out.record(version._asdict())
        return
    out.table(
        ["version", "kind", "fitted at", "as of", "students", "answers", "log-loss", "kinds tried", "in use"],
        [_row(version) for version in versions],
    )


@commands.command(name="use", epilog="Example: learnloom models use 1")
def use(
    version: Annotated[int, typer.Argument(min=1, help="Number of the version.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go back, or forward, to a version: the next refresh tells everything by it."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_write(settings, must_exist=True) as opened:
        check_versions(opened)
        use_version(opened, version, at=now(), wait_seconds=settings.lock_wait_seconds)
    out.record({"model_version": version})
    out.say(f"Version {version} is in use from the next `learnloom refresh` on.")


def _row(version: Version) -> tuple[object, ...]:
    return (
        version.model_version,
        version.model_kind,
        f"{version.fitted_at:%Y-%m-%d %H:%M}",
        f"{version.fitted_as_of:%Y-%m-%d}",
        version.n_students,
        version.n_answers,
        None if version.log_loss is None else f"{version.log_loss:.4f}",
        ", ".join(f"{kind} {loss:.4f}" for kind, loss in version.kinds_log_loss.items()) or None,
        "yes" if version.is_in_use else "",
    )
