"""`learnloom deliver`: what a person types, and what it says."""

import datetime as dt
import json
import logging
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.deliver.make import SECRET, signal_of, stand
from tests.pipelines.deliver.receiver import Receiver, Reply

_FOREVER = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
_ARCHIVE = '[[subscriptions]]\nname = "archive"\nto = "file"\nfolder = "out"\n'


@pytest.fixture(autouse=True)
def _place(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signals stand, and an archive has subscribed."""
    stand(warehouse, signal_of("ann", 1, expires_at=_FOREVER), signal_of("bea", 2, expires_at=_FOREVER))
    warehouse.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(warehouse.folder))
    Path("learnloom.toml").write_text(_ARCHIVE)


def _hook(receiver: Receiver) -> None:
    Path("learnloom.toml").write_text(
        f'{_ARCHIVE}[[subscriptions]]\nname = "hook"\nto = "webhook"\nurl = "{receiver.url}"\n'
        'secret_variable = "HOOK_SECRET"\n'
    )


@pytest.mark.slow
def test_run_list_and_replay() -> None:
    """What was sent is counted and listed, and is sent again from where one says."""
    ran = learnloom("deliver", "run")
    assert (ran.code, ran.out.split(",")[0]) == (Exit.DONE, "archive: 2 delivered")
    (listed,) = learnloom("deliver", "list", "--json").values()
    assert (listed["delivered"], listed["behind"]) == (2, 0)
    ran = learnloom("deliver", "replay", "archive", "--since", "2", "--json")
    assert ran.values()[-1]["again"] == 1
    ran = learnloom("deliver", "run", "--json")
    assert ran.values()[-1]["delivered"] == 1
    assert len(list(Path("out").iterdir())) == 2


def test_nothing_delivered_yet_is_told() -> None:
    """Before the first delivery the list says what to type."""
    assert "learnloom deliver run" in learnloom("deliver", "list").out


@pytest.mark.slow
def test_a_limit_is_kept() -> None:
    """`--limit` sends so many."""
    ran = learnloom("deliver", "run", "archive", "--limit", "1", "--json")
    assert ran.values()[-1]["delivered"] == 1


@pytest.mark.slow
def test_a_receiver_that_is_gone_is_resumed(receiver: Receiver) -> None:
    """Paused, it leaves code 3 and says what to type, which then works; the others are served."""
    _hook(receiver)
    receiver.answering = lambda _: Reply(410)
    env = {"HOOK_SECRET": SECRET}
    ran = learnloom("deliver", "run", env=env)
    assert ran.code == Exit.SOME_REFUSED
    assert "archive: 2 delivered" in ran.out
    assert "learnloom deliver resume hook" in ran.out
    assert learnloom("deliver", "resume", "hook").code == Exit.DONE
    receiver.answering = lambda _: Reply()
    assert learnloom("deliver", "run", env=env).code == Exit.DONE
    assert sum(json.loads(call.body)["subject"] == "bea" for call in receiver.calls) == 1


@pytest.mark.slow
def test_no_secret_is_shown(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the secret nor the address of a receiver that fails is printed or logged."""
    caplog.set_level(logging.DEBUG)
    _hook(receiver)
    receiver.answering = lambda _: Reply(500)
    ran = learnloom("deliver", "run", env={"HOOK_SECRET": SECRET})
    assert "hook: 0 delivered, 2 failed" in ran.out
    listed = learnloom("deliver", "list")
    for text in (ran.out, ran.err, listed.out, listed.err, caplog.text):
        assert SECRET not in text
        assert receiver.url not in text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["run", "nobody"], "no subscription has the name 'nobody': learnloom.toml has archive"),
        (["replay", "archive", "--since", "1"], "has not reached event 1 yet"),
        (["resume", "nobody"], "no subscription has the name 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_told(command: list[str], told: str) -> None:
    """A wrong name or place leaves code 1 and a sentence."""
    ran = learnloom("deliver", *command)
    assert (ran.code, told in ran.err) == (Exit.FAILED, True), ran.err
