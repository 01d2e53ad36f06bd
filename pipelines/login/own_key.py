"""Our own key: platforms see its public half, and know by its signature that it is us (LTI 1.3, Security Framework)."""

import secrets
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey

_BITS: Final = 2_048
_SECONDS: Final = 300


def make_key() -> str:
    """Make a key, with its private half, as JSON."""
    key = RSAKey.generate_key(_BITS, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
    return orjson.dumps(key.as_dict(private=True)).decode()


def public_set(key: str) -> dict[str, Any]:
    """Give the key set that everybody may see (RFC 7517)."""
    return {"keys": [RSAKey.import_key(orjson.loads(key)).as_dict(private=False)]}


def assertion(key: str, *, client_id: str, audience: str, now: int) -> str:
    """Sign that it is us who ask for a token (RFC 7523), for five minutes; `now` in seconds."""
    own = RSAKey.import_key(orjson.loads(key))
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + _SECONDS,
        "jti": secrets.token_hex(16),
    }
    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": own.kid}, claims, own)
