"""`learnloom keys`."""

import datetime as dt
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from learnloom.pipelines.cli.options import JsonOption, WarehouseOption, now
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lrs.access import DEFAULT_SCOPES, SCOPES
from learnloom.pipelines.lrs.keys import Key, add_key, list_keys, revoke_key
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
    url: Annotated[
        str, typer.Option(help="Where the store answers, for the command that is shown.")
    ] = "http://127.0.0.1:8080/xapi",
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
    told = {"key": key.key_id, "secret": secret, "label": label, "scopes": list(key.scopes)}
    out.record(told | {"expires": key.expires})
    out.say(
        f"key:    {key.key_id}\nsecret: {secret}\nThe secret is not shown again. Try it while learnloom lrs runs:\n"
    )
    out.say(_example(key, secret, url.rstrip("/")))


def _example(key: Key, secret: str, url: str) -> str:
    """A command that does something that the key may do."""
    curl = f"curl -u {key.key_id}:{secret} -H 'X-Experience-API-Version: 1.0.3'"
    actor: dict[str, object] = {"objectType": "Agent", "mbox": "mailto:ada@example.org"}
    if key.home_pages:
        actor = {"objectType": "Agent", "account": {"homePage": key.home_pages[0], "name": "ada"}}
    scopes = set(key.scopes)
    if scopes & {"statements/write", "all"}:
        verb = {"id": "http://adlnet.gov/expapi/verbs/experienced"}
        return _post(
            curl,
            {"actor": actor, "verb": verb, "object": {"id": "https://example.org/page"}},
            f"{url}/statements",
        )
    if scopes & {"session/write"}:
        return _post(curl, {"agent": actor, "activity": "https://example.org/course"}, f"{url}/sessions")
    if scopes & {"all/read", "statements/read", "statements/read/mine"}:
        return f"{curl} '{url}/statements?limit=1'"
    if scopes & {"state", "profile"}:
        asked = f"agent={quote(json.dumps(actor))}"
        return f"{curl} '{url}/agents?{asked}'"
    return f"curl {url}/about"


def _post(curl: str, body: dict[str, object], url: str) -> str:
    data = shlex.quote(json.dumps(body))
    return f"{curl} -H 'Content-Type: application/json' \\\n  -d {data} \\\n  {shlex.quote(url)}"


@commands.command("list", epilog="Example: learnloom keys list")
def list_(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """List keys, and who came with tokens: label, scopes, home pages, when made and last used, whether it is good."""
    out = Output(as_json=as_json)
    with _store(warehouse) as store:
        keys = list_keys(store)
    for key in keys:
        out.record(key._asdict())
    if not keys:
        out.say("There are no keys, so nobody can send: learnloom keys add LABEL")
    elif not as_json:
        out.table(
            ["key", "label", "scopes", "home pages", "made", "last used", "state"],
            [
                (
                    key.key_id,
                    key.label,
                    " ".join(key.scopes) or "those of the token",
                    " ".join(key.home_pages) or "any",
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
    """Let nobody in with a key any more, nor with short keys that it made, from the next request on."""
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
