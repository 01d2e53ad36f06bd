"""Settings that cannot be read are told in a sentence."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import SettingsError, read_settings


@pytest.mark.parametrize("written", [b"[flows\nland_seconds = 5\n", b'warehouse = "caf\xe9"\n'])
def test_a_file_that_is_no_toml_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bytes
) -> None:
    """A learnloom.toml that is broken, or not in UTF-8, is an error of the settings that names the file."""
    (tmp_path / "learnloom.toml").write_bytes(written)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"learnloom\.toml is no TOML"):
        read_settings()
