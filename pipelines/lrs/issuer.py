"""The keys by which an issuer signs its tokens (OpenID Connect Discovery 1.0; RFC 7517), fetched when they are needed.

An issuer that cannot be reached is no reason not to start: whoever comes with a token is told, and it is tried again.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from learnloom.pipelines.lrs.fetch import Fetcher, FetchError
from learnloom.pipelines.lrs.limits import Buckets
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
DISCOVERY: Final = "/.well-known/openid-configuration"
_WAIT_SECONDS: Final = 2.0
"""How long a request waits for another one that is fetching."""
_MOST_KEYS: Final = 100
_STALE_SECONDS: Final = 86_400.0
"""How long keys are used that cannot be fetched anew."""
_BURST, _PER_SECOND = 4, 1 / 30
"""Fetches at once, and from then on: whoever invents names of keys makes no more of them."""
_ANY: Final = ""

PublicKey = RSAKey | ECKey


class IssuerError(LearnloomError):
    """The issuer cannot be asked now, or what it answers cannot be used."""


class _Kept(NamedTuple):
    keys: Mapping[str, PublicKey]
    at: float


class Issuer:
    """Knows an issuer's keys; may be asked from many threads."""

    def __init__(
        self,
        address: str,
        *,
        keep_seconds: float,
        monotonic: Callable[[], float],
        keys_address: str | None = None,
    ) -> None:
        """Fetch nothing yet.

        Args:
            address: the issuer, exactly as its tokens name it.
            keys_address: where its keys are; None: where its discovery document says.
            keep_seconds: after how long its keys are fetched anew.
            monotonic: gives seconds from anywhere.
        """
        self.address = address
        self._keys_address = keys_address
        self._keep_seconds = keep_seconds
        self._monotonic = monotonic
        self._kept: _Kept | None = None
        self._trouble = f"the keys of {address} are being fetched"
        self._lock = threading.Lock()
        self._fetches = Buckets(per_second=_PER_SECOND, burst=_BURST, monotonic=monotonic)
        self._fetcher = Fetcher(monotonic=monotonic)

    def close(self) -> None:
        """Close the connections."""
        self._fetcher.close()

    def key(self, name: str | None) -> PublicKey | None:
        """Give the key of this name (`kid`); without one, the only key that there is. None: there is none such.

        Raises:
            IssuerError: its keys are not known and cannot be fetched now.
        """
        kept = self._kept
        is_known = kept is not None and _chosen(kept.keys, name) is not None
        if kept is None or not is_known or self._age(kept) > self._keep_seconds:
            kept = self._fetched(kept, wait_seconds=0.0 if is_known else _WAIT_SECONDS)
        if kept is None or self._age(kept) > _STALE_SECONDS:
            raise IssuerError(self._trouble)
        return _chosen(kept.keys, name)

    def _age(self, kept: _Kept) -> float:
        return self._monotonic() - kept.at

    def _fetched(self, before: _Kept | None, *, wait_seconds: float) -> _Kept | None:
        """Fetch the keys, unless that was done often of late; gives those that are known then."""
        if not self._lock.acquire(timeout=wait_seconds):
            return self._kept
        try:
            if self._kept is before and self._fetches.wait(_ANY) <= 0:
                self._fetches.take(_ANY, 1)
                self._kept = _Kept(self._fetch(), self._monotonic())
        except (FetchError, ValueError, KeyError, TypeError, AttributeError) as error:
            self._trouble = f"the keys of {self.address} cannot be fetched: {type(error).__name__}: {error}"
            _log.warning("%s", self._trouble)
        finally:
            self._lock.release()
        return self._kept

    def _fetch(self) -> Mapping[str, PublicKey]:
        address = self._keys_address or self._discovered()
        if urlsplit(address).scheme != "https" and urlsplit(self.address).scheme == "https":
            raise ValueError(f"its keys stand at {address}, which is no https://…")
        keys = _usable(self._fetcher.get(address).value["keys"][:_MOST_KEYS])
        if not keys:
            raise ValueError(f"there is no key for RS, PS or ES at {address}")
        return keys

    def _discovered(self) -> str:
        document = self._fetcher.get(self.address.rstrip("/") + DISCOVERY).value
        if document["issuer"] != self.address:
            raise ValueError(
                f"it calls itself {document['issuer']!r}: set LEARNLOOM_LRS__TOKEN_ISSUER to this"
            )
        return str(document["jwks_uri"])


def _usable(listed: list[dict[str, Any]]) -> Mapping[str, PublicKey]:
    """Give keys for signatures by their names; one that cannot be read does not spoil the others."""
    keys: dict[str, PublicKey] = {}
    for data in listed:
        if data.get("kty") not in ("RSA", "EC") or data.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(data)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey):
            key.ensure_kid()
            keys[str(key.kid)] = key
    return keys


def _chosen(keys: Mapping[str, PublicKey], name: str | None) -> PublicKey | None:
    if name is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(name)
