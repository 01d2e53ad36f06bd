"""Values of other formats are read as what they say."""

import pytest

from learnloom.pipelines.convert.scorm.run_time import RunTimeData
from learnloom.pipelines.convert.values import seconds_of
from tests.pipelines.convert.samples import OPTIONS, statements


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("P0Y0M0DT0H12M30.5S", 750.5),
        ("P0Y0M0DT0H50M12S", 3012),
        ("PT12,5S", 12.5),
        ("P1W", 604_800),
        ("P1DT1H", 90_000),
        ("P1M", 2_629_746),
        ("P1Y", 31_556_952),
        ("P", None),
        ("PT", None),
        ("P1H", None),
        ("P1D1M", None),
        ("-PT1S", None),
    ],
)
def test_durations_of_iso_8601_are_read_with_all_their_parts(written: str, seconds: float | None) -> None:
    """Years, months and weeks count, also where they are 0; what is no duration is unknown."""
    assert seconds_of(written) == seconds


def test_an_attempt_of_2004_that_writes_all_parts_has_its_times() -> None:
    """Content may write every part of a time interval, as SCORM 2004 allows."""
    cmi = {
        "completion_status": "completed",
        "total_time": "P0Y0M0DT0H12M30.5S",
        "interactions": [{"id": "q1", "result": "correct", "latency": "P0Y0M0DT0H0M9S"}],
    }
    made = statements(
        RunTimeData(OPTIONS),
        {"student": "7", "activity": "42", "at": "2026-09-07T10:10:00Z", "cmi": cmi},
    )
    assert [each["result"].get("duration") for each in made] == ["PT9S", "PT750.5S"]
