"""From a template and its values to a page in a language; everything that comes from data is escaped."""

import secrets
from functools import cache, partial
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from learnloom.pipelines.pages.texts import words_of

WIDTH: Final = 100
"""Of a bar, in units of its drawing."""


@cache
def _environment(code: str) -> Environment:
    words = words_of(code)
    made = Environment(
        loader=PackageLoader("learnloom.pipelines.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        day=words.day, moment=words.moment, percent=words.percent, number=words.number, gap=words.gap
    )
    made.globals.update(WIDTH=WIDTH, language=words.code, new_form=partial(secrets.token_urlsafe, 16))
    return made


def render(template: str, language: str, **values: Any) -> str:
    """Write a page.

    Args:
        template: its name, without its ending.
        language: BCP 47; the nearest of those that are complete is taken.
        values: what the template shows.
    """
    found = _environment(words_of(language).code).get_template(f"{template}.html.jinja")
    return found.render(**values)
