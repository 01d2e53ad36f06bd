"""Rosters from OneRoster exports: classes, and how statements name their courses."""

import zipfile
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.errors import PeopleFileError
from learnloom.pipelines.people.events import WhoIsWho, read_events
from learnloom.pipelines.people.import_people import import_people
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.roster.classes import read_classes
from learnloom.pipelines.roster.errors import RosterFileError
from learnloom.pipelines.roster.import_roster import import_roster
from learnloom.pipelines.roster.member import Member
from tests.pipelines.people.make import TELLER

_HOME = "https://lms.school.example"
_MATHS, _ART = f"{_HOME}/course/maths", f"{_HOME}/course/art"
_ANN, _TINA = f"{_HOME} ann", f"{_HOME} tina"


def _oneroster(folder: Path, users: str) -> Path:
    path = folder / "roster.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", users)
        archive.writestr(
            "classes.csv",
            "sourcedId,status,title,courseSourcedId,classCode\n"
            "c1,active,Maths 7a,maths,M7\nc2,active,,art,A7\nc3,tobedeleted,Gone,gone,G\n",
        )
        archive.writestr(
            "enrollments.csv",
            "sourcedId,status,classSourcedId,userSourcedId,role\n"
            "e1,active,c1,u1,teacher\ne2,active,c1,u2,student\ne3,active,c2,u2,student\n"
            "e4,active,c3,u2,student\ne5,tobedeleted,c2,u1,teacher\ne6,active,c2,u3,proctor\ne7,active,c2,u9,student\n",
        )
    return path


@pytest.mark.parametrize(
    "users",
    [
        (
            "sourcedId,status,role,username,email\nu1,active,teacher,tina,t@s.example\nu2,active,student,ann,a@s.example\n"
            "u3,active,proctor,pia,p@s.example\n"
        ),
        "sourcedId,status,username\nu1,active,tina\nu2,active,ann\nu3,active,pia\n",
    ],
    ids=["1.1", "1.2"],
)
def test_classes_are_read_from_both_versions(tmp_path: Path, users: str) -> None:
    """What is to be deleted is no member; who is no student or teacher, or unknown, is counted."""
    path = _oneroster(tmp_path, users)
    found = read_classes(path, MatchBy.USERNAME, _HOME, f"{_HOME}/course/{{course}}")
    assert found.members == [
        Member(_MATHS, "teacher", _TINA, "Maths 7a"),
        Member(_MATHS, "student", _ANN, "Maths 7a"),
        Member(_ART, "student", _ANN, "c2"),
    ]
    assert found.left_out == 3


@pytest.mark.parametrize(
    ("template", "error"),
    [
        (None, r"--course-id.*courses in statements: none so far"),
        (f"{_HOME}/{{room}}", r"\{room\} is nothing of a class"),
        ("{course}", "template of course ids: 'x' is no IRI"),
    ],
)
def test_how_courses_are_named_has_to_be_told(
    tmp_path: Path, warehouse: Warehouse, template: str | None, error: str
) -> None:
    """The message says what may stand in a template."""
    path = _oneroster(tmp_path, "sourcedId,status,username\nu1,active,tina\n")
    with pytest.raises(RosterFileError, match=error):
        import_roster(
            warehouse,
            path,
            TELLER,
            source=None,
            match=MatchBy.USERNAME,
            home_page=_HOME,
            template=template,
            wait_seconds=20,
        )


def test_an_export_without_classes_is_told(tmp_path: Path) -> None:
    """Users alone say nothing of who is in which class."""
    (tmp_path / "users.csv").write_text("sourcedId,username\nu1,tina\n", encoding="utf-8")
    with pytest.raises(RosterFileError, match=r"no enrollments\.csv"):
        read_classes(tmp_path, MatchBy.USERNAME, _HOME, f"{_HOME}/{{class}}")
    with pytest.raises(PeopleFileError, match="no column email"):
        read_classes(tmp_path, MatchBy.EMAIL, None, f"{_HOME}/{{class}}")


@pytest.mark.slow
def test_people_and_classes_of_one_export_do_not_contradict_each_other_for_ever(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Of whom classes name, they decide: imported again and again, in turn, nothing is new after the first time."""
    users = "sourcedId,status,role,username\nu1,active,student,tina\nu2,active,teacher,ann\nu3,active,proctor,pia\n"
    path = _oneroster(tmp_path, users)
    numbers = []
    for _ in range(3):
        import_people(warehouse, path, TELLER, match=MatchBy.USERNAME, home_page=_HOME, wait_seconds=20)
        import_roster(
            warehouse,
            path,
            TELLER,
            source=None,
            match=MatchBy.USERNAME,
            home_page=_HOME,
            template=f"{_HOME}/course/{{course}}",
            wait_seconds=20,
        )
        numbers.append(len(read_events(warehouse)))
    assert numbers[0] == numbers[1] == numbers[2]
    roles = {told.identifier: told.role for told in WhoIsWho(read_events(warehouse)).roles.values()}
    assert roles == {_TINA: "teacher", f"{_HOME} pia": "proctor"}
