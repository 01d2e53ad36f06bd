"""The alternate request syntax of 1.0.3 (Communication 1.3): a POST whose form holds method, headers and content.

Beyond old browsers it is the one way in which `navigator.sendBeacon` sends a last statement when a page closes.
"""

from typing import Final
from urllib.parse import parse_qsl

from learnloom.pipelines.lrs.message import Call, RefusedError

_HEADERS: Final = {
    name.lower(): name
    for name in (
        "Authorization",
        "X-Experience-API-Version",
        "Content-Type",
        "Content-Length",
        "If-Match",
        "If-None-Match",
        "Accept",
        "Accept-Language",
    )
}
_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
_FORM: Final = "application/x-www-form-urlencoded"
_TAKEN_FOR_FORM: Final = frozenset({_FORM, "text/plain", ""})
"""A browser calls a form text where a page gives it as a string: beacons, and courses made with Storyline."""
_MOST_FIELDS: Final = 50


def unfolded(call: Call) -> Call:
    """Give the call that a form stands for; any other call as it is.

    Raises:
        RefusedError: 400, the form is not one of 1.3.
    """
    if "method" not in call.parameters:
        return call
    if call.method != "POST":
        raise RefusedError(
            400, "the parameter method is for POST only (alternate request syntax, Communication 1.3)"
        )
    if set(call.parameters) != {"method"}:
        raise RefusedError(
            400, "beside method nothing stands in the query: put it into the form (Communication 1.3)"
        )
    method = call.parameters["method"].upper()
    if method not in _METHODS:
        raise RefusedError(400, f"method is {method[:20]!r}: it can be {', '.join(sorted(_METHODS))}")
    fields = _fields(call)
    headers = dict(call.headers)
    headers.pop("content-type", None)
    headers.pop("content-length", None)
    headers |= {name.lower(): fields.pop(name) for name in list(fields) if name in _HEADERS.values()}
    content = fields.pop("content", None)
    if content is None and method in ("PUT", "POST"):
        raise RefusedError(400, f"a form that stands for {method} holds the body as the field content")
    if content is not None:
        headers.setdefault("content-type", "application/json")
    return call.having(method=method, parameters=fields, headers=headers, body=(content or "").encode())


def _fields(call: Call) -> dict[str, str]:
    if call.content_type not in _TAKEN_FOR_FORM:
        raise RefusedError(400, f"the alternate request syntax needs the Content-Type {_FORM}")
    try:
        pairs = parse_qsl(
            call.body.decode(),
            keep_blank_values=True,
            strict_parsing=bool(call.body),
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise RefusedError(400, f"the form cannot be read: {error}") from error
    if len({name for name, _ in pairs}) < len(pairs):
        raise RefusedError(400, "a field stands twice in the form")
    return dict(pairs)
