"""A CASE package is read as a skill map, alone or together with a CSV."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.catalogue.skills import SkillMap, read_skills
from learnloom.pipelines.ingest.sources.errors import SkillFileError

_BASE = "https://case.example/uri/"
_QUIZ = "https://lms.example/quiz/1"


def _item(name: str, **more: Any) -> dict[str, Any]:
    return {"identifier": f"id-{name}", "uri": _BASE + name, "fullStatement": f"Can do {name}", **more}


def _node(name: str) -> dict[str, Any]:
    """One end of an association: an item by name, anything else by its IRI."""
    if ":" in name:
        return {"title": name, "identifier": f"id-{name}", "uri": name}
    return {"title": name, "identifier": f"id-{name}", "uri": _BASE + name}


def _link(origin: str, kind: str, destination: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": f"{origin} {kind} {destination}",
        "associationType": kind,
        "originNodeURI": _node(origin),
        "destinationNodeURI": _node(destination),
        **more,
    }


def _package(names: str, *links: dict[str, Any]) -> dict[str, Any]:
    return {
        "CFDocument": {"identifier": "id-doc", "uri": _BASE + "doc", "title": "Mathematics"},
        "CFItems": [_item(name) for name in names.split()],
        "CFAssociations": list(links),
    }


def _read(folder: Path, package: object, *others: Path) -> SkillMap:
    path = folder / "framework.json"
    path.write_bytes(package if isinstance(package, bytes) else orjson.dumps(package))
    return read_skills([path, *others])


def _before(found: SkillMap) -> dict[str, list[str]]:
    """Prerequisites by the short names of the items that have some."""
    return {
        skill.removeprefix(_BASE): [one.removeprefix(_BASE) for one in before]
        for skill, before in found.prerequisites.items()
        if before
    }


def test_items_are_skills_and_associations_their_order_and_activities(tmp_path: Path) -> None:
    """Names, prerequisites and activities come from the package, the document itself is no skill."""
    package = _package(
        "add carry multiply",
        _link("add", "precedes", "multiply"),
        _link("carry", "precedes", "multiply"),
        _link(_QUIZ, "isRelatedTo", "add"),
        _link("carry", "exemplar", _QUIZ),
        _link("add", "isPeerOf", "carry"),
    )
    found = _read(tmp_path, package)
    assert found.names == {_BASE + name: f"Can do {name}" for name in ("add", "carry", "multiply")}
    assert _before(found) == {"multiply": ["add", "carry"]}
    assert found.weights == {(_QUIZ, _BASE + "add"): Decimal(1), (_QUIZ, _BASE + "carry"): Decimal(1)}


def test_what_is_said_of_a_heading_holds_for_what_lies_in_it(tmp_path: Path) -> None:
    """A heading that precedes another: its parts come before the other's parts, through all levels."""
    package = _package(
        "number units tens fractions halves",
        _link("units", "isChildOf", "number"),
        _link("tens", "isPartOf", "units"),
        _link("halves", "isChildOf", "fractions"),
        _link("fractions", "isChildOf", _BASE + "doc"),
        _link("number", "precedes", "fractions"),
    )
    assert _before(_read(tmp_path, package)) == {"halves": ["tens"], "fractions": ["tens"]}


def test_items_that_match_exactly_are_one_skill(tmp_path: Path) -> None:
    """Of matching items the first stands for all, in order and activities too, also through a third framework."""
    package = _package(
        "add sum plus multiply",
        _link("sum", "exactMatchOf", "add"),
        _link("https://other.example/addition", "exactMatchOf", "sum"),
        _link("plus", "exactMatchOf", "https://other.example/addition"),
        _link("plus", "precedes", "multiply"),
        _link("https://other.example/addition", "isRelatedTo", _QUIZ),
    )
    found = _read(tmp_path, package)
    assert set(found.names) == {_BASE + "add", _BASE + "multiply"}
    assert _before(found) == {"multiply": ["add"]}
    assert set(found.weights) == {(_QUIZ, _BASE + "add")}


def test_an_item_of_another_framework_is_no_activity(tmp_path: Path) -> None:
    """A relation between items says nothing here, also to one that is marked as a CASE item elsewhere (CASE 1.1)."""
    elsewhere = {"identifier": "x", "uri": "https://other.example/x", "targetType": "CASE"}
    package = _package(
        "add carry",
        _link("add", "isRelatedTo", "carry"),
        _link("add", "isRelatedTo", _QUIZ) | {"destinationNodeURI": elsewhere},
    )
    assert _read(tmp_path, package).weights == {}


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({"abbreviatedStatement": "Adds", "humanCodingScheme": "A.1"}, "Adds"),
        ({"humanCodingScheme": "A.1", "fullStatement": "Adds  two\nnumbers"}, "Adds two numbers"),
        ({"humanCodingScheme": "A.1", "fullStatement": "x" * 200}, "A.1: " + "x" * 73 + " …"),
        ({"humanCodingScheme": "A.1", "fullStatement": None}, "A.1"),
    ],
)
def test_a_skill_has_a_short_name(tmp_path: Path, item: dict[str, Any], name: str) -> None:
    """The abbreviated statement, else the full one, cut where it is long and then after its code."""
    package = _package("") | {"CFItems": [_item("a") | item]}
    assert _read(tmp_path, package).names == {_BASE + "a": name}


def test_a_framework_and_a_csv_make_one_map(tmp_path: Path) -> None:
    """The CSV says which activities exercise the framework's items; a service's wrapper and a BOM are read."""
    activities = tmp_path / "activities.csv"
    activities.write_text(f"activity,skill,weight\n{_QUIZ},{_BASE}add,0.5\n")
    wrapped = b"\xef\xbb\xbf" + orjson.dumps({"CFPackage": _package("add")})
    found = _read(tmp_path, wrapped, activities)
    assert found.weights == {(_QUIZ, _BASE + "add"): Decimal("0.5")}
    assert found.names == {_BASE + "add": "Can do add"}


@pytest.mark.parametrize(
    ("package", "told"),
    [
        (b"{", "framework.json, line 1, column"),
        ([], "has no list CFItems"),
        ({"CFDocument": {}}, "has no list CFItems"),
        (_package("a") | {"CFItems": ["a"]}, "CFItems[0]: 'a' is no object"),
        (_package("a") | {"CFItems": [_item("a"), _item("b", uri="b")]}, "CFItems[1].uri: 'b' is no IRI"),
        (_package("a") | {"CFItems": [_item("a"), {}]}, "CFItems[1].uri: None is no IRI"),
        (_package("a b a"), "CFItems[2].identifier: 'id-a' is also that of"),
        (_package("a", {}), "CFAssociations[0].associationType: it is absent"),
        (
            _package("a b", _link("a", "isPeerOf", "b"), _link("a", "precedes", "b", originNodeURI="a")),
            "CFAssociations[1].originNodeURI: it must be an object",
        ),
        (
            _package("a b", _link("a", "precedes", "b", destinationNodeURI={"identifier": "c"})),
            "CFAssociations[0].destinationNodeURI.uri: None is no IRI",
        ),
        (
            _package("a b", _link("a", "isChildOf", "b"), _link("b", "isChildOf", "a")),
            "items lie within themselves: https://case.example/uri/",
        ),
        (
            _package("a b", _link("a", "precedes", "b"), _link("b", "precedes", "a")),
            "prerequisites: skills come before themselves: https://case.example/uri/",
        ),
    ],
)
def test_errors_name_the_place(tmp_path: Path, package: object, told: str) -> None:
    """What is wrong is told with the file and the place in its JSON."""
    with pytest.raises(SkillFileError) as raised:
        _read(tmp_path, package)
    assert told in str(raised.value)
    assert "framework.json" in str(raised.value)


def test_names_that_do_not_agree_are_told_with_both_places(tmp_path: Path) -> None:
    """Where two files call a skill differently, both places are named."""
    activities = tmp_path / "activities.csv"
    activities.write_text(f"activity,skill,skill_name\n{_QUIZ},{_BASE}add,Adding\n")
    with pytest.raises(SkillFileError, match=r"activities.csv, line 2.*'Can do add'.*CFItems\[0\]"):
        _read(tmp_path, _package("add"), activities)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(["isChildOf", "isPartOf", "precedes", "exactMatchOf", "isRelatedTo"]),
            st.sampled_from("abcdef"),
        ),
        max_size=8,
    )
)
def test_any_package_is_read_or_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[str, str, str]]
) -> None:
    """However items hang together, the map knows every prerequisite as a skill, or the file is refused by name."""
    folder = tmp_path_factory.mktemp("case")
    try:
        found = _read(folder, _package("a b c d e f", *(_link(*link) for link in links)))
    except SkillFileError as error:
        if "themselves" not in str(error):
            raise
        return
    assert {one for before in found.prerequisites.values() for one in before} <= set(found.names)
    assert set(found.names) <= {_BASE + name for name in "abcdef"}
    assert found.weights == {}
