"""Platforms that register themselves."""

from collections.abc import Mapping
from typing import Any

import pytest

from learnloom.pipelines.config.login import Invitation, LoginBounds
from tests.pipelines.login.conftest import HERE, HOME, Place
from tests.pipelines.login.playing import CLAIM, TOOL_CONFIGURATION

_INVITED = Invitation(
    match="username", home_page=HOME, course_id=f"{HOME}/course/{{context}}", custom={"a": "$b"}
)

_PLATFORM = {
    "issuer": "https://x.example",
    "client_id": "1",
    "login_address": "https://x.example/a",
    "keys_address": "https://x.example/k",
    "match": "email",
}


def _registered(place: Place, code: str, more: Mapping[str, str] | None = None) -> Any:
    address = f"{place.player.address}/.well-known/openid-configuration"
    values = {"code": code, "openid_configuration": address, "registration_token": "once"}
    return place.browser().get("/lti/register", params=values | dict(more or {}))


def test_an_invited_platform_registers_itself_once(place: Place) -> None:
    """It is told who we are, and launches from then on for the courses that the invitation names."""
    code = place.store.invite(_INVITED)
    answer = _registered(place, code)
    assert answer.status_code == 200, answer.text
    assert '<script src="/login/close.js" defer>' in answer.text
    told = place.player.registered
    assert (told["bearer"], told["jwks_uri"]) == ("Bearer once", f"{HERE}/.well-known/jwks")
    assert told[TOOL_CONFIGURATION]["custom_parameters"] == {"a": "$b"}
    (kept,) = place.store.platforms()
    assert (kept.client_id, kept.deployment_ids, kept.course_id) == (
        "client-2",
        ("9",),
        _INVITED.course_id,
    )
    assert "Check: invitation." in _registered(place, code).text

    browser = place.browser()
    asked = place.asked(browser, client_id="client-2")
    claims = place.player.claims(
        asked, **{f"{CLAIM}deployment_id": "9", f"{CLAIM}ext": {"user_username": "tina"}}
    )
    assert (
        browser.post(
            "/lti/launch", data={"state": asked["state"], "id_token": place.player.signed(claims)}
        ).status_code
        == 303
    )
    # Two client ids of one issuer: it has to say by which.
    values = {"iss": place.player.address, "login_hint": "1", "target_link_uri": f"{HERE}/"}
    assert "Check: client_id." in place.browser().post("/lti/login", data=values).text
    assert place.store.drop_platform(place.player.address, "client-2")
    assert not place.store.drop_platform(place.player.address, "client-2")


def test_of_two_that_register_at_once_one_is_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invitation lets in one platform, though another one began while it was good."""
    monkeypatch.setattr(place.store, "invited", lambda _: _INVITED)
    code = place.store.invite(_INVITED)
    assert _registered(place, code).status_code == 200
    monkeypatch.setattr(place.player, "registration", place.player.registration | {"client_id": "client-3"})
    assert "Check: invitation." in _registered(place, code).text
    assert [one.client_id for one in place.store.platforms()] == ["client-2"]


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"code": "x"}, "invitation"),
        ({"openid_configuration": "http://evil.example/c"}, "openid_configuration"),
        ({"openid_configuration": "file:///etc/passwd"}, "openid_configuration"),
    ],
)
def test_nobody_registers_uninvited(place: Place, changed: dict[str, str], check: str) -> None:
    """Whoever could register could say of anybody that they teach."""
    assert f"Check: {check}." in _registered(place, place.store.invite(_INVITED), changed).text
    assert place.store.platforms() == []


@pytest.mark.parametrize("answer", [{}, {"client_id": ""}, []])
def test_an_answer_that_cannot_be_used_is_told(
    place: Place, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the invitation stays good."""
    monkeypatch.setattr(place.player, "registration", answer)
    code = place.store.invite(_INVITED)
    told = _registered(place, code)
    assert (told.status_code, "Check: registration." in told.text) == (502, True)
    assert place.store.invited(code) == _INVITED


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"match": "sub"}, "home_page is needed with match = sub"),
        ({"match": "phone", "home_page": HOME}, "match"),
        ({"match": "email", "course_id": f"{HOME}/{{room}}"}, r"\{room\} is nothing of a launch"),
        ({"match": "email", "course_id": "{context}"}, "gives no IRI"),
        ({"match": "email", "deployment_ids": [""]}, "deployment_ids"),
    ],
)
def test_an_invitation_says_what_can_be(given: dict[str, Any], error: str) -> None:
    """What nobody could be found by is told when it is made, and not when everybody comes."""
    with pytest.raises(ValueError, match=error):
        Invitation(**given)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"address": "http://learnloom.school.example"}, "is no address https"),
        (
            {"school": {"issuer": "https://x.example", "client_id": "1", "match": "email"}},
            "address is needed",
        ),
        ({"address": HERE, "platforms": [_PLATFORM, _PLATFORM]}, "two platforms have issuer"),
        (
            {"address": HERE, "platforms": [_PLATFORM | {"keys_address": "http://x.example/k"}]},
            "is no address",
        ),
    ],
)
def test_settings_that_let_in_anybody_or_nobody_are_refused(given: dict[str, Any], error: str) -> None:
    """Addresses are https, platforms are told apart, and whoever logs in has where to come back to."""
    with pytest.raises(ValueError, match=error):
        LoginBounds(**given)
