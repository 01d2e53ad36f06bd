"""An evaluation as one page: no script, no network, readable on a phone, in the dark and on paper."""

import importlib.metadata
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import matplotlib as mpl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

from learnloom.pipelines.evaluate.cold_start import ColdStart
from learnloom.pipelines.evaluate.measures import Bin
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.tables import Table, headline, span, tables


def page(found: Evaluation, warnings: Sequence[str], *, made_at: datetime) -> str:
    """Write an evaluation as an HTML document.

    Args:
        found: what was found.
        warnings: where not to trust it.
        made_at: when, for the foot of the page.
    """
    return table_page(
        "How good are the predictions?",
        headline(found),
        warnings,
        list(tables(found)),
        plots=[
            (reliability_plot(found.reliability), _RELIABILITY),
            (cold_start_plot(found.cold_start), _COLD_START),
        ],
        made_at=made_at,
    )


def table_page(
    title: str,
    headline: Sequence[str],
    warnings: Sequence[str],
    tables: Sequence[Table],
    *,
    made_at: datetime,
    plots: Sequence[tuple[str, str]] = (),
) -> str:
    """Write tables as an HTML document.

    Args:
        title: of the page.
        headline: sentences above everything.
        warnings: where not to trust it.
        tables: in order.
        made_at: when, for the foot of the page.
        plots: SVG that we drew from numbers alone, each with its caption.
    """
    environment = Environment(
        loader=PackageLoader("learnloom.pipelines.evaluate", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        title=title,
        headline=headline,
        warnings=warnings,
        tables=tables,
        # Drawn by us from numbers alone: nothing in them comes from a file.
        plots=[(Markup(plot), caption) for plot, caption in plots],  # noqa: S704
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        version=importlib.metadata.version("learnloom"),
    )


_RELIABILITY: Final = (
    "Predicted and observed rates. On the dashed line both are equal; a larger mark means more answers."
)
_COLD_START: Final = (
    "How well the model separates right from wrong answers, by number of earlier answers of the student. "
    "0.5 is chance."
)

# A grey that can be read on white and on black.
_SOFT: Final = "#808080"
_MARK: Final = "#3b82c4"


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Draw observed over predicted rates; a mark's size shows the number of answers, the dashed line is the ideal."""
    known = [(one.mean_p, one.rate, one.n) for one in bins if one.mean_p is not None and one.rate is not None]
    most = max((n for _, _, n in known), default=1)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_SOFT, linewidth=1, linestyle="--")
        axes.plot([p for p, _, _ in known], [rate for _, rate, _ in known], color=_MARK, linewidth=1)
        axes.scatter(
            [p for p, _, _ in known],
            [rate for _, rate, _ in known],
            s=[12 + 120 * n / most for _, _, n in known],
            color=_MARK,
        )
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel="predicted probability", ylabel="share right", aspect="equal"
        )

    return _svg(draw, (4.2, 4.2))


def cold_start_plot(spans: Sequence[ColdStart]) -> str:
    """Draw AUC with its interval over the number of earlier answers; unknown ones are left out."""
    # The last one sums up others.
    known = [(span(one.low, one.high), one.auc) for one in spans[:-1] if one.auc.value is not None]

    def draw(axes: Axes) -> None:
        for place, (_, auc) in enumerate(known):
            if auc.low is not None and auc.high is not None:
                axes.plot([place, place], [auc.low, auc.high], color=_MARK, linewidth=2)
        axes.scatter(range(len(known)), [auc.value or 0.0 for _, auc in known], color=_MARK, zorder=3)
        axes.axhline(0.5, color=_SOFT, linewidth=1, linestyle="--")
        axes.set_xticks(range(len(known)), [name for name, _ in known])
        axes.set(xlabel="earlier answers of the student", ylabel="AUC", ylim=(0.45, 1.0))

    return _svg(draw, (5.2, 4.2))


def _svg(draw: Callable[[Axes], None], inches: tuple[float, float]) -> str:
    # Text stays text, and equal figures give equal files.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "learnloom", "font.size": 10}):
        plot = Plot(figsize=inches, layout="constrained")
        plot.patch.set_alpha(0.0)
        axes = plot.subplots()
        axes.patch.set_alpha(0.0)
        draw(axes)
        axes.tick_params(colors=_SOFT)
        axes.xaxis.label.set_color(_SOFT)
        axes.yaxis.label.set_color(_SOFT)
        for side in axes.spines.values():
            side.set_color(_SOFT)
        text = io.StringIO()
        plot.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    # Within a page there is neither an XML declaration nor a document type.
    return text.getvalue()[text.getvalue().index("<svg") :]
