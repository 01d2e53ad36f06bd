"""Settings are read by their earlier names too, and the present ones are told."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.setting_names import RENAMED, _warn
from learnloom.pipelines.config.settings import Settings, SettingsError, read_settings
from learnloom.pipelines.config.subscriptions import FileSubscription

_FILE = """\
kafka_servers = "old.example:1"
dead_share = 0.25
[flows]
kept_days = 3
[alerts]
url = "https://chat.example/hook"
quiet_minutes = 5
[[subscriptions]]
name = "lake"
to = "file"
folder = "out"
largest_wait_seconds = 77
"""
_MODELS: dict[str, type[BaseModel]] = {
    "": Settings,
    "flows": Schedules,
    "alerts": Alerts,
    "subscriptions": FileSubscription,
}


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder, and nothing warned of yet."""
    monkeypatch.chdir(tmp_path)
    _warn.cache_clear()
    yield
    _warn.cache_clear()


def _warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(":")[0] for record in caplog.records]


def test_every_present_name_is_a_setting_and_no_earlier_one_is() -> None:
    """What a warning names can be set, and what it warns of is nothing else's name."""
    for table, names in RENAMED.items():
        assert set(names.values()) <= set(_MODELS[table].model_fields)
        assert not set(names) & set(_MODELS[table].model_fields)


def test_a_file_with_earlier_names_is_read(caplog: pytest.LogCaptureFixture) -> None:
    """At the top, in tables and in subscriptions the values count, and each name is told with its place."""
    Path("learnloom.toml").write_text(_FILE)
    found = read_settings()
    assert found.kafka_bootstrap_servers == "old.example:1"
    assert found.dead_letter_max_share == 0.25
    assert found.flows.snapshot_retention_days == 3
    assert found.alerts.repeat_interval_minutes == 5
    assert found.subscriptions[0].max_wait_seconds == 77
    assert sorted(_warned(caplog)) == [
        "setting alerts.quiet_minutes is now called alerts.repeat_interval_minutes",
        "setting dead_share is now called dead_letter_max_share",
        "setting flows.kept_days is now called flows.snapshot_retention_days",
        "setting kafka_servers is now called kafka_bootstrap_servers",
        "setting subscriptions.largest_wait_seconds is now called subscriptions.max_wait_seconds",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


@pytest.mark.parametrize(
    ("variable", "value", "place", "expected"),
    [
        ("LEARNLOOM_KAFKA_SERVERS", "old.example:1", ("kafka_bootstrap_servers",), "old.example:1"),
        ("LEARNLOOM_FLOWS__KEPT_DAYS", "3", ("flows", "snapshot_retention_days"), 3),
        ("LEARNLOOM_ALERTS__QUIET_MINUTES", "5", ("alerts", "repeat_interval_minutes"), 5.0),
        ("LEARNLOOM_FLOWS", '{"kept_days": 3}', ("flows", "snapshot_retention_days"), 3),
    ],
)
def test_an_environment_with_earlier_names_is_read(
    variable: str,
    value: str,
    place: tuple[str, ...],
    expected: object,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A variable of an earlier name counts, and the present name is told."""
    monkeypatch.setenv(variable, value)
    found: Any = read_settings()
    for name in place:
        found = getattr(found, name)
    assert found == expected
    (warned,) = _warned(caplog)
    assert place[-1] in warned.lower()


def test_the_present_name_counts_where_both_are_given(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of two names in one place the present one is taken; the earlier one is still warned of."""
    Path("learnloom.toml").write_text("kafka_group = 'old'\nkafka_group_id = 'new'\n[flows]\nkept_days = 3\n")
    monkeypatch.setenv("LEARNLOOM_DEAD_SHARE", "0.1")
    monkeypatch.setenv("LEARNLOOM_DEAD_LETTER_MAX_SHARE", "0.2")
    monkeypatch.setenv("LEARNLOOM_FLOWS__SNAPSHOT_RETENTION_DAYS", "4")
    found = read_settings()
    assert found.kafka_group_id == "new"
    assert found.dead_letter_max_share == 0.2
    assert found.flows.snapshot_retention_days == 4
    assert len(_warned(caplog)) == 3


def test_the_environment_counts_before_the_file_whatever_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier name in the environment overrules the present one in the file."""
    Path("learnloom.toml").write_text("kafka_group_id = 'file'\n[flows]\nsnapshot_retention_days = 9\n")
    monkeypatch.setenv("LEARNLOOM_KAFKA_GROUP", "environment")
    monkeypatch.setenv("LEARNLOOM_FLOWS__KEPT_DAYS", "3")
    found = read_settings()
    assert (found.kafka_group_id, found.flows.snapshot_retention_days) == ("environment", 3)


def test_present_names_are_not_warned_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever uses them hears nothing, and a name is warned of once only."""
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", "new.example:1")
    read_settings()
    assert _warned(caplog) == []
    monkeypatch.setenv("LEARNLOOM_KAFKA_GROUP", "old")
    read_settings()
    read_settings()
    assert len(_warned(caplog)) == 1


def test_a_value_that_cannot_be_used_is_told_by_the_present_name() -> None:
    """The error names what is to be written."""
    Path("learnloom.toml").write_text("dead_share = 7\n")
    with pytest.raises(SettingsError, match="dead_letter_max_share = 7"):
        read_settings()
