"""`learnloom keys`."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pipelines.cli.shell import learnloom
from tests.pipelines.lrs.serving import NOON, serving

_EVERY = (
    *("statements/write", "statements/read", "statements/read/mine", "state", "profile", "define"),
    *("all/read", "all", "session/write"),
)


def _added(folder: Path, *options: str) -> dict[str, object]:
    ran = learnloom("keys", "add", "Campus", "--json", "--warehouse", folder, *options)
    assert ran.code == 0, ran.err
    (key,) = ran.values()
    return dict(key)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--scope", "all", "--home-page", "https://campus.example"],
        ["--scope", "session/write", "--home-page", "https://campus.example"],
        ["--scope", "statements/read"],
        ["--scope", "state"],
        ["--scope", "define"],
    ],
)
def test_the_command_that_is_shown_works(tmp_path: Path, options: list[str]) -> None:
    """What `keys add` prints does something that the key may do, whatever its scopes and home pages are."""
    with serving(tmp_path) as address:
        shown = learnloom("keys", "add", "Campus", "--warehouse", tmp_path, "--url", address, *options).out
        command = shlex.split(shown[shown.index("curl") :])
        done = subprocess.run(
            [*command, "--silent", "--fail-with-body"], capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout


def test_keys_are_listed_and_revoked(tmp_path: Path) -> None:
    """A key is shown with what it may do, where, how long and when it was used; its secret never again."""
    made = _added(
        tmp_path, *(f"--scope={scope}" for scope in _EVERY), "--home-page", "https://a.example", "--days", "1"
    )
    shown = learnloom("keys", "list", "--warehouse", tmp_path).out
    assert str(made["key"]) in shown
    assert str(made["secret"]) not in shown
    assert "https://a.example" in shown
    assert "until" in shown
    assert learnloom("keys", "revoke", made["key"], "--warehouse", tmp_path).code == 0
    (listed,) = learnloom("keys", "list", "--json", "--warehouse", tmp_path).values()
    assert set(listed["scopes"]) == set(_EVERY)
    assert listed["revoked"] is not None
    assert "secret" not in json.dumps(listed)
    assert NOON.timestamp() * 1_000 < listed["created"] < listed["expires"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", " "], "label"),
        (["add", "x" * 201], "label"),
        (["add", "two\nlines"], "label"),
        (["add", "Campus", "--scope", "everything"], "everything"),
        (["add", "Campus", "--home-page", "campus"], "campus"),
        (["revoke", "ll_0"], "ll_0"),
    ],
)
def test_what_cannot_be_a_key_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    """A wrong label, scope, home page or key is named."""
    ran = learnloom("keys", *arguments, "--warehouse", tmp_path)
    assert ran.code != 0
    assert said in ran.err
