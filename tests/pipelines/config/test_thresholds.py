"""Thresholds: documented, and in order."""

import pytest
from pydantic import ValidationError

from learnloom.pipelines.config.thresholds import Thresholds


def test_every_threshold_says_what_it_is() -> None:
    """A teacher who wants it otherwise finds what the number means."""
    assert all(field.description for field in Thresholds.model_fields.values())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mastered": 0.6}, "near"),
        ({"practise_target": 0.9}, "practise_high"),
        ({"stuck_early_opportunities": 11}, "stuck_opportunities"),
        ({"masterd": 0.9}, "masterd"),
        ({"drop_share": 0}, "drop_share"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(change: dict[str, float], told: str) -> None:
    """Crossed bands and misspelt names are told, and not silently ignored."""
    with pytest.raises(ValidationError, match=told):
        Thresholds.model_validate(change)
