"""A landing that never ends is shown as runs: each ends when what was read has landed, or when landing has failed."""

from collections import Counter

import pytest

from learnloom.flows.landing_runs import LandingRuns
from learnloom.pipelines.ingest.land.loop import ImportSummary


def _landed(read: int, refused: int = 0) -> ImportSummary:
    return ImportSummary(read=read, accepted=read - refused, refused=Counter({"rule": refused}))


def test_a_run_ends_when_all_that_was_read_has_landed() -> None:
    """It counts what has landed since the last one, in however many transactions."""
    runs = LandingRuns()
    runs.has_read(3)
    runs.has_landed(_landed(2))
    runs.has_landed(_landed(3, refused=1))
    assert runs.follow() == {"read": 3, "accepted": 2, "refused": 1}
    runs.has_read(2)
    runs.has_landed(_landed(5, refused=1))
    assert runs.follow() == {"read": 2, "accepted": 2}


def test_a_run_fails_with_what_landing_has_ended_with() -> None:
    """The next one counts a new landing from its beginning."""
    runs = LandingRuns()
    runs.has_read(4)
    runs.has_landed(_landed(3))
    runs.has_failed(OSError("the disk is full"))
    with pytest.raises(OSError, match="the disk is full"):
        runs.follow()
    runs.has_read(1)
    runs.has_landed(_landed(1))
    assert runs.follow() == {"read": 1, "accepted": 1}


def test_a_run_ends_where_what_was_read_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that were read and then given away with their partition are not waited for."""
    monkeypatch.setattr("learnloom.flows.landing_runs._QUIET_SECONDS", 0.01)
    runs = LandingRuns()
    runs.has_read(4)
    assert runs.follow() == {}
