"""The two plots of an evaluation, as SVG: points and lines between two axes, drawn from numbers alone."""

from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.evaluate.cold_start import ColdStart
from learnloom.pipelines.evaluate.measures import Bin
from learnloom.pipelines.evaluate.tables import span

# A grey that can be read on white and on black.
_SOFT: Final = "#808080"
_MARK: Final = "#3b82c4"
_LEFT, _TOP, _SIDE = 56, 12, 300
"""Where the area between the axes begins, and how wide and high it is, in pixels."""
_TENTHS: Final = tuple(tenth / 10 for tenth in range(0, 11, 2))
_LOWEST_AUC: Final = 0.45


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Draw observed over predicted rates; a mark's size shows the number of answers, the dashed line is the ideal."""
    known = [(one.mean_p, one.rate, one.n) for one in bins if one.mean_p is not None and one.rate is not None]
    most = max((n for _, _, n in known), default=1)
    path = " ".join(f"{_x(p)},{_y(rate)}" for p, rate, _ in known)
    return _svg(
        "predicted probability",
        "share right",
        [(_x(value), f"{value:g}") for value in _TENTHS],
        [(_y(value), f"{value:g}") for value in _TENTHS],
        [
            _line(_x(0), _y(0), _x(1), _y(1), _SOFT, dashed=True),
            f'<polyline points="{path}" fill="none" stroke="{_MARK}"/>',
            *(_circle(_x(p), _y(rate), 2 + 5 * (n / most) ** 0.5) for p, rate, n in known),
        ],
    )


def cold_start_plot(spans: Sequence[ColdStart]) -> str:
    """Draw AUC with its interval over the number of earlier answers; unknown ones are left out."""
    # The last one sums up others.
    known = [(span(one.low, one.high), one.auc) for one in spans[:-1] if one.auc.value is not None]
    places = [_x((place + 0.5) / len(known)) for place in range(len(known))]
    drawn = [_line(_x(0), _auc(0.5), _x(1), _auc(0.5), _SOFT, dashed=True)]
    for place, (_, auc) in zip(places, known, strict=True):
        if auc.low is not None and auc.high is not None:
            drawn.append(_line(place, _auc(auc.low), place, _auc(auc.high), _MARK))
        drawn.append(_circle(place, _auc(auc.value or 0.0), 4))
    return _svg(
        "earlier answers of the student",
        "AUC",
        [(place, name) for place, (name, _) in zip(places, known, strict=True)],
        [(_auc(tenth / 10), f"{tenth / 10:g}") for tenth in range(5, 11)],
        drawn,
    )


def _x(share: float) -> float:
    return round(_LEFT + _SIDE * share, 1)


def _y(share: float) -> float:
    return round(_TOP + _SIDE * (1 - share), 1)


def _auc(value: float) -> float:
    """The height of an AUC; one below the axis is drawn on it."""
    return _y(max(value - _LOWEST_AUC, 0.0) / (1 - _LOWEST_AUC))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}"{dashes}/>'


def _circle(x: float, y: float, radius: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="{_MARK}"/>'


def _svg(
    across: str,
    up: str,
    columns: Sequence[tuple[float, str]],
    rows: Sequence[tuple[float, str]],
    drawn: Sequence[str],
) -> str:
    """Put what is drawn between a frame, the names of its axes, and the words at its columns and rows."""
    below, middle, size = _y(0), _x(0.5), f"{_x(1) + 14} {_y(0) + 44}"
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {size}" font-size="12" fill="{_SOFT}">',
            f'<rect x="{_x(0)}" y="{_y(1)}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_SOFT}"/>',
            *(f'<text x="{x}" y="{below + 16}" text-anchor="middle">{word}</text>' for x, word in columns),
            *(f'<text x="{_x(0) - 6}" y="{y + 4}" text-anchor="end">{word}</text>' for y, word in rows),
            f'<text x="{middle}" y="{below + 36}" text-anchor="middle">{across}</text>',
            f'<text transform="translate(14 {_y(0.5)}) rotate(-90)" text-anchor="middle">{up}</text>',
            *drawn,
            "</svg>",
        )
    )
