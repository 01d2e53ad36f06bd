"""Sessions: they end, are known by a hash alone, follow the roster, and guard forms."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.config.login import Invitation, LoginBounds
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.login.app import FORM_FIELD
from learnloom.pipelines.login.received import Received
from learnloom.pipelines.login.sessions import Identity, Sessions
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.reader import Reader, Role
from tests.pipelines.login.browser import Browser
from tests.pipelines.login.conftest import HERE, HOME, Place
from tests.pipelines.people.make import TELLER

_IDENTITY = Identity("https://lms.example#1", "Ann", "", f"{HOME} ann", (), "en")
_READER = Reader("https://lms.example#1", "Ann", Role.STUDENT, "k", frozenset(), "en")


def _logged_in(place: Place, identity: Identity = _IDENTITY) -> tuple[Browser, str]:
    """A browser with a session, and the session."""
    reader, _ = place.login.door.resolver.reader(identity)
    session = place.login.door.sessions.begin(identity, reader, is_framed=False)
    browser = place.browser()
    browser.keep("__Host-learnloom-session", session)
    return browser, session


@pytest.mark.parametrize("is_used", [True, False])
def test_a_session_ends_when_it_is_idle_and_in_any_case(place: Place, is_used: bool) -> None:
    """An hour without a request ends it, and twelve hours whatever was done."""
    sessions = Sessions(place.store, LoginBounds(idle_minutes=60, session_hours=12))
    session = sessions.begin(_IDENTITY, _READER, is_framed=False)
    found = sessions.find(session)
    assert found is not None
    assert (found.identity, found.reader) == (_IDENTITY, _READER)
    for _ in range(24 if is_used else 1):
        place.clock.moment += dt.timedelta(minutes=30)
        assert sessions.find(session) is not None
    place.clock.moment += dt.timedelta(seconds=1) if is_used else dt.timedelta(minutes=61)
    assert sessions.find(session) is None


def test_what_is_kept_lets_nobody_in(place: Place) -> None:
    """Of session, state and invitation a hash is kept: whoever reads the file cannot use it."""
    _, session = _logged_in(place)
    state, _ = place.store.begin("lti", "browser-secret", {})
    code = place.store.invite(Invitation(match="email"))
    folder = Path(place.settings.warehouse) / "login"
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    for secret in (session, state, code, "browser-secret"):
        assert secret.encode() not in kept
    assert folder.stat().st_mode & 0o077 == 0


def test_sessions_have_a_limit_and_are_ended_by_name(place: Place) -> None:
    """One above the limit ends the one that is idle longest; all of one subject end at once."""
    sessions = Sessions(place.store, LoginBounds(max_sessions=10))
    begun = []
    for _ in range(11):
        place.clock.moment += dt.timedelta(seconds=1)
        begun.append(sessions.begin(_IDENTITY, _READER, is_framed=True))
    assert sessions.find(begun[0]) is None
    assert sessions.find(begun[1]) is not None
    assert (sessions.end_of("https://lms.example#2"), sessions.end_of(_IDENTITY.subject)) == (0, 10)
    assert sessions.find(begun[-1]) is None


@pytest.mark.slow
def test_what_a_reader_sees_follows_the_roster(place: Place) -> None:
    """Within minutes a teacher sees a new course, and whoever is in no roster any more is logged out."""
    subject = _IDENTITY._replace(subject="https://lms.example#9", identifier=f"{HOME} new")

    def told(*members: Member) -> None:
        with open_to_write(place.settings) as warehouse:
            import_members(warehouse, "b", members, TELLER, left_out=0, wait_seconds=20)

    told(Member(f"{HOME}/course/a", "teacher", f"{HOME} new"))
    browser, _ = _logged_in(place, subject)
    told(Member(f"{HOME}/course/b", "teacher", f"{HOME} new"))
    seen = []
    for _ in range(2):
        reader = place.login.reader_of(browser)
        assert reader is not None
        seen.append(reader.courses)
        place.clock.moment += dt.timedelta(seconds=301)
    assert seen == [{f"{HOME}/course/a"}, {f"{HOME}/course/b"}]
    told()
    assert place.login.reader_of(browser) is None
    place.clock.moment -= dt.timedelta(seconds=301)
    assert place.login.reader_of(browser) is None


@pytest.mark.slow
def test_who_teaches_no_more_sees_nothing_at_once(place: Place) -> None:
    """With the next request, once rosters were told to say something else; also what a platform's launch had given."""
    gone = _IDENTITY._replace(
        subject="https://lms.example#7",
        role="teacher",
        identifier=f"{HOME} gone",
        courses=(f"{HOME}/course/launched",),
        came=int((place.clock.moment - dt.timedelta(minutes=1)).timestamp() * 1_000),
    )
    teller = TELLER._replace(told_at=place.clock.moment)

    def told(source: str, *members: Member) -> None:
        with open_to_write(place.settings) as warehouse:
            import_members(warehouse, source, members, teller, left_out=0, wait_seconds=20)
        place.clock.moment += dt.timedelta(milliseconds=1)
        place.login.look_up_again()

    told("c", Member(f"{HOME}/course/c", "teacher", f"{HOME} gone"))
    place.clock.moment += dt.timedelta(milliseconds=1)
    browser, _ = _logged_in(place, gone)

    def seen() -> set[str]:
        place.clock.moment += dt.timedelta(milliseconds=1)
        reader = place.login.reader_of(browser)
        assert reader is not None
        return {course.rpartition("/")[2] for course in reader.courses}

    assert seen() == {"c", "launched"}
    told("c")
    assert seen() == {"launched"}
    # Somebody else's list says nothing of what this platform vouches for; its own does.
    told("x", Member(f"{HOME}/course/launched", "teacher", None, None, "https://other.example#1"))
    assert seen() == {"launched"}
    told("l", Member(f"{HOME}/course/launched", "teacher", None, None, "https://lms.example#8"))
    assert seen() == set()
    told("l", Member(f"{HOME}/course/launched", "teacher", None, None, gone.subject))
    assert seen() == {"launched"}
    for source in ("l", "x"):
        told(source)


def test_a_form_counts_from_its_own_session_only(place: Place) -> None:
    """Logging out needs the token of this session, and no other page can send it."""
    browser, session = _logged_in(place)
    other, _ = _logged_in(place)
    token = place.login.form_token(browser)
    assert token in browser.get("/me").text
    assert session not in browser.get("/me").text
    for given, headers in (
        ({}, {}),
        ({FORM_FIELD: place.login.form_token(other)}, {}),
        ({FORM_FIELD: token}, {"origin": "https://evil.example"}),
    ):
        assert browser.post("/logout", data=given, headers=headers).status_code == 403
        assert place.login.reader_of(browser) is not None
    answer = browser.post("/logout", data={FORM_FIELD: token}, headers={"origin": HERE})
    assert (answer.status_code, answer.headers.get_list("set-cookie")[0].split(";")[0]) == (
        200,
        "__Host-learnloom-session=",
    )
    again = place.browser()
    again.keep("__Host-learnloom-session", session)
    assert place.login.reader_of(again) is None


def test_an_invented_session_is_nobodys(place: Place) -> None:
    """Whatever stands in the cookie."""
    for value in ("", "x", "\udcff", "x" * 5_000):
        browser = place.browser()
        browser.keep("__Host-learnloom-session", value)
        assert place.login.reader_of(browser) is None


def test_a_session_that_is_over_hides_no_other_one(place: Place) -> None:
    """A browser that brings that of a frame, too, is let in by the one that goes on, and its forms count."""
    browser, _ = _logged_in(place)
    browser.keep("__Host-learnloom-framed", "over")
    assert place.login.reader_of(browser) is not None
    token = place.login.form_token(browser)
    assert token in browser.get("/me").text
    assert browser.post("/logout", data={FORM_FIELD: token}).status_code == 200
    assert place.login.reader_of(browser) is None


@pytest.mark.parametrize("is_framed", [True, False])
def test_a_login_takes_the_place_of_every_other_one_in_the_browser(place: Place, is_framed: bool) -> None:
    """Where a platform shares our domain, a frame's session comes with each request: a new one ends it and drops it."""
    before = [_logged_in(place)[1] for _ in range(2)]
    names = ("__Host-learnloom-session", "__Host-learnloom-framed")
    received = Received(
        {}, dict(zip(names, before, strict=True)), {"sec-fetch-dest": "iframe" if is_framed else "document"}
    )
    answer = place.login.door.let_in(_IDENTITY, received, HERE)
    told = dict(one.partition(";")[0].split("=") for one in answer.headers.getlist("set-cookie"))
    assert set(told) == set(names)
    assert told[names[not is_framed]] == ""
    assert place.login.door.sessions.find(told[names[is_framed]]) is not None
    assert [place.login.door.sessions.find(one) for one in before] == [None, None]
