"""The image is made of what the locks name and runs without rights, as far as can be told without building it."""

import re

import pytest

from tests.documents import ROOT, page
from tests.image import gets_in, instructions, last_stage, stages
from tests.test_compose import OURS, SERVICES

_LOCKS = ("requirements.lock", "requirements-small.lock", "requirements-producer.lock")
"""Of each image its own, the largest first."""


def test_what_is_copied_is_there() -> None:
    """Every source of a COPY exists and is let into the build; so is what the wheel is made of."""
    copied = [
        source
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    locks = {*_LOCKS, "requirements-build.lock"}
    wheel = re.findall(r'"(\w+)"', page("pyproject.toml").split("packages = [")[1].split("]")[0])
    links = {path.name for path in (ROOT / "learnloom").iterdir() if path.is_symlink()}
    assert {*wheel, *links, *locks, "deploy/warm.py", "pyproject.toml", "README.md", "LICENSE"} == set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert gets_in(source), source


@pytest.mark.parametrize(
    "path", [".git", ".venv", "learnloom-warehouse", "tests", "pipelines/cli/__pycache__"]
)
def test_what_does_not_belong_stays_out(path: str) -> None:
    """History, environments, warehouses, tests and caches do not get into a build."""
    assert not gets_in(path)
    assert gets_in("pipelines/cli/main.py")


def test_the_image_runs_without_rights() -> None:
    """The last user is a fixed number that is not root's, and owns what it writes to, which is what volumes hide."""
    stage = last_stage()
    (user,) = [rest for name, rest in stage if name == "USER"]
    assert re.fullmatch(r"([1-9]\d{3,}):\1", user)
    (made,) = [rest for name, rest in stage if name == "RUN"]
    (base,) = [rest for name, rest in stages()[-2] if name == "RUN"]
    assert f"--uid {user.partition(':')[0]} " in base
    assert "-perm /6000 -exec chmod a-s" in base
    (owned,) = re.findall(r"install --directory --owner=learnloom --group=learnloom ([/\w ]+)", made)
    mounted = {volume.split(":")[1] for name in (*OURS, "prefect") for volume in SERVICES[name]["volumes"]}
    assert mounted == set(owned.split())
    for name in OURS:
        assert (SERVICES[name]["cap_drop"], "user" in SERVICES[name]) == (["ALL"], False)


def test_the_image_holds_no_tools_to_build() -> None:
    """All is installed by hash in a first stage; the last one has one base, takes results, and runs no installer."""
    built = " ".join(rest for name, rest in instructions() if name == "RUN")
    assert "--require-hashes" in built
    assert "--no-deps /wheels" in built
    stage = last_stage()
    assert not any(
        re.search(r"\b(pip install|apt-get|gcc|make) ", rest) for name, rest in stage if name == "RUN"
    )
    bases = [rest.partition(" AS ")[0] for name, rest in instructions() if name == "FROM"]
    assert bases == ["${PYTHON}", "${PYTHON}", "scratch"]
    assert ("ARG", "PYTHON=python:3.12-slim-bookworm") in instructions()


def test_the_image_says_what_it_is() -> None:
    """Its labels name the version, which is that of the package."""
    (version,) = re.findall(r'^version = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
    stage = last_stage()
    assert ("ARG", f"VERSION={version}") in stage
    (labels,) = [rest for name, rest in stage if name == "LABEL"]
    assert 'org.opencontainers.image.version="${VERSION}"' in labels


def test_a_smaller_image_holds_what_the_whole_one_does_in_the_same_versions() -> None:
    """Each lock is a part of the one before, so that all are tested by the same tests; each is built on release."""
    whole, small, producer = (_locked(name) for name in _LOCKS)
    assert producer < small < whole
    assert not any(each.startswith(("prefect==", "scikit-learn==")) for each in small)
    assert not any(each.startswith(("duckdb", "pyarrow==")) for each in producer)
    assert _locked("requirements-build.lock") <= _locked("requirements-dev.lock")
    assert set(re.findall(r"lock: ([\w.-]+)", page(".github/workflows/release.yml"))) == set(_LOCKS)


def _locked(name: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==[\w.]+)", page(name), re.MULTILINE))
