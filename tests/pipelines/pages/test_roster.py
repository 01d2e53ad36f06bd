"""What rosters say holds on pages at once: who is in a course, who is not any more, and whose a login is."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read, open_to_write
from learnloom.pipelines.pages.guard import SignedForms
from learnloom.pipelines.pages.keeper import ReadModelKeeper
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.members import course_members_sql, find_login
from learnloom.pipelines.roster.reader import Role
from tests.conftest import SmallClass
from tests.pipelines.pages.conftest import COURSE, SECRET, pages_of
from tests.pipelines.people.make import TELLER

_NEW = "https://campus.example/2 never.seen"
_OTHER = "https://campus.example/2/course-of-next-week"
_LIST, _LOGIN = "https://lms.example/members", "https://lms.example#8a7b"

pytestmark = pytest.mark.slow


@pytest.fixture
def keeper(settings: Settings, small_class: SmallClass) -> Iterator[ReadModelKeeper]:
    """Keeps the pages of a class without any roster; what a test has told of one is taken back."""
    made = ReadModelKeeper(settings, clock=lambda: _noon(small_class))
    made.look()
    yield made
    made.close()
    _told(settings, source="roster")
    _told(settings, source=_LIST)


def _noon(small_class: SmallClass) -> dt.datetime:
    return dt.datetime.combine(small_class.day, dt.time(12), dt.UTC)


def _told(settings: Settings, *members: Member, source: str = "roster") -> None:
    with open_to_write(settings) as warehouse:
        import_members(warehouse, source, members, TELLER, left_out=0, wait_seconds=20)


def _met(settings: Settings, n: int) -> list[str]:
    with open_to_read(settings) as warehouse:
        found = warehouse.rows(
            "SELECT identifier FROM dimensional.dim_student WHERE identifier_kind = 'account' ORDER BY 1 LIMIT ?",
            [n],
        )
    return [row[0] for row in found]


def test_a_roster_holds_without_a_refresh(
    settings: Settings, small_class: SmallClass, keeper: ReadModelKeeper
) -> None:
    """Whom it names is in the course, whom it does not is not, and a course that nothing was told of is there."""
    pages = pages_of(settings, keeper, _noon(small_class))
    teacher, (ann, bo) = pages.readers[Role.TEACHER], _met(settings, 2)
    assert pages.as_reader(teacher).get(f"/s/{key_of(bo)}").status_code == 200
    _told(
        settings,
        Member(COURSE, "student", ann),
        Member(_OTHER, "student", ann),
        Member(_OTHER, "student", bo),
    )
    keeper.look()
    assert pages.as_reader(teacher).get(f"/s/{key_of(ann)}").status_code == 200
    assert pages.as_reader(teacher).get(f"/s/{key_of(bo)}").status_code == 404
    of_next_week = replace(teacher, courses=frozenset({_OTHER}))
    week = pages.as_reader(of_next_week).get("/").headers["location"]
    answer = pages.as_reader(of_next_week).get(week)
    assert (answer.status_code, "Nothing has come from this course yet." in answer.text) == (200, True)
    assert (
        "no skill in this course yet"
        in pages.as_reader(of_next_week).get(week.replace("week", "skills")).text
    )
    assert pages.as_reader(of_next_week).get(f"/s/{key_of(bo)}").status_code == 200
    _told(settings, Member(_OTHER, "student", ann))
    keeper.look()
    assert pages.as_reader(of_next_week).get(f"/s/{key_of(bo)}").status_code == 404
    assert pages.as_reader(teacher).get(f"/s/{key_of(bo)}").status_code == 200


def test_logins_are_asked_again_when_a_roster_changes_and_then_alone(settings: Settings) -> None:
    """Once at the start, as one may have changed meanwhile, and after each roster; other landings ask nobody."""
    asked: list[None] = []
    keeper = ReadModelKeeper(
        settings, clock=lambda: dt.datetime.now(dt.UTC), on_roster=lambda: asked.append(None)
    )
    for expected in (1, 1):
        keeper.look()
        assert len(asked) == expected
    _told(settings, Member(COURSE, "teacher", "https://campus.example/2 new.teacher"), source="staff")
    keeper.look()
    assert len(asked) == 2
    keeper.close()


def _course_members(warehouse: Warehouse) -> set[str]:
    return {row[2] for row in warehouse.rows(course_members_sql(warehouse)) if row[0] == COURSE}


def _members_form(text: str, act: str) -> dict[str, str]:
    form = text[text.rindex("<form", 0, text.index(f'value="{act}"')) :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"act": act}


def test_who_is_listed_by_a_login_alone_is_matched_by_the_teacher(
    settings: Settings, small_class: SmallClass, keeper: ReadModelKeeper
) -> None:
    """The course says that somebody is not matched; the teacher says who it is, and may take it back."""
    pages = pages_of(settings, keeper, _noon(small_class))
    reader, (ann, bo) = pages.as_reader(pages.readers[Role.TEACHER]), _met(settings, 2)
    members = [
        Member(COURSE, "student", None, None, _LOGIN),
        Member(COURSE, "student", ann, None, "https://lms.example#1"),
    ]
    _told(settings, *members, source=_LIST)
    keeper.look()
    week = reader.get("/").headers["location"]
    path = week.replace("/week", "/members")
    assert path in reader.get(week).text
    text = reader.get(path).text
    assert "8a7b" in text
    assert (f'value="{key_of(bo)}"' in text, f'value="{key_of(ann)}"' in text) == (True, False)
    form = _members_form(text, "match") | {"student": key_of(bo)}
    assert _LOGIN not in str(form)
    assert reader.post("/matches", form).status_code == 303
    assert path not in reader.get(week).text
    with open_to_read(settings) as warehouse:
        assert find_login(warehouse, _LOGIN, None).person_key == key_of(bo)
        assert _course_members(warehouse) == {key_of(ann), key_of(bo)}
    form = _members_form(reader.get(path).text, "part")
    assert reader.post("/matches", form).status_code == 303
    assert path in reader.get(week).text


_REFUSED: list[tuple[dict[str, str], int]] = [
    ({"csrf": "0"}, 403),
    ({"course": "0" * 12}, 404),
    ({"login": "0" * 12}, 404),
    ({"student": "0" * 16}, 400),
    ({"student": ""}, 400),
    ({"act": "hack"}, 400),
]
"""What is another in the form that a teacher sends, and how it is answered."""


def test_a_match_is_a_teachers_of_the_course_and_of_its_list(
    settings: Settings, small_class: SmallClass, keeper: ReadModelKeeper
) -> None:
    """Nobody matches a login of another course, somebody who is not in the course, or as a student."""
    pages = pages_of(settings, keeper, _noon(small_class))
    _told(settings, Member(COURSE, "student", None, None, _LOGIN), source=_LIST)
    keeper.look()
    teacher = pages.readers[Role.TEACHER]
    path = pages.as_reader(teacher).get("/").headers["location"].replace("/week", "/members")
    form = _members_form(pages.as_reader(teacher).get(path).text, "match")
    form["student"] = key_of(_met(settings, 1)[0])
    for change, status in _REFUSED:
        assert pages.as_reader(teacher).post("/matches", form | change).status_code == status, change
    for role in (Role.STUDENT, Role.LEAD, Role.OPERATOR):
        reader = pages.readers[role]
        own = pages.as_reader(reader)
        token = SignedForms(SECRET).token(None, reader)  # type: ignore[arg-type]
        assert own.post("/matches", form | {"csrf": token}).status_code == 404
    with open_to_read(settings) as warehouse:
        assert find_login(warehouse, _LOGIN, None).person_key is None


def test_a_student_without_a_statement_is_there(
    settings: Settings, small_class: SmallClass, keeper: ReadModelKeeper
) -> None:
    """The week, the matrix, work and what cannot be seen name them; their page says so, and a contact can be noted."""
    _told(settings, *(Member(COURSE, "student", each) for each in (_NEW, *_met(settings, 3))))
    keeper.look()
    pages = pages_of(settings, keeper, _noon(small_class))
    reader, key = pages.as_reader(pages.readers[Role.TEACHER]), key_of(_NEW)
    row = keeper.model().one("SELECT course_key FROM course WHERE course_id = $course", {"course": COURSE})
    assert row is not None
    for page in ("week", "skills", "unseen"):
        answer = reader.get(f"/c/{row['course_key']}/{page}")
        assert (answer.status_code, key in answer.text, "never.seen" in answer.text) == (200, True, True)
    assert "Nothing has come from this student yet." in reader.get(f"/s/{key}").text
    token = reader.get(f"/s/{key}").text.partition('name="csrf" value="')[2].partition('"')[0]
    assert reader.post("/answers", {"csrf": token, "student": key, "act": "contacted"}).status_code == 303
    (kept,) = keeper.log.to_land()
    assert orjson.loads(kept.statement)["actor"]["account"]["name"] == "never.seen"
