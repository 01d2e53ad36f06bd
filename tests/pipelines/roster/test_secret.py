"""Rosters in a warehouse whose students' keys are made with a secret."""

import pytest

from learnloom.pipelines.ingest.land.student_keys import held_secret, key_who_is_listed, take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.members import (
    KnownMember,
    course_members_sql,
    find_login,
    roster_students_sql,
)
from learnloom.schemas.xapi.identity import person_key
from tests.pipelines.people.make import TELLER

pytestmark = pytest.mark.slow

_HOME = "https://lms.school.example"
_MATHS = f"{_HOME}/course/maths"
_ANN, _BO, _TINA = f"{_HOME} ann", f"{_HOME} bo", f"{_HOME} tina"
_SUBJECT = "https://lms.school.example#29"


def _imported(warehouse: Warehouse, *members: Member) -> None:
    import_members(warehouse, "a", members, TELLER, left_out=0, wait_seconds=20)


def _members(warehouse: Warehouse) -> set[tuple[str, str | None, str]]:
    return set(warehouse.rows(course_members_sql(warehouse)))


def test_with_a_secret_no_key_of_a_list_can_be_tried(warehouse: Warehouse) -> None:
    """Of whom no statement tells, the key is made with the secret too; until it is, nobody goes by one without."""
    take_secret(warehouse, renew=False, now=TELLER.told_at, wait_seconds=20)
    _imported(warehouse, Member(_MATHS, "student", _ANN, None, _SUBJECT), Member(_MATHS, "teacher", _TINA))
    assert _members(warehouse) == set()
    assert find_login(warehouse, _SUBJECT, key_of(_ANN)).person_key is None
    key_who_is_listed(warehouse, wait_seconds=20)
    secret = held_secret(warehouse)
    assert secret is not None
    ann = person_key(key_of(_ANN), secret.value)
    assert ann != key_of(_ANN)
    assert _members(warehouse) == {(_MATHS, None, ann)}
    assert warehouse.rows(roster_students_sql(warehouse)) == [(ann, _ANN)]
    assert find_login(warehouse, _SUBJECT, key_of(_ANN)) == KnownMember(ann, False, False, frozenset(), True)
    before = warehouse.snapshot()
    key_who_is_listed(warehouse, wait_seconds=20)
    assert warehouse.snapshot() == before, "who is known is not written again"


def test_another_secret_gives_those_of_lists_other_keys(warehouse: Warehouse) -> None:
    """Renewed, left or merged: the keys kept are those of the secret in use, and of whom lists name now."""
    take_secret(warehouse, renew=False, now=TELLER.told_at, wait_seconds=20)
    _imported(warehouse, Member(_MATHS, "student", _ANN), Member(_MATHS, "student", _BO))
    key_who_is_listed(warehouse, wait_seconds=20)
    former = _members(warehouse)
    take_secret(warehouse, renew=True, now=TELLER.told_at, wait_seconds=20)
    _imported(warehouse, Member(_MATHS, "student", _BO))
    key_who_is_listed(warehouse, wait_seconds=20)
    secret = held_secret(warehouse)
    assert secret is not None
    assert _members(warehouse) == {(_MATHS, None, person_key(key_of(_BO), secret.value))}
    assert _members(warehouse).isdisjoint(former)
    assert warehouse.one("SELECT count(*) FROM landing.listed_key") == (1,)
