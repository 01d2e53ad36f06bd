"""`learnloom doctor`."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from learnloom.pipelines.cli.options import Exit, JsonOption, WarehouseOption
from learnloom.pipelines.cli.output import Output
from learnloom.pipelines.config.settings import Settings, read_settings
from learnloom.pipelines.config.sources import SETTINGS_FILE
from learnloom.pipelines.config.subscriptions import must_have_secret
from learnloom.pipelines.ingest.land.student_keys import has_student_keys, held_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseMissingError
from learnloom.pipelines.lake.extensions import extension_file
from learnloom.pipelines.lake.open import open_to_read, place_of, store_of
from learnloom.pipelines.lake.probe import probe_store
from learnloom.pipelines.lake.student_secret import StudentSecretError, is_open_to_others
from learnloom.pipelines.operate.finding import HealthFinding
from learnloom.pipelines.refresh.checks import run_checks
from learnloom.schemas.errors import LearnloomError

commands = typer.Typer(add_completion=False)

_LEAST_PYTHON = (3, 11)
_LEAST_FREE_BYTES = 1_073_741_824
_PACKAGES = ("learnloom", "duckdb", "pyarrow", "pydantic", "orjson", "numpy")


@commands.command(epilog="Example: learnloom doctor")
def doctor(*, warehouse: WarehouseOption = None, as_json: JsonOption = False) -> None:
    """Check the installation, the settings and the warehouse, and show how to fix what is wrong.

    Exit code 1: a check failed.
    """
    out = Output(as_json=as_json)
    findings = examine(warehouse)
    for finding in findings:
        out.record({"name": finding.name, "is_passed": finding.is_passed, "message": finding.message})
    if not as_json:
        out.table(
            ["", "check", "result"],
            [("ok" if f.is_passed else "FAILED", f.name, f.message) for f in findings],
        )
    if not all(finding.is_passed for finding in findings):
        raise typer.Exit(Exit.FAILED)
    out.say("All checks passed.")


def examine(warehouse: Path | None) -> list[HealthFinding]:
    """Check everything that a command needs; what depends on a failed check is left out."""
    findings = [_python(), *_packages()]
    try:
        settings = read_settings(warehouse)
    except LearnloomError as error:
        return [*findings, HealthFinding("settings", False, str(error))]
    findings += _extensions(place_of(settings).extensions)
    source = SETTINGS_FILE if Path(SETTINGS_FILE).exists() else "defaults"
    names = sorted(name for name in os.environ if name.startswith("LEARNLOOM_"))
    findings.append(HealthFinding("settings", True, ", ".join([source, *names])))
    time_zone = HealthFinding("time zone", True, settings.time_zone)
    findings += [time_zone, _disk(settings), *_object_store(settings)]
    is_sound = all(found.is_passed for found in findings)
    return [*findings, *_subscriptions(settings), *(_warehouse(settings) if is_sound else [])]


def _python() -> HealthFinding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < _LEAST_PYTHON:
        return HealthFinding("Python", False, f"{version} is too old: use 3.11 or newer")
    return HealthFinding("Python", True, version)


def _packages() -> list[HealthFinding]:
    findings = []
    for package in _PACKAGES:
        try:
            findings.append(HealthFinding(package, True, importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(HealthFinding(package, False, "not installed: run `make setup` again"))
    return findings


def _extensions(names: Iterable[str]) -> list[HealthFinding]:
    findings = []
    for name in names:
        try:
            file = extension_file(name)
        except LearnloomError as error:
            findings.append(HealthFinding(f"extension {name}", False, str(error)))
        else:
            findings.append(HealthFinding(f"extension {name}", True, f"{file.stat().st_size:,} bytes"))
    return findings


def _disk(settings: Settings) -> HealthFinding:
    place = settings.warehouse.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if not os.access(place, os.W_OK):
        return HealthFinding("disk", False, f"{place} is not writable: change its owner or mode")
    if free < _LEAST_FREE_BYTES:
        return HealthFinding("disk", False, f"only {free:,} bytes are free at {place}: free some space")
    elsewhere = "" if settings.data_path is None else f" at {place}, which holds no data"
    return HealthFinding("disk", True, f"{free:,} bytes free{elsewhere}")


def _object_store(settings: Settings) -> list[HealthFinding]:
    store = store_of(settings)
    if store is None:
        return []
    return [
        HealthFinding(
            f"object store: {probed.step}",
            probed.error is None,
            probed.error or f"works at {store.data_path}",
        )
        for probed in probe_store(store)
    ]


def _subscriptions(settings: Settings) -> Iterator[HealthFinding]:
    for subscription in settings.subscriptions:
        name = f"subscription {subscription.name}"
        try:
            must_have_secret(subscription, os.environ)
        except LearnloomError as error:
            yield HealthFinding(name, False, str(error))
        else:
            yield HealthFinding(name, True, f"can be served by {subscription.to}")


def _warehouse(settings: Settings) -> list[HealthFinding]:
    try:
        with open_to_read(settings) as warehouse:
            results = run_checks(warehouse)
            keys = _student_keys(warehouse)
    except WarehouseMissingError:
        message = f"none at {place_of(settings)} yet: `learnloom import PATH` creates it"
        return [HealthFinding("warehouse", True, message)]
    except LearnloomError as error:
        return [HealthFinding("warehouse", False, str(error))]
    return [HealthFinding("warehouse", True, f"opened; {len(results)} data checks run"), keys] + [
        HealthFinding(
            f"check {result.name}",
            False,
            f"{result.n_offending:,} rows break it: {result.description}",
        )
        for result in results
        if result.n_offending
    ]


def _student_keys(warehouse: Warehouse) -> HealthFinding:
    """Whether the keys of students are made with a secret, which nobody else can read."""
    name, file = "keys of students", warehouse.place.secret_file
    try:
        secret = held_secret(warehouse)
    except StudentSecretError as error:
        return HealthFinding(name, False, str(error))
    if secret is None:
        told = (
            "made without a secret: whoever guesses identifiers finds the students. `learnloom rekey` gives everybody "
            "another key; read first what it changes for receivers (docs/how-to/pseudonyms.md)"
            if has_student_keys(warehouse)
            else "none yet: the first refresh makes them"
        )
        return HealthFinding(name, True, told)
    # A file that a cluster mounts has the rights that the cluster gives it.
    if warehouse.place.secret is None and is_open_to_others(file):
        return HealthFinding(name, False, f"others may read their secret: chmod 600 {file}")
    return HealthFinding(name, True, f"made with the secret in {file}: keep a copy apart, no backup holds it")
