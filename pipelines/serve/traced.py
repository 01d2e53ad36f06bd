"""A span for each call by HTTP."""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learnloom.pipelines.tracing.span import answering


class Traced:
    """Opens a span around each call, named by its route: an address names students, a route does not."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        with answering(scope["method"], headers) as answered:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    route: Any = scope.get("route")
                    answered(getattr(route, "path", "unknown"), message["status"])
                await send(message)

            await self._app(scope, receive, sending)
