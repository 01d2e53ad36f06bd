"""The reference of settings."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from learnloom.pipelines.config.alerts import Alerts
from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.holdout import Holdout
from learnloom.pipelines.config.login import LoginBounds, Platform, SchoolLogin
from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from learnloom.pipelines.config.retention import Retention, RetentionRule
from learnloom.pipelines.config.schedules import Schedules
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.vault import VaultBounds
from learnloom.pipelines.config.week import Week
from learnloom.pipelines.reference.settings import settings_page
from tests.documents import blocks, page

_PAGE = "docs/reference/settings.md"
_NESTED = (
    "conversions",
    "subscriptions",
    "flows",
    "s3",
    "lrs",
    "login",
    "alerts",
    "holdout",
    "pseudonyms",
    "vault",
    "retention",
    "thresholds",
    "week",
)
"""Tables of settings, whose default is a link to where they stand."""


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page."""
    section = re.split(r"\n##? ", f"\n{page(_PAGE)}".split(f"# {heading}\n")[1])[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]


def test_the_page_is_up_to_date() -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page(_PAGE) == settings_page(), "run `make docs`"


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("Settings", Settings),
        ("Flows", Schedules),
        ("Conversions", Conversion),
        ("S3", S3),
        ("LRS", LrsBounds),
        ("Login", LoginBounds),
        ("Platforms that launch", Platform),
        ("The school's login", SchoolLogin),
        ("Holdout", Holdout),
        ("Week", Week),
        ("Alerts", Alerts),
        ("Pseudonyms", PseudonymBounds),
        ("Vault", VaultBounds),
        ("Retention", Retention),
        ("Rules of retention", RetentionRule),
    ],
)
def test_every_setting_is_listed(heading: str, model: type[BaseModel]) -> None:
    """The tables have every setting of each model, with its default and its meaning."""
    listed = _rows(heading)
    assert [(name, meaning) for name, _, meaning in listed] == [
        (f"`{name}`", field.description) for name, field in model.model_fields.items()
    ]
    for (_, default, _), (name, field) in zip(listed, model.model_fields.items(), strict=True):
        if name in _NESTED and model is Settings:
            assert re.fullmatch(r"\[.*\]\(.*\)", default)
        elif field.is_required():
            assert default == "needed"
        elif field.default in (None, "", (), {}):
            assert default == "none"
        elif isinstance(field.default, tuple):
            assert default == ", ".join(f"`{one}`" for one in field.default)
        else:
            assert default == f"`{field.default}`"


def test_settings_example_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings file that is shown is read as it stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEARNLOOM_WAREHOUSE", raising=False)
    (block,) = blocks(_PAGE, "toml")
    Path("learnloom.toml").write_text(block.text)
    settings = Settings()
    assert (str(settings.warehouse), settings.thresholds.quiet_days) == ("/srv/learnloom", 10)
