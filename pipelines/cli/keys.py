"""`learnloom keys`."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lrs.keys import DEFAULT_SCOPES, SCOPES, Key, add_key, list_keys, revoke_key
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.lrs.stores import open_store

commands = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Add, list and revoke the keys with which platforms send statements to `learnloom lrs`.",
    epilog="Example: learnloom keys add 'Moodle, main campus'",
)
_SCOPE_HELP = (
    "What it may do; repeatable: " + ", ".join(SCOPES) + ". Default: " + ", ".join(DEFAULT_SCOPES) + "."
)


@contextmanager
def _store(warehouse: Path | None) -> Iterator[Store]:
    with open_store(read_settings(warehouse), now=now) as store:
        yield store


@commands.command("add", epilog="Example: learnloom keys add 'Moodle, main campus' --days 365")
def add(
    label: Annotated[str, typer.Argument(help="Who sends with it; statements bear it as their source.")],
    *,
    scope: Annotated[list[str] | None, typer.Option("--scope", help=_SCOPE_HELP)] = None,
    home_page: Annotated[
        list[str] | None,
        typer.Option("--home-page", help="Home page that accounts of its actors must have; repeatable."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Days until it expires.")] = None,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key, and show its secret this one time."""
    out = Output(as_json=as_json)
    expires = None if days is None else int((now() + dt.timedelta(days=days)).timestamp() * 1_000)
    with _store(warehouse) as store:
        key, secret = add_key(
            store, label, scopes=scope or DEFAULT_SCOPES, home_pages=home_page or (), expires=expires
        )
    out.record({"key": key.key_id, "secret": secret, "label": label, "scopes": list(key.scopes)})
    out.say(
        f"key:    {key.key_id}\nsecret: {secret}\nThe secret is not shown again. Try it while learnloom lrs runs:\n"
    )
    out.say(
        f"curl -u {key.key_id}:{secret} -H 'X-Experience-API-Version: 1.0.3' -H 'Content-Type: application/json' \\\n"
        '  -d \'{"actor":{"mbox":"mailto:ada@example.org"},"verb":{"id":"http://adlnet.gov/expapi/verbs/experienced"},'
        '"object":{"id":"https://example.org/page"}}\' \\\n'
        "  http://127.0.0.1:8080/xapi/statements"
    )


@commands.command("list", epilog="Example: learnloom keys list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List keys: label, scopes, when each was made and last used, and whether it is revoked."""
    out = Output(as_json=as_json)
    with _store(warehouse) as store:
        keys = list_keys(store)
    for key in keys:
        out.record(key._asdict())
    if not keys:
        out.say("There are no keys, so nobody can send: learnloom keys add LABEL")
    elif not as_json:
        out.table(
            ["key", "label", "scopes", "made", "last used", "state"],
            [
                (
                    key.key_id,
                    key.label,
                    " ".join(key.scopes),
                    _day(key.created),
                    _day(key.last_used),
                    _state(key),
                )
                for key in keys
            ],
        )


@commands.command("revoke", epilog="Example: learnloom keys revoke ll_0123456789abcdef")
def revoke(
    key: Annotated[str, typer.Argument(help="The key, as learnloom keys list shows it.")],
    *,
    warehouse: WarehouseOption = None,
) -> None:
    """Let nobody in with a key any more, from the next request on."""
    with _store(warehouse) as store:
        revoke_key(store, key)
    Output(as_json=False).say(f"{key} is revoked.")


def _day(moment: int | None) -> str:
    return (
        "never"
        if moment is None
        else dt.datetime.fromtimestamp(moment / 1_000, dt.UTC).isoformat(" ", "minutes")
    )


def _state(key: Key) -> str:
    if key.revoked is not None:
        return "revoked"
    if key.expires is None:
        return "good"
    return (
        f"expired {_day(key.expires)}"
        if key.expires <= now().timestamp() * 1_000
        else f"until {_day(key.expires)}"
    )
