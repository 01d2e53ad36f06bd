"""A request for a login, read within bounds, and what is answered; free of how routes call."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.words import LoginWords, words_asked

_MOST_BYTES: Final = 65_536
_MOST_FIELDS: Final = 50


class RequestHead(Protocol):
    """What is read of a request to know whose it is: Starlette's Request has it, and Received."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """By name."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By name in lower case."""


class Received(NamedTuple):
    """A request."""

    values: Mapping[str, str]
    """Of its form where it is a POST, else of its address."""
    cookies: Mapping[str, str]
    headers: Mapping[str, str]

    def value(self, name: str) -> str:
        """Give a value that is needed.

        Raises:
            LoginRefusedError: it is missing.
        """
        found = self.values.get(name, "")
        if not found:
            raise LoginRefusedError(
                "request", f"the request has no {name}: begin again from your platform", status=400
            )
        return found

    @property
    def is_framed(self) -> bool:
        """Whether the browser shows the answer within a frame (Fetch Metadata); an old browser does not say."""
        return self.headers.get("sec-fetch-dest") in ("iframe", "frame", "object", "embed")


Handler = Callable[[Received], Response]


def route(
    path: str,
    handler: Handler,
    refuse: Callable[[LoginRefusedError, LoginWords], Response],
    methods: Sequence[str],
) -> Route:
    """Let requests be answered by a function that may take its time; `refuse` says why somebody is not let in."""

    async def answer(request: Request) -> Response:
        try:
            received = await _received(request)
            return await run_in_threadpool(handler, received)
        except LoginRefusedError as refused:
            return refuse(refused, words_asked(request.headers))

    return Route(path, answer, methods=list(methods))


async def _received(request: Request) -> Received:
    text = request.url.query
    if request.method == "POST":
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                raise LoginRefusedError(
                    "size", f"the request is longer than {_MOST_BYTES:,} bytes", status=413
                )
        text = body.decode("utf-8", "replace")
    try:
        values = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise LoginRefusedError(
            "size", f"the request has more than {_MOST_FIELDS} fields", status=413
        ) from None
    return Received(values, request.cookies, request.headers)


def origin_of(address: str) -> str:
    """Give scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def path_on(address: str, own: str) -> str | None:
    """Give path and query of an address that is ours; None: it is somebody else's."""
    parts = urlsplit(address)
    if origin_of(address) != origin_of(own) or not parts.path.startswith(urlsplit(own).path.rstrip("/")):
        return None
    path = parts.path or "/"
    # A path that begins with two slashes would be read as an address of somebody else.
    if path.startswith(("//", "/\\")):
        return None
    return f"{path}?{parts.query}" if parts.query else path
