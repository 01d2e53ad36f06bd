"""The page that says how to connect a platform tells the truth."""

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from learnloom.pipelines.cli.main import app
from learnloom.pipelines.config.settings import Settings
from tests.documents import blocks, page
from tests.pipelines.lrs.serving import Client, statement

_PAGE = "docs/how-to/connect.md"


def test_the_request_of_the_page_is_taken(client: Client) -> None:
    """What is typed there, with a key of this store, is answered with an id."""
    (block,) = blocks(_PAGE, "sh")
    program, *options, url = shlex.split(block.text.replace("\\\n", ""))
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    (body,) = [value for name, value in given if name == "-d"]
    assert (program, given[0]) == ("curl", ("-u", "KEY:SECRET"))
    answer = httpx.post(
        client.address + url.partition("/xapi")[2], content=body, headers=headers, auth=client.key
    )
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == 1


@pytest.mark.parametrize(
    "command", [line for one in blocks(_PAGE, "console") for line in one.text.splitlines()]
)
def test_the_commands_of_the_page_are_there(command: str, tmp_path: Path) -> None:
    """Keys are made as the page says; the other commands are known."""
    prompt, program, *words = shlex.split(command)
    assert (prompt, program) == ("$", "learnloom")
    shown = [*words, "--warehouse", str(tmp_path)] if words[:2] == ["keys", "add"] else [words[0], "--help"]
    done = CliRunner().invoke(app, shown)
    assert done.exit_code == 0, done.output


def test_the_settings_of_the_page_are_settings() -> None:
    """Its piece of learnloom.toml is read, and its configuration of Adapt is JSON."""
    (block,) = blocks(_PAGE, "toml")
    assert Settings(**tomllib.loads(block.text)).repairs
    for one in blocks(_PAGE, "json"):
        json.loads(one.text)


@pytest.mark.parametrize(
    ("told", "method", "path", "given"),
    [
        ("the key is not known", "GET", "/statements", {"auth": ("ll_x", "y")}),
        ("X-Experience-API-Version is missing", "GET", "/statements", {"headers": {}}),
        ("unknown parameter", "POST", "/statements?grouping=x", {"json": statement()}),
        ("needs If-Match", "PUT", "/activities/profile?activityId=urn:a&profileId=p", {"content": b"x"}),
        ("the store stands below /xapi", "GET", "/../statements", {}),
    ],
)
def test_a_failure_is_told_as_the_page_says(
    client: Client, told: str, method: str, path: str, given: dict[str, Any]
) -> None:
    """What the page quotes is what is answered."""
    assert re.search(rf"^\|.*{re.escape(told)}", page(_PAGE), re.MULTILINE)
    address = client.address.removesuffix("/xapi") if path.startswith("/..") else client.address
    options = {"auth": client.key, "headers": {"X-Experience-API-Version": "1.0.3"}} | given
    answer = httpx.request(method, address + path.removeprefix("/.."), **options)
    assert told in answer.json()["error"]
