"""The judgement on one record: is it a statement, and if not, what exactly is wrong and what to do.

Pure: the bytes are never rewritten, and the same bytes under the same version and limits are judged alike.
"""

from typing import Any

import orjson

from pipelines.ingest.reading import Limits, read_object
from schemas.record import Fault, Verdict
from schemas.xapi.rule import Breach, pointer
from schemas.xapi.rules import RULES
from schemas.xapi.statement import VERSION_1, find_breaches

_LEAD_CHARS = 60
_DEFAULT_LIMITS = Limits()


def judge(
    raw: bytes | None, *, default_version: str = VERSION_1, limits: Limits = _DEFAULT_LIMITS
) -> Verdict:
    """Judge one record by the rules of xAPI, 1.0.3 or 2.0 as the statement's version says.

    Args:
        raw: The bytes as received; None is a tombstone.
        default_version: The version by which a statement without one is judged: "1.0.3" or "2.0.0".
        limits: Bounds on length, depth, and on what is told.

    Returns:
        The statement with no fault, or with every fault that was found (at most `limits.max_faults`).
        Whatever the bytes are, nothing is raised on their account.

    Raises:
        ValueError: `limits.max_depth` is beyond what can be handled.
    """
    reading = read_object(raw, limits)
    statement, breaches = reading
    if statement is not None and reading.is_sound:
        breaches = breaches + find_breaches(statement, default_version=default_version)
    if not breaches:
        return Verdict(statement, ())
    told = breaches[: limits.max_faults]
    return Verdict(statement, tuple(_fault(breach, limits.max_value_chars) for breach in told))


def _fault(breach: Breach, max_value_chars: int) -> Fault:
    rule = RULES[breach.rule]
    value = _as_json(breach.value)
    path = pointer(breach.path)
    lead = (breach.lead or "is {value}").replace("{value}", _cut(value, _LEAD_CHARS))
    message = f"{path or 'The statement'} {lead}: {rule.meaning}; {rule.fix}."
    return Fault(rule.id, path, _cut(value, max_value_chars), message)


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
