"""The judgement on records: is each a statement, and if not, what exactly is wrong and what to do.

Three ways to ask, with one answer: `validate` for one record, `validate_many` for many, and a `Validator` for
whoever takes them one by one as they come. The bytes are never rewritten, and the same bytes under the same
version and limits are judged alike, whatever was judged before.

    from learnloom.pipelines.ingest.validate.validator import validate

    for fault in validate(raw).faults:
        print(fault.path, fault.rule, fault.message)
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from learnloom.pipelines.ingest.sources.reading import Limits, Reading, check_limits, read_object
from learnloom.pipelines.ingest.sources.wrapped import Wrapped, find_wrapped
from learnloom.pipelines.ingest.validate.recognise import UNSURE, FragmentValidator
from learnloom.schemas.record import Fault, Verdict
from learnloom.schemas.xapi.rule import Breach, pointer
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.statement import VERSION_1, find_breaches

_LEAD_CHARS = 60
_PATH_CHARS = 200
_DEFAULT_LIMITS = Limits()
_CACHE_BYTES: Final = 32 << 20
_TRIED: Final = 500
"""Records after which it is weighed whether the cache helps."""
_RESTED: Final = 10_000
"""Records judged without it where it does not."""
_WORTHWHILE: Final = 4
"""Fragments a record that may be judged before judging it whole is cheaper (measured by bench/validate.py)."""
_WORTH_OF_FAILURE: Final = 3
"""A record that is tried in vain costs as much as so many fragments."""


def validate(
    raw: bytes | None, *, default_version: str = VERSION_1, limits: Limits = _DEFAULT_LIMITS
) -> Verdict:
    """Judge one record by the rules of xAPI, 1.0.3 or 2.0 as the statement's version says.

    Args:
        raw: The bytes as received; None is a tombstone.
        default_version: The version by which a statement without one is judged: "1.0.3" or "2.0.0".
        limits: Bounds on length, depth, and on what is told.

    Returns:
        No fault, or every fault that was found (at most `limits.max_faults`), each with its JSON Pointer.
        Whatever the bytes are, nothing is raised on their account.

    Raises:
        ValueError: `limits.max_depth` is beyond what can be handled.
    """
    reading = read_object(raw, limits)
    statement, breaches = reading
    wrapped = _wrapped(raw, reading)
    if wrapped is not None:
        breaches = _breaches_within(wrapped, breaches, default_version, limits)
    elif statement is not None and reading.is_sound:
        breaches = breaches + find_breaches(statement, default_version=default_version)
    if not breaches:
        return Verdict(raw, (), statement.get("id") if statement is not None else None)
    told = breaches[: limits.max_faults]
    return Verdict(raw, tuple(_fault(breach, limits.max_value_chars) for breach in told))


def validate_many(
    raws: Iterable[bytes | None], *, default_version: str = VERSION_1, limits: Limits = _DEFAULT_LIMITS
) -> Iterator[Verdict]:
    """Judge records one after the other, each as `validate` does, and what repeats among them only once.

    Args:
        raws: Records, such as the lines of a file; they are taken one at a time.
        default_version: As for `validate`.
        limits: As for `validate`.

    Yields:
        One verdict per record, in the same order.

    Raises:
        ValueError: As for `validate`.
    """
    yield from map(Validator(default_version=default_version, limits=limits).validate, raws)


class Validator:
    """Judges records as `validate` does, and remembers the fragments that it found right.

    A statement made of such fragments, and right in all that holds between them, is valid; every other is
    judged whole. So the cache can make an answer quicker, never another one. Where hardly anything repeats, it is
    left alone for a while. Not for several threads at once.
    """

    def __init__(
        self,
        *,
        default_version: str = VERSION_1,
        limits: Limits = _DEFAULT_LIMITS,
        cache_bytes: int = _CACHE_BYTES,
    ) -> None:
        """Remember nothing yet, and never more than about `cache_bytes`; the rest is as for `validate`."""
        check_limits(limits)
        self._default_version = default_version
        self._limits = limits
        self._max_bytes = limits.max_bytes
        fast = FragmentValidator(cache_bytes=cache_bytes, max_depth=limits.max_depth)
        self._cache, self._recognise = fast.cache, fast.recognise
        self.judged_whole = 0
        """Records that were judged whole: invalid ones, and those of a stream in which little repeats."""
        self._is_trying = True
        self._left = _TRIED
        self._spent_before = 0

    @property
    def learned(self) -> int:
        """How many fragments were judged because they were not remembered."""
        return self._cache.learned

    def validate(self, raw: bytes | None, *, default_version: str | None = None) -> Verdict:
        """Judge one record; `default_version` holds for this one only. See the function `validate`."""
        version = default_version or self._default_version
        self._left -= 1
        if self._left < 0:
            self._weigh()
        if self._is_trying and raw is not None and len(raw) <= self._max_bytes:
            try:
                return Verdict(raw, (), self._recognise(raw, version))
            except UNSURE:
                pass
        self.judged_whole += 1
        return validate(raw, default_version=version, limits=self._limits)

    def _weigh(self) -> None:
        """Decide whether the next records are tried by fragments, by what that was worth for the last ones."""
        spent = self._spent() - self._spent_before
        self._is_trying = not self._is_trying or spent < _WORTHWHILE * _TRIED
        self._left = (_TRIED if self._is_trying else _RESTED) - 1
        self._spent_before = self._spent()

    def _spent(self) -> int:
        return self.learned + _WORTH_OF_FAILURE * self.judged_whole


def _wrapped(raw: bytes | None, reading: Reading) -> Wrapped | None:
    """Find the statement in a record that is none: an object around it, or a row of CSV."""
    if raw is None or not (
        reading.is_sound if reading.statement is not None else reading.breaches[0].rule == "json-syntax"
    ):
        return None
    return find_wrapped(raw, reading.statement)


def _breaches_within(
    wrapped: Wrapped, breaches: list[Breach], default_version: str, limits: Limits
) -> list[Breach]:
    """Name a record for what it is, and then only what is wrong with the statement in it."""
    inner = read_object(wrapped.raw, limits)
    within = list(inner.breaches)
    if inner.statement is not None and inner.is_sound:
        within += find_breaches(inner.statement, default_version=default_version)
    where = "as text" if wrapped.is_text else "as an object"
    lead = f"holds the statement {where}, for the record is a {wrapped.kind}"
    around = [
        breach
        for breach in breaches
        if breach.rule == "json-duplicate-key" and breach.path[:-1][: len(wrapped.path)] != wrapped.path
    ]
    return [
        Breach("statement-wrapped", wrapped.path, inner.statement, lead),
        *around,
        *(breach._replace(path=wrapped.path + breach.path) for breach in within),
    ]


def _fault(breach: Breach, max_value_chars: int) -> Fault:
    rule = RULES[breach.rule]
    value = _as_json(breach.value)
    path = pointer(breach.path)
    lead = (breach.lead or "is {value}").replace("{value}", _cut(value, _LEAD_CHARS))
    message = f"{_cut(path, _PATH_CHARS) or 'The statement'} {lead}: {rule.meaning}; {rule.fix}."
    return Fault(rule.id, path, _cut(value, max_value_chars), message)


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
