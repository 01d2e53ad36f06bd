"""Who may see what: every kind of thing, asked for as every role."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.roster.access import COURSE_MEMBER, SMALLEST_GROUP, Access, Kind, roles_for
from learnloom.pipelines.roster.errors import AccessError
from learnloom.pipelines.roster.reader import Reader, Role

_MEMBERS = {"big": [f"s{number}" for number in range(6)], "small": ["s0", "t0"], "other": ["u0"]}


def _reader(role: Role, key: str | None = None, courses: tuple[str, ...] = ()) -> Reader:
    return Reader("https://lms.example#1", "", role, key, frozenset(courses), "en")


_STUDENT = _reader(Role.STUDENT, "s0")
_UNMATCHED = _reader(Role.STUDENT)
_TEACHER = _reader(Role.TEACHER, courses=("small",))
_NO_TEACHER = _reader(Role.TEACHER)
# What a login cannot give these: a key and courses, as if something before had failed.
_LEAD = _reader(Role.LEAD, "s0", ("small", "big"))
_OPERATOR = _reader(Role.OPERATOR, "s0", ("small", "big"))


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    """Three courses."""
    made = duckdb.connect()
    made.execute(f"CREATE TABLE {COURSE_MEMBER} (course_id VARCHAR, section VARCHAR, student_key VARCHAR)")
    rows = [(course, None, key) for course, keys in _MEMBERS.items() for key in keys]
    made.executemany(f"INSERT INTO {COURSE_MEMBER} VALUES (?, ?, ?)", [*rows, ("small", "a", "s0")])
    return made


def _access(database: duckdb.DuckDBPyConnection, reader: Reader) -> Access:
    def rows(sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = database.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return Access(reader, rows)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (Kind.OWN, {Role.STUDENT}),
        (Kind.PERSONS, {Role.TEACHER}),
        (Kind.AGGREGATE, {Role.TEACHER, Role.LEAD}),
        (Kind.HEALTH, {Role.OPERATOR}),
    ],
)
def test_each_kind_of_page_is_for_its_roles(
    database: duckdb.DuckDBPyConnection, role: Role, kind: Kind, roles: set[Role]
) -> None:
    """A page is for a role or it is not, and asking for another's is an error."""
    access = _access(database, _reader(role, "s0", ("big",)))
    assert roles_for(kind) == roles
    assert access.may_see(kind) == (role in roles)
    if role not in roles:
        with pytest.raises(AccessError, match=rf"\({kind}\) is not for this {role}"):
            access.check(kind)


_ALL = {key for keys in _MEMBERS.values() for key in keys} | {"nobody"}


@pytest.mark.parametrize(
    ("reader", "students", "courses"),
    [
        (_STUDENT, {"s0"}, {"big", "small"}),
        (_UNMATCHED, set(), set()),
        (_TEACHER, {"s0", "t0"}, {"small"}),
        (_NO_TEACHER, set(), set()),
        (_LEAD, set(), {"big"}),
        (_OPERATOR, set(), set()),
    ],
)
def test_each_reader_sees_their_students_and_courses(
    database: duckdb.DuckDBPyConnection, reader: Reader, students: set[str], courses: set[str]
) -> None:
    """Students by name are one's own or of the courses taught; whoever is not, is refused one by one."""
    access = _access(database, reader)
    assert (set(access.students()), set(access.courses())) == (students, courses)
    mine = Kind.OWN if reader.role is Role.STUDENT else Kind.PERSONS
    for key in _ALL:
        assert access.may_see(mine, student_key=key) == (key in students)
        # Nobody sees a person on a page of figures but their teacher, nor on one of the system's health.
        assert access.may_see(Kind.AGGREGATE, student_key=key) == (key in students and mine is Kind.PERSONS)
        assert not access.may_see(Kind.HEALTH, student_key=key)
    for course, keys in _MEMBERS.items():
        expected = students & set(keys) if course in courses else set()
        assert access.students(course) == expected
        assert access.may_see(mine, course_id=course) == (course in courses and reader.role is not Role.LEAD)
        figures = course in courses and reader.role in (Role.TEACHER, Role.LEAD)
        assert access.may_see(Kind.AGGREGATE, course_id=course) == figures
        for key in _ALL:
            assert access.may_see(mine, course_id=course, student_key=key) == (key in expected)


@given(
    n_students=st.integers(0, 50),
    role=st.sampled_from(Role),
    course=st.sampled_from([None, "small", "big"]),
    taught=st.sets(st.sampled_from(["small", "big"])),
)
def test_figures_of_few_are_seen_by_their_teacher_alone(
    n_students: int, role: Role, course: str | None, taught: set[str]
) -> None:
    """Nobody but a course's teacher sees a figure of fewer than five, and students and operators see none."""
    reader = _reader(role, "s0", tuple(taught))
    seen = Access(reader, lambda *_: []).may_see_figure(n_students, course)
    if role is Role.TEACHER:
        assert seen == (course in taught)
    else:
        assert seen == (role is Role.LEAD and n_students >= SMALLEST_GROUP)
