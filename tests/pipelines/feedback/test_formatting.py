"""Figures in the plain English of commands and reports."""

import pytest

from learnloom.pipelines.feedback.formatting import count, percent


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")]
)
def test_shares_are_all_or_nothing_only_where_they_are(share: float, said: str) -> None:
    """Nearly all is not all."""
    assert percent(share) == said


def test_counts_have_plurals() -> None:
    """One is said otherwise than many."""
    assert [count(1, "try", "tries"), count(2, "try", "tries"), count(2, "day")] == [
        "1 try",
        "2 tries",
        "2 days",
    ]
