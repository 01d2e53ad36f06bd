"""A student who was erased is not in the store of `learnloom lrs`, and what is sent again does not come back."""

from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.privacy.making import asked, left_of, run
from tests.pipelines.refresh.school import land

pytestmark = pytest.mark.slow

_ADA = {"mbox": "mailto:ada@example.org"}
_STATE = "/activities/state"
_PROFILE = "/activities/profile"
_DOCUMENTS = {
    "a": b'{"best": {"name": "Ada Lovelace", "mbox": "mailto:ada@example.org"}, "n": 1.50}',
    "b": b"Best of all: ada@example.org.",
    "c": b"\xff\xfe no text",
}


def _attachment(name: str) -> dict[str, Any]:
    """An attachment that lies elsewhere as well, so that no part has to bring it."""
    return {
        "usageType": "https://example.org/essay",
        "display": {"en": "Essay"},
        "contentType": "text/plain",
        "length": 8,
        "sha2": name * 64,
        "fileUrl": f"https://example.org/{name}",
    }


def test_the_store_forgets_a_student(tmp_path: Path) -> None:
    """Statements, documents, attachments are gone; what others said stays without them; a repeat stays away."""
    folder = tmp_path / "warehouse"
    key = new_key(folder)
    own = statement(
        "ada",
        id="00000000-0000-4000-8000-000000000001",
        timestamp="2026-03-01T10:00:00Z",
        attachments=[_attachment("a"), _attachment("b")],
    )
    other = statement(
        "bo",
        id="00000000-0000-4000-8000-000000000002",
        context={"instructor": {"name": "Ada Lovelace", **_ADA}},
        attachments=[_attachment("b")],
    )
    place = {
        "stateId": "progress",
        "activityId": "https://example.org/page",
        "agent": '{"mbox":"mailto:ada@example.org"}',
    }
    with serving(folder) as address:
        client = Client(address, key)
        client.post(own, other)
        assert client("PUT", _STATE, params=place, content=b"half").status_code == 204
        about = {"profileId": "notes", "activityId": "https://example.org/page"}
        for name, content in _DOCUMENTS.items():
            params = {**about, "profileId": name}
            assert client("POST", _PROFILE, params=params, content=content).status_code == 204
    for name in "abcd":
        path = folder / "lrs" / "attachments" / (name * 2) / (name * 64)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("an essay")
    refused = b'{ "mbox": "mailto:ada@example.org", "sha2": "%s"' % (b"d" * 64)
    with open_to_write(Settings(warehouse=folder)) as warehouse:
        land(warehouse, tmp_path / "refused.jsonl", [refused])
        assert asked(warehouse, "mailto:ada@example.org").n_statements == 1
        assert [each.waits_for for each in run(warehouse)] == [None]
    assert left_of(folder, ["ada@example.org", "Ada Lovelace"]) == set()
    assert [path.name[0] for path in sorted((folder / "lrs" / "attachments").glob("*/*"))] == ["b", "c"]
    with serving(folder) as address:
        client = Client(address, key)
        assert client("GET", _PROFILE, params={**about, "profileId": "c"}).content == _DOCUMENTS["c"]
        assert client.found() == [other["id"]]
        assert client("GET", _STATE, params=place).status_code == 404
        client.post(own)
        assert client.found() == [other["id"]]
    with open_to_write(Settings(warehouse=folder)) as warehouse:
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (1,)
    assert left_of(folder, ["ada@example.org"]) == set()
