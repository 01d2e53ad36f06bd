"""Signatures of extensions are checked once, of these very files."""

import os
import shutil
from pathlib import Path

import pytest

from learnloom.pipelines.lake import extensions
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.extensions import are_checked, extension_file

_NAMES = ("sqlite_scanner", "ducklake")


def test_only_a_file_that_was_loaded_counts_as_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a warehouse was opened its extensions are checked, for other processes too; a file changed since is not."""
    copies = {name: Path(shutil.copy2(extension_file(name), tmp_path)) for name in _NAMES}
    monkeypatch.setattr(extensions, "_CHECKED", set())
    monkeypatch.setattr(extensions, "extension_file", copies.__getitem__)
    assert not are_checked(_NAMES)
    with Warehouse(tmp_path / "warehouse"):
        assert are_checked(_NAMES)
    monkeypatch.setattr(extensions, "_CHECKED", set())
    assert are_checked(_NAMES), "another process finds the note"
    os.utime(copies["ducklake"], (0, 0))
    assert not are_checked(_NAMES)
