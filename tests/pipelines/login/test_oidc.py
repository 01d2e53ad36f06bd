"""The school's own login: OpenID Connect's code flow with PKCE."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from learnloom.pipelines.roster.reader import Role
from tests.pipelines.login.browser import Browser
from tests.pipelines.login.conftest import HERE, HOME, Place
from tests.pipelines.login.playing import rsa


def _asked(browser: Browser, to: str = "/me") -> dict[str, str]:
    answer = browser.get("/login/school", params={"to": to})
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def _answered(browser: Browser, asked: dict[str, str], code: str, **more: str) -> Any:
    return browser.get("/login/answer", params={"code": code, "state": asked["state"], **more})


@pytest.mark.parametrize(
    ("claims", "role", "courses", "is_matched"),
    [
        ({"sub": "7", "preferred_username": "tina"}, Role.TEACHER, {f"{HOME}/course/maths"}, False),
        ({"sub": "8", "preferred_username": "ann"}, Role.STUDENT, set(), True),
        ({"sub": "9", "preferred_username": "lena"}, Role.LEAD, set(), False),
        ({"sub": "ops"}, Role.OPERATOR, set(), False),
    ],
)
def test_the_roster_and_the_settings_say_who_it_is(
    place: Place, claims: dict[str, Any], role: Role, courses: set[str], is_matched: bool
) -> None:
    """The provider says who somebody is; what they may see follows from the roster, and from the settings."""
    browser = place.browser()
    asked = _asked(browser, "/me?week=3")
    answer = _answered(browser, asked, place.player.code(asked, **claims))
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?week=3")
    reader = place.login.reader_of(browser)
    assert reader is not None
    assert (reader.role, set(reader.courses), reader.student_key is not None) == (role, courses, is_matched)


def test_who_is_in_no_roster_is_told_and_listed(place: Place) -> None:
    """Nobody is let in whom neither roster, statements nor settings know."""
    browser = place.browser()
    asked = _asked(browser)
    answer = _answered(browser, asked, place.player.code(asked, sub="x", preferred_username="nobody"))
    assert (answer.status_code, "Check: roster." in answer.text) == (403, True)
    assert [each.identifier for each in place.store.unmatched()] == [f"{HOME} nobody"]


@pytest.mark.slow
def test_operators_see_how_many_match_nobody_and_no_persons(place: Place) -> None:
    """The page counts by platform; for everybody else it is not there."""
    browser = place.browser()
    assert browser.get("/login/unmatched").headers["location"] == "/login?to=/login/unmatched"
    for claims, status in (
        ({"sub": "x", "name": "Xaver", "preferred_username": "nobody"}, 303),
        ({"sub": "8", "preferred_username": "ann"}, 404),
        ({"sub": "9", "preferred_username": "lena"}, 404),
        ({"sub": "7", "preferred_username": "tina"}, 404),
        ({"sub": "ops"}, 200),
    ):
        asked = _asked(browser)
        _answered(browser, asked, place.player.code(asked, **claims))
        answer = browser.get("/login/unmatched")
        assert answer.status_code == status, answer.text
    assert "1 of 5 not matched; 0 of them without what is looked for" in answer.text
    assert not [word for word in ("Xaver", HOME, "#x") if word in answer.text]


def test_what_the_token_lacks_is_asked_for(place: Place) -> None:
    """A name that only the provider's page of the user has is taken from there, if it is of the same user."""
    for user, status in (
        ({"sub": "8", "preferred_username": "ann"}, 303),
        ({"sub": "9", "preferred_username": "ann"}, 403),
    ):
        place.player.user = user
        browser = place.browser()
        asked = _asked(browser)
        assert _answered(browser, asked, place.player.code(asked, sub="8")).status_code == status


@pytest.mark.parametrize(
    ("claims", "check"),
    [
        ({"aud": "client-9"}, "aud"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"nonce": "x"}, "nonce"),
        ({"exp": 1}, "exp"),
        ({"sub": None}, "sub"),
        ({"aud": ["pages", "x"], "azp": "x"}, "azp"),
    ],
)
def test_a_wrong_token_is_refused(place: Place, claims: dict[str, Any], check: str) -> None:
    """The page names the check, and nobody is logged in."""
    browser = place.browser()
    asked = _asked(browser)
    answer = _answered(browser, asked, place.player.code(asked, **claims))
    assert (answer.status_code, f"Check: {check}." in answer.text) == (403, True), answer.text
    assert place.login.reader_of(browser) is None


def test_another_key_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is signed by a key of the same name, and another's, lets nobody in."""
    browser = place.browser()
    asked = _asked(browser)
    code = place.player.code(asked)
    other, own = rsa("first"), place.player.signed
    monkeypatch.setattr(place.player, "signed", lambda claims: own(claims, key=other))
    assert "Check: signature." in _answered(browser, asked, code).text


def test_an_answer_counts_once_and_in_its_browser(place: Place) -> None:
    """A state that was used, of another browser, or of another provider, is refused; a code that was used, too."""
    browser, other = place.browser(), place.browser()
    asked = _asked(browser)
    code = place.player.code(asked, preferred_username="ann")
    assert "Check: browser." in _answered(other, asked, code).text
    assert "Check: state." in _answered(browser, asked, code).text
    asked = _asked(browser)
    assert "Check: issuer." in _answered(browser, asked, code, iss="https://evil.example").text
    asked = _asked(browser)
    assert _answered(browser, asked, "never given").status_code == 503
    stolen = _asked(other)
    # A code that was given to one browser is of no use in another: the verifier is missing (PKCE).
    assert "the code was used" in _answered(other, stolen, place.player.code(asked)).text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_login_leads_to_our_pages_only(place: Place, to: str) -> None:
    """Whoever sends somebody a link to the login does not choose where it ends."""
    browser = place.browser()
    asked = _asked(browser, to)
    answer = _answered(browser, asked, place.player.code(asked, preferred_username="ann"))
    assert answer.headers["location"] == "/"
    assert "evil" not in browser.get("/login", params={"to": to}).headers.get("location", "")


def test_the_provider_refuses(place: Place) -> None:
    """Its words are shown."""
    browser = place.browser()
    answer = browser.get(
        "/login/answer", params={"state": _asked(browser)["state"], "error": "access_denied"}
    )
    assert (answer.status_code, "access_denied" in answer.text) == (403, True)
    assert HERE not in answer.text
