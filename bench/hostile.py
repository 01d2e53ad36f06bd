"""What records cost that are made to cost much: milliseconds at two lengths, and whether time grows with the length.

    python bench/hostile.py [--fuzz SECONDS]

A record four times as long should take about four times as long, never sixteen. With --fuzz, right statements
are mutated as texts for so long, and each is judged with memory and without: the verdicts must be equal.
"""

import argparse
import json
import platform
import random
import time
from importlib.metadata import version
from pathlib import Path

import orjson

from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.validator import Validator, validate
from tests.pipelines.ingest.hostile import HOSTILE
from tests.schemas.xapi.samples import RIGHT, UNREADABLE, WRONG

SHORT, LONG = 1 << 18, 1 << 20
LIMITS = Limits(max_bytes=4 * LONG)
PIECES = [
    *(
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b" ",
        b"0",
        b"9" * 400,
        b"-",
        b"e",
        b".",
        b"\xff",
        b"\0",
    ),
    *(
        rb"\u003a",
        rb"\ud83d",
        rb"\ude00",
        b"null",
        b"true",
        b"1e999",
        b"NaN",
        b'"id":1,',
        b"[[[[[[",
        b"\xef\xbb\xbf",
    ),
]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fuzz", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, orjson {version('orjson')}")
    if options.fuzz:
        print(f"{_fuzz(options.fuzz, options.seed):,} records judged with and without memory: equal")
        return
    print(f"{'record':<36}{'256 KiB, ms':>12}{'1 MiB, ms':>12}{'times':>8}   verdict")
    for name, make in HOSTILE.items():
        short, long = _milliseconds(make(SHORT)), _milliseconds(make(LONG))
        faults = validate(make(SHORT), limits=LIMITS).faults
        print(
            f"{name:<36}{short:>12.1f}{long:>12.1f}{long / short:>8.1f}   {faults[0].rule if faults else 'valid'}"
        )


def _milliseconds(raw: bytes) -> float:
    best = float("inf")
    for _ in range(3):
        validator = Validator(limits=LIMITS)
        started = time.process_time()
        validator.validate(raw)
        best = min(best, time.process_time() - started)
    return max(best * 1e3, 1e-3)


def _fuzz(seconds: float, seed: int) -> int:
    """Judge mutated texts until the time is up; give how many."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    texts = [orjson.dumps(statement) for statement in RIGHT]
    texts += [orjson.dumps(wrong.statement()) for wrong in WRONG]
    texts += [json.dumps(statement).encode() for statement in RIGHT]
    texts += [raw for _, raw in UNREADABLE if raw and len(raw) < 2_000]
    validators = [(Validator(), "1.0.3"), (Validator(default_version="2.0.0", cache_bytes=50_000), "2.0.0")]
    until = time.monotonic() + seconds
    judged = 0
    while time.monotonic() < until:
        raw = _mutated(chance, texts)
        judged += 1
        for validator, default_version in validators:
            if validator.validate(raw) != validate(raw, default_version=default_version):
                Path("fuzz-found.json").write_bytes(raw)
                raise AssertionError("memory has changed a verdict: see fuzz-found.json")
    return judged


def _mutated(chance: random.Random, texts: list[bytes]) -> bytes:
    raw = bytearray(chance.choice(texts))
    for _ in range(chance.randint(0, 3)):
        at = chance.randint(0, len(raw))
        kind = chance.randrange(4)
        if kind == 0:
            raw[at : at + chance.randint(0, 3)] = chance.choice(PIECES)
        elif kind == 1:
            del raw[at : at + chance.randint(1, 20)]
        elif kind == 2:
            raw[at:at] = chance.choice(PIECES)
        else:
            other = chance.choice(texts)
            begin = chance.randint(0, len(other))
            raw[at:at] = other[begin : begin + chance.randint(1, 60)]
    return bytes(raw)


if __name__ == "__main__":
    main()
