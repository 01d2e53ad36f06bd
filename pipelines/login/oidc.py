"""Logging in by the school's own login: OpenID Connect (Core 1.0, 3.1), code flow with PKCE (RFC 7636)."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from learnloom.pipelines.config.login import SchoolLogin
from learnloom.pipelines.login.door import LoginDoor
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.launch import identifier_of, language_of
from learnloom.pipelines.login.platforms import KEYS_SECONDS
from learnloom.pipelines.login.received import Received, path_on
from learnloom.pipelines.login.sessions import Identity
from learnloom.pipelines.login.words import N_
from learnloom.pipelines.lrs.fetch import Fetcher, FetchError
from learnloom.pipelines.lrs.issuer import DISCOVERY, Issuer, IssuerError
from learnloom.pipelines.lrs.signed import TokenError, check_claims, read_unverified, verified
from learnloom.pipelines.roster.match import subject_of

KIND = "oidc"
BEGIN_PATH = "/login/school"
ANSWER_PATH = "/login/answer"


class Oidc:
    """May be used from many threads."""

    def __init__(self, door: LoginDoor, school: SchoolLogin) -> None:
        """Take what logins end with, and the provider; nothing is asked yet."""
        self._door = door
        self._school = school
        self._fetcher = Fetcher(monotonic=time.monotonic)
        self._keys = Issuer(school.issuer, keep_seconds=KEYS_SECONDS, monotonic=time.monotonic)
        self._document: Mapping[str, Any] | None = None

    def close(self) -> None:
        """Close the connections."""
        self._fetcher.close()
        self._keys.close()

    def begin(self, received: Received) -> Response:
        """Send the browser to the provider.

        Raises:
            LoginRefusedError: the provider cannot be asked now.
        """
        provider = self._provider()
        verifier = secrets.token_urlsafe(64)
        target = received.values.get("to", "/")
        target = target if path_on(f"{self._door.address}{target}", self._door.address) else "/"
        document = {"verifier": verifier, "target": f"{self._door.address}{target}"}
        state, nonce, answer = self._door.began(KIND, received, document)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._school.client_id,
            "redirect_uri": f"{self._door.address}{ANSWER_PATH}",
            "scope": self._school.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = str(provider["authorization_endpoint"])
        answer.headers["location"] = f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
        return answer

    def answer(self, received: Received) -> Response:
        """Let in whom the provider names.

        Raises:
            LoginRefusedError: something of it is wrong: the check that failed is named.
        """
        begun = self._door.ended(KIND, received)
        if trouble := received.values.get("error"):
            told = received.values.get("error_description") or trouble
            raise LoginRefusedError("provider", f"the school's login has not let you in: {told[:200]}")
        # RFC 9207: the answer of one provider must not be taken for another's.
        if received.values.get("iss", self._school.issuer) != self._school.issuer:
            raise LoginRefusedError("issuer", N_("this answer is not from the school's login"))
        try:
            tokens = self._tokens(received.value("code"), begun.document["verifier"])
            claims = self._claims(tokens, begun.nonce)
        except TokenError as error:
            raise LoginRefusedError(
                error.check, f"the token of the school's login is refused: {error}"
            ) from error
        except (FetchError, IssuerError) as error:
            raise LoginRefusedError(
                "provider", f"the school's login cannot be asked: {error}", status=503
            ) from error
        return self._door.let_in(self._identity(claims), received, begun.document["target"])

    def _provider(self) -> Mapping[str, Any]:
        """Read the discovery document, once it is to be had."""
        if self._document is None:
            try:
                found = self._fetcher.get(self._school.issuer.rstrip("/") + DISCOVERY).value
            except FetchError as error:
                raise LoginRefusedError(
                    "provider", f"the school's login cannot be reached now: {error}", status=503
                ) from error
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if (
                not isinstance(found, dict)
                or found.get("issuer") != self._school.issuer
                or not all(map(found.get, needed))
            ):
                raise LoginRefusedError(
                    "provider",
                    f"the school's login calls itself otherwise than {self._school.issuer}, or does not say where to "
                    "ask: set LEARNLOOM_LOGIN__SCHOOL__ISSUER to what stands in its discovery document",
                    status=503,
                )
            self._document = found
        return self._document

    def _tokens(self, code: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self._door.address}{ANSWER_PATH}",
            "client_id": self._school.client_id,
            "code_verifier": verifier,
        }
        if self._school.client_secret is not None:
            form["client_secret"] = self._school.client_secret.get_secret_value()
        found = self._fetcher.post(str(self._provider()["token_endpoint"]), form=form)
        if not isinstance(found, dict) or not isinstance(found.get("id_token"), str):
            raise TokenError("form", "there is none in the answer: ask for the scope openid")
        return found

    def _claims(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        header, claims = read_unverified(tokens["id_token"])
        if claims.get("iss") != self._school.issuer:
            raise TokenError(
                "issuer", f"its iss is {claims.get('iss')!r}, and has to be {self._school.issuer!r}"
            )
        claims = verified(tokens["id_token"], header, self._keys)
        check_claims(
            claims,
            issuer=self._school.issuer,
            audience=self._school.client_id,
            now=self._door.store.moment() // 1_000,
            leeway=self._door.leeway_seconds,
        )
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise TokenError("nonce", "it does not answer the request that was sent")
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._school.client_id:
            raise TokenError("azp", "it was made for another application")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise TokenError("sub", "it does not say who you are")
        return {**self._user(tokens, claims), **claims}

    def _user(self, tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is told of the user elsewhere, where the token itself does not say by whom they are known."""
        address, token = self._provider().get("userinfo_endpoint"), tokens.get("access_token")
        if self._identifier(claims) is not None or not address or not isinstance(token, str):
            return {}
        found = self._fetcher.get(str(address), token=token).value
        # OpenID Connect Core, 5.3.2: another's answer might have been put in its place.
        return found if isinstance(found, dict) and found.get("sub") == claims["sub"] else {}

    def _identifier(self, claims: Mapping[str, Any]) -> str | None:
        email = claims.get("email") if claims.get("email_verified", True) in (True, "true") else None
        named = {"sub": claims.get("sub"), "email": email, "username": claims.get("preferred_username")}
        named |= {f"custom:{name}": value for name, value in claims.items()}
        return identifier_of(self._school, named)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        return Identity(
            subject_of(self._school.issuer, claims["sub"]),
            str(claims.get("name") or "")[:255],
            "",
            self._identifier(claims),
            (),
            language_of(claims.get("locale")),
        )
