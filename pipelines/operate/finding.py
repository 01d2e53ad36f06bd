"""What a look at the installation, the warehouse or the flows finds: one shape for `doctor` and the flow `check`."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class HealthFinding(NamedTuple):
    """The result of one check."""

    name: str
    is_passed: bool | None
    """None: not known yet."""
    message: str
    """What was found, with its numbers; where the check failed, also what to do."""
    rows: Sequence[dict[str, Any]] = ()
    """The first offending rows, by column."""
