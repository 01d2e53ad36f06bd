"""What the tests of Kafka have in common."""

import gc
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _forgotten_sockets() -> Iterator[None]:
    """Let kafka-python leave the sockets of its failed attempts to the garbage collector, within a test."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)
        yield
        gc.collect()
