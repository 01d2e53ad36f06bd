"""A student who was erased is in no object of a store that holds the data."""

import hashlib
from pathlib import Path

import pytest
from pyarrow.fs import LocalFileSystem, copy_files

from learnloom.pipelines.backup.everything import back_up_everything, restore_everything
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.location import Place
from learnloom.pipelines.lrs.attachments import FOLDER as ATTACHMENTS
from learnloom.pipelines.lrs.attachments import Attachments
from learnloom.pipelines.lrs.multipart import BodyPart
from learnloom.pipelines.lrs.store import FOLDER
from learnloom.pipelines.privacy.erase_attached import erase_attached
from learnloom.pipelines.privacy.erase_backup import renew_backup
from learnloom.pipelines.privacy.erase_state import Secret, write_secret
from learnloom.pipelines.privacy.tokens import Token
from tests.pipelines.privacy.making import account, answer, asked, left_of, line, run
from tests.pipelines.refresh.school import land, refreshed
from tests.servers.fixtures import Bucket

pytestmark = pytest.mark.slow

_GONE = account("gone-77", "Gail Gone")
_SAID = "what Gail alone has said of it"


@pytest.mark.long
def test_no_object_holds_an_erased_student(bucket: Bucket, tmp_path: Path) -> None:
    """Objects are written anew without the student, and those of before are deleted; what others said stays."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder, store=bucket.at("lake")) as warehouse:
        said = [line(answer(number, account("stays-1"))) for number in range(12)]
        said += [line(answer(number, _GONE, _SAID)) for number in range(12, 24)]
        land(warehouse, tmp_path / "class.jsonl", said)
        refreshed(warehouse)
        assert asked(warehouse, "gone-77").n_statements == 12
        assert [each.waits_for for each in run(warehouse)] == [None]
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (12,)
    copy_files(
        f"{bucket.name}/lake",
        str(tmp_path / "copy"),
        source_filesystem=bucket.address.files(),
        destination_filesystem=LocalFileSystem(),
    )
    assert list((tmp_path / "copy").rglob("*.parquet"))
    assert left_of(tmp_path / "copy", ["gone-77", "Gail Gone", _SAID]) == set()
    assert left_of(folder, ["gone-77", "Gail Gone", _SAID]) == set()


def test_an_emptied_attachment_is_emptied_in_a_backup_on_the_store(bucket: Bucket, tmp_path: Path) -> None:
    """The backup made again holds nothing of it, and a restore does not bring it back; other attachments it does."""
    kept = bucket.at("backup")
    name = Token("gail@example.org", "identifier")
    essay, other = (f"Best of all was {name.text}.".encode(), b"An essay about nobody")
    hashes = [hashlib.sha256(content).hexdigest() for content in (essay, other)]
    with Warehouse(tmp_path / "warehouse") as warehouse:
        Attachments(warehouse.folder / FOLDER / ATTACHMENTS).keep(
            [
                BodyPart({"x-experience-api-hash": sha2}, content)
                for sha2, content in zip(hashes, (essay, other), strict=True)
            ]
        )
        write_secret(warehouse.folder, "one", Secret("k", ("k",), (), (name,), (), {}, {}))
        back_up_everything(warehouse, kept.data_path, kept.access)
        erase_attached(warehouse, ["one"])
        assert renew_backup(warehouse, kept.data_path, kept.access)["made_again"]
    restored = tmp_path / "restored"
    restore_everything(kept.data_path, Place(restored), kept.access)
    assert left_of(restored, [name.text]) == set()
    attachments = Attachments(restored / FOLDER / ATTACHMENTS)
    assert attachments.content(hashes[0]) is None
    assert b"".join(attachments.content(hashes[1]) or ()) == other
