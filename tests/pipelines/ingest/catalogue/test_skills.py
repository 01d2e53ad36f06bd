"""The school's skill map is read whole or not at all, and what is wrong is named by line and column."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from learnloom.pipelines.ingest.catalogue.skills import SkillCounts, import_skills
from learnloom.pipelines.ingest.sources.errors import SkillFileError
from learnloom.pipelines.lake.connection import Warehouse

GOOD = """\
activity,skill,weight,skill_name,prerequisites
https://s.example/q1,https://s.example/add,,Adding,
https://s.example/q1,https://s.example/carry,0.25,"Carrying, well",https://s.example/add
https://s.example/q2,https://s.example/add,2,,
,https://s.example/multiply,,Multiplying,https://s.example/add https://s.example/carry
"""


def _import(warehouse: Warehouse, text: str | bytes) -> SkillCounts:
    path = warehouse.folder.parent / "skills.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_skills(warehouse, path, wait_seconds=30)


def _stored(warehouse: Warehouse) -> tuple[list[object], list[object]]:
    return (
        list(warehouse.rows("SELECT * FROM landing.skill_map ORDER BY ALL")),
        list(warehouse.rows("SELECT * FROM landing.skill ORDER BY ALL")),
    )


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A map that stays, whatever is refused."""
    with Warehouse(tmp_path_factory.mktemp("standing") / "warehouse") as opened:
        _import(opened, GOOD)
        yield opened


def test_the_map_is_stored(warehouse: Warehouse) -> None:
    """Weights default to 1, a row without activity describes a skill, prerequisites keep their order."""
    assert _import(warehouse, GOOD) == SkillCounts(rows=4, activities=2, skills=3, prerequisites=3)
    add, carry, multiply = (f"https://s.example/{name}" for name in ("add", "carry", "multiply"))
    assert _stored(warehouse) == (
        [
            ("https://s.example/q1", add, Decimal(1)),
            ("https://s.example/q1", carry, Decimal("0.25")),
            ("https://s.example/q2", add, Decimal(2)),
        ],
        [(add, "Adding", []), (carry, "Carrying, well", [add]), (multiply, "Multiplying", [add, carry])],
    )


def test_a_new_map_takes_the_place_of_the_old(warehouse: Warehouse) -> None:
    """After a second import nothing of the first is left."""
    _import(warehouse, GOOD)
    _import(warehouse, "\ufeffskill,activity\r\nurn:new,urn:a\r\n\r\n")
    assert _stored(warehouse) == ([("urn:a", "urn:new", Decimal(1))], [("urn:new", None, [])])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("activity,weight\nurn:a,1\n", "line 1: the columns are activity, weight"),
        ("activity,skill,skil_name\n", "line 1: the columns are activity, skill, skil_name"),
        ("", "line 1: the columns are absent"),
        ("activity,skill\nurn:a,urn:s\nurn:b,\n", "line 3, column skill: it is empty"),
        ("activity,skill\nurn:a,adding\n", "line 2, column skill: 'adding' is no IRI"),
        ("activity,skill\nquiz one,urn:s\n", "line 2, column activity"),
        ("activity,skill,prerequisites\n,urn:s,urn:a b\n", "line 2, column prerequisites: 'b'"),
        ("activity,skill,weight\nurn:a,urn:s,0\n", "line 2, column weight: '0'"),
        ("activity,skill,weight\nurn:a,urn:s,much\n", "line 2, column weight: 'much'"),
        ("activity,skill,weight\nurn:a,urn:s,nan\n", "line 2, column weight: 'nan'"),
        ("activity,skill,weight\nurn:a,urn:s,1e9\n", "line 2, column weight: '1e9'"),
        ("activity,skill\nurn:a,urn:s,oops\n", "line 2: more cells than columns"),
        ("activity,skill\nurn:a,urn:s\nurn:a,urn:s\n", "line 3, column activity: urn:a has urn:s"),
        ("activity,skill,skill_name\n,urn:s,A\n,urn:s,B\n", "line 3, column skill_name"),
        ("activity,skill,prerequisites\n,urn:s,urn:t\n,urn:t,urn:s\n", "skills come before themselves: urn:"),
        ("activity,skill,prerequisites\n,urn:s,urn:s\n", "urn:s → urn:s"),
        (b"activity,skill\n\xff,urn:s\n", "not UTF-8"),
    ],
)
def test_errors_name_the_place_and_change_nothing(standing: Warehouse, text: str | bytes, told: str) -> None:
    """A wrong file is refused whole, with the line, the column and the value."""
    before = _stored(standing)
    with pytest.raises(SkillFileError) as raised:
        _import(standing, text)
    assert told in str(raised.value)
    assert "skills.csv" in str(raised.value)
    assert _stored(standing) == before


def test_an_absent_file_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    with pytest.raises(SkillFileError, match=r"nowhere\.csv cannot be read"):
        import_skills(warehouse, tmp_path / "nowhere.csv", wait_seconds=1)
