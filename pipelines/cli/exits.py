"""Exit codes."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says to scripts."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SOME_REFUSED = 3
    """Done, but some of the input was refused or could not be read."""
    INTERRUPTED = 130
