"""A browser that speaks to an application without a network, and keeps cookies as their attributes say."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp


class Browser:
    """Sends requests one by one; has cookies and headers, as a request has them."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._app = app
        self._address = address
        self._jar = httpx.Cookies()
        self.headers: Mapping[str, str] = {}

    @property
    def cookies(self) -> Mapping[str, str]:
        """By name."""
        return dict(self._jar)

    def get(self, path: str, **given: Any) -> httpx.Response:
        """Ask for a page; redirects are not followed."""
        return asyncio.run(self._sent("GET", path, **given))

    def post(self, path: str, **given: Any) -> httpx.Response:
        """Send a form."""
        return asyncio.run(self._sent("POST", path, **given))

    async def _sent(self, method: str, path: str, **given: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url=self._address, cookies=self._jar
        ) as client:
            answer = await client.request(method, path, **given)
            self._jar = client.cookies
            return answer

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie."""
        self._jar.set(name, value)
