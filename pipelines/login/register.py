"""A platform registers itself (1EdTech LTI Dynamic Registration 1.0), by an invitation that is used once.

Whoever may register could say of anybody that they teach a course. So an invitation says which courses the platform
speaks for, and how it names people; the platform says the rest.
"""

import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from learnloom.pipelines.config.login import Invitation, Platform, is_safe_address
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.launch import CLAIM
from learnloom.pipelines.login.received import Received
from learnloom.pipelines.login.store import LoginStore
from learnloom.pipelines.login.words import N_
from learnloom.pipelines.lrs.fetch import Fetcher, FetchError

PATH: Final = "/lti/register"
_TOOL: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"
LIST_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


class Registration:
    """May be used from many threads."""

    def __init__(self, store: LoginStore, address: str) -> None:
        """Take the store, and where browsers reach us."""
        self._store = store
        self._address = address.rstrip("/")
        self._fetcher = Fetcher(monotonic=time.monotonic)

    def close(self) -> None:
        """Close the connections."""
        self._fetcher.close()

    def register(self, received: Received) -> Platform:
        """Register the platform that opened our page, and give it.

        Raises:
            LoginRefusedError: there is no such invitation, or the platform does not say what is needed.
        """
        code = received.value("code")
        invited = self._store.invited(code)
        if invited is None:
            raise _used()
        address = received.value("openid_configuration")
        if not is_safe_address(address):
            raise LoginRefusedError(
                "openid_configuration", f"{address[:200]!r} is no address https://…", status=400
            )
        try:
            platform = self._fetcher.get(address).value
            _check_same_host(platform, address)
            answer = self._fetcher.post(
                platform["registration_endpoint"],
                json=self._tool(invited),
                token=received.values.get("registration_token"),
            )
            kept = _platform(platform, answer, invited)
        except (FetchError, KeyError, TypeError, AttributeError) as error:
            raise LoginRefusedError(
                "registration",
                f"the platform does not answer as it should: {type(error).__name__}: {error}",
                status=502,
            ) from error
        except ValidationError as error:
            told = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors() if fault["loc"])
            raise LoginRefusedError(
                "registration", f"the platform's answer cannot be used: {told}", status=502
            ) from None
        if not self._store.accept(code, kept):
            raise _used()
        return kept

    def _tool(self, invited: Invitation) -> dict[str, Any]:
        """Say who we are."""
        host = urlsplit(self._address).netloc
        return {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{self._address}/lti/login",
            "redirect_uris": [f"{self._address}/lti/launch"],
            "client_name": "learnloom",
            "jwks_uri": f"{self._address}/.well-known/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": LIST_SCOPE,
            _TOOL: {
                "domain": host,
                "target_link_uri": f"{self._address}/",
                "custom_parameters": invited.custom,
                "claims": ["iss", "sub", "name", "email"],
                "messages": [{"type": "LtiResourceLinkRequest", "target_link_uri": f"{self._address}/"}],
            },
        }


def _used() -> LoginRefusedError:
    return LoginRefusedError(
        "invitation", N_("this invitation was used, or has expired: make another (learnloom login invite)")
    )


def _check_same_host(platform: Mapping[str, Any], address: str) -> None:
    """The platform may speak for its own host only (Dynamic Registration, 3.5.1)."""
    if urlsplit(str(platform["issuer"])).netloc != urlsplit(address).netloc:
        raise LoginRefusedError(
            "issuer",
            f"the platform calls itself {platform['issuer']!r}, and its configuration stands elsewhere",
        )


def _platform(platform: Mapping[str, Any], answer: Mapping[str, Any], invited: Invitation) -> Platform:
    deployment = answer.get(_TOOL, {}).get("deployment_id") or answer.get(f"{CLAIM}deployment_id")
    deployments = [*invited.deployment_ids, *([str(deployment)] if deployment else [])]
    return Platform(
        issuer=platform["issuer"],
        client_id=answer["client_id"],
        deployment_ids=tuple(dict.fromkeys(deployments)),
        login_address=platform["authorization_endpoint"],
        token_address=platform["token_endpoint"],
        keys_address=platform["jwks_uri"],
        match=invited.match,
        home_page=invited.home_page,
        course_id=invited.course_id,
    )
