"""The macros of sql/macros agree with what Python makes of the same values."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.lake.macros import define_macros, macro_definitions
from learnloom.pipelines.lake.relation import load_relations

_SECONDS = {"Y": 31_556_952, "M": 2_629_746, "W": 604_800, "D": 86_400}
_SECONDS_OF_TIME = {"H": 3_600, "M": 60, "S": 1}
_COUNTS = st.integers(0, 999)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
_TAGS = st.sampled_from(["en-US", "en", "en-GB", "de", "fr", "zh-Hans-CN"])


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the macros."""
    with duckdb.connect(config={"threads": 1}) as connection:
        define_macros(connection)
        yield connection


def _asked(database: duckdb.DuckDBPyConnection, call: str, *values: Any) -> Any:
    rows = database.execute(f"SELECT {call}", values).fetchall()
    return rows[0][0]


@given(
    days=st.dictionaries(st.sampled_from(sorted(_SECONDS)), _COUNTS),
    times=st.dictionaries(st.sampled_from(sorted(_SECONDS_OF_TIME)), _COUNTS),
    thousandths=st.integers(0, 999),
    mark=st.sampled_from([".", ","]),
)
def test_a_duration_is_the_sum_of_its_parts(
    database: duckdb.DuckDBPyConnection,
    days: dict[str, int],
    times: dict[str, int],
    thousandths: int,
    mark: str,
) -> None:
    """Whatever components are given, each counts as its seconds; a decimal comma is a decimal point."""
    text = "P" + "".join(f"{days[unit]}{unit}" for unit in _SECONDS if unit in days)
    if times:
        text += "T"
        text += "".join(
            f"{times[unit]}{mark}{thousandths:03d}S" if unit == "S" else f"{times[unit]}{unit}"
            for unit in _SECONDS_OF_TIME
            if unit in times
        )
    expected = Decimal(sum(_SECONDS[unit] * n for unit, n in days.items()))
    expected += sum(_SECONDS_OF_TIME[unit] * n for unit, n in times.items())
    if "S" in times:
        expected += Decimal(thousandths) / 1000
    assert _asked(database, "duration_seconds(?::VARCHAR)", text) == expected


@pytest.mark.parametrize("text", [None, "", "12", "1:30", "P1H", "PT1D", "PT1X", "12S"])
def test_what_is_no_duration_has_no_seconds(database: duckdb.DuckDBPyConnection, text: str | None) -> None:
    """An unknown duration is NULL, never 0."""
    assert _asked(database, "duration_seconds(?::VARCHAR)", text) is None


@given(
    bottom=st.integers(-1000, 1000),
    width=st.integers(1, 1000),
    share=st.integers(0, 100),
    shift=st.integers(-99, 99),
)
def test_a_share_does_not_depend_on_where_the_scale_begins(
    database: duckdb.DuckDBPyConnection, bottom: int, width: int, share: int, shift: int
) -> None:
    """Raw between min and max is the same share on a scale that is moved, from 0 at min to 1 at max."""
    call = "scaled_score(NULL::DOUBLE, ?::DOUBLE, ?::DOUBLE, ?::DOUBLE)"
    raw = bottom + width * share / 100
    here = _asked(database, call, raw, bottom, bottom + width)
    there = _asked(database, call, raw + shift, bottom + shift, bottom + width + shift)
    assert float(here) == pytest.approx(share / 100, abs=1e-5)
    assert float(there) == pytest.approx(float(here), abs=1e-5)


@given(scaled=st.floats(-1, 1), raw=st.floats(-10, 10))
def test_raw_between_min_and_max_wins(database: duckdb.DuckDBPyConnection, scaled: float, raw: float) -> None:
    """Where both are given, what raw makes counts and not the scaled score, of which platforms think differently."""
    found = _asked(database, "scaled_score(?::DOUBLE, ?::DOUBLE, 0::DOUBLE, 10::DOUBLE)", scaled, raw)
    assert float(found) == pytest.approx(raw / 10, abs=1e-5)


@pytest.mark.parametrize("ends", [(None, None), (0, None), (None, 10), (5, 5)])
def test_without_a_scale_the_scaled_score_counts(
    database: duckdb.DuckDBPyConnection, ends: tuple[int | None, int | None]
) -> None:
    """Where raw says nothing, the scaled score does."""
    found = _asked(database, "scaled_score(0.25::DOUBLE, 5::DOUBLE, ?::DOUBLE, ?::DOUBLE)", *ends)
    assert float(found) == pytest.approx(0.25)


@pytest.mark.parametrize("ends", [(None, None), (0, None), (None, 10), (5, 5)])
def test_without_a_scale_raw_says_nothing(
    database: duckdb.DuckDBPyConnection, ends: tuple[int | None, int | None]
) -> None:
    """A raw score without both ends of a scale, or on one without width, is unknown."""
    found = _asked(database, "scaled_score(NULL::DOUBLE, 5::DOUBLE, ?::DOUBLE, ?::DOUBLE)", *ends)
    assert found is None


# The characters that Unicode calls separators of spaces: DuckDB trims them all.
_SPACES = " \u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@given(st.dictionaries(_TAGS, _TEXTS))
def test_a_text_is_english_where_there_is_one(
    database: duckdb.DuckDBPyConnection, texts: dict[str, str]
) -> None:
    """English is taken in the order en-US, en, en-GB; without it the first text; an empty one is none."""
    english = [texts[tag] for tag in ("en-US", "en", "en-GB") if tag in texts]
    expected = next(filter(None, (text.strip(_SPACES) for text in [*english, *texts.values()])), None)
    assert _asked(database, "language_text(?::JSON)", json.dumps(texts)) == expected


def test_views_of_the_lake_do_without_macros() -> None:
    """A macro is there for the connection that refreshes only, so no view may need one."""
    names = [definition.split(" MACRO ")[1].split("(")[0] for definition in macro_definitions()]
    assert len(names) >= 4
    for relation in load_relations():
        if relation.is_select and relation.stored == "view":
            assert not [name for name in names if f"{name}(" in relation.sql], relation.full_name
