"""What a launch says (LTI 1.3 core, 1EdTech): checked claim by claim, after its signature."""

import hmac
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from learnloom.pipelines.config.login import Matching, Platform
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.sessions import Identity
from learnloom.pipelines.login.words import N_
from learnloom.pipelines.people.identifier import key_of
from learnloom.pipelines.roster.match import subject_of

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
_LISTS: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_MESSAGE: Final = "LtiResourceLinkRequest"
_VERSION: Final = "1.3.0"
_ROLES: Final = "http://purl.imsglobal.org/vocab/lis/v2/"
_MEMBERSHIP: Final = f"{_ROLES}membership"
_SYSTEM: Final = (f"{_ROLES}institution/person", f"{_ROLES}system/person")
_LONGEST: Final = 255
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


class Launch(NamedTuple):
    """A launch that is right."""

    identity: Identity
    target: str
    """Where it leads, as the platform says it."""
    course_id: str | None
    """As statements name the course; None: the platform's course_id is not set, or the launch names no course."""
    list_address: str | None
    """Where the members of the course are to be had."""


def read_launch(claims: Mapping[str, Any], platform: Platform, nonce: str) -> Launch:
    """Check what a launch says whose signature, issuer, audience and time are right.

    Args:
        claims: of the launch.
        platform: from which it comes.
        nonce: that it was asked for with.

    Raises:
        LoginRefusedError: with the check that failed.
    """
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise LoginRefusedError(
            "nonce", N_("this launch does not answer the request that was sent: launch again")
        )
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != platform.client_id:
        raise LoginRefusedError("azp", N_("this launch is for several tools, and was not made for this one"))
    _check_form(claims, platform)
    roles = claims.get(f"{CLAIM}roles")
    role = role_of([each for each in roles if isinstance(each, str)]) if isinstance(roles, list) else ""
    if not role:
        raise LoginRefusedError(
            "role",
            N_(
                "your platform does not say that you teach or learn in this course: open it from a course of yours"
            ),
        )
    course_id = _course_of(claims, platform)
    sub = str(claims["sub"])
    identity = Identity(
        subject_of(platform.issuer, sub),
        _text(claims.get("name")),
        role,
        identifier_of(platform, _by_match(claims)),
        (course_id,) if course_id is not None and role == "teacher" else (),
        language_of(claims.get("locale") or _object(claims, "launch_presentation").get("locale")),
    )
    listed = claims.get(_LISTS)
    address = listed.get("context_memberships_url") if isinstance(listed, dict) else None
    return Launch(identity, str(claims[f"{CLAIM}target_link_uri"]), course_id, address)


def _check_form(claims: Mapping[str, Any], platform: Platform) -> None:
    kind, version = claims.get(f"{CLAIM}message_type"), claims.get(f"{CLAIM}version")
    if kind != _MESSAGE:
        raise LoginRefusedError(
            "message_type", f"this is a message of the type {kind!r}; {_MESSAGE} is understood"
        )
    if version != _VERSION:
        raise LoginRefusedError("version", f"this launch is of LTI {version!r}; {_VERSION} is understood")
    deployment = claims.get(f"{CLAIM}deployment_id")
    if deployment not in platform.deployment_ids:
        raise LoginRefusedError(
            "deployment",
            f"the deployment {deployment!r} of this platform is not known here: whoever runs this server adds it to "
            "deployment_ids",
        )
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= _LONGEST:
        raise LoginRefusedError(
            "sub", N_("your platform does not say who you are: its privacy settings keep that back")
        )
    link = claims.get(f"{CLAIM}resource_link")
    if not isinstance(link, dict) or not link.get("id"):
        raise LoginRefusedError("resource_link", N_("this launch does not say from which link it comes"))
    if not isinstance(claims.get(f"{CLAIM}target_link_uri"), str):
        raise LoginRefusedError("target_link_uri", N_("this launch does not say where it leads"))


def role_of(roles: list[str]) -> str:
    """Give the part that somebody plays in a course: teacher, student, lead (an administrator), or empty."""
    found = set()
    for role in roles:
        place, _, name = role.rpartition("#")
        if place in ("", _MEMBERSHIP):
            found.add(name)
        elif place.startswith(f"{_MEMBERSHIP}/"):
            # A role within a role: …/membership/Instructor#TeachingAssistant.
            found.add(place.rpartition("/")[2])
        elif place in _SYSTEM and name in ("Administrator", "SysAdmin"):
            found.add("Administrator")
    parts = {"Instructor": "teacher", "Learner": "student", "Administrator": "lead"}
    return next((part for name, part in parts.items() if name in found), "")


def identifier_of(matching: Matching, by_match: Mapping[str, Any]) -> str | None:
    """Give the identifier in statements that follows from a login; None: what is needed is not there.

    Args:
        matching: how logins become identifiers.
        by_match: what the login says, by the names that `match` may have.
    """
    value = by_match.get(matching.match)
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        return None
    text = f"mailto:{value}" if matching.match == "email" else f"{matching.home_page} {value}"
    try:
        key_of(text)
    except ValueError:
        return None
    return text


def language_of(locale: object) -> str:
    """Give a language as BCP 47 writes it: that of a login, or English."""
    if not isinstance(locale, str) or _LANGUAGE.fullmatch(locale) is None:
        return "en"
    return locale.replace("_", "-")


def _by_match(claims: Mapping[str, Any]) -> dict[str, Any]:
    custom = {f"custom:{name}": value for name, value in _object(claims, "custom").items()}
    username = claims.get("preferred_username") or _object(claims, "ext").get("user_username")
    return {"sub": claims.get("sub"), "email": claims.get("email"), "username": username, **custom}


def _course_of(claims: Mapping[str, Any], platform: Platform) -> str | None:
    context = _object(claims, "context")
    values = {"context": context.get("id"), "label": context.get("label")}
    values |= {f"custom:{name}": value for name, value in _object(claims, "custom").items()}
    needed = _FIELD.findall(platform.course_id)
    if not platform.course_id or not context.get("id") or not all(values.get(name) for name in needed):
        return None
    course_id = _FIELD.sub(lambda found: str(values[found[1]]), platform.course_id)
    return None if any(char.isspace() for char in course_id) else course_id


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = claims.get(f"{CLAIM}{name}")
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
