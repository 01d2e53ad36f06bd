"""The page that goes to a vendor: whole, harmless, and by itself."""

import re
from html.parser import HTMLParser

import pytest

from learnloom.pipelines.check.page import page
from learnloom.pipelines.check.report import CheckReport
from learnloom.pipelines.check.xapi_profile import XapiProfile
from tests.pipelines.check.samples import GOOD, NOW, numbered, raw, report

_HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='x'</style></pre>"
    "{{ 7*7 }}\u202e\x1b[2J&amp;"
)
_VOID = {"meta", "br", "img", "link", "hr", "input"}


class _Reader(HTMLParser):
    """Collects tags, attributes and text, and sees whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(found: CheckReport) -> _Reader:
    reader = _Reader()
    reader.feed(page(found, made_at=NOW))
    reader.close()
    assert reader.open == []
    return reader


def _hostile() -> CheckReport:
    """A report in which everything that a sender chooses is hostile."""
    profile = XapiProfile.model_validate(
        {
            "id": _HOSTILE,
            "type": "Profile",
            "prefLabel": {"en": _HOSTILE},
            "templates": [
                {
                    "id": _HOSTILE,
                    "prefLabel": {"en": _HOSTILE},
                    "rules": [{"location": "$.id", "any": [_HOSTILE]}],
                }
            ],
        }
    )
    statement = numbered(
        1,
        actor={"mbox": _HOSTILE, "name": _HOSTILE},
        verb={"id": _HOSTILE, "display": {"en": _HOSTILE}},
        object={"id": _HOSTILE, "definition": {"type": _HOSTILE, "name": {_HOSTILE: _HOSTILE}}},
        context={"platform": _HOSTILE, "extensions": {_HOSTILE: _HOSTILE}},
        **{_HOSTILE: _HOSTILE},
    )
    broken = ('{"a": "' + _HOSTILE).encode()
    return report(raw(statement), broken, b"\xff" + broken, profiles=[profile])


def test_nothing_of_a_statement_becomes_markup() -> None:
    """Hostile values in every place stand as text: no tag, no attribute, no entity of theirs, all tags closed."""
    reader = _read(_hostile())
    plain = _read(report(raw(numbered(1, actor={"mbox": "x"})), b"{"))
    assert not reader.tags & {"script", "img", "iframe", "object", "link", "form", "svg", "base"}
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in {"src", "srcset"}]
    assert reader.tags - plain.tags <= {"table", "tbody", "tr", "td", "small"}
    assert "<script>alert(1)</script>" in reader.text
    assert "{{ 7*7 }}" in reader.text
    assert "\x1b" not in reader.text
    assert "\u202e" not in reader.text


def test_page_loads_nothing() -> None:
    """Nothing is fetched or run: links lead into the page, styles stand in it, and the page forbids the rest."""
    html = page(_hostile(), made_at=NOW)
    reader = _Reader()
    reader.feed(html)
    links = [value for name, value in reader.attributes if name == "href"]
    assert links
    assert all(value.startswith("#") for value in links)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in reader.attributes
    style = html.split("<style>")[1].split("</style>")[0]
    assert not re.search(r"url\(|@import|@font-face", style)
    assert set(links) <= {f"#{value}" for name, value in reader.attributes if name == "id"}


def test_styles_hold_nothing_but_our_numbers() -> None:
    """The only styles on elements are the widths of bars, which are figures."""
    styles = [value for name, value in _read(_hostile()).attributes if name == "style"]
    assert styles
    assert all(re.fullmatch(r"width:\d+\.\d\d%", value) for value in styles)


def test_page_tells_the_whole_report() -> None:
    """Shares, every fault with fix and sample, every warning, every source and verb are on it."""
    found = report(
        raw(numbered(1)),
        raw(numbered(2, actor={"mbox": "mila@school.example"})),
        raw(numbered(3, timestamp=None)),
        b"{",
    )
    text = _read(found).text
    assert "2 records of 4 would be refused" in text
    assert "2 (50 %)" in text
    for rule in found.faults:
        assert rule.rule in text
        assert rule.fix[1:] in text
        assert rule.samples[0].where in text
    for warning in found.warnings:
        assert warning.id in text
        assert warning.unknown in text
    assert "Example LMS" in text
    assert GOOD["verb"]["id"] in text
    assert "this fix alone makes up to 1 valid" in text


def test_offending_value_is_marked() -> None:
    """The value that is wrong stands marked within the statement that came."""
    html = page(report(raw(numbered(1, actor={"mbox": "mila@school.example"}))), made_at=NOW)
    assert "<mark>&#34;mila@school.example&#34;</mark>" in html


@pytest.mark.parametrize(
    ("records", "told"), [((), "The input has no records."), ((raw(GOOD),), "All 1 record is valid")]
)
def test_nothing_and_nothing_wrong_are_said(records: tuple[bytes, ...], told: str) -> None:
    """Without a record the page says so; where all is well it says that, and shows no list of faults."""
    text = " ".join(_read(report(*records)).text.split())
    assert told in text
    assert "What to fix" not in text


def test_page_stays_small() -> None:
    """Whatever comes, the page is one that can be mailed."""
    big = [raw(numbered(n, **{f"own{n}": "x" * 50_000})) for n in range(30)]
    bad = [raw(numbered(n, verb={"id": f"v{n}" + "y" * 9_000})) for n in range(100, 160)]
    assert len(page(report(*big, *bad, rules=1_000), made_at=NOW)) < 200_000
