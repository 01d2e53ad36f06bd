"""Plots show each figure where it belongs."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.evaluate.cold_start import ColdStart
from learnloom.pipelines.evaluate.figures import Figure
from learnloom.pipelines.evaluate.measures import Bin
from learnloom.pipelines.evaluate.plots import cold_start_plot, reliability_plot

_SVG = "{http://www.w3.org/2000/svg}"
_SHARES = st.floats(0, 1)


def _circles(plot: str) -> list[tuple[float, float, float]]:
    return [
        (float(one.attrib["cx"]), float(one.attrib["cy"]), float(one.attrib["r"]))
        for one in ET.fromstring(plot).iter(f"{_SVG}circle")  # noqa: S314 - ours
    ]


def _frame(plot: str) -> tuple[float, float, float, float]:
    (rect,) = ET.fromstring(plot).iter(f"{_SVG}rect")  # noqa: S314 - ours
    left, top, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


@given(st.lists(st.tuples(_SHARES, _SHARES, st.integers(1, 10_000)), max_size=10))
def test_marks_of_rates_stand_within_the_frame_in_their_order(found: list[tuple[float, float, int]]) -> None:
    """Each bin with answers has a mark at its rates; more answers never have the smaller one."""
    bins = [Bin(0.0, 1.0, n, p, rate) for p, rate, n in found]
    plot = reliability_plot([*bins, Bin(0.0, 1.0, 0, None, None)])
    left, top, right, bottom = _frame(plot)
    marks = _circles(plot)
    assert len(marks) == len(found)
    for (x, y, _), (p, rate, _) in zip(marks, found, strict=True):
        assert x == pytest.approx(left + p * (right - left), abs=0.1)
        assert y == pytest.approx(bottom - rate * (bottom - top), abs=0.1)
    sizes = [
        radius
        for _, radius in sorted((n, radius) for (_, _, radius), (_, _, n) in zip(marks, found, strict=True))
    ]
    assert sizes == sorted(sizes)


def test_spans_that_are_known_are_named_and_the_sum_is_left_out() -> None:
    """One that is unknown has no mark, and one below the axis stands on it."""
    low, high = Figure(0.3, 0.2, 0.4), Figure(1.0)
    spans = [
        ColdStart(first, last, 9, auc, low)
        for first, last, auc in (
            (0, 0, low),
            (1, 4, Figure(None)),
            (5, None, high),
            (0, 4, high),
        )
    ]
    plot = cold_start_plot(spans)
    _, top, _, bottom = _frame(plot)
    assert [y for _, y, _ in _circles(plot)] == [bottom, top]
    assert {"0", "5 or more"} <= set(re.findall(">([^<]+)</text>", plot))
    assert "1 to 4" not in plot


def test_nothing_known_is_an_empty_plot() -> None:
    """Without a figure the frame stands alone."""
    assert _circles(reliability_plot([])) == _circles(cold_start_plot([])) == []
