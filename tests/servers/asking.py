"""What kafka-python's command line asks of a broker, to be run by a process of its own (`tests.forked`)."""

import os
import sys

from kafka.cli.admin import run_cli


def ask(*arguments: str) -> None:
    """Be `python -m kafka.admin ARGUMENTS`; what it logs comes with what it prints."""
    os.dup2(1, 2)
    sys.exit(run_cli(list(arguments)))
