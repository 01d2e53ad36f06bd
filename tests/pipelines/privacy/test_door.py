"""A student who was erased is not in the store of `learnloom lrs`, and what is sent again does not come back."""

from pathlib import Path

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.privacy.making import asked, left_of, run

pytestmark = pytest.mark.slow

_ADA = {"mbox": "mailto:ada@example.org"}
_STATE = "/activities/state"


def test_the_store_forgets_a_student(tmp_path: Path) -> None:
    """Statements, index and documents are gone; another's statement stays without the student; a repeat stays away."""
    folder = tmp_path / "warehouse"
    key = new_key(folder)
    own = statement("ada", id="00000000-0000-4000-8000-000000000001", timestamp="2026-03-01T10:00:00Z")
    other = statement(
        "bo",
        id="00000000-0000-4000-8000-000000000002",
        context={"instructor": {"name": "Ada Lovelace", **_ADA}},
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
    with open_to_write(Settings(warehouse=folder)) as warehouse:
        assert asked(warehouse, "mailto:ada@example.org").n_statements == 1
        assert [each.waits_for for each in run(warehouse)] == [None]
    assert left_of(folder, ["ada@example.org", "Ada Lovelace"]) == set()
    with serving(folder) as address:
        client = Client(address, key)
        assert client.found() == [other["id"]]
        assert client("GET", _STATE, params=place).status_code == 404
        client.post(own)
        assert client.found() == [other["id"]]
    with open_to_write(Settings(warehouse=folder)) as warehouse:
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (1,)
    assert left_of(folder, ["ada@example.org"]) == set()
