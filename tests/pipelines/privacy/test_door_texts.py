"""Whoever is erased stands in no text of the store either: statements of others, activities, refused records, names."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from tests.pipelines.lrs.serving import Client, new_key, serving, statement
from tests.pipelines.privacy.making import asked, left_of, run
from tests.pipelines.refresh.school import refreshed

pytestmark = pytest.mark.slow

_HOME: Final = "https://lms.example.org"
_ESSAY: Final = "https://example.org/essay"
_IDS: Final = [f"00000000-0000-4000-8000-{number:012x}" for number in range(4)]


def _ada(account: str) -> dict[str, Any]:
    return {"name": "Ada Lovelace", "account": {"homePage": _HOME, "name": account}}


def _told(account: str) -> list[dict[str, Any]]:
    """A statement of hers, and one of somebody else that names her in texts alone."""
    essay = {"id": _ESSAY, "definition": {"name": {"en": "Essay by Ada Lovelace"}}}
    return [
        statement(id=_IDS[0], actor=_ada(account)),
        statement("bo", id=_IDS[1], object=essay, result={"response": "thanks, Ada Lovelace"}),
        statement(
            "bo",
            id=_IDS[2],
            actor={"objectType": "Group", "name": "Ada Lovelace & co", "mbox": "mailto:co@example.org"},
        ),
    ]


@pytest.fixture(scope="module", params=["4711", pytest.param("anna", marks=pytest.mark.long)])
def account(request: pytest.FixtureRequest) -> str:
    """Of Ada: neither is looked for within longer texts."""
    return str(request.param)


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory, account: str) -> Iterator[Client]:
    """A store after Ada was erased, whom texts, an activity, a refused record and documents of others had named."""
    folder = tmp_path_factory.mktemp("erased") / "warehouse"
    key = new_key(folder)
    documents = {
        "thanks": b'{"said": "{\\"by\\": \\"%s\\", \\"to\\": \\"Bo\\"}"}' % account.encode(),
        "bookmark": b'{"v": 2, Ada Lovelace',
        "latin": b"caf\xe9 of Ada Lovelace",
        "deep": b"[" * 100_000,
        "Ada Lovelace": b"hers",
    }
    with serving(folder) as address:
        client = Client(address, key)
        client.post(*_told(account))
        refused = {"actor": _ada(account) | {"name": "?"}, "verb": {"id": "no IRI"}}
        assert client("POST", "/statements", json=[refused]).status_code == 400
        for name, content in documents.items():
            assert client("PUT", "/activities/state", params=_state(name), content=content).status_code == 204
    with open_to_write(Settings(warehouse=folder)) as warehouse:
        is_refreshed = account == "anna"
        if is_refreshed:
            refreshed(warehouse)
        asked(warehouse, f"{_HOME} {account}")
        first = [each.waits_for for each in run(warehouse)]
        # Where nothing was refreshed, the first run has to learn her name, and a second ends it.
        assert first == [None] if is_refreshed else {each.waits_for for each in run(warehouse)} <= {None}
    assert left_of(folder, ["Ada Lovelace", f'"{account}"', f'"{account}\\"']) == set()
    with serving(folder) as address:
        yield Client(address, key)


def _state(name: str) -> dict[str, str]:
    return {"stateId": name, "activityId": _ESSAY, "agent": '{"mbox":"mailto:bo@example.org"}'}


def test_the_store_tells_nothing_of_her(erased: Client) -> None:
    """Statements, an activity's definition, names and documents of others are told without her, and else as before."""
    response = erased("GET", "/statements", params={"statementId": _IDS[1]}).json()["result"]["response"]
    assert response.startswith("thanks, erased-")
    activity = erased("GET", "/activities", params={"activityId": _ESSAY}).json()
    assert activity["definition"]["name"]["en"].startswith("Essay by erased-")
    assert erased("GET", "/activities/state", params=_state("Ada Lovelace")).status_code == 404
    assert erased("GET", "/activities/state", params=_state("deep")).content == b"[" * 100_000
    changed = erased("GET", "/activities/state", params=_state("latin"))
    assert changed.content.startswith(b"caf\xe9 of erased-")
    assert changed.headers["etag"].startswith('"')


def test_what_names_nobody_any_more_may_be_sent_again(erased: Client, account: str) -> None:
    """A batch with a statement that was redacted is taken: it counts as there, and the new one beside it lands."""
    _, thanks, group = _told(account)
    new = statement("bo", id=_IDS[3])
    assert erased.found(ascending="true") == _IDS[1:3]
    assert erased.post(thanks, group, new) == _IDS[1:]
    assert erased.found(ascending="true") == _IDS[1:]


def test_a_statement_that_was_erased_is_not_there(erased: Client) -> None:
    """Asked for by its id, voided or not, there is none: nobody is told to ask again."""
    for name in ("statementId", "voidedStatementId"):
        assert erased("GET", "/statements", params={name: _IDS[0]}).status_code == 404
