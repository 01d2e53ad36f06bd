"""What the tests of Kafka have in common."""

import pytest


@pytest.fixture(autouse=True)
def _forgotten_sockets(forgotten_sockets: None) -> None:
    """All of them speak to Kafka."""
