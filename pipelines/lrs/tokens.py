"""Bearer tokens: JSON Web Tokens of an issuer (RFC 6750, 7519, 9068). A refusal says which check failed."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, JoseError, MissingClaimError

from learnloom.pipelines.lrs.access import SCOPES, holder_of
from learnloom.pipelines.lrs.issuer import Issuer, IssuerError
from learnloom.pipelines.lrs.message import RefusedError

_ALGORITHMS: Final = tuple(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""Signatures by a key that the store does not have: with HS whoever checks a token could make one."""
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_LONGEST: Final = 16_384
_LONGEST_NAME: Final = 500
_UNPRINTABLE: Final = re.compile(r"[^ !#-\[\]-~]")


class _Registry(jws.JWSRegistry):
    """What joserfc takes: a header may hold more than its names, but for what is critical."""

    max_header_length = 4_096
    max_payload_length = _LONGEST

    def __init__(self) -> None:
        super().__init__(algorithms=_ALGORITHMS, strict_check_header=False)


class Holder(NamedTuple):
    """Who came with a token."""

    key_id: str
    label: str
    scopes: tuple[str, ...]


class Tokens:
    """Judges bearer tokens; may be used from many threads."""

    def __init__(self, issuer: Issuer, *, audience: str, scope_prefix: str, leeway_seconds: int) -> None:
        """Accept what `issuer` made for `audience`.

        Args:
            issuer: knows its keys.
            audience: what has to stand in `aud`.
            scope_prefix: with what the issuer's names of scopes begin.
            leeway_seconds: how far the issuer's clock may be away.
        """
        self._issuer = issuer
        self._audience = audience
        self._scope_prefix = scope_prefix
        self._leeway = leeway_seconds
        self._registry = _Registry()

    def judged(self, token: str, moment: int) -> Holder:
        """Give who came with a token.

        Raises:
            RefusedError: 401, with the check that failed; 503, the issuer's keys are not to be had.
        """
        claims = self._verified(token, self._header(token))
        self._check_claims(claims, moment // 1_000)
        return self._holder(claims)

    def _header(self, token: str) -> Mapping[str, Any]:
        """Read a token: nothing that it says is believed yet, but what is wrong already can be told plainly."""
        if len(token) > _LONGEST:
            raise refused("size", f"it is longer than {_LONGEST:,} characters")
        try:
            found = jws.extract_compact(token.encode("ascii"), registry=self._registry)
            header, claims = found.headers(), orjson.loads(found.payload)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise refused(
                "form", "it is no signed JSON Web Token: let the issuer give access tokens as such"
            ) from error
        algorithm, kind = header.get("alg"), header.get("typ")
        if algorithm not in _ALGORITHMS:
            raise refused(
                "algorithm", f"it is made with {algorithm!r}, which is none of {', '.join(_ALGORITHMS)}"
            )
        if kind is not None and str(kind).lower() not in _TYPES:
            raise refused("type", f"it is {kind!r}, which is no access token")
        if not isinstance(claims, dict):
            raise refused("form", "it holds no JSON object")
        if claims.get("iss") != self._issuer.address:
            raise refused(
                "issuer", f"its iss is {claims.get('iss')!r}, and has to be {self._issuer.address!r}"
            )
        return header

    def _verified(self, token: str, header: Mapping[str, Any]) -> Mapping[str, Any]:
        name = header.get("kid")
        try:
            key = self._issuer.key(None if name is None else str(name))
        except IssuerError as error:
            raise RefusedError(503, f"tokens cannot be checked now: {error}", Retry_After="10") from error
        if key is None:
            raise refused("key", f"the issuer has no key {name!r} for signatures")
        if key.alg is not None and key.alg != header["alg"]:
            raise refused(
                "algorithm", f"the key {name!r} is for {key.alg}, and it is made with {header['alg']}"
            )
        try:
            return jwt.decode(token, key, registry=self._registry).claims
        except BadSignatureError as error:
            raise refused(
                "signature", f"it is not by the issuer's key {name!r}, or was changed since"
            ) from error
        except (JoseError, ValueError) as error:
            raise refused("signature", f"it cannot be checked: {error}") from error

    def _check_claims(self, claims: Mapping[str, Any], now: int) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=self._leeway,
            iss={"essential": True, "value": self._issuer.address},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
        )
        try:
            registry.validate(dict(claims))
        except MissingClaimError as error:
            raise refused(error.claim, f"it has no {error.claim}") from error
        except ClaimError as error:
            raise refused(error.claim, self._told(error.claim, claims, now)) from error
        if "cnf" in claims:
            raise refused(
                "cnf", "it is bound to a key of its holder, which is not checked here: use a plain one"
            )

    def _told(self, claim: str, claims: Mapping[str, Any], now: int) -> str:
        value = claims.get(claim)
        if claim == "aud":
            return f"its aud is {value!r}, and has to hold {self._audience!r}"
        if claim == "exp":
            return f"its exp is {value!r}, and it is {now} now"
        return f"its {claim} is {value!r}, and it is {now} now: see to the clocks"

    def _holder(self, claims: Mapping[str, Any]) -> Holder:
        told = next((claims[name] for name in ("scope", "scp", "scopes") if name in claims), None)
        if told is None:
            raise refused("scope", "it has no scope: let the issuer put one in")
        names = told.split() if isinstance(told, str) else told
        scopes = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        known = [scope for scope in SCOPES if f"{self._scope_prefix}{scope}" in scopes]
        if not known:
            raise refused(
                "scope", f"its scope is {told!r}, and holds nothing like {self._scope_prefix}statements/write"
            )
        client = next((claims[name] for name in ("client_id", "azp", "cid", "appid") if name in claims), "")
        subject = claims.get("sub", "")
        for name, value in (("client_id", client), ("sub", subject)):
            if not isinstance(value, str) or len(value) > _LONGEST_NAME:
                raise refused(name, f"its {name} is no text of at most {_LONGEST_NAME} characters")
        if not client and not subject:
            raise refused("sub", "it has neither client_id nor sub: nobody would answer for the statements")
        return Holder(holder_of(self._issuer.address, client, subject), client or subject, tuple(known))


def refused(check: str, reason: str) -> RefusedError:
    """Give the refusal of a token: 401, with the check that failed, also as RFC 6750, 3 has it."""
    told = f"the token is refused, check {check}: {reason[:1_000]}"
    shown = _UNPRINTABLE.sub("?", told)[:400]
    return RefusedError(
        401, told, WWW_Authenticate=f'Bearer realm="xAPI", error="invalid_token", error_description="{shown}"'
    )
