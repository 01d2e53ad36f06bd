"""What a hostile network costs `learnloom lrs`: memory before, during and after, and how others are served meanwhile.

    python -m bench.hostile_http [--connections 10000] [--only WORD…]

The store runs in a process of its own with its default bounds, except where a line says otherwise. While each attack
lasts, one client with a key sends single statements, one after the other: how many were answered, and how long that
took, stands beside the memory (resident, from /proc). "quiet" is without an attack: the figure to compare with.
"""

import argparse
import asyncio
import base64
import json
import os
import platform
import resource
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

import httpx

from bench.hostile_target import Target, served
from tests.pipelines.lrs.serving import Client, statement
from tests.pipelines.lrs.wire import request

_VERSION = {"X-Experience-API-Version": "1.0.3"}
_MIB = 1_048_576
_KILOBYTE: dict[str, Any] = {"result": {"response": "x" * 1_000}}
Attack = Callable[[Target], Coroutine[Any, Any, Counter[str]]]


async def _reply(reader: asyncio.StreamReader, seconds: float = 30) -> str:
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n"), seconds)
    except TimeoutError:
        return "nothing"
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
        return "ended"
    return head.split()[1].decode() if head.startswith(b"HTTP") else "?"


async def _quiet(_: Target) -> Counter[str]:
    await asyncio.sleep(8)
    return Counter()


async def _idle(target: Target) -> Counter[str]:
    """Open connections and say nothing, as long as the store lets them."""
    found = [await target.open() for _ in range(target.connections)]
    await asyncio.sleep(3)
    open_now = sum(not reader.at_eof() for reader, _ in found)
    for _, writer in found:
        writer.close()
    return Counter({"opened": len(found), "still open": open_now})


async def _slow_headers(target: Target) -> Counter[str]:
    async def one() -> str:
        reader, writer = await target.open()
        told = asyncio.create_task(_reply(reader))
        for byte in request("GET", "/xapi/about", "X-A: " + "a" * 100):
            if told.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.5)
        writer.close()
        return await told

    return Counter(await asyncio.gather(*(one() for _ in range(1_000))))


async def _slow_bodies(target: Target) -> Counter[str]:
    async def one() -> str:
        reader, writer = await target.open()
        writer.write(
            request("POST", "/xapi/statements", Authorization=target.basic, Content_Length=40 * _MIB)
        )
        told = asyncio.create_task(_reply(reader))
        while not told.done():
            writer.write(b" " * 1_000)
            await asyncio.sleep(0.5)
        writer.close()
        return await told

    return Counter(await asyncio.gather(*(one() for _ in range(500))))


async def _floods(target: Target) -> Counter[str]:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    async def one(authorization: str) -> str:
        reader, writer = await target.open()
        writer.write(
            request("POST", "/xapi/statements", Authorization=authorization, Transfer_Encoding="chunked")
        )
        told = asyncio.create_task(_reply(reader, 120))
        try:
            while not told.done():
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()
        return await told

    wrong = "Basic " + base64.b64encode(b"ll_x:y").decode()
    whose = [target.basic] * 20 + [wrong] * 100
    return Counter(await asyncio.gather(*(one(authorization) for authorization in whose)))


async def _header_bombs(target: Target) -> Counter[str]:
    async def one() -> str:
        reader, writer = await target.open()
        told = asyncio.create_task(_reply(reader))
        try:
            writer.write(b"GET /xapi/about HTTP/1.1\r\n")
            for _ in range(1_000):
                writer.write(b"X-A: " + b"a" * 4_000 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()
        return await told

    found: Counter[str] = Counter()
    for _ in range(5):
        found += Counter(await asyncio.gather(*(one() for _ in range(200))))
    return found


async def _guesses(target: Target) -> Counter[str]:
    async def many() -> Counter[str]:
        found: Counter[str] = Counter()
        reader, writer = await target.open()
        for number in range(500):
            guess = base64.b64encode(f"{target.key[0]}:{number}".encode()).decode()
            writer.write(request("GET", "/xapi/statements", Authorization=f"Basic {guess}"))
            head = await reader.readuntil(b"\r\n\r\n")
            (length,) = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            found[head.split()[1].decode()] += 1
        writer.close()
        return found

    return sum(await asyncio.gather(*(many() for _ in range(20))), Counter())


def _posting(whole: bytes, count: int) -> Attack:
    """Have so many send the same body at once."""

    async def attack(target: Target) -> Counter[str]:
        async def one() -> str:
            reader, writer = await target.open()
            head = {"Authorization": target.basic, "Content_Type": "application/json"}
            writer.write(request("POST", "/xapi/statements", **head, Content_Length=len(whole)) + whole)
            told = await _reply(reader, 300)
            writer.close()
            return told

        return Counter(await asyncio.gather(*(one() for _ in range(count))))

    return attack


async def _unread(target: Target) -> Counter[str]:
    """Ask for megabytes and read nothing."""

    async def one() -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1_024)
        writer.write(request("GET", "/xapi/statements?limit=500", Authorization=target.basic))
        told = await _reply(reader)
        await asyncio.sleep(5)
        writer.transport.abort()
        return told

    return Counter(await asyncio.gather(*(one() for _ in range(50))))


def _measure(name: str, target: Target, attack: Attack) -> None:
    if not any(word in name for word in target.only):
        return
    took: list[float] = []
    failed: Counter[str] = Counter()
    peak, is_over = [target.mib()], threading.Event()

    def serve_others() -> None:
        headers = {**_VERSION, "Authorization": target.basic}
        with httpx.Client(headers=headers, timeout=60) as client:
            while not is_over.is_set():
                began = time.perf_counter()
                try:
                    answer = client.post(f"{target.address}/statements", json=statement())
                except httpx.TransportError as error:
                    failed[type(error).__name__] += 1
                else:
                    if not answer.is_success:
                        failed[str(answer.status_code)] += 1
                took.append((time.perf_counter() - began) * 1_000)
                peak.append(target.mib())

    before = target.mib()
    other = threading.Thread(target=serve_others)
    other.start()
    began = time.perf_counter()
    try:
        told = asyncio.run(attack(target))
    finally:
        seconds = time.perf_counter() - began
        is_over.set()
        other.join()
    centiles = statistics.quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
    print(
        f"{name:<34}{seconds:>6.1f}{before:>8.0f}{max(peak):>8.0f}{target.mib():>8.0f}{len(took):>8,}"
        f"{sum(failed.values()):>8}{centiles[49]:>9.1f}{centiles[98]:>9.1f}   "
        f"{json.dumps(dict(told))}{' others: ' + json.dumps(dict(failed)) if failed else ''}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument(
        "--only", nargs="+", default=[""], help="attacks with one of these words in their name"
    )
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    load = os.getloadavg()[0]
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {load:.0f}, Python {platform.python_version()}"
    )
    print(", ".join(f"{name} {version(name)}" for name in ("uvicorn", "h11", "httpx")) + f", {hard:,} files")
    heads = ("MiB", "peak", "after", "others", "failed", "p50, ms", "p99, ms")
    print(
        f"{'attack':<34}{'s':>6}"
        + "".join(f"{one:>{8 + ('ms' in one)}}" for one in heads)
        + "   attacker got"
    )
    with ExitStack() as stack:
        target = stack.enter_context(served())
        target.connections, target.only = options.connections, options.only
        _measure("quiet", target, _quiet)
        _measure(f"{options.connections:,} idle, bound 2,000", target, _idle)
        _measure("1,000 with slow headers", target, _slow_headers)
        _measure("header bombs, 1,000 x 4 MB", target, _header_bombs)
        _measure("guesses, 20 x 500", target, _guesses)
        _measure("floods, 20 with a key, 100 without", target, _floods)
        many = json.dumps([statement(id=str(uuid.uuid4()), **_KILOBYTE) for _ in range(20_000)]).encode()
        _measure("12 send 20,000 statements, 25 MB", target, _posting(many, 12))
        _measure(
            "12 send 12 million elements, 25 MB", target, _posting(b"[" + b"1," * 12_000_000 + b"1]", 12)
        )
        client = Client(target.address, target.key)
        client.post(*(statement(result={"response": "x" * 900_000}) for _ in range(10)))
        _measure("50 ask for 9 MB and read nothing", target, _unread)
        _measure("quiet", target, _quiet)
    with served(max_connections="12000", body_seconds="10") as target:
        target.connections, target.only = options.connections, options.only
        _measure("quiet", target, _quiet)
        _measure(f"{options.connections:,} idle, bound 12,000", target, _idle)
        _measure("500 slow bodies of 10 s, with a key", target, _slow_bodies)
        _measure("quiet", target, _quiet)


if __name__ == "__main__":
    main()
