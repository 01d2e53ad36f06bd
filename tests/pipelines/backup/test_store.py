"""A backup holds the store, and what is restored from it goes on where the copies were made."""

import hashlib
import shutil
from pathlib import Path

import orjson
import pytest

from learnloom.pipelines.backup.everything import back_up_everything
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import existing_tables
from learnloom.pipelines.lrs.store import FOLDER
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_STATE = "/activities/state?activityId=https://example.org/page&stateId=s&agent={%22mbox%22:%22mailto:a@example.org%22}"


def _landed(folder: Path) -> int:
    """How many statements stand in a warehouse; none where it has no tables yet."""
    with Warehouse(folder, read_only=True) as warehouse:
        if "landing.statement" not in existing_tables(warehouse):
            return 0
        return int(warehouse.one("SELECT count(*) FROM landing.statement")[0])


@pytest.mark.slow
def test_a_backup_is_served_as_it_stands_and_goes_on_above_what_had_landed(tmp_path: Path) -> None:
    """Keys, documents, attachments and statements are in it; of what comes after the restore nothing is passed over."""
    folder, safe = tmp_path / "warehouse", tmp_path / "safe"
    folder.mkdir()
    key = new_key(folder)
    text = b"an essay"
    sha2 = hashlib.sha256(text).hexdigest()
    attachment = {
        "usageType": "https://example.org/essay",
        "display": {"en": "essay"},
        "contentType": "text/plain",
        "length": len(text),
        "sha2": sha2,
    }
    parts = (
        b"--b\r\nContent-Type: application/json\r\n\r\n%s\r\n--b\r\nContent-Type: text/plain\r\n"
        b"Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %s\r\n\r\n%s\r\n--b--\r\n"
    )
    with serving(folder) as address:
        client = Client(address, key)
        body = parts % (orjson.dumps(statement(attachments=[attachment])), sha2.encode(), text)
        sent = client(
            "POST", "/statements", content=body, headers={"Content-Type": "multipart/mixed; boundary=b"}
        )
        assert sent.status_code == 200, sent.text
        assert client("PUT", _STATE, content=b"1").status_code == 204
        wait_until(lambda: (folder / "catalog.sqlite").exists() and _landed(folder) == 1, lambda: None)
        with Warehouse(folder, read_only=True) as warehouse:
            assert back_up_everything(warehouse, safe).copied >= 1
        later = client.post(statement("later"))
    assert _landed(folder) == 2
    # As if the catalogue had been copied long after the store: it has landed what the journal's copy lacks.
    for name in ("catalog.sqlite", "data"):
        _replace(folder / name, safe / name)
    with serving(safe) as address:
        client = Client(address, key)
        # What the journal's copy lacks is found once its index has followed the warehouse.
        wait_until(lambda: set(client.found()) == {sent.json()[0], *later}, lambda: None)
        assert text in client("GET", "/statements?attachments=true").content
        assert client("GET", _STATE).content == b"1"
        ids = client.post(statement("after"), statement("after"))
        assert set(ids) < set(client.found())
    assert _landed(safe) == 4


def _replace(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


@pytest.mark.slow
def test_attachments_are_in_a_backup_wherever_the_tables_of_the_store_are(tmp_path: Path) -> None:
    """A store whose tables are in PostgreSQL has no file of them: its attachments are files all the same."""
    name = f"{FOLDER}/attachments/ab/{'ab' * 32}"
    with Warehouse(tmp_path / "warehouse") as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=20)
        kept = warehouse.folder / name
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"an essay")
        assert back_up_everything(warehouse, tmp_path / "safe").copied == 1
    assert (tmp_path / "safe" / name).read_bytes() == b"an essay"
