"""Bearer tokens: JSON Web Tokens of an issuer (RFC 6750, 7519, 9068). A refusal says which check failed."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from learnloom.pipelines.lrs.access import SCOPES, holder_of
from learnloom.pipelines.lrs.issuer import Issuer, IssuerError
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.signed import TokenError, check_claims, read_unverified, verified

_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_LONGEST_NAME: Final = 500
_UNPRINTABLE: Final = re.compile(r"[^ !#-\[\]-~]")


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

    def judged(self, token: str, moment: int) -> Holder:
        """Give who came with a token.

        Raises:
            RefusedError: 401, with the check that failed; 503, the issuer's keys are not to be had.
        """
        try:
            claims = self._verified(token)
            check_claims(
                claims,
                issuer=self._issuer.address,
                audience=self._audience,
                now=moment // 1_000,
                leeway=self._leeway,
            )
        except TokenError as error:
            raise refused(error.check, str(error)) from error
        except IssuerError as error:
            raise RefusedError(503, f"tokens cannot be checked now: {error}", Retry_After="10") from error
        if "cnf" in claims:
            raise refused(
                "cnf", "it is bound to a key of its holder, which is not checked here: use a plain one"
            )
        return self._holder(claims)

    def _verified(self, token: str) -> Mapping[str, Any]:
        header, claims = read_unverified(token)
        kind = header.get("typ")
        if kind is not None and str(kind).lower() not in _TYPES:
            raise TokenError("type", f"it is {kind!r}, which is no access token")
        if claims.get("iss") != self._issuer.address:
            raise TokenError(
                "issuer", f"its iss is {claims.get('iss')!r}, and has to be {self._issuer.address!r}"
            )
        return verified(token, header, self._issuer)

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
