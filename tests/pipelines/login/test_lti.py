"""Launches of LTI 1.3: the right one lets in, every wrong one is refused with the check that failed."""

import base64
import datetime as dt
import hmac
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from learnloom.pipelines.login.launch import role_of
from learnloom.pipelines.login.store import MemberList
from learnloom.pipelines.roster.reader import Reader, Role
from tests.pipelines.login.browser import Browser
from tests.pipelines.login.conftest import HERE, HOME, Place
from tests.pipelines.login.playing import CLAIM, CLIENT, MEMBERSHIP, rsa

_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/"


def _launched(place: Place, browser: Browser, asked: dict[str, str], token: str, **headers: str) -> Any:
    return browser.post("/lti/launch", data={"state": asked["state"], "id_token": token}, headers=headers)


def _let_in(place: Place, browser: Browser, **claims: Any) -> Reader | None:
    asked = place.asked(browser)
    answer = _launched(place, browser, asked, place.player.signed(place.player.claims(asked, **claims)))
    assert answer.status_code == 303, answer.text
    return place.login.reader_of(browser)


def test_a_teacher_is_let_in(place: Place) -> None:
    """By a launch a teacher sees the course it comes from and those of the roster, and the session is the browser's."""
    browser = place.browser()
    assert _let_in(place, browser) == Reader(
        f"{place.player.address}#29",
        "Tina Tester",
        Role.TEACHER,
        None,
        frozenset({f"{HOME}/course/maths", f"{HOME}/course/art"}),
        "de-DE",
    )
    shown = browser.get("/me")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "Tina Tester" in shown.text
    assert f"frame-ancestors 'self' {place.player.address}" in shown.headers["content-security-policy"]
    assert place.browser().get("/me").headers["location"] == "/login?to=/me"
    assert place.store.member_lists() == [
        MemberList(place.player.list_of("maths"), place.player.address, CLIENT, f"{HOME}/course/maths")
    ]


def test_a_student_is_let_in_and_found_or_not(place: Place) -> None:
    """A student whose identifier a roster names has their key; another is let in, and listed as not matched."""
    learner = {f"{CLAIM}roles": [f"{MEMBERSHIP}Learner"]}
    found = _let_in(place, place.browser(), sub="30", **learner)
    assert found is not None
    assert (found.role, found.student_key is not None, found.courses) == (Role.STUDENT, True, frozenset())
    other = _let_in(place, place.browser(), sub="31", name="Uwe", **learner)
    assert other is not None
    assert (other.role, other.student_key) == (Role.STUDENT, None)
    assert [(each.subject, each.name, each.identifier) for each in place.store.unmatched()] == [
        (f"{place.player.address}#31", "Uwe", f"{HOME} 31")
    ]


def test_an_administrator_leads_and_sees_no_persons(place: Place) -> None:
    """Who administers a platform and teaches nothing is a lead."""
    reader = _let_in(
        place, place.browser(), sub="1", **{f"{CLAIM}roles": [f"{_SYSTEM}system/person#Administrator"]}
    )
    assert reader is not None
    assert (reader.role, reader.courses, reader.student_key) == (Role.LEAD, frozenset(), None)


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["Instructor"], "teacher"),
        ([f"{_SYSTEM}membership/Instructor#TeachingAssistant"], "teacher"),
        ([f"{MEMBERSHIP}Learner", f"{MEMBERSHIP}Instructor"], "teacher"),
        ([f"{MEMBERSHIP}Learner", f"{_SYSTEM}institution/person#Administrator"], "student"),
        ([f"{MEMBERSHIP}Mentor"], ""),
        ([f"{_SYSTEM}institution/person#Instructor"], ""),
        (["https://evil.example/roles#Instructor"], ""),
    ],
)
def test_a_role_counts_in_its_course_only(roles: list[str], role: str) -> None:
    """Who teaches somewhere in the institution, or is somebody's parent, has no part in this course."""
    assert role_of(roles) == role


def _unsigned(place: Place, claims: dict[str, Any]) -> str:
    parts = [orjson.dumps(part) for part in ({"alg": "none", "kid": "first"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])


def _by_public_key(place: Place, claims: dict[str, Any]) -> str:
    parts = [orjson.dumps(part) for part in ({"alg": "HS256", "kid": "first"}, claims)]
    signed = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    digest = hmac.digest(place.player.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _changed(**changed: Any) -> Callable[[Place, dict[str, Any]], str]:
    return lambda place, claims: place.player.signed({**claims, **changed})


def _later(seconds: int, name: str) -> Callable[[Place, dict[str, Any]], str]:
    return lambda place, claims: place.player.signed({**claims, name: place.player.now + seconds})


WRONG: dict[str, tuple[str, Callable[[Place, dict[str, Any]], str]]] = {
    "no token": ("form", lambda *_: "b28a2f6c"),
    "unsigned": ("algorithm", _unsigned),
    "by the public key as a secret": ("algorithm", _by_public_key),
    "another's key of the same name": (
        "signature",
        lambda place, claims: place.player.signed(claims, key=rsa("first")),
    ),
    "an unknown key": ("key", lambda place, claims: place.player.signed(claims, kid="other")),
    "another issuer": ("issuer", _changed(iss="https://evil.example")),
    "another audience": ("aud", _changed(aud="client-9")),
    "several audiences, for another": ("azp", _changed(aud=[CLIENT, "client-9"], azp="client-9")),
    "no audience": ("aud", _changed(aud=None)),
    "expired": ("exp", _later(-61, "exp")),
    "for ever": ("exp", _changed(exp=None)),
    "of tomorrow": ("iat", _later(86_400, "iat")),
    "not yet": ("nbf", _later(120, "nbf")),
    "another nonce": ("nonce", _changed(nonce="x")),
    "no nonce": ("nonce", _changed(nonce=None)),
    "another deployment": ("deployment", _changed(**{f"{CLAIM}deployment_id": "8"})),
    "no deployment": ("deployment", _changed(**{f"{CLAIM}deployment_id": None})),
    "another message": ("message_type", _changed(**{f"{CLAIM}message_type": "LtiDeepLinkingRequest"})),
    "another version": ("version", _changed(**{f"{CLAIM}version": "1.1.1"})),
    "nobody": ("sub", _changed(sub=None)),
    "no link": ("resource_link", _changed(**{f"{CLAIM}resource_link": None})),
    "no destination": ("target_link_uri", _changed(**{f"{CLAIM}target_link_uri": None})),
    "a role elsewhere": ("role", _changed(**{f"{CLAIM}roles": [f"{_SYSTEM}institution/person#Student"]})),
    "no role": ("role", _changed(**{f"{CLAIM}roles": None})),
    "a student who is staff": ("staff", _changed(**{f"{CLAIM}roles": [f"{MEMBERSHIP}Learner"]})),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_launch_is_refused_and_the_check_is_named(place: Place, name: str) -> None:
    """The page says what is wrong, nobody is logged in, and the launch cannot be tried again."""
    check, make = WRONG[name]
    browser = place.browser()
    asked = place.asked(browser)
    answer = _launched(place, browser, asked, make(place, place.player.claims(asked)))
    assert answer.status_code == 403, answer.text
    assert f"Check: {check}." in answer.text
    assert browser.get("/me").status_code == 303
    right = place.player.signed(place.player.claims(asked))
    assert "Check: state." in _launched(place, browser, asked, right).text


def test_a_launch_counts_once(place: Place) -> None:
    """Sent again it is refused, also with the state of another login: the nonce is the first one's."""
    browser = place.browser()
    asked = place.asked(browser)
    token = place.player.signed(place.player.claims(asked))
    assert _launched(place, browser, asked, token).status_code == 303
    assert "Check: state." in _launched(place, browser, asked, token).text
    assert "Check: nonce." in _launched(place, browser, place.asked(browser), token).text


def test_a_launch_ends_in_the_browser_where_it_began(place: Place) -> None:
    """Without cookies a new window is offered, by a form that names nobody in an address; with others' cookies none."""
    browser, other = place.browser(), place.browser()
    asked = place.asked(browser)
    token = place.player.signed(place.player.claims(asked))
    answer = _launched(place, other, asked, token)
    assert (answer.status_code, "Check: browser." in answer.text) == (403, True)
    assert 'method="post" action="/lti/login" target="_blank"' in answer.text
    assert 'name="login_hint" value="29"' in answer.text
    place.asked(other)
    again = place.asked(browser)
    answer = _launched(place, other, again, place.player.signed(place.player.claims(again)))
    assert ("Check: browser." in answer.text, "<form" in answer.text) == (True, False)


def test_a_launch_that_takes_too_long_is_over(place: Place) -> None:
    """After ten minutes the login has to begin again."""
    browser = place.browser()
    asked = place.asked(browser)
    place.clock.moment += dt.timedelta(seconds=601)
    assert "Check: state." in _launched(place, browser, asked, "x").text


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"client_id": "client-9"}, "issuer"),
        ({"target_link_uri": "https://evil.example/me"}, "target_link_uri"),
        ({"target_link_uri": f"{HERE}.evil.example/me"}, "target_link_uri"),
        ({"login_hint": ""}, "request"),
    ],
)
def test_a_wrong_beginning_is_refused(place: Place, changed: dict[str, str], check: str) -> None:
    """An unknown platform, or a destination elsewhere, is told at once; no cookie is set."""
    values = {"iss": place.player.address, "login_hint": "29", "target_link_uri": f"{HERE}/me", **changed}
    answer = place.browser().post("/lti/login", data=values)
    assert (answer.status_code // 100, f"Check: {check}." in answer.text) == (4, True)


def test_what_the_platform_refuses_is_told(place: Place) -> None:
    """The platform's own words are shown, as text."""
    browser = place.browser()
    answer = browser.post(
        "/lti/launch",
        data={
            "state": place.asked(browser)["state"],
            "error": "login_required",
            "error_description": "<b>no</b>",
        },
    )
    assert "&lt;b&gt;no&lt;/b&gt;" in answer.text


def test_a_destination_elsewhere_leads_home(place: Place) -> None:
    """The launch itself is right, so its teacher is let in; where it leads to is ours."""
    for target in ("https://evil.example/", f"{HERE}//evil.example/", f"{HERE}.evil.example/"):
        browser = place.browser()
        asked = place.asked(browser)
        claims = place.player.claims(asked, **{f"{CLAIM}target_link_uri": target})
        assert _launched(place, browser, asked, place.player.signed(claims)).headers["location"] == "/"


def test_cookies_fit_where_the_page_stands(place: Place) -> None:
    """Within a frame a session's cookie is partitioned; in a window of its own it is Lax; both are the host's alone."""
    for dest, rest in (("iframe", "SameSite=None; Partitioned"), ("document", "SameSite=Lax")):
        browser = place.browser()
        asked = place.asked(browser)
        token = place.player.signed(place.player.claims(asked))
        (cookie,) = _launched(place, browser, asked, token, **{"sec-fetch-dest": dest}).headers.get_list(
            "set-cookie"
        )
        assert cookie.startswith("__Host-learnloom-")
        assert cookie.endswith(f"; Path=/; HttpOnly; Secure; {rest}")


def test_too_long_a_request_is_refused(place: Place) -> None:
    """What is longer than a launch can be is not read."""
    assert place.browser().post("/lti/launch", data={"id_token": "x" * 70_000}).status_code == 413
    many = {f"f{number}": "x" for number in range(60)}
    assert place.browser().post("/lti/launch", data=many).status_code == 413
