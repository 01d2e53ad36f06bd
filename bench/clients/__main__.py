"""Clients that platforms use, against `learnloom lrs`: what was tried with each, and what failed.

    make clients

Clients in JavaScript are installed with npm, Ralph and Open edX's router with pip, into a folder that is thrown away;
what does not install is named and left out. Those that run in a page run in jsdom, which asks before it sends across
origins as a browser does. Clients in Python are tried in tests/pipelines/lrs/test_clients.py.
"""

import json
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from bench.lrs import Served, served
from bench.validate import RALPH, install_apart, install_ralph

_HERE: Final = Path(__file__).parent
_PACKAGES: Final = (
    "@xapi/xapi@3.0.3",
    "@xapi/cmi5@1.4.0",
    "tincanjs@0.50.0",
    "adl-xapiwrapper@0.2.3",
    "xapiwrapper@1.11.0",
    "adapt-contrib-xapi@1.1.6",
    "h5p-standalone@3.8.2",
    "jsdom@26.1.0",
)
_SCRIPTS: Final = ("xapi_js.js", "tincanjs.js", "adl_node.js", "browser.js", "cmi5.js", "h5p.js")
_OPEN_EDX: Final = "edx-event-routing-backends==9.3.8"
_REPAIRS: Final = '["object-type", "iri-uuid", "score-0-of-0"]'
"""As docs/how-to/connect.md has it for Open edX and H5P."""
_SECONDS: Final = 300
_COUNT: Final = 250


class Tried(NamedTuple):
    """One thing that a client was tried with; `error` says how it failed."""

    client: str
    what: str
    error: str | None


def main() -> None:
    """Try and print; exit code 1: something failed."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with served(folder / "warehouse", LEARNLOOM_REPAIRS=_REPAIRS) as store:
            tried = [*_of_node(folder, store), *_of_ralph(folder, store), *_of_open_edx(folder, store)]
    for one in tried:
        print(f"{one.client:<30}{one.what:<60}{one.error or 'passed'}")
    failed = sum(one.error is not None for one in tried)
    print(f"{len(tried) - failed} passed, {failed} failed")
    sys.exit(failed > 0 or not tried)


def _of_node(folder: Path, store: Served) -> Iterator[Tried]:
    (folder / "package.json").write_text("{}")
    # Scripts of installation are not needed, and one of them would fetch a browser.
    install = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), *_PACKAGES]
    try:
        subprocess.run(install, check=True, timeout=_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"clients in JavaScript were left out: {error}")
        return
    for script in _SCRIPTS:
        # Scripts find packages from where they are.
        (folder / script).write_bytes((_HERE / script).read_bytes())
    for shared in ("tried.js", "page.js"):
        (folder / shared).write_bytes((_HERE / shared).read_bytes())
    for script in _SCRIPTS:
        yield from _of_script(["node", "--no-deprecation", str(folder / script)], store)


def _of_script(command: list[str], store: Served) -> Iterator[Tried]:
    """Run what prints a line of JSON for each thing that it has tried."""
    command = [*command, store.address, store.key, store.secret]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    yield from (Tried(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{"))
    if done.returncode:
        yield Tried(Path(command[-4]).name, "ran to its end", done.stderr.strip()[-300:])


def _of_open_edx(folder: Path, store: Served) -> Iterator[Tried]:
    python = install_apart(folder / "open-edx", _OPEN_EDX, "event_routing_backends")
    if isinstance(python, str):
        print(f"Open edX's router was left out: {python}")
        return
    yield from _of_script([str(python), str(_HERE / "open_edx.py")], store)


def _of_ralph(folder: Path, store: Served) -> Iterator[Tried]:
    python = install_ralph(folder, "cli,backend-lrs")
    if isinstance(python, str):
        print(f"Ralph was left out: {python}")
        return
    registration = str(uuid.uuid4())
    lines = [json.dumps(_statement(registration)) for _ in range(_COUNT)]
    root = store.address.removesuffix("/xapi")
    where = ["-b", "lrs", "--lrs-base-url", root, "--lrs-statements-endpoint", "/xapi/statements"]
    where += ["--lrs-status-endpoint", "/xapi/about"]
    where += ["--lrs-username", store.key, "--lrs-password", store.secret]
    query = json.dumps({"registration": registration})
    for what, command in (
        ("write, in chunks", ["write", *where, "--chunk-size", "100"]),
        ("write again", ["write", *where, "--chunk-size", "100"]),
        ("read, in pages", ["read", *where, query]),
    ):
        done = subprocess.run(
            [str(python.with_name("ralph")), *command],
            input="\n".join(lines) if "write" in what else None,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        error = done.stderr.strip()[-300:] if done.returncode else None
        if what.startswith("read") and error is None:
            count = len(done.stdout.splitlines())
            error = None if count == _COUNT else f"{count} of {_COUNT} were read"
        yield Tried(RALPH, what, error)


def _statement(registration: str) -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "actor": {"account": {"homePage": "https://campus.example", "name": "ralph"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://campus.example/page"},
        "context": {"registration": registration},
    }


if __name__ == "__main__":
    main()
