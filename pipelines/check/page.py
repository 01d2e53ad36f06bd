"""The report as one page: no script, no network, readable on a phone and on paper.

Everything that comes from statements is escaped by the template engine, and the page forbids itself to load
anything (Content-Security-Policy), so that a hostile statement shows as text and does nothing.
"""

import importlib.metadata
from datetime import datetime
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from learnloom.pipelines.check.excerpt import visible
from learnloom.pipelines.check.report import IMPORT, CheckReport, count, mending_lines, minute, percent, place

_TEMPLATE: Final = "page.html.jinja"


def page(report: CheckReport, *, made_at: datetime) -> str:
    """Write the report as an HTML document.

    Args:
        report: what was found.
        made_at: when, for the foot of the page.
    """
    environment = Environment(
        loader=PackageLoader("learnloom.pipelines.check", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        minute=minute, percent=percent, place=place, visible=visible, count=count, mending=mending_lines
    )
    return environment.get_template(_TEMPLATE).render(
        report=report,
        command=IMPORT,
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        version=importlib.metadata.version("learnloom"),
    )
