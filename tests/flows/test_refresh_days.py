"""Days that a refresh is asked for by its flow's parameters."""

from typing import Any

import pytest

from learnloom.flows.refresh import refresh
from learnloom.pipelines.refresh.errors import DayError


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"day": "yesterday"}, "day is 'yesterday': give today, or a date such as 2026-11-01"),
        ({"since": "1.11.2026"}, "since is '1.11.2026': give a date such as 2026-11-01"),
    ],
)
def test_what_is_no_day_is_named_with_its_parameter(parameters: dict[str, Any], told: str) -> None:
    """Before anything is opened, and with what is expected."""
    with pytest.raises(DayError, match=told):
        refresh.fn(**parameters)
