"""Who writes: kept with every transaction, so that it can be told which run wrote a row."""

from typing import NamedTuple


class Run(NamedTuple):
    """One run of a command or a flow."""

    run_id: str
    """Prefect's id of the flow run, or the command's own."""
    what: str
    """Which flow or command."""
