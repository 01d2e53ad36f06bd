"""The lists of members that platforms give."""

from typing import Any

import pytest

from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.login.fetch_rosters import fetch_rosters
from learnloom.pipelines.login.store import MemberList
from learnloom.pipelines.people.events import read_events
from learnloom.pipelines.roster.member import RosterCounts
from tests.pipelines.login.conftest import HOME, Place
from tests.pipelines.login.playing import CLIENT, MEMBERSHIP
from tests.pipelines.people.make import TELLER

pytestmark = pytest.mark.slow


def _member(sub: str, role: str, **more: Any) -> dict[str, Any]:
    return {"user_id": sub, "roles": [f"{MEMBERSHIP}{role}"], "status": "Active", **more}


def _listed(place: Place, course: str) -> str:
    """Let the platform have told where it lists a course's members; returns the course."""
    told = MemberList(place.player.list_of(course), place.player.address, CLIENT, f"{HOME}/course/{course}")
    place.store.note_list(told)
    return told.course_id


def test_members_of_a_course_are_fetched_page_by_page(place: Place) -> None:
    """By a token for our signed name; who has left, or is something else, is left out; a list's trouble is told."""
    keys = place.browser().get("/.well-known/jwks").json()
    assert set(keys["keys"][0]) >= {"kty", "n", "e", "kid"}
    assert not {"d", "p", "q"} & set(keys["keys"][0])
    place.player.tool_keys = keys
    place.player.members["fetched"] = [
        _member("40", "Instructor"),
        _member("41", "Learner"),
        _member("42", "Learner", status="Inactive"),
        _member("43", "Mentor"),
        _member("44", "Learner"),
    ]
    course = _listed(place, "fetched")
    place.store.note_list(
        MemberList("https://gone.example/m", "https://gone.example", "x", f"{HOME}/course/gone")
    )
    with open_to_write(place.settings) as warehouse:
        good, bad = fetch_rosters(place.settings, place.store, warehouse, TELLER)
        rows = warehouse.rows(
            "SELECT identifier, subject, role FROM landing.roster_member WHERE course_id = ? ORDER BY ALL",
            [course],
        )
    assert good.counts == RosterCounts(1, 2, 1, 2, None)
    assert rows == [
        (f"{HOME} {sub}", f"{place.player.address}#{sub}", role)
        for sub, role in (("40", "teacher"), ("41", "student"), ("44", "student"))
    ]
    assert bad.counts is None
    assert "https://gone.example" in str(bad.trouble)


def test_who_is_staff_is_told_once_by_all_lists_together(place: Place) -> None:
    """Whoever moves from one course to another is told to be nothing that the lists before and after do not say."""
    place.player.tool_keys = place.browser().get("/.well-known/jwks").json()
    for course in ("art", "maths", "music"):
        _listed(place, course)
    moving = _member("50", "Learner")
    staff = [_member(sub, "Instructor") for sub in ("60", "61")]
    fetches = [
        {"art": [moving, staff[0]], "maths": [_member("50", "Instructor")], "music": [staff[1]]},
        {"art": [], "maths": [_member("50", "Instructor"), staff[0]], "music": [moving, staff[1]]},
    ]
    with open_to_write(place.settings) as warehouse:
        n_before = len(read_events(warehouse))
        for members in fetches:
            place.player.members.update(members)
            assert all(each.counts for each in fetch_rosters(place.settings, place.store, warehouse, TELLER))
        events = read_events(warehouse)[n_before:]
    assert [(each.identifier, each.value) for each in events] == [
        (f"{HOME} 60", "teacher"),
        (f"{HOME} 61", "teacher"),
    ]
    assert len({each.event_id for each in events}) == 1
