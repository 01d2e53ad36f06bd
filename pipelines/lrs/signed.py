"""Signed JSON Web Tokens of others (RFC 7515, 7519): by whom, for whom, when. An error names the check that failed."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, ClaimError, JoseError, MissingClaimError

from learnloom.pipelines.lrs.issuer import Issuer
from learnloom.schemas.errors import LearnloomError

ALGORITHMS: Final = tuple(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""Signatures by a key that we do not have: with HS whoever checks a token could make one."""
LONGEST: Final = 16_384


class TokenError(LearnloomError):
    """A token is wrong."""

    def __init__(self, check: str, reason: str) -> None:
        """Name the check that failed, and why it did."""
        super().__init__(reason)
        self.check = check


class _Registry(jws.JWSRegistry):
    """What joserfc takes: a header may hold more than its names, but for what is critical."""

    max_header_length = 4_096
    max_payload_length = LONGEST

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)


_REGISTRY: Final = _Registry()


def read_unverified(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Read header and claims: nothing that they say is believed yet, but what is wrong already can be told plainly.

    Raises:
        TokenError: it is no signed token, or signed as nobody here accepts it.
    """
    if len(token) > LONGEST:
        raise TokenError("size", f"it is longer than {LONGEST:,} characters")
    try:
        found = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        header, claims = found.headers(), orjson.loads(found.payload)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenError(
            "form", "it is no signed JSON Web Token: let the issuer give access tokens as such"
        ) from error
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise TokenError(
            "algorithm", f"it is made with {algorithm!r}, which is none of {', '.join(ALGORITHMS)}"
        )
    if not isinstance(claims, dict):
        raise TokenError("form", "it holds no JSON object")
    return header, claims


def verified(token: str, header: Mapping[str, Any], issuer: Issuer) -> Mapping[str, Any]:
    """Give the claims of a token that is signed by a key of `issuer`.

    Raises:
        TokenError: it is not.
        IssuerError: the keys cannot be had now.
    """
    name = header.get("kid")
    key = issuer.key(None if name is None else str(name))
    if key is None:
        raise TokenError("key", f"the issuer has no key {name!r} for signatures")
    if key.alg is not None and key.alg != header["alg"]:
        raise TokenError(
            "algorithm", f"the key {name!r} is for {key.alg}, and it is made with {header['alg']}"
        )
    try:
        return jwt.decode(token, key, registry=_REGISTRY).claims
    except BadSignatureError as error:
        raise TokenError(
            "signature", f"it is not by the issuer's key {name!r}, or was changed since"
        ) from error
    except (JoseError, ValueError) as error:
        raise TokenError("signature", f"it cannot be checked: {error}") from error


def check_claims(claims: Mapping[str, Any], *, issuer: str, audience: str, now: int, leeway: int) -> None:
    """Check by whom a token is, for whom and when; `now` and `leeway` in seconds.

    Raises:
        TokenError: one of iss, aud, exp, nbf and iat is missing or wrong.
    """
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=leeway,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except MissingClaimError as error:
        raise TokenError(error.claim, f"it has no {error.claim}") from error
    except ClaimError as error:
        value = claims.get(error.claim)
        told = {
            "aud": f"its aud is {value!r}, and has to hold {audience!r}",
            "exp": f"its exp is {value!r}, and it is {now} now",
        }
        reason = told.get(
            error.claim, f"its {error.claim} is {value!r}, and it is {now} now: see to the clocks"
        )
        raise TokenError(error.claim, reason) from error
