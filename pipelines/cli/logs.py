"""Log lines of commands that run for long: sentences for people, JSON for machines; on standard error."""

import datetime as dt
import json
import logging
import sys

_FORMAT = "%(asctime)s %(levelname)s %(message)s"
_LIBRARIES = {"kafka": logging.CRITICAL, "filelock": logging.WARNING}
"""What kafka-python has to say is said by us, in words that tell what to do; at debug level it may speak. filelock
would tell of each of a hundred looks a second while a turn is waited for."""


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Write one JSON object."""
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(*, as_json: bool, is_verbose: bool) -> None:
    """Send log lines to standard error.

    Args:
        as_json: one JSON object a line.
        is_verbose: our own doings in detail, and warnings of the Kafka client.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else logging.Formatter(_FORMAT))
    logging.basicConfig(level=logging.DEBUG if is_verbose else logging.INFO, handlers=[handler], force=True)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # we say ourselves what is waited for
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(logging.WARNING if is_verbose else level)
