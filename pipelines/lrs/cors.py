"""What pages that come from elsewhere may send and read (Fetch, CORS protocol). No cookies: any origin may ask."""

import re
from typing import Final

from learnloom.pipelines.lrs.message import Call, HttpAnswer

_SHOWN_HEADERS: Final = (
    "ETag, Last-Modified, WWW-Authenticate, Retry-After, X-Experience-API-Version, "
    "X-Experience-API-Consistent-Through"
)
_TAKEN_HEADERS: Final = (
    "Authorization, Content-Type, If-Match, If-None-Match, Accept-Language, X-Experience-API-Version, "
    "X-Experience-API-Hash"
)
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9-]+(, ?[A-Za-z0-9-]+){0,50}\Z")

CORS: Final = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _SHOWN_HEADERS}
"""Headers without which a page may not read an answer, not even that it was refused."""
_PREFLIGHT: Final = CORS | {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Max-Age": "7200",
}


def preflight(call: Call) -> HttpAnswer:
    """Let a page send what it asks for: monitoring and frameworks add headers that mean nothing here."""
    asked = call.headers.get("access-control-request-headers", "")
    taken = f"{_TAKEN_HEADERS}, {asked}" if _HEADER_NAMES.match(asked) else _TAKEN_HEADERS
    return HttpAnswer(204, headers={**_PREFLIGHT, "Access-Control-Allow-Headers": taken})
