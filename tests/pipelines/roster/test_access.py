"""Who may see what: every kind of thing, asked for as every role."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.roster.access import COURSE_MEMBER, SMALLEST_GROUP, Access, Kind, may_open
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
    return Access(reader, lambda sql, values: database.execute(sql, values).fetchall())


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.STUDENT, {Kind.OWN}),
        (Role.TEACHER, {Kind.PERSONS, Kind.AGGREGATE}),
        (Role.LEAD, {Kind.AGGREGATE}),
        (Role.OPERATOR, {Kind.HEALTH}),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_each_role_opens_its_kinds_of_pages(
    database: duckdb.DuckDBPyConnection, role: Role, kinds: set[Kind], kind: Kind
) -> None:
    """A page is for a role or it is not, and asking for another's is an error."""
    reader = _reader(role, "s0", ("big",))
    assert may_open(reader, kind) == (kind in kinds)
    if kind in kinds:
        _access(database, reader).check(kind)
    else:
        with pytest.raises(AccessError, match=f"{kind} is not for a {role}"):
            _access(database, reader).check(kind)


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
    for key in {key for keys in _MEMBERS.values() for key in keys} | {"nobody"}:
        if key in students:
            access.check_student(key)
        else:
            with pytest.raises(AccessError):
                access.check_student(key)
    for course, keys in _MEMBERS.items():
        expected = students & set(keys) if course in courses else set()
        assert access.students(course) == expected
        if course not in courses:
            with pytest.raises(AccessError):
                access.check_course(course)


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
