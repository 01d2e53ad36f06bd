"""An upgrade as the runbook says it: the release before ran, and this one goes on with its volumes."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from servers.waiting import wait_until
from tests.deploy.composition import Composition
from tests.documents import ROOT

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_BEFORE = "LEARNLOOM_RELEASE_BEFORE"
"""The commit to upgrade from, where no tag names a release."""
_REFRESH_SECONDS = 600.0
_PROFILES = "SELECT student_key FROM feedback.student_profile ORDER BY student_key"
_SIGNALS = "SELECT count(*) AS signals FROM feedback.signal"
_BROUGHT_UP = """
    SELECT
        (SELECT count(*) FROM landing.statement) AS landed,
        (SELECT count(*) FROM staging.stg_statement) AS staged,
        (SELECT count(*) FROM information_schema.tables WHERE table_name = 'teacher_message') AS new_tables
"""


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def _release_before() -> str:
    if named := os.environ.get(_BEFORE):
        return named
    try:
        return _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"no tag of a release is here: name a commit in {_BEFORE}")


@pytest.fixture(scope="module")
def before(docker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    """The composition of the release before, built from its own tree and started."""
    folder = tmp_path_factory.mktemp("before")
    subprocess.run(["tar", "-x"], cwd=folder, input=_git("archive", _release_before()), check=True)
    made = Composition(docker, folder=folder)
    made.down_with_volumes()
    try:
        made.compose("build")
        made.up()
        yield made
    finally:
        Composition(docker).down_with_volumes()


def test_an_upgrade_keeps_what_there_is_and_goes_on(before: Composition, docker: str) -> None:
    """Statements, keys, students and positions stand; readers are answered; the next refresh makes what is new."""
    key = json.loads(before.tools("keys", "add", "A platform", "--json").splitlines()[-1])
    before.tools("simulate", "class", "--students", "30", "--seed", "5")
    sent = _send(before)
    before.wait_until_taken(sent)
    before.tools("refresh")
    landed, profiles, signals = before.landed(), before.query(_PROFILES), before.query(_SIGNALS)
    assert len(profiles) == 30
    before.tools("backup", "/backup")

    now = Composition(docker)
    # The lines of docs/how-to/runbook.md, but for the flows: nothing refreshes before readers were asked.
    now.compose("build")
    now.compose("stop", "flows")
    services = now.compose("config", "--services").split()
    now.up(*(service for service in services if service != "flows"))
    assert (now.landed(), now.query(_PROFILES), now.query(_SIGNALS)) == (landed, profiles, signals)
    student = profiles[0]["student_key"]
    before_refresh = _profile(now, student)
    assert before_refresh.startswith("200 ") or "run `learnloom refresh`" in before_refresh
    # The key lets in; what is here came by Kafka, which the store need not list.
    assert "statements" in now.answer("lrs", "http://127.0.0.1:8080/xapi/statements?limit=1", **_basic(key))
    assert "All checks passed" in now.tools("doctor")

    now.up()

    def is_brought_up() -> bool:
        (found,) = now.query(_BROUGHT_UP)
        return bool(found["landed"] == found["staged"] and found["new_tables"] == 1)

    wait_until(is_brought_up, lambda: None, seconds=_REFRESH_SECONDS)
    assert now.query(_PROFILES) == profiles
    assert _profile(now, student).startswith("200 ")
    # What was sent before is known, and lands no second time.
    assert _send(now) == sent
    assert now.wait_until_taken(2 * sent) == landed[1]


def _send(composition: Composition) -> int:
    """Send the simulated class, and tell how many records that are."""
    told = composition.tools("produce", "class/statements.jsonl", "--topic", "xapi", "--source", "class")
    (count,) = re.findall(r"([\d,]+) are in topic xapi", told)
    return int(count.replace(",", ""))


def _profile(composition: Composition, student: str) -> str:
    """Status and text of the answer to whoever asks for a profile over HTTP."""
    code = (
        "import urllib.error as e, urllib.request as u\n"
        f"r = u.Request('http://127.0.0.1:8000/students/{student}/profile')\n"
        "r.add_header('Authorization', 'Bearer for-local-use-only')\n"
        "try: a = u.urlopen(r, timeout=30)\n"
        "except e.HTTPError as error: a = error\n"
        "print(a.status, a.read().decode())"
    )
    return composition.python("api", code)


def _basic(key: dict[str, str]) -> dict[str, str]:
    given = base64.b64encode(f"{key['key']}:{key['secret']}".encode()).decode()
    return {"Authorization": f"Basic {given}", "X-Experience-API-Version": "1.0.3"}
