"""Secrets come from files, as Docker and Kubernetes hand them over."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.secret_files import secret_names
from learnloom.pipelines.config.settings import Settings, SettingsError, read_settings


def test_every_secret_can_be_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NAME_FILE gives a secret, also one in a table, without the end of line; no other setting is read from a file."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "LEARNLOOM_CATALOG": "postgresql://u:p@h/d\n",
        "LEARNLOOM_ALERTS__URL": "https://a.example/b",
    }.items():
        (tmp_path / name).write_text(text)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    settings = read_settings()
    assert settings.catalog is not None
    assert settings.catalog.get_secret_value() == "postgresql://u:p@h/d"
    assert settings.alerts.url is not None
    assert settings.alerts.url.get_secret_value() == "https://a.example/b"
    assert {
        "LEARNLOOM_CATALOG",
        "LEARNLOOM_KAFKA_PASSWORD",
        "LEARNLOOM_API_TOKEN",
        "LEARNLOOM_API_STUDENT_TOKEN",
        "LEARNLOOM_S3__SECRET_ACCESS_KEY",
        "LEARNLOOM_ALERTS__SECRET",
    } <= set(secret_names(Settings.model_fields, "LEARNLOOM_", "__"))


def test_a_file_that_gives_no_secret_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absent or empty file, or a secret that is told twice, is an error that names variable and file."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "token"
    monkeypatch.setenv("LEARNLOOM_API_TOKEN_FILE", str(file))
    with pytest.raises(
        SettingsError, match=rf"LEARNLOOM_API_TOKEN_FILE names {file}, which cannot be read: No such"
    ):
        read_settings()
    file.write_text("\n")
    with pytest.raises(SettingsError, match="which holds nothing"):
        read_settings()
    monkeypatch.setenv("LEARNLOOM_API_TOKEN", "another")
    with pytest.raises(SettingsError, match="LEARNLOOM_API_TOKEN and LEARNLOOM_API_TOKEN_FILE are both set"):
        read_settings()
