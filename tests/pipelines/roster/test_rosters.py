"""Rosters: from a plain list and from OneRoster, into the warehouse, and what follows for courses and logins."""

from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.events import WhoIsWho, read_events, tell
from learnloom.pipelines.people.identifier import key_of, known_as
from learnloom.pipelines.people.oneroster import MatchBy
from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.pipelines.roster.errors import MatchError, RosterFileError
from learnloom.pipelines.roster.import_roster import import_roster
from learnloom.pipelines.roster.match import Match, tell_matches
from learnloom.pipelines.roster.member import Member, RosterCounts, import_members
from learnloom.pipelines.roster.members import (
    KnownMember,
    find_login,
    listed_members_sql,
    roster_state,
)
from learnloom.pipelines.roster.roster_csv import read_members
from learnloom.pipelines.roster.show import list_courses, list_unmatched
from tests.pipelines.people.make import TELLER, merge
from tests.pipelines.roster.making import (
    ANN,
    ART,
    BO,
    HOME,
    MATHS,
    SUBJECT,
    TINA,
    imported,
    members_of_courses,
)

pytestmark = pytest.mark.slow

_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page="https://school.example/p", key_id="1")


def _enrolments(warehouse: Warehouse, *rows: tuple[str, str, bool]) -> None:
    """What statements tell: course, student, whether they left."""
    warehouse.run("CREATE SCHEMA IF NOT EXISTS dimensional")
    warehouse.run(
        "CREATE TABLE dimensional.fact_enrolment (course_id VARCHAR, student_key VARCHAR, unregistered_at TIMESTAMPTZ)"
    )
    for course, student, has_left in rows:
        left = "now()" if has_left else "NULL"
        warehouse.run(f"INSERT INTO dimensional.fact_enrolment VALUES (?, ?, {left})", [course, student])


def test_without_roster_and_statements_nobody_is_anywhere(warehouse: Warehouse) -> None:
    """A warehouse of an earlier release, or an empty one, is asked without an error."""
    assert members_of_courses(warehouse) == set()
    assert find_login(warehouse, SUBJECT, None) == KnownMember(None, False, False, frozenset(), False)
    assert list_courses(warehouse, limit=10) == []


def test_a_roster_comes_before_statements_in_its_courses_only(warehouse: Warehouse) -> None:
    """Of a course in a roster its students count, met or not; of others, those of statements who have not left."""
    _enrolments(warehouse, (MATHS, key_of(BO), False), (ART, key_of(BO), False), (ART, "gone", True))
    assert members_of_courses(warehouse) == {(MATHS, None, key_of(BO)), (ART, None, key_of(BO))}
    counts = imported(
        warehouse,
        Member(MATHS, "student", ANN, "7a"),
        Member(MATHS, "teacher", TINA),
        Member(ART, "teacher", TINA),
    )
    assert counts == RosterCounts(2, 1, 1, 0, 1)
    assert members_of_courses(warehouse) == {(MATHS, "7a", key_of(ANN)), (ART, None, key_of(BO))}
    lines = {each.course_id: each for each in list_courses(warehouse, limit=10)}
    assert [
        (lines[each].n_students, lines[each].n_teachers, lines[each].told_by) for each in (ART, MATHS)
    ] == [
        (1, 1, "a"),
        (1, 1, "a"),
    ]


def test_an_import_replaces_what_the_same_roster_said(warehouse: Warehouse) -> None:
    """Whoever has left the roster has left the course; other rosters stay; staff stay staff."""
    imported(warehouse, Member(MATHS, "student", ANN), Member(MATHS, "teacher", TINA))
    imported(warehouse, Member(ART, "student", ANN), source="b")
    assert imported(warehouse, Member(MATHS, "student", BO)).new_staff == 0
    assert members_of_courses(warehouse) == {(MATHS, None, key_of(BO)), (ART, None, key_of(ANN))}
    assert find_login(warehouse, "x#y", key_of(TINA)) == KnownMember(
        key_of(TINA), False, True, frozenset(), False
    )


def test_staff_are_no_students(warehouse: Warehouse) -> None:
    """Neither by a roster nor by statements; a teacher who learns is a student, but not in the course they teach."""
    _enrolments(warehouse, (ART, key_of(TINA), False))
    imported(warehouse, Member(MATHS, "teacher", TINA))
    assert members_of_courses(warehouse) == set()
    imported(
        warehouse,
        Member(MATHS, "teacher", TINA),
        Member(MATHS, "student", TINA),
        Member(ART, "student", TINA),
    )
    assert members_of_courses(warehouse) == {(ART, None, key_of(TINA))}


def test_who_learns_by_one_roster_and_teaches_by_another_stays_a_student(warehouse: Warehouse) -> None:
    """In whatever order and however often rosters come, until no roster names them as a student any more."""

    def told() -> list[str | None]:
        return [event.value for event in read_events(warehouse)]

    for _ in range(2):
        imported(warehouse, Member(MATHS, "teacher", TINA), source="maths")
        assert imported(warehouse, Member(ART, "student", TINA), source="art").new_staff == 0
    assert told() == ["teacher", "student"]
    assert members_of_courses(warehouse) == {(ART, None, key_of(TINA))}
    assert imported(warehouse, source="art").new_staff == 1
    assert told() == ["teacher", "student", "teacher"]


def test_a_login_is_found_by_identifier_or_by_hand(warehouse: Warehouse) -> None:
    """What is matched by hand comes before what the login says, is taken back, and follows who is one person."""
    imported(warehouse, Member(MATHS, "teacher", TINA), Member(ART, "student", ANN))
    assert find_login(warehouse, SUBJECT, key_of(ANN)).in_courses
    tell_matches(warehouse, [Match(SUBJECT, TINA)], TELLER, wait_seconds=20)
    assert find_login(warehouse, SUBJECT, key_of(ANN)) == KnownMember(
        key_of(TINA), False, True, frozenset({MATHS}), False
    )
    tell(warehouse, lambda _: [merge(key_of(TINA), key_of(BO))], TELLER, wait_seconds=20)
    assert find_login(warehouse, SUBJECT, None).person_key == key_of(BO)
    assert find_login(warehouse, SUBJECT, None).teaches == {MATHS}
    tell_matches(warehouse, [Match(SUBJECT, None)], TELLER, wait_seconds=20)
    assert find_login(warehouse, SUBJECT, None).person_key is None
    assert warehouse.rows("SELECT match_id, identifier FROM landing.login_match ORDER BY ALL") == [
        (1, TINA),
        (2, None),
    ]


def test_under_pseudonyms_a_roster_names_nobody(warehouse: Warehouse) -> None:
    """Members and matched logins are kept under the pseudonyms of statements, and a login is found by its own."""
    members = [Member(MATHS, "teacher", TINA), Member(MATHS, "student", ANN)]
    import_members(warehouse, "a", members, TELLER, left_out=0, wait_seconds=20, pseudonyms=_PSEUDONYMS)
    match = [Match(SUBJECT, TINA)]
    tell_matches(warehouse, match, TELLER, wait_seconds=20, pseudonyms=_PSEUDONYMS)
    key = key_of(known_as(ANN, _PSEUDONYMS))
    assert members_of_courses(warehouse) == {(MATHS, None, key)}
    assert find_login(warehouse, "x#y", key).in_courses
    assert find_login(warehouse, SUBJECT, None).teaches == {MATHS}
    kept = [
        warehouse.rows(f"FROM {name}")
        for name in ("landing.roster_member", "landing.login_match", "landing.staff", "landing.person_event")
    ]
    assert "tina" not in str(kept)
    assert "ann" not in str(kept)


def test_a_platforms_list_of_members_knows_logins_only(warehouse: Warehouse) -> None:
    """A subject alone gives a teacher their courses; until all students are matched, those of statements count, too."""
    _enrolments(warehouse, (MATHS, "met", False))
    imported(
        warehouse,
        Member(MATHS, "teacher", subject="https://lms.example#1"),
        Member(MATHS, "student", subject="https://lms.example#2"),
    )
    assert find_login(warehouse, "https://lms.example#1", None).teaches == {MATHS}
    assert members_of_courses(warehouse) == {(MATHS, None, "met")}
    tell_matches(warehouse, [Match("https://lms.example#2", ANN)], TELLER, wait_seconds=20)
    assert members_of_courses(warehouse) == {(MATHS, None, key_of(ANN))}


def test_a_list_that_names_nobody_of_statements_does_not_empty_the_course(warehouse: Warehouse) -> None:
    """By names that no statement has, a platform's list says nothing of who is there; once it has one, it does."""
    warehouse.run("CREATE SCHEMA IF NOT EXISTS staging")
    warehouse.run(
        "CREATE TABLE staging.stg_identifier (identifier_key VARCHAR, own_key VARCHAR, student_key VARCHAR)"
    )
    for name in (ANN, BO):
        warehouse.run("INSERT INTO staging.stg_identifier VALUES ($k, $k, $k)", {"k": key_of(name)})
    _enrolments(warehouse, (MATHS, key_of(ANN), False), (MATHS, key_of(BO), False))
    opaque = f"{HOME} 8a7b"
    imported(warehouse, Member(MATHS, "student", opaque, None, "https://lms.example#8a7b"))
    assert list_unmatched(warehouse, limit=10) == [("https://lms.example#8a7b", MATHS)]
    everybody = {(MATHS, None, key_of(each)) for each in (opaque, ANN, BO)}
    assert members_of_courses(warehouse) == everybody
    listed = "SELECT subject, student_key, is_matched, is_met FROM ({})"
    assert warehouse.rows(listed.format(listed_members_sql(warehouse))) == [
        ("https://lms.example#8a7b", key_of(opaque), False, False)
    ]
    tell_matches(warehouse, [Match("https://lms.example#8a7b", BO)], TELLER, wait_seconds=20)
    assert members_of_courses(warehouse) == {(MATHS, None, key_of(BO))}
    assert list_unmatched(warehouse, limit=10) == []
    assert warehouse.rows(listed.format(listed_members_sql(warehouse))) == [
        ("https://lms.example#8a7b", key_of(BO), True, True)
    ]


def test_a_state_of_rosters_differs_from_the_one_before(warehouse: Warehouse) -> None:
    """Whatever of members, matches and staff changes, down to a roster that is emptied."""
    states = [roster_state(warehouse)]
    imported(warehouse, Member(MATHS, "student", ANN))
    states.append(roster_state(warehouse))
    imported(warehouse, Member(MATHS, "teacher", TINA), source="b")
    states.append(roster_state(warehouse))
    tell_matches(warehouse, [Match(SUBJECT, TINA)], TELLER, wait_seconds=20)
    states.append(roster_state(warehouse))
    imported(warehouse)
    states.append(roster_state(warehouse))
    assert len(set(states)) == len(states)
    assert roster_state(warehouse) == states[-1]


@pytest.mark.parametrize(
    ("match", "error"),
    [
        (Match("ann", ANN), "'ann' is no login: give issuer#sub"),
        (Match(SUBJECT, "ann"), "'ann' is no identifier"),
    ],
)
def test_a_wrong_match_is_told(warehouse: Warehouse, match: Match, error: str) -> None:
    """And nothing of it is kept."""
    with pytest.raises(MatchError, match=error):
        tell_matches(warehouse, [Match(SUBJECT, ANN), match], TELLER, wait_seconds=20)
    assert find_login(warehouse, SUBJECT, None).person_key is None


def _list(folder: Path, *rows: str) -> Path:
    path = folder / "roster.csv"
    path.write_text("\n".join(["course_id,identifier,role,section", *rows]), encoding="utf-8")
    return path


def test_a_plain_roster_is_read(tmp_path: Path, warehouse: Warehouse) -> None:
    """Roles in any letters; the file's name is the roster's."""
    path = _list(tmp_path, f"{MATHS},{ANN},Student,7a", f"{MATHS},{TINA},teacher,")
    assert read_members(path) == [Member(MATHS, "student", ANN, "7a"), Member(MATHS, "teacher", TINA)]
    import_roster(
        warehouse,
        path,
        TELLER,
        source=None,
        match=MatchBy.EMAIL,
        home_page=None,
        template=None,
        wait_seconds=20,
    )
    assert warehouse.rows("SELECT DISTINCT source FROM landing.roster_member") == [("roster.csv",)]
    assert WhoIsWho(read_events(warehouse)).roles[key_of(TINA)].role == "teacher"


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (f"maths,{ANN},student,", "line 2, column course_id: 'maths' is no IRI"),
        (f"{MATHS},ann,student,", "line 2, column identifier: 'ann' is no identifier"),
        (f"{MATHS},{ANN},mentor,", "column role: 'mentor' is neither student nor teacher"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, row: str, error: str) -> None:
    """Line, column, value and what to do."""
    with pytest.raises(RosterFileError, match=error):
        read_members(_list(tmp_path, row))


def test_keys_are_those_of_the_warehouse(warehouse: Warehouse) -> None:
    """Where keys are made with a secret, members and logins have the keys under which statements count."""
    warehouse.run("CREATE SCHEMA IF NOT EXISTS staging")
    warehouse.run(
        "CREATE TABLE staging.stg_identifier (identifier_key VARCHAR, own_key VARCHAR, student_key VARCHAR)"
    )
    for name, key in ((ANN, "ann's"), (TINA, "tina's")):
        warehouse.run("INSERT INTO staging.stg_identifier VALUES (?, ?, ?)", [key_of(name), key, key])
    imported(warehouse, Member(MATHS, "student", ANN), Member(MATHS, "teacher", TINA))
    assert members_of_courses(warehouse) == {(MATHS, None, "ann's")}
    assert find_login(warehouse, "x#y", key_of(ANN)) == KnownMember("ann's", True, False, frozenset(), True)
    assert find_login(warehouse, "x#z", key_of(TINA)) == KnownMember(
        "tina's", True, True, frozenset({MATHS}), False
    )
