"""A backup holds what stands beside the warehouse, and the vault only if asked."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from learnloom.pipelines.backup.everything import back_up_everything, restore_everything
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.backup import BackupError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import place_of
from learnloom.pipelines.login.store import Visitor, open_login_store
from learnloom.pipelines.pages.log import Answer, AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.vault.sqlite import SqliteVault
from learnloom.pipelines.vault.vault import Alias, Vault

pytestmark = pytest.mark.slow

_NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
_ANSWER = Answer("id-1", "0" * 16, "set_goal", "https://school.example/skill", _NOW, b"{}")
_ANN = "mailto:ann@school.example"


def test_what_stands_beside_comes_back(tmp_path: Path) -> None:
    """Logins and answers are restored as they were; names are neither in a backup nor back unless that was asked."""
    before, after = (Settings(warehouse=tmp_path / name) for name in ("before", "after"))
    vault, safe = tmp_path / "vault.sqlite", tmp_path / "safe"
    with Vault(SqliteVault(vault, creates=True)) as names, names.writing():
        names.keep([Alias(_ANN, is_pseudonym=False)], "Ann", None, _NOW)
    with Warehouse(before.warehouse) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=20)
        with open_login_store(before, now=lambda: _NOW) as store:
            store.note(Visitor("https://idp#1", "Ann", _ANN, "student", is_found=False))
        AnswerLog(folder_of(before)).add([_ANSWER])
        back_up_everything(warehouse, safe)
        with pytest.raises(BackupError, match="no vault"):
            restore_everything(
                safe, place_of(Settings(warehouse=tmp_path / "other")), vault=tmp_path / "names"
            )
        back_up_everything(warehouse, tmp_path / "all", vault=vault)
    assert not list(safe.rglob("vault*"))
    restore_everything(tmp_path / "all", place_of(after), vault=tmp_path / "back" / "vault.sqlite")
    with open_login_store(after, now=lambda: _NOW) as store:
        assert [each.name for each in store.unmatched()] == ["Ann"]
    assert AnswerLog(folder_of(after)).waiting().all() == [_ANSWER]
    with Vault(SqliteVault(tmp_path / "back" / "vault.sqlite")) as names:
        assert [person.name for person in names.people(limit=2)] == ["Ann"]


def test_half_of_a_first_backup_is_none(tmp_path: Path) -> None:
    """One that ended before logins were copied has no catalogue; done again, it has all."""
    settings, safe = Settings(warehouse=tmp_path / "before"), tmp_path / "safe"
    with Warehouse(settings.warehouse) as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=20)
        with open_login_store(settings, now=lambda: _NOW):
            pass
        (safe / "login").mkdir(parents=True)
        in_the_way = safe / "login" / "login.sqlite.part"
        in_the_way.symlink_to(tmp_path / "absent" / "file")
        with pytest.raises(BackupError, match="cannot be made"):
            back_up_everything(warehouse, safe)
        with pytest.raises(BackupError, match="no backup at"):
            restore_everything(safe, place_of(Settings(warehouse=tmp_path / "after")))
        in_the_way.unlink()
        back_up_everything(warehouse, safe)
    assert restore_everything(safe, place_of(Settings(warehouse=tmp_path / "after"))).files >= 1
    assert (tmp_path / "after" / "login" / "login.sqlite").exists()


def _kept(settings: Settings, safe: Path) -> None:
    """Make a backup with logins and answers, and without a store."""
    with Warehouse(settings.warehouse) as warehouse, open_login_store(settings, now=lambda: _NOW):
        landing_schema.prepare(warehouse, wait_seconds=20)
        AnswerLog(folder_of(settings)).add([_ANSWER])
        back_up_everything(warehouse, safe)


@pytest.mark.parametrize("name", ["lrs/lrs.sqlite", "login/login.sqlite", "pages/answers.sqlite"])
def test_a_restore_writes_over_no_database_and_goes_on(tmp_path: Path, name: str) -> None:
    """A database that stands where one is to go stops a restore, also with as many bytes; moved away, it is done."""
    safe, after = tmp_path / "safe", tmp_path / "after"
    _kept(Settings(warehouse=tmp_path / "before"), safe)
    standing, kept = after / name, safe / name
    size = kept.stat().st_size if kept.exists() else 1
    standing.parent.mkdir(parents=True)
    standing.write_bytes(b"a" * size)
    with pytest.raises(BackupError, match=f"move away first .*{name}"):
        restore_everything(safe, place_of(Settings(warehouse=after)))
    assert standing.read_bytes() == b"a" * size
    assert [path for path in after.rglob("*") if path.is_file()] == [standing]
    standing.unlink()
    restore_everything(safe, place_of(Settings(warehouse=after)))
    assert standing.exists() == kept.exists()


def test_a_restore_that_ended_before_its_catalogue_goes_on(tmp_path: Path) -> None:
    """What it has brought is known again by its bytes; written since, it stops the restore."""
    safe, after = tmp_path / "safe", tmp_path / "after"
    _kept(Settings(warehouse=tmp_path / "before"), safe)
    in_the_way = after / "catalog.sqlite.part"
    in_the_way.mkdir(parents=True)
    with pytest.raises((BackupError, sqlite3.Error)):
        restore_everything(safe, place_of(Settings(warehouse=after)))
    brought = after / "login" / "login.sqlite"
    assert brought.read_bytes() == (safe / "login" / "login.sqlite").read_bytes()
    brought.write_bytes(brought.read_bytes()[:-1] + b"a")
    with pytest.raises(BackupError, match=r"move away first .*login\.sqlite"):
        restore_everything(safe, place_of(Settings(warehouse=after)))
    brought.unlink()
    in_the_way.rmdir()
    restore_everything(safe, place_of(Settings(warehouse=after)))
    assert AnswerLog(folder_of(Settings(warehouse=after))).waiting().all() == [_ANSWER]


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize(
    "name", ["catalog.sqlite", "lrs/lrs.sqlite", "login/login.sqlite", "pages/answers.sqlite", "vault.sqlite"]
)
def test_what_is_left_of_a_database_stops_a_restore(tmp_path: Path, name: str, suffix: str) -> None:
    """A log that a crash has left would be played into what is restored beside it: it is named, and nothing is done."""
    (tmp_path / "safe").mkdir()
    (tmp_path / "safe" / "catalog.sqlite").touch()
    after = tmp_path / "after"
    left = after / f"{name}{suffix}"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of another school")
    with pytest.raises(BackupError, match=f"{name}{suffix}"):
        restore_everything(
            tmp_path / "safe", place_of(Settings(warehouse=after)), vault=after / "vault.sqlite"
        )
    assert [path for path in after.rglob("*") if path.is_file()] == [left]
