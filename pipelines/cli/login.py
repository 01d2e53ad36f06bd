"""`learnloom login`."""

from typing import Annotated

import typer
from pydantic import ValidationError

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.login import Invitation
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.feedback.formatting import count
from learnloom.pipelines.login.errors import LoginSettingsError
from learnloom.pipelines.login.platforms import Platforms
from learnloom.pipelines.login.register import PATH
from learnloom.pipelines.login.sessions import Sessions
from learnloom.pipelines.login.store import open_login_store

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Invite learning platforms to launch the pages, list and remove them; end sessions.",
)

MatchOption = Annotated[
    str,
    typer.Option(help="By what statements know people: sub, email, username, or custom:NAME."),
]
HomePageOption = Annotated[
    str | None, typer.Option(help="Home page of the accounts in statements. Needed but with email.")
]
CourseIdOption = Annotated[
    str,
    typer.Option(
        help="How statements name a course, with {context}, {label} or {custom:NAME}. Empty: by rosters."
    ),
]
CustomOption = Annotated[
    list[str] | None,
    typer.Option(help="A custom parameter that the platform is asked for, such as user='$Canvas.user.id'."),
]
DeploymentOption = Annotated[
    list[str] | None,
    typer.Option(help="A deployment that may launch, where the platform does not name it when it registers."),
]


@commands.command(
    epilog="Example: learnloom login invite --home-page https://moodle.example --course-id "
    "'https://moodle.example/course/view.php?id={context}'"
)
def invite(
    *,
    match: MatchOption = "sub",
    home_page: HomePageOption = None,
    course_id: CourseIdOption = "",
    custom: CustomOption = None,
    deployment: DeploymentOption = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an address with which one platform registers itself, once, within a day (LTI Dynamic Registration).

    Whoever has it could say of anybody that they teach a course of the kind that --course-id names: send it to the
    platform's administrator alone.
    """
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    if settings.login.address is None:
        raise LoginSettingsError("set LEARNLOOM_LOGIN__ADDRESS to where browsers reach the pages")
    try:
        invitation = Invitation(
            match=match,
            home_page=home_page,
            course_id=course_id,
            custom=dict(each.partition("=")[::2] for each in custom or []),
            deployment_ids=tuple(deployment or []),
        )
    except ValidationError as error:
        told = "; ".join(str(fault["msg"]).removeprefix("Value error, ") for fault in error.errors())
        raise LoginSettingsError(f"the invitation cannot be made: {told}") from None
    with open_login_store(settings, now=now) as store:
        code = store.invite(invitation)
    address = f"{settings.login.address.rstrip('/')}{PATH}?code={code}"
    out.record({"address": address})
    out.say(address)
    out.note("learnloom: enter it as the registration address of a new tool; it holds for a day, and once")


@commands.command(epilog="Example: learnloom login platforms")
def platforms(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List the platforms that may launch, those of the settings and those that have registered themselves."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_login_store(settings, now=now) as store:
        found = Platforms(store, settings.login).all()
    columns = ["issuer", "client id", "deployments", "match", "home page", "course id"]
    rows = [
        (
            each.issuer,
            each.client_id,
            ", ".join(each.deployment_ids),
            each.match,
            each.home_page,
            each.course_id,
        )
        for each in found
    ]
    out.table(columns, rows, machine_names=[name.replace(" ", "_") for name in columns])


@commands.command(epilog="Example: learnloom login remove https://moodle.example client-1")
def remove(
    issuer: Annotated[str, typer.Argument(help="As `learnloom login platforms` shows it.")],
    client_id: Annotated[str, typer.Argument(help="Likewise.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a platform that has registered itself launch no more. Sessions that it began go on until they end."""
    out = Output(as_json=as_json)
    with open_login_store(read_settings(warehouse), now=now) as store:
        was_there = store.drop_platform(issuer, client_id)
    out.record({"issuer": issuer, "client_id": client_id, "removed": was_there})
    told = "launches no more" if was_there else f"with client id {client_id} has not registered itself"
    out.say(f"{issuer} {told}.")


@commands.command(epilog="Example: learnloom login end 'https://moodle.example#29'")
def end(
    subject: Annotated[str, typer.Argument(help="The login, issuer#sub.")],
    *,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """End all sessions of a login at once."""
    out = Output(as_json=as_json)
    settings = read_settings(warehouse)
    with open_login_store(settings, now=now) as store:
        n_ended = Sessions(store, settings.login).end_of(subject)
    out.record({"ended": n_ended})
    out.say(f"{count(n_ended, 'session')} ended.")
