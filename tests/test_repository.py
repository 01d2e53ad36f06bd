"""What stands beside the code holds together: pages and their links, decisions, the site's navigation, the workflow."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents import ROOT, page

_PAGES = sorted((ROOT / "docs").rglob("*.md"))
_DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
_TEMPLATE = "0000-template.md"
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")
_MENTION = re.compile(r"\bdocs/[\w/.-]+\.(?:md|json|ya?ml|svg|png)\b")
_SOURCES = ("*.py", "*.sql", "*.toml", "*.yml", "*.yaml", "*.md", "*.jinja", "Makefile", "Dockerfile")
_OURS = ("schemas", "pipelines", "flows", "sql", "tests", "bench", "servers", "alerts", ".github")
_MARKERS = ("slow", "long", "broker", "postgres", "s3", "prefect", "containers")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", _text(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# Links ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "source", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *_PAGES], ids=_name
)
def test_links_lead_somewhere(source: Path) -> None:
    """Every relative link names a file that exists, and every anchor a heading of that page."""
    for target in _LINK.findall(_CODE.sub("", _text(source))):
        place, _, anchor = target.partition("#")
        file = (source.parent / place).resolve() if place else source
        assert file.exists(), f"no such file: {target}"
        assert not anchor or anchor in _anchors(file), f"no such heading: {target}"


def test_a_dead_link_would_be_found() -> None:
    """The pattern of links and the anchors are those of Markdown, so that the test above can fail."""
    assert _LINK.findall("see [a](b.md#c) and [d](https://e.example)") == ["b.md#c"]
    assert "one-signal" in _anchors(ROOT / "README.md")


def test_pages_named_in_sources_exist() -> None:
    """Whoever follows a mention of docs/… in code, SQL, settings or help texts finds the page."""
    files = [ROOT / "Makefile", ROOT / "pyproject.toml", *_PAGES]
    files += [path for room in _OURS for pattern in _SOURCES for path in (ROOT / room).rglob(pattern)]
    dead = {
        (_name(path), name)
        for path in files
        for name in _MENTION.findall(_text(path))
        if not (ROOT / name).exists()
    }
    assert dead == set()


def test_every_room_is_on_the_page_of_the_architecture() -> None:
    """Each folder of pipelines/ that says what it holds has a row in the tables of rooms."""
    rooms = {
        str(file.parent.relative_to(ROOT / "pipelines"))
        for file in (ROOT / "pipelines").rglob("*/__init__.py")
        if file.stat().st_size
    }
    listed = re.findall(r"^\| `([\w/]+)` \|", page("docs/explanation/architecture.md"), re.MULTILINE)
    assert rooms - {"ingest"} <= set(listed)


# The site ---------------------------------------------------------------------------------------------------
def _listed(entries: Any) -> list[str]:
    """The pages of a navigation, in order."""
    if isinstance(entries, str):
        return [entries]
    values = itertools.chain.from_iterable(entry.values() for entry in entries)
    return [name for value in values for name in _listed(value)]


def test_every_page_is_in_the_navigation_and_the_index() -> None:
    """No page can be reached by search alone; decisions have an index of their own."""
    pages = {str(path.relative_to(ROOT / "docs")) for path in _PAGES if path not in _DECISIONS}
    assert sorted(_listed(tomllib.loads(page("zensical.toml"))["project"]["nav"])) == sorted(pages)
    linked = {target.partition("#")[0] for target in _LINK.findall(page("docs/index.md"))}
    assert pages - linked == {"index.md"}


def test_pictures_load_nothing_from_elsewhere() -> None:
    """An SVG of the pages holds no script, no style sheet and no font of another place."""
    pictures = sorted((ROOT / "docs/images").glob("*.svg"))
    assert pictures
    for picture in pictures:
        text = _text(picture).replace("http://www.w3.org/2000/svg", "")
        assert re.findall(r"https?:|<script|@import|@font-face", text) == [], picture


# Decisions --------------------------------------------------------------------------------------------------
def _fields(record: Path) -> dict[str, str]:
    return dict(re.findall(r"^- (\w+): (.*)$", _text(record).split("\n## ")[0], re.MULTILINE))


@pytest.mark.parametrize("record", _DECISIONS, ids=_name)
def test_a_decision_says_when_why_and_what_was_rejected(record: Path) -> None:
    """Each record has its number, a date, a status, and three sections that are not empty."""
    number = record.name[:4]
    assert re.match(rf"# {number}: \S", _text(record))
    fields = _fields(record)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", fields["Date"])
    assert re.fullmatch(r"accepted|template|superseded by \[\d{4}\]\(.*\)", fields["Status"])
    sections = re.findall(r"^## (\w+)\n\n(?=\S)", _text(record), re.MULTILINE)
    assert sections == ["Context", "Decision", "Rejected"]


def test_decisions_are_numbered_and_listed() -> None:
    """Numbers have no gap, and the index has each record with its date, title and status."""
    assert [record.name[:4] for record in _DECISIONS] == [f"{n:04d}" for n in range(len(_DECISIONS))]
    index = page("docs/decisions/index.md")
    listed = re.findall(r"^\| \[\d{4}\]\((.*?)\) \| (.*?) \| (.*) \| (.*?) \|$", index, re.MULTILINE)
    expected = [
        (record.name, _fields(record)["Date"], _text(record).split("\n")[0][8:], _fields(record)["Status"])
        for record in _DECISIONS
        if record.name != _TEMPLATE
    ]
    assert listed == expected


def test_superseded_and_superseding_decisions_name_each_other() -> None:
    """Whoever reads an old record finds the new one, and the other way round."""
    old = {(name, record.name) for record in _DECISIONS for name in _named(record, "Supersedes")}
    new = {(record.name, name) for record in _DECISIONS for name in _named(record, "Status")}
    assert old == new


def _named(record: Path, field: str) -> list[str]:
    return re.findall(r"\]\((.*?)\)", _fields(record).get(field, ""))


# The workflow -----------------------------------------------------------------------------------------------
def test_the_workflow_runs_every_test_once() -> None:
    """Whatever markers a test has, exactly one of the jobs runs it; what needs containers has a job of its own."""
    workflow = yaml.safe_load(page(".github/workflows/ci.yml"))
    jobs = [job["select"] for job in workflow["jobs"]["tests"]["strategy"]["matrix"]["group"]]
    assert len(jobs) > 1
    for held in itertools.product((False, True), repeat=len(_MARKERS)):
        values = dict(zip(_MARKERS, held, strict=True))
        runs = sum(bool(eval(job, {}, values)) for job in jobs)  # noqa: S307 - our own file
        assert runs == (not values["containers"]), values
    assert {"run": "make containers"} in workflow["jobs"]["containers"]["steps"]


def test_the_workflow_runs_what_the_makefile_has() -> None:
    """Each `make` of the workflow is a target, and Python's versions begin with the oldest that is promised."""
    text = page(".github/workflows/ci.yml")
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    named = set(" ".join(re.findall(r"run: make ([a-z -]+)$", text, re.MULTILINE)).split())
    assert named
    assert named <= targets
    versions = yaml.safe_load(text)["jobs"]["tests"]["strategy"]["matrix"]["python"]
    assert tomllib.loads(page("pyproject.toml"))["project"]["requires-python"] == f">={versions[0]}"
