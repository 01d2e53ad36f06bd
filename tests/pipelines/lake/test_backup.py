"""A backup is a warehouse."""

import datetime as dt
import os
from pathlib import Path

import pytest

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake import backup
from learnloom.pipelines.lake.backup import BackupError, Beside, back_up, restore
from learnloom.pipelines.lake.catalog_copy import CatalogCopyError, copy_catalog
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lake.maintain import tidy
from tests.conftest import SmallClass, land, refresh_to
from tests.pipelines.cli.samples import answer, lines

_COUNTS = "SELECT (SELECT count(*) FROM landing.statement), (SELECT count(*) FROM feedback.signal)"
_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def test_a_restored_backup_goes_on(small_class: SmallClass, tmp_path: Path) -> None:
    """What stood at the backup stands in it, nothing lands twice there, and what came since can land."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    later = tmp_path / "later.jsonl"
    later.write_bytes(lines(answer(1)))
    with Warehouse(folder) as warehouse:
        before = warehouse.one(_COUNTS)
        back_up(warehouse, tmp_path / "safe")
        land(warehouse, later)
        tidy(warehouse, now=_NOW, wait_seconds=20)
    with Warehouse(tmp_path / "safe") as restored:
        assert restored.one(_COUNTS) == before
        land(restored, small_class.statements)
        assert restored.one(_COUNTS) == before
        land(restored, later)
        refresh_to(restored, small_class.day)
        assert restored.one("SELECT count(*) FROM landing.statement")[0] == before[0] + 1


def test_a_second_backup_copies_only_what_is_new(small_class: SmallClass, tmp_path: Path) -> None:
    """Files never change: a backup to the same folder again brings the new ones and the newest catalogue."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    more = tmp_path / "more.jsonl"
    more.write_bytes(lines(*map(answer, range(1, 300))))  # enough for a file of their own
    with Warehouse(folder) as warehouse:
        first = back_up(warehouse, tmp_path / "safe")
        assert (first.copied, first.files) == (first.files, first.files)
        land(warehouse, more)
        now = warehouse.one(_COUNTS)
        second = back_up(warehouse, tmp_path / "safe")
    assert 0 < second.copied < second.files
    with Warehouse(tmp_path / "safe", read_only=True) as restored:
        assert restored.one(_COUNTS) == now


def test_the_warehouse_is_no_place_for_its_backup(small_class: SmallClass) -> None:
    """A backup that would write over the warehouse is refused."""
    with (
        Warehouse(small_class.folder, read_only=True) as warehouse,
        pytest.raises(BackupError, match="is the warehouse itself"),
    ):
        back_up(warehouse, small_class.folder)


@pytest.mark.slow
def test_a_backup_leaves_the_catalogues_log_alone(tmp_path: Path) -> None:
    """The write-ahead log of a catalogue that is being read stays, and what is written afterwards is found again."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder) as warehouse:
        warehouse.run("CREATE TABLE lake.t AS SELECT 1 AS a")
        log = warehouse.place.sqlite.with_name(f"{warehouse.place.sqlite.name}-wal")
        with warehouse.transaction():
            assert warehouse.rows("SELECT a FROM lake.t") == [(1,)]
            before = log.stat().st_ino
            back_up(warehouse, tmp_path / "safe")
            assert log.stat().st_ino == before
        warehouse.run("INSERT INTO lake.t VALUES (2)")
    with Warehouse(folder, read_only=True) as warehouse:
        assert warehouse.rows("SELECT a FROM lake.t ORDER BY a") == [(1,), (2,)]


def test_a_catalogue_that_cannot_be_copied_is_named(tmp_path: Path) -> None:
    """Where the copy cannot be written the error names the catalogue and the reason."""
    with pytest.raises(CatalogCopyError, match=r"catalog\.sqlite could not be copied: .*unable to open"):
        copy_catalog(Place(tmp_path), tmp_path / "absent")


def test_a_backup_is_restored_to_another_place(small_class: SmallClass, tmp_path: Path) -> None:
    """The restored warehouse has the same rows and its own files, goes on, and is not written over."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        before = warehouse.one(_COUNTS)
        back_up(warehouse, tmp_path / "safe")
    place = Place(tmp_path / "again [1]")
    done = restore(tmp_path / "safe", place)
    assert (done.copied, done.files > 0) == (done.files, True)
    with Warehouse(place.folder) as restored:
        assert restored.one(_COUNTS) == before
        land(restored, small_class.statements)
        assert restored.one(_COUNTS) == before
    with pytest.raises(BackupError, match="a warehouse stands at"):
        restore(tmp_path / "safe", place)


def test_a_restore_that_was_broken_off_goes_on(small_class: SmallClass, tmp_path: Path) -> None:
    """What is missing of a backup is named, and no warehouse stands; with it there, the rest is copied."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        before = warehouse.one(_COUNTS)
        back_up(warehouse, tmp_path / "safe")
    away, place = max((tmp_path / "safe" / "data").rglob("*.parquet")), Place(tmp_path / "again")
    away.rename(tmp_path / "away")
    with pytest.raises(BackupError, match=away.name):
        restore(tmp_path / "safe", place)
    assert not place.sqlite.exists()
    (tmp_path / "away").rename(away)
    assert restore(tmp_path / "safe", place).copied >= 1
    with Warehouse(place.folder, read_only=True) as restored:
        assert restored.one(_COUNTS) == before


def test_what_is_no_backup_of_this_kind_is_told(small_class: SmallClass, tmp_path: Path) -> None:
    """A folder without a backup, and a backup of the other kind of catalogue, are refused by name."""
    with pytest.raises(BackupError, match="no backup at"):
        restore(tmp_path / "nothing", Place(tmp_path / "again"))
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        back_up(warehouse, tmp_path / "safe")
    with pytest.raises(BackupError, match="of a catalogue in SQLite"):
        restore(tmp_path / "safe", Place(tmp_path / "again", "postgresql://nobody@127.0.0.1:1/none"))


def test_what_is_too_large_for_an_object_store_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a database, and of the catalogue, that DuckDB cannot send as one value, the error names file and remedy."""
    nowhere = S3(endpoint_url="http://127.0.0.1:1", retries=0)
    database = tmp_path / "lrs" / "lrs.sqlite"
    database.parent.mkdir()
    database.touch()
    os.truncate(database, 1 << 32)  # a hole: it takes no disk
    beside = [Beside(database.parent, "lrs", database.name, changes=True)]
    with Warehouse(tmp_path / "warehouse") as warehouse:
        with pytest.raises(BackupError, match=r"lrs\.sqlite has 4,294,967,296 bytes.*: make it in a folder"):
            back_up(warehouse, "s3://school/safe/", nowhere, beside=beside)
        monkeypatch.setattr(backup, "MOST_BYTES", 1_000)
        with pytest.raises(BackupError, match=r"catalog\.sqlite has .* bytes"):
            back_up(warehouse, "s3://school/safe/", nowhere)
