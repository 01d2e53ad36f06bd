"""The images, built: what they can do, what stays out, and what they weigh."""

import subprocess

import pytest

from tests.deploy.composition import Composition
from tests.documents import ROOT

pytestmark = [pytest.mark.containers, pytest.mark.slow]

_MOST_MEGABYTES = {
    "requirements.lock": 760,
    "requirements-small.lock": 530,
    "requirements-producer.lock": 210,
}
"""More would be noticed; a base of another make may differ by some."""
_PRODUCER = ("check", "convert", "produce")
_SMALL = (
    *_PRODUCER,
    "consume",
    "lrs",
    "api",
    "metrics",
    "keys",
    "dead",
    "status",
    "query",
    "backup",
)
_WHOLE = (*_SMALL, "refresh", "pages", "serve", "evaluate", "train")
_COMMANDS = {
    "requirements.lock": _WHOLE,
    "requirements-small.lock": _SMALL,
    "requirements-producer.lock": _PRODUCER,
}
_SPEAKS = """
import datetime as dt
from babel.localedata import locale_identifiers
from learnloom.pipelines.pages.texts import LANGUAGES, words_of
print(*(words_of(code).day(dt.date(2026, 11, 24)) for code in LANGUAGES), sep="; ")
print({each.partition("_")[0] for each in locale_identifiers()} == set(LANGUAGES))
"""
_REFUSED = {
    "requirements-small.lock": ("access", "warehouse"),
    "requirements-producer.lock": ("lrs", "door"),
}
"""A command that a smaller image has not, and the extra that brings it."""


@pytest.fixture(scope="module", params=_MOST_MEGABYTES)
def image(request: pytest.FixtureRequest, docker: str) -> tuple[str, str]:
    """The lock of an image and its name, built."""
    lock = str(request.param)
    name = f"learnloom-tests:{lock.removesuffix('.lock')}"
    Composition(docker).docker("build", "--build-arg", f"LOCK={lock}", "--tag", name, str(ROOT))
    return lock, name


def _run(docker: str, image: str, *command: str) -> subprocess.CompletedProcess[str]:
    limits = ("--rm", "--read-only", "--network", "none", "--cap-drop", "ALL")
    return subprocess.run(
        [docker, "run", *limits, *command[:-1], image, *command[-1].split()],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_its_commands_start_and_the_others_say_what_they_need(docker: str, image: tuple[str, str]) -> None:
    """With nothing to write to, what an image is for gives its help; a smaller one says what is missing."""
    lock, name = image
    for command in _COMMANDS[lock]:
        ran = _run(docker, name, f"{command} --help")
        assert ran.returncode == 0, ran.stderr
    if lock in _REFUSED:
        command, extra = _REFUSED[lock]
        refused = _run(docker, name, f"{command} --help")
        assert refused.returncode != 0
        assert f"learnloom[{extra}]" in refused.stderr


def test_nothing_installs_or_gives_rights(docker: str, image: tuple[str, str]) -> None:
    """No package manager, no compiler, and no program that has another's rights."""
    _, name = image
    tools = "apt pip pip3 gcc cc make perl su mount passwd"
    found = _run(docker, name, "--user", "0:0", "--entrypoint", "which", tools)
    assert found.stdout == ""
    setuid = _run(
        docker,
        name,
        "--user",
        "0:0",
        "--cap-add",
        "DAC_OVERRIDE",
        "--entrypoint",
        "find",
        "/ -xdev -perm /6000 -type f",
    )
    assert (setuid.returncode, setuid.stdout) == (0, "")


def test_it_weighs_no_more_than_it_did(docker: str, image: tuple[str, str]) -> None:
    """What grows is noticed before it is released."""
    lock, name = image
    size = int(Composition(docker).docker("image", "inspect", "--format", "{{.Size}}", name))
    assert size / 1e6 < _MOST_MEGABYTES[lock]


@pytest.mark.parametrize("image", ["requirements.lock"], indirect=True)
def test_it_has_the_words_of_the_languages_of_its_pages_alone(docker: str, image: tuple[str, str]) -> None:
    """Days are written as each language has them, and what other languages would need is not there."""
    _, name = image
    told = Composition(docker).docker("run", "--rm", "--entrypoint", "python", name, "-c", _SPEAKS)
    assert told.splitlines() == ["24 Nov 2026; 24.11.2026", "True"]
