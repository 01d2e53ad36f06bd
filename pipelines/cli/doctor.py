"""`learnloom doctor`."""

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import typer

from pipelines.cli.options import Exit, JsonOption, WarehouseOption
from pipelines.cli.output import Output
from pipelines.jobs.opening import open_to_read
from pipelines.settings import SETTINGS_FILE, Settings, read_settings
from pipelines.warehouse.checks import run_checks
from pipelines.warehouse.extensions import extension_file
from schemas.errors import LearnloomError

commands = typer.Typer(add_completion=False)

_LEAST_PYTHON = (3, 11)
_LEAST_FREE_BYTES = 1_073_741_824
_PACKAGES = ("learnloom", "duckdb", "pyarrow", "pydantic", "orjson", "numpy")


class Finding(NamedTuple):
    """One thing examined."""

    what: str
    is_well: bool
    finding: str


@commands.command(epilog="Example: learnloom doctor")
def doctor(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Check installation, settings and warehouse, and say how to mend what is wrong.

    Exit code 1: something is wrong.
    """
    out = Output(as_json=as_json)
    findings = examine(warehouse)
    for finding in findings:
        out.record(finding)
    if not as_json:
        out.table(
            ["", "what", "finding"], [("ok" if f.is_well else "WRONG", f.what, f.finding) for f in findings]
        )
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(Exit.FAILED)
    out.say("All is well.")


def examine(warehouse: Path | None) -> list[Finding]:
    """Examine everything that a command needs, as far as the findings before allow."""
    findings = [_python(), *_packages(), *_extensions()]
    try:
        settings = read_settings(warehouse)
    except LearnloomError as error:
        return [*findings, Finding("settings", is_well=False, finding=str(error))]
    source = SETTINGS_FILE if Path(SETTINGS_FILE).exists() else "defaults"
    names = sorted(name for name in os.environ if name.startswith("LEARNLOOM_"))
    findings.append(Finding("settings", is_well=True, finding=", ".join([source, *names])))
    time_zone = Finding("time zone", is_well=True, finding=settings.time_zone)
    return [*findings, time_zone, _disk(settings), *_warehouse(settings)]


def _python() -> Finding:
    told = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < _LEAST_PYTHON:
        return Finding("Python", is_well=False, finding=f"{told} is too old: use 3.11 or newer")
    return Finding("Python", is_well=True, finding=told)


def _packages() -> list[Finding]:
    findings = []
    for package in _PACKAGES:
        try:
            findings.append(Finding(package, is_well=True, finding=importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding(package, is_well=False, finding="not installed: run `make setup` again"))
    return findings


def _extensions() -> list[Finding]:
    findings = []
    for name in ("ducklake", "sqlite_scanner"):
        try:
            file = extension_file(name)
        except LearnloomError as error:
            findings.append(Finding(f"extension {name}", is_well=False, finding=str(error)))
        else:
            findings.append(
                Finding(f"extension {name}", is_well=True, finding=f"{file.stat().st_size:,} bytes")
            )
    return findings


def _disk(settings: Settings) -> Finding:
    place = settings.warehouse.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if not os.access(place, os.W_OK):
        return Finding("disk", is_well=False, finding=f"{place} cannot be written: change its owner or mode")
    if free < _LEAST_FREE_BYTES:
        return Finding("disk", is_well=False, finding=f"{free:,} bytes free at {place}: make room")
    return Finding("disk", is_well=True, finding=f"{free:,} bytes free")


def _warehouse(settings: Settings) -> list[Finding]:
    if not settings.warehouse.exists():
        told = f"none at {settings.warehouse} yet: `learnloom import PATH` makes it"
        return [Finding("warehouse", is_well=True, finding=told)]
    try:
        with open_to_read(settings) as warehouse:
            results = run_checks(warehouse)
    except LearnloomError as error:
        return [Finding("warehouse", is_well=False, finding=str(error))]
    return [Finding("warehouse", is_well=True, finding=f"opens; {len(results)} data checks run")] + [
        Finding(
            f"check {result.name}",
            is_well=False,
            finding=f"{result.n_offending:,} rows: {result.description}",
        )
        for result in results
        if result.n_offending
    ]
