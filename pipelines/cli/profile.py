"""`learnloom profile`."""

from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import named_profile
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.open import open_to_read

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom profile 3fa85f6457174562")
def profile(
    student: Annotated[str, typer.Argument(help="Key, identifier, account name or name of a student.")],
    *,
    why: Annotated[
        str | None,
        typer.Option(help="A skill, by id or name: explain its estimate and what would change it."),
    ] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known about one student as a learner, and what is not known."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    # One transaction: a refresh may run between reading the profile and reading its evidence.
    with open_to_read(settings) as opened, opened.transaction():
        found = named_profile(settings, opened, "profile", student)
        if why is None:
            out.record(found)
            if not as_json:
                # It brings all texts with it.
                from learnloom.pipelines.feedback.describe import describe_profile  # noqa: PLC0415

                out.say(*describe_profile(found))
            return
        # They bring the whole learner model with them.
        from learnloom.pipelines.feedback.why import describe_why, find_skill  # noqa: PLC0415
        from learnloom.pipelines.refresh.why import why as explain  # noqa: PLC0415

        explained = explain(opened, found, find_skill(found, why), thresholds=settings.thresholds)
    out.record(explained)
    out.say(*describe_why(explained))
