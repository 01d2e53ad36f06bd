"""Rosters in a warehouse whose students' keys are made with a secret."""

import pytest

from learnloom.pipelines.ingest.land.student_keys import held_secret, key_who_is_listed, take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.member import Member
from learnloom.pipelines.roster.members import (
    KnownMember,
    find_login,
    roster_students_sql,
)
from learnloom.schemas.xapi.identity import person_key
from tests.pipelines.people.make import TELLER
from tests.pipelines.roster.making import ANN, BO, MATHS, SUBJECT, TINA, imported, members_of_courses

pytestmark = pytest.mark.slow


def test_with_a_secret_no_key_of_a_list_can_be_tried(warehouse: Warehouse) -> None:
    """Of whom no statement tells, the key is made with the secret too; until it is, nobody goes by one without."""
    take_secret(warehouse, renew=False, now=TELLER.told_at, wait_seconds=20)
    imported(warehouse, Member(MATHS, "student", ANN, None, SUBJECT), Member(MATHS, "teacher", TINA))
    assert members_of_courses(warehouse) == set()
    assert find_login(warehouse, SUBJECT, key_of(ANN)).person_key is None
    key_who_is_listed(warehouse, wait_seconds=20)
    secret = held_secret(warehouse)
    assert secret is not None
    ann = person_key(key_of(ANN), secret.value)
    assert ann != key_of(ANN)
    assert members_of_courses(warehouse) == {(MATHS, None, ann)}
    assert warehouse.rows(roster_students_sql(warehouse)) == [(ann, ANN)]
    assert find_login(warehouse, SUBJECT, key_of(ANN)) == KnownMember(ann, False, False, frozenset(), True)
    before = warehouse.snapshot()
    key_who_is_listed(warehouse, wait_seconds=20)
    assert warehouse.snapshot() == before, "who is known is not written again"


def test_another_secret_gives_those_of_lists_other_keys(warehouse: Warehouse) -> None:
    """Renewed, left or merged: the keys kept are those of the secret in use, and of whom lists name now."""
    take_secret(warehouse, renew=False, now=TELLER.told_at, wait_seconds=20)
    imported(warehouse, Member(MATHS, "student", ANN), Member(MATHS, "student", BO))
    key_who_is_listed(warehouse, wait_seconds=20)
    former = members_of_courses(warehouse)
    take_secret(warehouse, renew=True, now=TELLER.told_at, wait_seconds=20)
    imported(warehouse, Member(MATHS, "student", BO))
    key_who_is_listed(warehouse, wait_seconds=20)
    secret = held_secret(warehouse)
    assert secret is not None
    assert members_of_courses(warehouse) == {(MATHS, None, person_key(key_of(BO), secret.value))}
    assert members_of_courses(warehouse).isdisjoint(former)
    assert warehouse.one("SELECT count(*) FROM landing.listed_key") == (1,)
