"""Pseudonyms at the door: what it keeps and gives names nobody, and whoever asks by an identifier is answered."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from learnloom.pipelines.config.pseudonyms import PseudonymBounds
from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_BOUNDS = PseudonymBounds.model_validate(
    {"enabled": True, "home_page": "https://school.example/pseudonyms", "key": "k" * 32}
)
_ADA = orjson.dumps({"mbox": "mailto:ada@example.org"}).decode()


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where a store answers that keeps pseudonyms."""
    with serving(folder, {"pseudonyms": _BOUNDS}) as found:
        yield found


def test_who_asks_by_an_identifier_finds_what_it_is_kept_under(client: Client) -> None:
    """Statements, documents and the person of an agent are found by the identifier; what is given names nobody."""
    (mine,) = client.post(
        statement("ada", context={"instructor": {"mbox": "mailto:eve@example.org", "name": "Eve"}})
    )
    client.post(statement("bob"))
    assert client.found(agent=_ADA) == [mine]
    answer = client("GET", "/statements", params={"agent": _ADA, "limit": "1"})
    assert "ada@" not in answer.text
    assert "Eve" not in answer.text
    state = {"activityId": "https://example.org/page", "agent": _ADA, "stateId": "place"}
    assert client("PUT", "/activities/state", params=state, content=b"3").status_code == 204
    assert client("GET", "/activities/state", params=state).content == b"3"
    person = client("GET", "/agents", params={"agent": _ADA}).json()
    assert person["account"][0]["homePage"] == "https://school.example/pseudonyms/1"
    assert "mbox" not in person


def test_the_same_again_is_the_same(client: Client) -> None:
    """What was taken is taken again without conflict, and something else under its id is refused."""
    one = statement("cy", id="00000000-0000-4000-8000-000000000001")
    client.post(one)
    client.post(one)
    other = {**one, "actor": {"mbox": "mailto:dan@example.org"}}
    assert client("POST", "/statements", json=[other]).status_code == 409


def test_a_key_of_one_home_page_and_a_short_key_are_for_the_same_students(folder: Path, address: str) -> None:
    """Rights are measured by what came: accounts of other places are refused, and a short key is for its student."""
    key = new_key(folder, "statements/write", "session/write", home_pages=["https://lms.example"])
    limited = Client(address, key)
    own = {"account": {"homePage": "https://lms.example", "name": "u1"}}
    other = {"account": {"homePage": "https://else.example", "name": "u1"}}
    limited.post(statement(actor=own))
    assert limited("POST", "/statements", json=[statement(actor=other)]).status_code == 403
    answer = limited("POST", "/sessions", json={"agent": own})
    assert answer.status_code == 200, answer.text
    token = {"Authorization": f"Basic {answer.json()['auth-token']}"}
    for actor, status in ((own, 200), ({"account": {**own["account"], "name": "u2"}}, 403)):
        sent = Client(address, ("", ""))
        import httpx  # noqa: PLC0415

        told = httpx.post(
            f"{sent.address}/statements",
            headers={"X-Experience-API-Version": "1.0.3", **token},
            json=[statement(actor=actor)],
        )
        assert told.status_code == status, told.text


def test_nothing_on_the_disk_names_anybody(folder: Path, client: Client) -> None:
    """Neither journal nor index holds an address or a name, of what was taken or refused."""
    client.post(
        statement("zoe.quill", authority={"mbox": "mailto:zoe.quill@example.org", "name": "Zoe Quill"})
    )
    refused = {
        **statement(actor={"mbox": "mailto:zoe.quill@example.org", "name": "Zoe Quill"}),
        "verb": {"id": "Zoe Quill"},
    }
    assert client("POST", "/statements", json=[refused]).status_code == 400
    held = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"zoe.quill" not in held.lower()
    assert b"zoe quill" not in held.lower()
