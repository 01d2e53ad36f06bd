"""What has to be known of a student until an erasure ends is in no file after it."""

from pathlib import Path
from typing import Final

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.privacy.erase_state import FOLDER, Secret, forget_unasked, read_secret, write_secret
from learnloom.pipelines.privacy.search import Search
from learnloom.pipelines.privacy.tokens import Token

_TOKEN: Final = Token("zz-901", "identifier")
_SECRET: Final = Secret("key", ("key",), ("zz-901",), (_TOKEN,), (), {}, {})


def test_half_of_what_a_killed_request_has_written_is_removed(tmp_path: Path) -> None:
    """Ended before the file had its name, it is not searched meanwhile, and gone with the next erasure; others stay."""
    folder = tmp_path / FOLDER
    with Warehouse(tmp_path) as warehouse:
        (folder / "ended.secret").mkdir(parents=True)
        with pytest.raises(OSError, match=r"ended\.secret"):
            write_secret(tmp_path, "ended", _SECRET)
        (folder / "ended.secret").rmdir()
        (half,) = (each for each in folder.iterdir() if "zz-901" in each.read_text())
        assert Search(warehouse, [_TOKEN]).everything().total == 0
    (folder / "before.part").write_text("of a version that named it so: zz-901")
    (folder / "receipts.key").write_text("stays")
    write_secret(tmp_path, "waits", _SECRET)
    forget_unasked(tmp_path, {"waits"})
    assert not half.exists()
    assert {each.name for each in folder.iterdir()} == {"receipts.key", "waits.secret"}
    assert read_secret(tmp_path, "waits") == _SECRET
