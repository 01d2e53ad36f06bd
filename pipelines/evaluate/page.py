"""An evaluation as one page: no script, no network, readable on a phone, in the dark and on paper."""

import importlib.metadata
from collections.abc import Sequence
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from learnloom.pipelines.evaluate.plot import cold_start_plot, reliability_plot
from learnloom.pipelines.evaluate.report import Evaluation
from learnloom.pipelines.evaluate.tables import headline, tables


def page(found: Evaluation, warnings: Sequence[str], *, made_at: datetime) -> str:
    """Write an evaluation as an HTML document.

    Args:
        found: what was found.
        warnings: where not to trust it.
        made_at: when, for the foot of the page.
    """
    environment = Environment(
        loader=PackageLoader("learnloom.pipelines.evaluate", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        headline=headline(found),
        warnings=warnings,
        tables=list(tables(found)),
        # Drawn by us from numbers alone: nothing in them comes from a file.
        reliability=Markup(reliability_plot(found.reliability)),  # noqa: S704
        cold_start=Markup(cold_start_plot(found.cold_start)),  # noqa: S704
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        version=importlib.metadata.version("learnloom"),
    )
