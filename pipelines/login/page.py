"""The few pages of a login: why somebody is not let in, who they are, how to go on."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import jinja2
from starlette.responses import Response

from learnloom.pipelines.login.words import LoginWords

_ENVIRONMENT = jinja2.Environment(
    autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATE = _ENVIRONMENT.from_string(
    files(__package__).joinpath("page.html.jinja").read_text(encoding="utf-8")
)


def page(
    title: str, *, words: LoginWords, origins: Sequence[str], status: int = 200, **values: Any
) -> Response:
    """Write a page.

    Args:
        title: its heading.
        words: say the title and all that is a text of ours among the values.
        origins: of platforms, in whose frames it may stand, and to which its forms lead.
        status: of HTTP.
        values: what the template shows of: sentences, retry, form, lines, close.
    """
    shown = {"sentences": [], "retry": None, "form": None, "lines": [], "links": [], "close": False, **values}
    places = " ".join(["'self'", *origins])
    headers = {
        "cache-control": "no-store",
        # A form's target sends the browser on to the platform, which browsers hold against form-action, too.
        "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; "
        f"form-action {places}; frame-ancestors {places}",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    text = _TEMPLATE.render(title=title, language=words.code, say=words.say, **shown)
    return Response(text, status, headers, "text/html")
