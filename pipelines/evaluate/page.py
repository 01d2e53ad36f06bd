"""An evaluation as one page: no script, no network, readable on a phone, in the dark and on paper."""

import importlib.metadata
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from learnloom.pipelines.evaluate.plots import cold_start_plot, reliability_plot
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.tables import Table, headline, tables


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
