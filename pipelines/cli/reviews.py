"""`learnloom reviews`."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.cli.shown import named_profile
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.reviews import describe_reviews, review_calendar
from learnloom.pipelines.lake.open import open_to_read

commands = typer.Typer(add_completion=False)


@commands.command(epilog="Example: learnloom reviews 3fa85f6457174562")
def reviews(
    student: Annotated[str, typer.Argument(help="Key, identifier, account name or name of a student.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which mastered skills a student should review, today and in the next four weeks.

    Due reviews are listed by urgency: the skill that is most likely to be forgotten comes first.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_to_read(settings) as opened:
        found = named_profile(settings, opened, "reviews", student)
    calendar = review_calendar(found, ZoneInfo(settings.time_zone))
    out.record(calendar)
    out.say(*describe_reviews(calendar))
