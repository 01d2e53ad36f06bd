"""How fast statements are judged on one core, beside what parsing alone costs and beside another validator.

    python bench/validate.py FILE...

Each FILE holds statements, one a line, perhaps compressed with gzip; each is judged in a process of its own, so
that the peak memory is that of one stream. The last stream is made from the first file so that no fragment
repeats: every text that may differ does. Ralph (PyPI: ralph-malph), whose models read xAPI too, is installed
into an environment that is thrown away, and judges a sample of the same lines.
"""

import argparse
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from learnloom.pipelines.ingest.validate.validator import Validator, validate
from learnloom.schemas.xapi.fragments import split

ROUNDS = 3
# Lines given to Ralph, which is slow.
SAMPLE = 20_000
RALPH = "ralph-malph==5.1.0"
_HERE = Path(__file__).parent
_PACKAGES = ("orjson", "msgspec", "pydantic", "pydantic-core")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_measure(options.files[0])))
        return
    print(f"{platform.platform()}, {_processor()}, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in _PACKAGES))
    print(
        f"{'statements a second':<28}{'records':>10}{'valid':>8}{'ours':>9}{'no memory':>11}{'orjson':>9}"
        f"{'share':>7}{'hits':>6}{'MB':>6}{'Ralph':>8}{'times':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        unique = Path(folder) / "nothing-repeats.jsonl"
        with unique.open("wb") as file:
            file.writelines(line + b"\n" for line in without_repetition(read_lines(options.files[0])))
        ralph = install_ralph(Path(folder))
        for path in [*options.files, unique]:
            told = json.loads(output([sys.executable, __file__, "--one", str(path)]))
            peer = None if isinstance(ralph, str) else _run_ralph(ralph, path, Path(folder))
            _print_row(path, told, peer)
    if isinstance(ralph, str):
        print(f"Ralph was left out: {ralph}")


def _print_row(path: Path, told: dict[str, Any], peer: float | None) -> None:
    ours = told["ours"]
    beside = f"{peer:>8,.0f}{ours / peer:>7.0f}" if peer else f"{'-':>8}{'-':>7}"
    print(
        f"{path.name[-27:]:<28}{told['records']:>10,}{told['valid'] / told['records']:>8.1%}{ours:>9,.0f}"
        f"{told['alone']:>11,.0f}{told['parse']:>9,.0f}{ours / told['parse']:>7.2f}{told['hits']:>6.0%}"
        f"{told['peak_mb']:>6.0f}{beside}"
    )


def read_lines(path: Path) -> list[bytes]:
    """Read the records of a file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return [line.rstrip(b"\n") for line in file]


def without_repetition(lines: list[bytes]) -> Iterator[bytes]:
    """Write each statement anew such that no fragment of it equals one of another statement."""
    for number, line in enumerate(lines):
        yield json.dumps(_numbered(json.loads(line), number)).encode()


def _numbered(value: Any, number: int, name: str = "") -> Any:
    """Let every text with a free end, every key of extensions and every number end in `number`."""
    if isinstance(value, dict):
        inside = {key: _numbered(part, number, key) for key, part in value.items()}
        if name == "extensions":
            return {f"{key}/{number}": part for key, part in inside.items()}
        return inside
    if isinstance(value, list):
        return [_numbered(part, number, name) for part in value]
    if isinstance(value, str) and (":/" in value or name in {"name", "en-US", "en", "response"}):
        return f"{value}{number}"
    return value


def _measure(path: Path) -> dict[str, Any]:
    """Judge one file: rates by processor time, the best of a few rounds, and the peak memory of one pass."""
    lines = read_lines(path)
    loaded_mb = _peak_mb()
    validator = Validator()
    started = time.process_time()
    valid = sum(validator.validate(line).is_valid for line in lines)
    first = len(lines) / (time.process_time() - started)
    peak_mb = _peak_mb() - loaded_mb
    fragments = sum(map(_fragments, lines))
    rates = {"ours": first, "parse": 0.0, "alone": 0.0}
    for _ in range(ROUNDS):  # in turn, so that a disturbance strikes all of them
        for name, judge in (("parse", _parse), ("ours", Validator().validate)):
            rates[name] = max(rates[name], _rate(judge, lines))
    rates["alone"] = _rate(validate, lines[:SAMPLE])
    # Records judged whole are not looked up: their fragments are no hits either.
    hits = max(0.0, (1 - validator.judged_whole / len(lines)) - validator.learned / fragments)
    return {"records": len(lines), "valid": valid, "hits": hits, "peak_mb": peak_mb, **rates}


def _rate(judge: Callable[[bytes], Any], lines: list[bytes]) -> float:
    started = time.process_time()
    for line in lines:
        judge(line)
    return len(lines) / (time.process_time() - started)


def _parse(line: bytes) -> None:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return


def _fragments(line: bytes) -> int:
    """Count the fragments of a statement that memory is asked for."""
    try:
        parts = split(line)
    except Exception:  # noqa: BLE001 - a broken record has none
        return 0
    count = 3 + (parts.authority is not None) + (parts.attachments is not None)
    for inner in (parts.result, parts.context):
        if inner is not None:
            values = (getattr(inner, name) for name in inner.__struct_fields__)
            count += sum(type(value).__name__ == "Raw" for value in values)
    return count


def install_ralph(folder: Path, extras: str = "") -> Path | str:
    """Install Ralph, with extras, into an environment of its own; give its Python, or say why not."""
    name, pinned = RALPH.split("==")
    # Its store imports requests, which none of its extras names.
    return install_apart(
        folder / "ralph", f"{name}[{extras}]=={pinned}", "ralph.models.xapi.base.statements", "requests"
    )


def install_apart(folder: Path, wanted: str, module: str, *more: str) -> Path | str:
    """Install a package, and `more`, into an environment of its own; give its Python, or say why not.

    Args:
        folder: of the environment.
        wanted: the package, as pip has it.
        module: one of its modules, which must be there then.
        more: packages that it needs and does not name.
    """
    python = folder / "bin" / "python"
    try:
        output([sys.executable, "-m", "venv", str(folder)])
        output([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted, *more])
        output([str(python), "-c", f"import {module}"])
    except (subprocess.SubprocessError, OSError) as error:
        return f"{wanted} could not be installed ({getattr(error, 'stderr', '') or error})"[:300]
    return python


def _run_ralph(python: Path, path: Path, folder: Path) -> float:
    sample = folder / "sample.jsonl"
    sample.write_bytes(b"\n".join(read_lines(path)[:SAMPLE]) + b"\n")
    told = json.loads(output([str(python), str(_HERE / "ralph_judge.py"), str(sample)]))
    return float(told["rate"])


def output(command: list[str]) -> str:
    """Run a command and give what it printed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _processor() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(": ")[2] for line in info.read_text().splitlines() if line.startswith("model name")
    ]
    return f"{names[0] if names else platform.processor()}, {cores} cores"


if __name__ == "__main__":
    main()
