"""Lists and rosters: what they say of people, what is wrong with them, and what is never read."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people import oneroster, people_csv
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import PersonChange, WhoIsWho, read_events
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.people.import_people import import_people
from learnloom.pipelines.people.oneroster import MatchBy, read_roster
from tests.pipelines.people.make import TELLER

_HOME = "https://lms.school.example"


def _list(folder: Path, *rows: str, head: str = "identifier,role,person") -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return path


def _told(changes: Iterable[PersonChange]) -> list[tuple[str, str | None, str | None]]:
    return [(each.action, each.identifier, each.value) for each in changes]


@pytest.mark.slow
def test_rows_with_the_same_person_join_the_first(tmp_path: Path) -> None:
    """Roles are told in small letters; what is known already is not told again."""
    path = _list(tmp_path, f"{_HOME} a,Teacher,1", f"{_HOME} b,,1", "mailto:c@s.example,student,")
    rows = people_csv.read_people(path)
    one = key_of(f"{_HOME} a")
    expected = [
        ("role", f"{_HOME} a", "teacher"),
        ("merge", f"{_HOME} b", one),
        ("role", "mailto:c@s.example", "student"),
    ]
    assert _told(people_csv.changes(rows, WhoIsWho())) == expected
    with Warehouse(tmp_path / "warehouse") as warehouse:
        for event_id in (1, None):
            counts = import_people(
                warehouse, path, TELLER, match=MatchBy.EMAIL, home_page=None, wait_seconds=20
            )
            assert (counts.event_id, counts.identifiers) == (event_id, 3)
        assert list(people_csv.changes(rows, WhoIsWho(read_events(warehouse)))) == []
        assert warehouse.rows("SELECT identifier, student_key FROM landing.person") == [(f"{_HOME} b", one)]
        assert warehouse.rows("SELECT role FROM landing.staff ORDER BY role") == [("student",), ("teacher",)]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("ann,teacher,", "line 2, column identifier: 'ann' is no identifier"),
        ("mailto:a@s.example,,", "line 2: it says nothing of mailto:a@s.example: fill in role or person"),
        ("mailto:a@s.example,x\nmailto:a@s.example,y", "stands in .*line 2 already"),
        (f"mailto:a@s.example,{'x' * 101}", "column role: 'x+' is no role"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, row: str, error: str) -> None:
    """Line, column, value and what to do."""
    with pytest.raises(PeopleFileError, match=error):
        people_csv.read_people(_list(tmp_path, row))


def _roster(folder: Path) -> Path:
    """A OneRoster 1.1 export with more than may be read; what is called demographics cannot even be opened."""
    folder.mkdir()
    (folder / "users.csv").write_text(
        "sourcedId,status,role,username,givenName,familyName,email,phone,identifier\n"
        "u1,active,teacher,tina,Tina,Tester,tina@s.example,123456,t-1\n"
        "u2,active,student,sam,Sam,Secret,sam@s.example,123457,s-1\n"
        "u3,active,,nick,Nick,Noone,nick@s.example,123458,n-1\n"
        "u4,tobedeleted,teacher,gone,Gone,Gone,gone@s.example,123459,g-1\n"
        "u5,active,,aide,Ada,Aide,,,\n"
        "u6,active,teacher,also,Al,So,also@s.example,1,a-1\n",
        encoding="utf-8",
    )
    (folder / "enrollments.csv").write_text(
        "sourcedId,status,classSourcedId,userSourcedId,role\n"
        "e1,active,c1,u5,aide\ne2,active,c1,u6,student\ne3,tobedeleted,c1,u1,student\n",
        encoding="utf-8",
    )
    (folder / "demographics.csv").mkdir()
    return folder


def test_a_roster_gives_roles_and_nothing_else(tmp_path: Path) -> None:
    """Whoever is a student anywhere is one; who has no role, or is to be deleted, is left out."""
    roster = read_roster(_roster(tmp_path / "roster"), MatchBy.SOURCED_ID, _HOME)
    assert roster.roles == {
        f"{_HOME} u1": "teacher",
        f"{_HOME} u2": "student",
        f"{_HOME} u5": "aide",
        f"{_HOME} u6": "student",
    }
    assert (roster.n_without_role, roster.n_unnamed) == (1, 0)
    assert _told(oneroster.changes(roster.roles, WhoIsWho())) == [
        ("role", f"{_HOME} u1", "teacher"),
        ("role", f"{_HOME} u5", "aide"),
    ]


def test_people_are_matched_by_the_column_that_is_named(tmp_path: Path) -> None:
    """By address no home page is needed, and whoever has none is counted."""
    folder = _roster(tmp_path / "roster")
    by_email = read_roster(folder, MatchBy.EMAIL, None)
    assert (by_email.roles["mailto:tina@s.example"], by_email.n_unnamed) == ("teacher", 1)
    assert read_roster(folder / "users.csv", MatchBy.USERNAME, _HOME).roles[f"{_HOME} tina"] == "teacher"


def test_roles_of_the_next_version_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    """OneRoster 1.2's users have no role; a zip file is read as a folder is, and of it no more."""
    path = tmp_path / "roster.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/users.csv", "sourcedId,status,username\nu1,active,tina\nu2,active,sam\n")
        roles = "sourcedId,userSourcedId,roleType,role\nr1,u1,primary,districtAdministrator\nr2,u2,primary,student\n"
        archive.writestr("export/roles.csv", roles)
        archive.writestr("export/demographics.csv", b"\xff\xfe no text at all")
    roster = read_roster(path, MatchBy.USERNAME, _HOME)
    assert roster.roles == {f"{_HOME} tina": "districtadministrator", f"{_HOME} sam": "student"}


def test_what_is_no_role_nor_id_is_kept_nowhere(tmp_path: Path) -> None:
    """Names, addresses and phone numbers of a roster stand in no table."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        import_people(
            warehouse,
            _roster(tmp_path / "roster"),
            TELLER,
            match=MatchBy.SOURCED_ID,
            home_page=_HOME,
            wait_seconds=20,
        )
        for table in ("person_event", "person", "staff"):
            text = str(warehouse.rows(f"FROM landing.{table}"))
            assert not [word for word in ("Tina", "Tester", "tina", "12345", "c1") if word in text]


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("users.csv", "sourcedId,role\nu1,teacher\n", "no column username: it has sourcedId, role"),
        ("demographics.csv", "sourcedId,sex\nu1,x\n", "is not opened"),
        ("users.csv", b"sourcedId,username\n\xff,x\n", "is not UTF-8"),
        ("users.csv", 'sourcedId,username\n"u1,x\n', "is no CSV file"),
    ],
)
def test_a_wrong_roster_changes_nothing(tmp_path: Path, name: str, text: str | bytes, error: str) -> None:
    """The message names the file and what is wrong."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with Warehouse(tmp_path / "warehouse") as warehouse:
        with pytest.raises(PeopleFileError, match=error):
            import_people(warehouse, path, TELLER, match=MatchBy.USERNAME, home_page=_HOME, wait_seconds=20)
        with pytest.raises(PeopleFileError, match=r"--home-page.*none so far"):
            import_people(
                warehouse,
                _roster(tmp_path / "roster"),
                TELLER,
                match=MatchBy.USERNAME,
                home_page=None,
                wait_seconds=20,
            )
