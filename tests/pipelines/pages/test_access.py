"""Every page as every role: who may see it does, nobody else learns so much as that it is there."""

import re
from dataclasses import replace

import pytest

from learnloom.pipelines.pages.page import Page
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.roster.access import Kind, roles_for
from learnloom.pipelines.roster.reader import Reader, Role
from tests.pipelines.pages.conftest import Pages

_NEVER_TO_STUDENTS = (
    "at_risk",
    "against_class",
    "class_share",
    "above_class",
    "check_in",
    "engagement_change",
)


def _path(pages: Pages, page: Page, student: str) -> str:
    model = pages.keeper.model()
    found = model.one(
        "SELECT course_key, skill_key FROM student_skill INNER JOIN course USING (course_id) "
        "WHERE student_key = $student AND n_attempts > 0 ORDER BY skill_key LIMIT 1",
        {"student": student},
    )
    assert found is not None
    path = page.path.format(course=found["course_key"], skill=found["skill_key"], student=student)
    return f"{path}?skill={found['skill_key']}" if page.name.startswith("why") else path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("role", list(Role))
def test_a_page_is_for_its_roles_alone(pages: Pages, page: Page, role: Role) -> None:
    """Whoever has the role reads the page; to all others there is none."""
    reader = pages.readers[role]
    own = pages.readers[Role.STUDENT].student_key or ""
    answer = pages.as_reader(reader).get(_path(pages, page, own))
    assert answer.status_code == (200 if role in roles_for(page.kind) else 404)
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    if role not in roles_for(page.kind):
        assert own not in answer.text


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "{student}" in page.path], ids=lambda page: page.name
)
def test_a_student_is_seen_by_themselves_and_their_teachers(pages: Pages, page: Page) -> None:
    """Neither another student nor a teacher of another course reads of a student."""
    path = _path(pages, page, pages.other)
    stranger = replace(pages.readers[Role.TEACHER], courses=frozenset({"https://elsewhere.example/course"}))
    for reader in (pages.readers[Role.STUDENT], stranger):
        assert pages.as_reader(reader).get(path).status_code == 404


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "{course}" in page.path], ids=lambda page: page.name
)
def test_a_course_is_seen_by_its_teachers(pages: Pages, page: Page) -> None:
    """A teacher of another course reads nothing of this one."""
    stranger = replace(pages.readers[Role.TEACHER], courses=frozenset({"https://elsewhere.example/course"}))
    path = _path(pages, page, pages.other)
    assert pages.as_reader(stranger).get(path).status_code == 404


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_who_is_not_logged_in_is_sent_to_the_login(pages: Pages, page: Page) -> None:
    """Nobody reads without a login."""
    answer = pages.as_reader(None).get(_path(pages, page, pages.other))
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_a_student_who_is_not_matched_has_no_page(pages: Pages) -> None:
    """A login that belongs to no student of the statements shows nobody's page."""
    reader = replace(pages.readers[Role.STUDENT], student_key=None)
    for path in ("/", "/today", "/kept", "/kept/export", f"/s/{pages.other}/why?skill=x"):
        assert pages.as_reader(reader).get(path).status_code == 404


def test_what_a_student_sees_otherwise_stands_beside_the_estimate(pages: Pages) -> None:
    """Who has said that they know a skill, or do not, is quoted at it where a teacher reads their estimates."""
    (said, *_) = pages.keeper.model().rows(
        'SELECT student_key FROM profile WHERE profile LIKE \'%"stated_by":"student"%\' ORDER BY student_key'
    )
    text = pages.as_reader(pages.readers[Role.TEACHER]).get(f"/s/{said['student_key']}").text
    assert "Says: I know this." in text or "Says: I do not know this." in text


@pytest.mark.parametrize("path", ["/today", "/known", "/goals", "/weeks", "/kept", "/kept/export"])
def test_a_student_with_nothing_yet_reads_so(pages: Pages, path: str) -> None:
    """Who is matched, and of whom nothing has come, has all pages, with nothing on them."""
    reader = replace(pages.readers[Role.STUDENT], student_key="f" * 16)
    answer = pages.as_reader(reader).get(path)
    assert answer.status_code == 200
    assert 'value="talk"' not in answer.text


def test_who_has_nothing_to_read_is_told_why(pages: Pages) -> None:
    """A teacher without a course, and a student who is not matched, read what to do."""
    teacher = replace(pages.readers[Role.TEACHER], courses=frozenset(), language="de")
    student = replace(pages.readers[Role.STUDENT], student_key=None)
    assert "welche Kurse Sie unterrichten" in pages.as_reader(teacher).get("/").text
    assert "which student you are" in pages.as_reader(student).get("/").text


def test_students_read_of_nobody_else(pages: Pages) -> None:
    """No page of a student names another, or holds what is for teachers alone."""
    reader = pages.readers[Role.STUDENT]
    names = pages.keeper.model().rows(
        "SELECT student_name FROM student WHERE student_key <> $own AND student_name IS NOT NULL",
        {"own": reader.student_key},
    )
    text = "".join(
        _text(pages, reader, page) for page in PAGES if page.kind is Kind.OWN and page.name != "why_own"
    )
    assert len(text) > 10_000
    assert [row["student_name"] for row in names if row["student_name"] in text] == []
    assert [word for word in _NEVER_TO_STUDENTS if word in text] == []


def test_leads_and_operators_read_of_no_person(pages: Pages) -> None:
    """Neither a name nor a key of a student is on their pages."""
    people = pages.keeper.model().rows("SELECT student_key, student_name FROM student")
    for role in (Role.LEAD, Role.OPERATOR):
        reader = pages.readers[role]
        text = "".join(_text(pages, reader, page) for page in PAGES if role in roles_for(page.kind))
        assert not [
            row for row in people if row["student_key"] in text or (row["student_name"] or "\0") in text
        ]


def _text(pages: Pages, reader: Reader, page: Page) -> str:
    answer = pages.as_reader(reader).get(page.path)
    assert answer.status_code == 200
    return answer.text


def test_figures_of_other_courses_are_not_a_teachers(pages: Pages) -> None:
    """A teacher of another course finds no figure of this one, and none of the school."""
    stranger = replace(pages.readers[Role.TEACHER], courses=frozenset({"https://elsewhere.example/course"}))
    lead = pages.as_reader(pages.readers[Role.LEAD]).get("/school").text
    text = pages.as_reader(stranger).get("/school").text
    assert lead.count("<td") > 5
    assert "<td" not in text


def test_addresses_hold_keys_and_no_names(pages: Pages) -> None:
    """Whatever a page links to is an address without anybody's name or identifier."""
    teacher = pages.as_reader(pages.readers[Role.TEACHER])
    home = teacher.get("/").headers["location"]
    links = set(re.findall(r'(?:href|action)="([^"]*)"', teacher.get(home).text))
    assert len(links) > 8
    allowed = re.compile(
        r"/|/login|/answers|#main|\?all=1|/static/[a-z0-9.-]+|/[cs]/[0-9a-f]{12,16}[a-z/?=0-9]*"
    )
    assert [link for link in links if not allowed.fullmatch(link)] == []
