"""What the disk, the store or a query says is told so that the reader can act, whoever reads or writes."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError, WarehouseUnavailableError
from learnloom.pipelines.lake.held import HeldWarehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.object_store import ObjectStore
from learnloom.pipelines.lake.trouble import explained, is_conflict

_DAMAGED = "a data file is gone or damaged: put it back, or restore a backup"
_NOT_ALLOWED = "must have the right to write there, for reading, too"
_COMMIT = "Failed to commit DuckLake transaction: "


def _footer(content: bytes) -> slice:
    """Where a Parquet file says what it holds."""
    end = len(content) - 8
    return slice(end - int.from_bytes(content[end : end + 4], "little"), end)


def _with(content: bytes, where: slice, put: bytes) -> bytes:
    return content[: where.start] + put + content[where.stop :]


def _zeros(content: bytes) -> bytes:
    footer = _footer(content)
    return _with(content, footer, bytes(footer.stop - footer.start))


def _other_types(content: bytes) -> bytes:
    footer = _footer(content)
    return _with(content, footer, b"\xff" * (footer.stop - footer.start))


def _too_long(content: bytes) -> bytes:
    return content[:-8] + (2**31 - 1).to_bytes(4, "little") + content[-4:]


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        None,
        lambda _: b"",
        lambda it: it[: len(it) // 2],
        lambda it: bytes(len(it)),
        _zeros,
        _other_types,
        _too_long,
    ],
    ids=["gone", "empty", "cut", "zeros", "footer of zeros", "footer of other types", "footer too long"],
)
def test_a_damaged_data_file_is_told_as_one(tmp_path: Path, damage: Callable[[bytes], bytes] | None) -> None:
    """Who reads, holds the connection or writes is told that a data file is to be put back, and waits for nothing."""
    with Warehouse(tmp_path) as warehouse:
        warehouse.run("CREATE TABLE numbers AS SELECT range AS number FROM range(10000)")
    (file,) = (tmp_path / "data").rglob("*.parquet")
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage(file.read_bytes()))
    held = HeldWarehouse(lambda: Warehouse(tmp_path, read_only=True))
    for lent in (Warehouse(tmp_path, read_only=True), Warehouse(tmp_path), held.lent()):
        with pytest.raises(WarehouseError, match=_DAMAGED) as told, lent as warehouse:
            warehouse.rows("SELECT sum(number) FROM numbers")
        assert not isinstance(told.value, WarehouseUnavailableError)


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        (duckdb.IOException('Cannot open file "a": No such file or directory'), WarehouseError, _DAMAGED),
        (duckdb.InvalidInputException("No magic bytes found at end of file 'a'"), WarehouseError, _DAMAGED),
        (duckdb.Error("unable to open database file"), WarehouseError, _NOT_ALLOWED),
        (duckdb.Error(f"{_COMMIT}attempt to write a readonly database"), WarehouseError, _NOT_ALLOWED),
        (duckdb.IOException('Cannot open file "a": Read-only file system'), WarehouseError, _NOT_ALLOWED),
        (duckdb.IOException('Cannot open file "a": Permission denied'), WarehouseError, _NOT_ALLOWED),
        (duckdb.HTTPException("HTTP code 403 ExpiredToken"), WarehouseError, "credentials have expired"),
        (duckdb.IOException("Too many open files"), WarehouseUnavailableError, "is not available: Too many"),
    ],
)
def test_trouble_is_told_with_what_to_do(said: duckdb.Error, kind: type[Exception], told: str) -> None:
    """Each says what is to be mended; only what may pass by itself is waited for, and none is another writer's win."""
    place = Place(Path("school"), store=ObjectStore("s3://school/lake/", S3()))
    found = explained(said, place)
    assert type(found) is kind
    assert told in str(found)
    assert not is_conflict(said)


def test_a_fault_of_a_query_is_left_as_it_is() -> None:
    """What is no trouble of the warehouse is told in DuckDB's own words."""
    assert explained(duckdb.InvalidInputException("a query's own fault"), Place(Path("school"))) is None
