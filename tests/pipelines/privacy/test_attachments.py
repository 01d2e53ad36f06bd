"""Attachments that no statement names go in a night, and no other one does."""

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import Attachments
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.multipart import BodyPart
from learnloom.pipelines.lrs.sqlite import SqliteDatabase
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy import erase_attachments
from learnloom.pipelines.privacy.erase_attachments import drop_unnamed
from learnloom.pipelines.privacy.erase_run import erase_waiting
from tests.pipelines.lrs.attaching import attachment, part, send
from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_NOW: Final = dt.datetime(2031, 3, 1, tzinfo=dt.UTC)
"""Long after all files of a test were written."""
_ID: Final = "00000000-0000-4000-8000-000000000001"
_KEPT, _REFUSED, _YOUNG = (name.encode() for name in ("an essay", "another essay", "of this night"))


def _file(settings: Settings, content: bytes) -> Path:
    name = hashlib.sha256(content).hexdigest()
    return settings.warehouse / FOLDER / ATTACHMENTS / name[:2] / name


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [1, erase_attachments.FILES])
def test_what_was_refused_goes_in_a_night(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of a refused statement is there at first, and gone after; that of the other one is given still."""
    monkeypatch.setattr(erase_attachments, "FILES", at_once)
    settings = Settings(warehouse=tmp_path / "warehouse", lock_wait_seconds=20)
    key = new_key(settings.warehouse)
    with serving(settings.warehouse) as address:
        for content, status in ((_KEPT, 200), (_REFUSED, 409)):
            sent = statement(id=_ID, attachments=[attachment(content)])
            assert send(Client(address, key), sent, part(content)).status_code == status
    assert _file(settings, _REFUSED).exists()
    half = _file(settings, _KEPT).with_suffix(".77.123")
    _write(half)
    _write(_file(settings, _YOUNG))
    os.utime(_file(settings, _YOUNG), (_NOW.timestamp(),) * 2)
    with open_to_write(settings) as warehouse:
        assert erase_waiting(warehouse, settings, clock=lambda: _NOW) == []
    left = set((settings.warehouse / FOLDER / ATTACHMENTS).glob("*/*"))
    assert left == {_file(settings, _KEPT), _file(settings, _YOUNG)}
    with serving(settings.warehouse) as address:
        answer = Client(address, key)("GET", "/statements", params={"attachments": "true"})
        assert _KEPT in answer.content


class _Meanwhile(SqliteDatabase):
    """A journal of which the reading takes so long that an attachment comes again."""

    def comes(self, attachments: Attachments) -> None:
        self._attachments = attachments

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read, after it has come."""
        sha2 = hashlib.sha256(_REFUSED).hexdigest()
        self._attachments.keep([BodyPart({"x-experience-api-hash": sha2}, _REFUSED)])
        with super().snapshot() as connection:
            yield connection


def test_what_comes_again_meanwhile_stays(tmp_path: Path) -> None:
    """An old file without a statement stays where one is on its way that counts on it; ended anywhere, so it does."""
    settings = Settings(warehouse=tmp_path / "warehouse")
    file = _file(settings, _REFUSED)
    _write(file)
    os.utime(file, (0, 0))
    file.rename(file.with_suffix(".unnamed"))  # as a process has left it that was ended
    now = dt.datetime.fromtimestamp(tmp_path.stat().st_mtime, dt.UTC)
    with (
        Warehouse(settings.warehouse) as warehouse,
        closing(_Meanwhile(settings.warehouse / FOLDER, now=lambda: now)) as database,
    ):
        database.comes(Attachments(settings.warehouse / FOLDER / ATTACHMENTS))
        assert drop_unnamed(warehouse, settings, database, now=now) == 0
        assert file.exists()
        assert drop_unnamed(warehouse, settings, database, now=now + dt.timedelta(days=2)) == 1


class _Read(SqliteDatabase):
    """A journal that counts how often it was read, and at first cannot be."""

    count = 0

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read."""
        self.count += 1
        if self.count == 1:
            raise InterruptedError
        with super().snapshot() as connection:
            yield connection


def test_a_file_is_looked_for_once_in_a_month(tmp_path: Path) -> None:
    """Statements are read for files that became a day old since, and for all of them once in a month."""
    settings = Settings(warehouse=tmp_path / "warehouse")
    kept, refused = _file(settings, _KEPT), _file(settings, _REFUSED)
    _write(kept)
    named = orjson.dumps(statement(id=_ID, attachments=[attachment(_KEPT)]))
    with (
        Warehouse(settings.warehouse) as warehouse,
        closing(_Read(settings.warehouse / FOLDER, now=lambda: _NOW)) as database,
    ):

        def dropped(day: int) -> tuple[int, int]:
            before, now = database.count, _NOW + dt.timedelta(days=day)
            return drop_unnamed(warehouse, settings, database, now=now), database.count - before

        with database.transaction() as connection:
            connection.execute(
                "INSERT INTO entry (seq, id, stored, key_id, version, raw) VALUES (1, ?, 1, 'k', '1.0.3', ?)",
                (_ID, named),
            )
        with pytest.raises(InterruptedError):
            dropped(2)
        assert dropped(2) == (0, 1)
        assert dropped(3) == (0, 0)
        _write(refused)
        os.utime(refused, ((_NOW + dt.timedelta(days=3)).timestamp(),) * 2)
        assert dropped(4) == (0, 0)
        assert dropped(5) == (1, 1)
        with database.transaction() as connection:
            connection.execute("DELETE FROM entry")
        assert dropped(30) == (0, 0)
        assert kept.exists()
        assert dropped(32) == (1, 1)
        assert not kept.exists()


def test_an_attachment_is_on_the_disk_before_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the file and of each folder that leads to it the names are flushed, also where the file was there."""
    flushed = []

    def fsync(descriptor: int, flush: object = os.fsync) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        assert callable(flush)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / ATTACHMENTS
    sha2 = hashlib.sha256(_KEPT).hexdigest()
    for _ in range(2):
        flushed.clear()
        Attachments(folder).keep([BodyPart({"x-experience-api-hash": sha2}, _KEPT)])
        assert {tmp_path, folder, folder / sha2[:2]} <= set(flushed)
