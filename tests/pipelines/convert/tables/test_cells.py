"""Cells are read as what they say, or refused with what they hold and what to do."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.tables.cells import Cells, Points, duration_text
from learnloom.pipelines.convert.tables.mapping import read_mapping
from learnloom.pipelines.convert.tables.statements import score_of
from learnloom.schemas.xapi.result import check_result

_COLUMNS = {"columns": {"student": "a", "item": "b", "score": "c"}}


def _cells(time_zone: str = "Europe/Berlin", **more: Any) -> Cells:
    return Cells(read_mapping({**_COLUMNS, **more}, None), time_zone)


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (".", "1.5", 1.5),
        (".", "-2", -2),
        (".", "1 000.5", 1000.5),
        (",", "1.000,5", 1000.5),
        (",", "7", 7),
        ("either", "7,50", 7.5),
        ("either", "7.50", 7.5),
        ("either", "1.007,50", 1007.5),
    ],
)
def test_numbers_by_their_decimal_mark(decimal: str, text: str, value: float) -> None:
    """What separates thousands is passed over."""
    assert _cells(decimal=decimal).number(text, "points") == value


@pytest.mark.parametrize("text", ["", "seven", "1,5", "nan", "inf", "1e999", "0x10", "1_000"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """The error names column and value, and what to set."""
    with pytest.raises(ConvertError, match=r"points is .* no number") as found:
        _cells().number(text, "points")
    assert (found.value.fault.rule, found.value.fault.path) == ("convert-number", "points")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("7", Points(7, None)),
        ("7 / 10", Points(7, 10)),
        ("7.00/10", Points(7, 10)),
        ("70 %", Points(0.7, None, is_share=True)),
        ("70%", Points(0.7, None, is_share=True)),
    ],
)
def test_points_and_of_how_many(text: str, score: Points) -> None:
    """Points may be told with what can be had, or as a percentage."""
    assert _cells().score(text, "points") == score


@given(raw=st.floats(-1e6, 1e6), of=st.none() | st.floats(-10, 1e6), share=st.booleans())
def test_a_score_is_valid_whatever_it_is(raw: float, of: float | None, share: bool) -> None:
    """Points below 0 and beyond what can be had give a share within bounds; of nothing they give none."""
    found = score_of(Points(raw, of, share))
    told: list[Any] = []
    check_result({"score": found}, ("result",), told)
    assert told == []
    assert -1 <= found.get("scaled", 0) <= 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-09-07T10:00:00", "2026-09-07T10:00:00+02:00"),
        ("2026-12-07 10:00:00", "2026-12-07T10:00:00+01:00"),
        ("2026-09-07 10:00", "2026-09-07T10:00:00+02:00"),
        ("2026-09-07T10:00:00Z", "2026-09-07T10:00:00+00:00"),
        ("2026-09-07 10:00:00 UTC", "2026-09-07T10:00:00+00:00"),
        ("2026-09-07T10:00:00.250-05:00", "2026-09-07T10:00:00.250-05:00"),
        ("2026-09-07", "2026-09-07T00:00:00+02:00"),
    ],
)
def test_times_have_an_offset(text: str, written: str) -> None:
    """A time without an offset is one of the time zone."""
    assert _cells().time(text, "when") == written


@given(
    moments=st.lists(
        st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 - local times are what is read
        min_size=1,
        max_size=20,
    ),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]
    ),
)
def test_what_is_remembered_of_a_day_is_right(moments: list[datetime], zone: str) -> None:
    """Times of one reader are those that each alone would be, also on days on which the clock changes."""
    cells = _cells(zone)
    for moment in [*moments, *moments]:
        local = moment.replace(microsecond=0)
        expected = local.replace(tzinfo=ZoneInfo(zone)).isoformat()
        assert cells.time(local.isoformat(), "when") == expected


def test_a_day_on_which_the_clock_changes_has_two_offsets() -> None:
    """Which of them holds does not depend on what was read before."""
    night, noon = "2026-10-25T01:00:00", "2026-10-25T12:00:00"
    for first, second in ((night, noon), (noon, night)):
        cells = _cells()
        found = {text: cells.time(text, "when")[-6:] for text in (first, second)}
        assert found == {night: "+02:00", noon: "+01:00"}


def test_times_of_one_length_that_are_none_of_iso_are_told_from_it() -> None:
    """A week's day and a time with its offset are as long as an ordinary time, on a day that is remembered."""
    cells = _cells()
    cells.time("2026-09-07T10:00:00", "when")
    assert cells.time("2026-09-07T10:00+05", "when") == "2026-09-07T10:00:00+05:00"
    assert datetime.fromisoformat(cells.time("2026-W37-1T10:00:00", "when")) == datetime(
        2026, 9, 7, 8, tzinfo=UTC
    )
    with pytest.raises(ConvertError):
        cells.time("2026-09-07T25:00:00", "when")


@pytest.mark.parametrize("text", ["7/9/2026", "yesterday", "", "2026-13-01", "24:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Day and month are never guessed."""
    with pytest.raises(ConvertError, match=r"when is .* not written as ISO 8601"):
        _cells().time(text, "when")


@pytest.mark.parametrize(
    ("unit", "text", "seconds"),
    [
        ("s", "18.5", 18.5),
        ("ms", "18500", 18.5),
        ("min", "2", 120),
        ("clock", "1:02:03", 3_723),
        ("clock", "02:03", 123),
        ("words", "9 mins 3 secs", 543),
        ("words", "1 hour 2 mins", 3_720),
        ("words", "1 Stunde 2 Minuten 3 Sekunden", 3_723),
        ("words", "2 días 1 hora", 176_400),
        ("words", "1.5 hours", 5_400),
        ("words", "1,5 Stunden", 5_400),
        ("words", "2 ore 3 min.", 7_380),
        ("words", "1 heure et 2 minutes", 3_720),
        ("words", "1 dia, 2 horas", 93_600),
        ("words", "1 uur 5 sec", 3_605),
        ("words", "1h2m3s", 3_723),
    ],
)
def test_durations_by_their_unit(unit: str, text: str, seconds: float) -> None:
    """Units are those of the mapping."""
    assert _cells(duration_unit=unit).seconds(text, "took") == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("s", "-1"),
        ("s", "1e9"),
        ("clock", "-1:00"),
        ("words", "long"),
        ("words", "-1 min"),
        ("words", "1 month 2 mins"),
        ("words", "2 weeks 1 day"),
        ("words", "500 ms"),
        ("words", "5 mins late"),
    ],
)
def test_durations_out_of_bounds_are_refused(unit: str, text: str) -> None:
    """A duration is from 0 to a year."""
    with pytest.raises(ConvertError, match="is no duration"):
        _cells(duration_unit=unit).seconds(text, "took")


@given(seconds=st.floats(0, 366 * 86_400))
def test_a_duration_is_written_as_xapi_wants_it(seconds: float) -> None:
    """No exponent, and to the millisecond."""
    assert re.fullmatch(r"PT\d+(\.\d{1,3})?S", duration_text(seconds))
    assert float(duration_text(seconds)[2:-1]) == pytest.approx(seconds, abs=0.001)


def test_right_and_wrong_are_words_or_shares() -> None:
    """Capitals do not matter; a share is kept as one."""
    cells = _cells(right=["richtig", "1"], wrong=["falsch", "0"])
    assert [cells.truth(text, "r") for text in ("Richtig", "FALSCH", "1", "0", "0.5")] == [
        True,
        False,
        True,
        False,
        0.5,
    ]
    for text in ("vielleicht", "2", "-0.5"):
        with pytest.raises(ConvertError, match="neither right nor wrong"):
            cells.truth(text, "r")
