"""What is secret in the settings is shown by no command, whatever goes wrong."""

import logging
from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.lake.location import Place
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_MARK = "secret-4711"
_CATALOGS = {
    "URI": f"postgresql://me:catalog-{_MARK}@127.0.0.1:1/db",
    "query": f"postgresql://me@127.0.0.1:1/db?password={_MARK}",
    "words": f"host=127.0.0.1 port=1 user=me password={_MARK}",
    "quoted": f"host=127.0.0.1 port=1 user=me password='catalog {_MARK}'",
    "bare @": f"postgresql://me:cata@log-{_MARK}@127.0.0.1:1/db",
    "bare /": f"postgresql://me:{_MARK}/catalog@127.0.0.1:1/db",
    "bare %": f"postgresql://me:cata%zz{_MARK}@127.0.0.1:1/db",
    "no sense": f"postgres me {_MARK}",
}
_COMMANDS = [
    ["status"],
    ["import", "-"],
    ["doctor"],
    ["dead"],
    ["refresh"],
    ["consume", "-t", "xapi", "--until-caught-up", "--verbose"],
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Give up soon, and hear what every logger has to say."""
    monkeypatch.setenv("LEARNLOOM_STALL_SECONDS", "1")
    monkeypatch.setenv("LEARNLOOM_LOCK_WAIT_SECONDS", "1")
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    Path("learnloom-warehouse").mkdir()
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize("catalog", _CATALOGS.values(), ids=_CATALOGS)
@pytest.mark.parametrize("command", _COMMANDS, ids=lambda command: command[0])
def test_password_of_the_catalogue_is_not_shown(
    catalog: str, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A catalogue that cannot be reached or named is told without its password, however that is written."""
    ran = learnloom(*command, env={"LEARNLOOM_CATALOG": catalog}, stdin=lines(answer(1)))
    assert ran.code == 1
    assert "PostgreSQL" in ran.out + ran.err
    assert _MARK not in ran.out + ran.err + caplog.text


def test_catalogue_that_works_is_not_shown(database: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nor is it where all is well."""
    login, _, place = database.rpartition("@")
    catalog = f"{login}:{_MARK}@{place}"
    env = {"LEARNLOOM_CATALOG": catalog}
    for command in (["import", "-"], ["status"], ["doctor"], ["dead"]):
        ran = learnloom(*command, env=env, stdin=lines(answer(1)))
        assert (ran.code, _MARK in ran.out + ran.err + caplog.text) == (0, False), ran.err


def test_what_tells_of_the_place_stays_readable() -> None:
    """Only the secret part of a message goes; host, port and database may be told."""
    place = Place(Path("w"), _CATALOGS["bare @"])
    told = 'could not translate host name "log-secret-4711@127.0.0.1": database "db" does not exist at "127.0.0.1"'
    assert place.scrubbed(told) == (
        'could not translate host name "…": database "db" does not exist at "127.0.0.1"'
    )


@pytest.mark.parametrize(
    "line",
    [
        "kafka_password = 4711_4711",
        f'kafka_pasword = "{_MARK}"',
        f'catalog = ["{_MARK}"]',
        f'[catalog]\npassword = "{_MARK}"',
    ],
)
def test_setting_that_cannot_be_used_is_named_without_its_value(line: str) -> None:
    """A secret of the wrong type or under a mistyped name is told by its name alone."""
    Path("learnloom.toml").write_text(line + "\n")
    for command in (["status"], ["doctor"]):
        ran = learnloom(*command)
        assert ran.code == 1
        assert line.strip("[").split(maxsplit=1)[0].split("]")[0] in ran.out + ran.err
        assert "4711" not in ran.out + ran.err


def test_setting_that_is_no_secret_is_shown() -> None:
    """The value of any other setting is told with what is wrong."""
    ran = learnloom("status", env={"LEARNLOOM_BATCH_RECORDS": "many"})
    assert (ran.code, "batch_records = 'many'" in ran.err) == (1, True)


def test_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed as a whole, the settings keep what is secret."""
    monkeypatch.setenv("LEARNLOOM_KAFKA_PASSWORD", _MARK)
    monkeypatch.setenv("LEARNLOOM_CATALOG", _CATALOGS["URI"])
    settings = read_settings()
    assert _MARK not in f"{settings!r} {settings} {settings.model_dump_json()}"
