"""Senders of statements, in a process of their own: each holds a connection and sends its next batch once answered.

    python -m bench.door_load ADDRESS AUTHORIZATION FILE BATCH CLIENTS SECONDS

Prints JSON: for how long, the seconds that each request took, and their own processor time. Statements are valid ones
of the file, under new ids.
"""

import asyncio
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from learnloom.pipelines.ingest.validate.validator import validate

_ID: Final = re.compile(rb'"id":"[0-9a-f-]{36}"')
_MOST_LINES: Final = 2_000


class _Target(NamedTuple):
    host: str
    port: int
    head: bytes


class _Load(NamedTuple):
    batch: int
    clients: int
    seconds: float


def _bodies(lines: list[bytes], batch: int) -> Iterator[bytes]:
    """Give bodies without end; a statement's own id is replaced, which is the first thing in it."""
    parts = cycle([_ID.split(line, maxsplit=1) for line in lines])
    while True:
        made = []
        for _ in range(batch):
            before, after = next(parts)
            made.append(before + b'"id":"' + str(uuid.uuid4()).encode() + b'"' + after)
        yield b"[" + b",".join(made) + b"]"


async def _send(target: _Target, bodies: Iterator[bytes], until: float, taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection(target.host, target.port)
    while time.perf_counter() < until:
        body = next(bodies)
        started = time.perf_counter()
        writer.write(target.head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        told = await reader.readexactly(int(length[1]) if length else 0)
        taken.append(time.perf_counter() - started)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            raise SystemExit(f"{head.decode()[:100]}{told.decode()[:500]}")
    writer.close()


def _lines(file: Path) -> list[bytes]:
    """Statements of the file that are valid, and change nothing of others."""
    with file.open("rb") as lines:
        candidates = (line.strip() for line in lines if _ID.search(line) and b"voided" not in line)
        return list(islice((line for line in candidates if not validate(line).faults), _MOST_LINES))


async def _sent(target: _Target, lines: list[bytes], load: _Load) -> dict[str, Any]:
    taken: list[float] = []
    started, cpu_before = time.perf_counter(), time.process_time()
    bodies = _bodies(lines, load.batch)
    await asyncio.gather(*(_send(target, bodies, started + load.seconds, taken) for _ in range(load.clients)))
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_before,
        "taken": taken,
    }


def main(address: str, authorization: str, file: str, *load: str) -> None:
    """Send and print."""
    url = urlsplit(address)
    head = (
        f"POST {url.path}/statements HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: {authorization}\r\n"
        "X-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n"
    )
    target = _Target(url.hostname or "", url.port or 80, head.encode())
    batch, clients, seconds = load
    told = asyncio.run(_sent(target, _lines(Path(file)), _Load(int(batch), int(clients), float(seconds))))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
