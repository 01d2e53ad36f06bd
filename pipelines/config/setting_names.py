"""Earlier names of settings: they are still read, with a warning that names the present one."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

_log = logging.getLogger(__name__)

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        "kafka_servers": "kafka_bootstrap_servers",
        "kafka_group": "kafka_group_id",
        "kafka_security": "kafka_security_protocol",
        "kafka_sasl": "kafka_sasl_mechanism",
        "kafka_session_seconds": "kafka_session_timeout_seconds",
        "dead_share": "dead_letter_max_share",
        "dead_window": "dead_letter_window",
    },
    "flows": {
        "kept_days": "snapshot_retention_days",
        "dead_letters_kept_days": "dead_letter_retention_days",
        "tell_seconds": "refresh_pause_seconds",
        "max_behind_seconds": "max_lag_seconds",
    },
    "alerts": {"quiet_minutes": "repeat_interval_minutes"},
    "subscriptions": {"largest_wait_seconds": "max_wait_seconds"},
}
"""Present name by earlier one, by table of learnloom.toml."""


def by_present_names(given: Any, table: str = "") -> Any:
    """Give the values of a table under their present names; where a value has both, the present one counts.

    Args:
        given: what is to be validated.
        table: which one; empty for what stands in none.
    """
    if not isinstance(given, Mapping):
        return given
    kept = dict(given)
    for old, new in RENAMED[table].items():
        if old in kept:
            _warn(*(f"{table}.{name}" if table else name for name in (old, new)))
            value = kept.pop(old)
            kept.setdefault(new, value)
    return kept


def variables_by_present_names(
    variables: Mapping[str, str | None], prefix: str, delimiter: str
) -> Mapping[str, str | None]:
    """Give environment variables under their present names; where a value has both, the present one counts.

    Args:
        variables: by name in lower case.
        prefix: with which those of settings begin.
        delimiter: what stands between a table and a name.
    """
    kept = dict(variables)
    for table, names in RENAMED.items():
        for old, new in names.items():
            of_table = f"{prefix}{table}{delimiter}" if table else prefix
            before, now = (f"{of_table}{name}".lower() for name in (old, new))
            if before in kept:
                _warn(before.upper(), now.upper())
                value = kept.pop(before)
                kept.setdefault(now, value)
    return kept


@cache
def _warn(old: str, new: str) -> None:
    """Warn, once for each name."""
    _log.warning(
        "setting %s is now called %s: rename it, later versions will not read the old name", old, new
    )
