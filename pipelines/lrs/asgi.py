"""What the store has of a server: messages of a request and its answer (ASGI), and threads beside its event loop."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from typing import Any, TypeVar

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Given = TypeVar("Given")


async def in_thread(threads: Executor, work: Callable[..., Given], *arguments: Any) -> Given:
    """Do work in one of the threads, and wait for what it gives."""
    return await asyncio.get_running_loop().run_in_executor(threads, work, *arguments)


async def left(receive: Receive) -> None:
    """Wait until whoever sent a request has gone; its body was read."""
    while (await receive())["type"] != "http.disconnect":
        pass
