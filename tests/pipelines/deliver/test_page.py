"""What docs/how-to/deliver.md says to those who receive events is so."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.config.subscriptions import (
    FileSubscription,
    KafkaSubscription,
    LrsSubscription,
    WebhookSubscription,
)
from learnloom.pipelines.lake.connection import Warehouse
from tests.documents import blocks, page
from tests.pipelines.deliver.make import NOON, SECRET, Clock, delivered, signal_of, stand, webhook
from tests.pipelines.deliver.receiver import Receiver

_PAGE = "docs/how-to/deliver.md"
_WAYS: dict[str, type[BaseModel]] = {
    "kafka": KafkaSubscription,
    "file": FileSubscription,
    "webhook": WebhookSubscription,
    "lrs": LrsSubscription,
}


def _fields() -> dict[str, tuple[str, str, str]]:
    """Of each field: who has it, its default, its meaning."""
    found: dict[str, tuple[str, str, str]] = {}
    names = dict.fromkeys(name for model in _WAYS.values() for name in model.model_fields)
    for name in names:
        having = [way for way in ("webhook", "lrs", "kafka", "file") if name in _WAYS[way].model_fields]
        field = _WAYS[having[0]].model_fields[name]
        default = "" if field.is_required() else f"{field.default}"
        of = "all" if len(having) == len(_WAYS) else ", ".join(having)
        found[name] = (of, default, field.description or "")
    return found


def test_every_field_of_a_subscription_is_listed() -> None:
    """The table has each field with who has it, its default and its meaning, and no other."""
    rows = [line.strip("| ").split(" | ") for line in page(_PAGE).splitlines() if line.startswith("| `")]
    listed = {row[0].strip("`"): tuple(cell.strip(" |") for cell in row[1:]) for row in rows if len(row) > 2}
    expected = {name: said for name, said in _fields().items() if name != "to"}
    found = {name: (said[0], said[1] if len(said) > 2 else "", said[-1]) for name, said in listed.items()}
    assert found == expected


def test_the_settings_that_are_shown_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subscriptions on the page are read as they stand, one of each kind."""
    monkeypatch.chdir(tmp_path)
    (block,) = blocks(_PAGE, "toml")
    Path("learnloom.toml").write_text(block.text)
    assert {each.to for each in read_settings().subscriptions} == set(_WAYS)


@pytest.mark.slow
def test_the_signature_is_checked_as_shown(warehouse: Warehouse, receiver: Receiver, clock: Clock) -> None:
    """The code for receivers takes what we send, and nothing that was changed, is old, or is signed by another."""
    (block,) = blocks(_PAGE, "python")
    shown: dict[str, Any] = {}
    exec(block.text, shown)  # noqa: S102 - the page's own code
    is_genuine = shown["is_genuine"]
    stand(warehouse, signal_of("ann", 1))
    delivered(warehouse, clock, webhook(receiver.url))
    (call,) = receiver.calls
    now = NOON.timestamp()
    assert is_genuine(SECRET, call.headers, call.body, now)
    assert not is_genuine(SECRET, call.headers, call.body + b" ", now)
    assert not is_genuine(SECRET, {**call.headers, "webhook-id": "other"}, call.body, now)
    assert not is_genuine("whsec_" + "A" * 44, call.headers, call.body, now)
    assert not is_genuine(SECRET, call.headers, call.body, now + 301)
