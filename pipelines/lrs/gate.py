"""Who may in: keys, short keys and tokens; how much they may send; and a line about each request."""

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final, NamedTuple

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.lrs.access import SESSIONS
from learnloom.pipelines.lrs.audit import Audit, open_audit
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.issuer import Issuer
from learnloom.pipelines.lrs.keys import Caller, Key, find_key, insert_key, key_of, note_use
from learnloom.pipelines.lrs.limits import Buckets, retry_after
from learnloom.pipelines.lrs.message import Call, RefusedError
from learnloom.pipelines.lrs.sessions import FETCH, PREFIX, caller_of_session
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.lrs.tokens import Holder, Tokens

_BURST_SECONDS: Final = 10.0
_IPV6_NETWORK: Final = 64
"""Bits of an address that one household or company has for itself."""
_UNKNOWN: Final = (
    "the key is not known, revoked or expired, or its secret is wrong: see `learnloom keys list`; a short key ends "
    "with its session"
)
_PLACES: Final = frozenset(
    {
        *("/statements", "/activities", "/agents", "/about", SESSIONS, FETCH),
        *("/activities/state", "/activities/profile", "/agents/profile"),
    }
)
"""What the audit names; other paths may hold anything."""


class Exchange(NamedTuple):
    """What went over the line for one request."""

    status: int
    statements: int
    """Taken in or given."""
    bytes_in: int
    bytes_out: int
    began: float
    """By `time.perf_counter`."""


class Gate:
    """Lets callers in; may be asked from many threads."""

    def __init__(
        self,
        store: Store,
        bounds: LrsBounds,
        *,
        tokens: Tokens | None,
        audit: Audit,
        monotonic: Callable[[], float],
    ) -> None:
        """Let in who has a key of `store`, or a token that `tokens` accepts, within `bounds`."""
        self._store = store
        self._tokens = tokens
        self._audit = audit
        self._bounds = bounds
        self._statements, self._bytes = (
            None
            if rate is None
            else Buckets(per_second=rate, burst=max(1.0, rate * _BURST_SECONDS), monotonic=monotonic)
            for rate in (bounds.statements_per_second, bounds.bytes_per_second)
        )
        failures = bounds.failures_per_minute
        self._failures = (
            Buckets(per_second=failures / 60, burst=failures, monotonic=monotonic) if failures else None
        )

    def caller(self, call: Call) -> Caller:
        """Find who calls.

        Raises:
            RefusedError: 401, nobody who may in; 429, that was said to this address too often of late, or the key has
                sent too much; 503, tokens cannot be checked now.
        """
        try:
            caller = self._known(call.headers.get("authorization"), self._store.milliseconds())
        except RefusedError as error:
            if error.status == HTTPStatus.UNAUTHORIZED:
                self.note_failure(call)
                if "text/html" in call.headers.get("accept", ""):
                    # Else a browser would ask for a password above a course.
                    error.headers["WWW-Authenticate"] += ', Basic realm="xAPI"'
            raise
        if call.method not in ("GET", "HEAD"):
            self._check_rate(caller.key_id)
        return caller

    def note_failure(self, call: Call) -> None:
        """Keep in mind that somebody at an address could not be let in.

        Raises:
            RefusedError: 429, that happens too often. Whoever has a right key is let in all the same: many share an
                address, and keys are too long to be guessed. This spares the log and the work, and is told.
        """
        if self._failures is None:
            return
        network = _network(call.address)
        wait = self._failures.wait(network)
        if wait > 0:
            raise RefusedError(
                429,
                f"more than {self._bounds.failures_per_minute} requests a minute came from {call.address} with a key "
                "or token that is not good (LEARNLOOM_LRS__FAILURES_PER_MINUTE): see to it, and try later",
                Retry_After=retry_after(wait),
            )
        self._failures.take(network, 1)

    def _check_rate(self, key_id: str) -> None:
        for buckets, what, setting in (
            (self._statements, "statements", "STATEMENTS_PER_SECOND"),
            (self._bytes, "bytes", "BYTES_PER_SECOND"),
        ):
            wait = 0.0 if buckets is None else buckets.wait(key_id)
            if wait > 0:
                rate = getattr(self._bounds, setting.lower())
                raise RefusedError(
                    429,
                    f"{key_id} has sent more than {rate:g} {what} a second (LEARNLOOM_LRS__{setting}): send this again "
                    "after the seconds of Retry-After",
                    Retry_After=retry_after(wait),
                )

    def done(self, call: Call, exchange: Exchange) -> None:
        """Count what came with a call that was answered, and write the line about it."""
        if call.key_id:
            if self._statements is not None and call.method in ("PUT", "POST"):
                self._statements.take(call.key_id, max(1, exchange.statements))
            if self._bytes is not None:
                self._bytes.take(call.key_id, exchange.bytes_in)
        self._audit(
            {
                "at": iso(self._store.milliseconds()),
                "key": call.key_id or None,
                "address": call.address,
                "method": call.method[:10],
                "resource": call.path if call.path in _PLACES else None,
                "status": exchange.status,
                "statements": exchange.statements,
                "bytes_in": exchange.bytes_in,
                "bytes_out": exchange.bytes_out,
                "milliseconds": round((time.perf_counter() - exchange.began) * 1_000, 1),
            }
        )

    def _known(self, authorization: str | None, moment: int) -> Caller:
        if authorization is None:
            raise _unknown(
                "send a key: Authorization: Basic base64(KEY:SECRET); make one: learnloom keys add"
            )
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(given.strip(), moment)
        if scheme.lower() != "basic":
            raise _unknown(
                f"authorization by {scheme[:20]} is not understood: use Basic with a key and its secret, or "
                "Bearer with a token"
            )
        try:
            key_id, _, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except ValueError:  # no base64, or no text
            raise _unknown("the header Authorization holds no base64 of KEY:SECRET") from None
        if key_id.startswith(PREFIX):
            caller = caller_of_session(self._store, key_id, secret, moment)
        else:
            key = key_of(self._store, key_id, secret, moment)
            caller = None if key is None else self._used(key, key.scopes, moment)
        if caller is None:
            raise _unknown(_UNKNOWN)
        return caller

    def _by_token(self, token: str, moment: int) -> Caller:
        if self._tokens is None:
            raise _unknown(
                "tokens are not accepted here: use Basic with a key and its secret, or set LEARNLOOM_LRS__TOKEN_ISSUER"
            )
        holder = self._tokens.judged(token, moment)
        key = find_key(self._store, holder.key_id) or self._first_seen(holder)
        if not key.is_good(moment):
            raise _unknown(f"{holder.key_id} is revoked: see `learnloom keys list`")
        return self._used(key, holder.scopes, moment)

    def _first_seen(self, holder: Holder) -> Key:
        """Keep who comes with tokens as a key without a secret: it is listed, can be revoked, and is a source."""
        key = Key(holder.key_id, holder.label, (), (), 0, None, None, None)
        self._store.write(lambda connection, moment: insert_key(connection, moment, key))
        return key

    def _used(self, key: Key, scopes: tuple[str, ...], moment: int) -> Caller:
        note_use(self._store, key, moment)
        return Caller(key.key_id, frozenset(scopes), frozenset(key.home_pages))


def _unknown(reason: str) -> RefusedError:
    return RefusedError(401, reason, WWW_Authenticate='Bearer realm="xAPI"')


def _network(address: str) -> str:
    """Give what stands for a sender's address: that of IPv4, the network of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(int(found) >> _IPV6_NETWORK) if found.version == 6 else address  # noqa: PLR2004 - IPv6


@contextmanager
def open_gate(store: Store, bounds: LrsBounds) -> Iterator[Gate]:
    """Give the gate that the settings name. Nothing is fetched from an issuer before somebody comes with a token."""
    with open_audit(bounds.audit, store.folder) as audit:
        if bounds.token_issuer is None or bounds.token_audience is None:
            yield Gate(store, bounds, tokens=None, audit=audit, monotonic=time.monotonic)
            return
        issuer = Issuer(bounds.token_issuer, keep_seconds=bounds.token_keys_seconds, monotonic=time.monotonic)
        try:
            tokens = Tokens(
                issuer,
                audience=bounds.token_audience,
                scope_prefix=bounds.token_scope_prefix,
                leeway_seconds=bounds.token_leeway_seconds,
            )
            yield Gate(store, bounds, tokens=tokens, audit=audit, monotonic=time.monotonic)
        finally:
            issuer.close()
