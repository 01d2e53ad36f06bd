"""A student who was erased is in no object of a store that holds the data."""

from pathlib import Path

import pytest
from pyarrow.fs import LocalFileSystem, copy_files

from learnloom.pipelines.lake.connection import Warehouse
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
