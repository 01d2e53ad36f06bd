"""Statements go in over HTTP, are found again at once, and land."""

import uuid
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lrs.store import Store
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement

_VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def _id() -> str:
    return str(uuid.uuid4())


def _void(target: str) -> dict[str, object]:
    return statement(verb={"id": _VOIDED}, object={"objectType": "StatementRef", "id": target})


@pytest.mark.slow
def test_what_was_answered_is_found_at_once_and_lands_in_its_bytes(tmp_path: Path) -> None:
    """A statement is read back with what a store assigns, and stands in the warehouse as it was sent."""
    raw = (
        b'{ "actor": {"mbox":"mailto:ada@example.org"}, "verb": {"id":"urn:did"}, "object": {"id":"urn:it"},'
    )
    raw += b' "result": {"score": {"raw": 1.0}} }'
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        headers = {"Content-Type": "application/json"}
        (statement_id,) = client("POST", "/statements", content=raw, headers=headers).json()
        answer = client("GET", "/statements", params={"statementId": statement_id})
    found = answer.json()
    assert set(found) == {
        *("actor", "verb", "object", "result"),
        *("id", "stored", "timestamp", "authority", "version"),
    }
    assert found["timestamp"] == found["stored"]
    assert found["authority"]["account"]["name"] == client.key[0]
    assert b'"raw": 1.0' in answer.content
    with Warehouse(tmp_path, read_only=True) as warehouse:
        rows = warehouse.rows("SELECT statement_id::VARCHAR, raw, source FROM landing.statement")
    assert rows == [(statement_id, raw.decode(), "tests")]


@pytest.mark.slow
def test_equal_statements_without_id_are_acts_of_their_own(tmp_path: Path) -> None:
    """The door names each of them, so none is taken for a repetition of another."""
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        ids = client.post(statement(), statement()) + client.post(statement())
    assert len(set(ids)) == 3
    with Warehouse(tmp_path, read_only=True) as warehouse:
        landed = warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement")
    assert {row[0] for row in landed} == set(ids)


@pytest.mark.slow
def test_all_faults_are_told_and_kept_as_dead_letters(tmp_path: Path) -> None:
    """A batch with bad statements is refused as a whole, and each fault names index, rule, place, value and fix."""
    bad, worse = (
        statement(verb={"id": "no iri"}),
        statement(actor={"mbox": "ada"}, result={"score": {"scaled": 2}}),
    )
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        answer = client("POST", "/statements", json=[statement(), bad, worse])
        assert client.found() == []
    assert answer.status_code == 400
    faults = answer.json()["faults"]
    assert {(fault["index"], fault["path"]) for fault in faults} == {
        (1, "/verb/id"),
        (2, "/actor/mbox"),
        (2, "/result/score/scaled"),
    }
    assert all(fault["rule"] and fault["value"] and fault["message"] for fault in faults)
    with Warehouse(tmp_path, read_only=True) as warehouse:
        assert warehouse.one("SELECT count(*) FROM landing.dead_letter")[0] == 2
        assert warehouse.one("SELECT count(*) FROM landing.statement")[0] == 0


@pytest.mark.slow
def test_of_a_statement_that_is_too_long_only_the_beginning_is_kept(tmp_path: Path) -> None:
    """Nobody fills the disk with what is refused, and the dead letter still says why it was."""
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        answer = client("POST", "/statements", json=statement(result={"response": "x" * (3 << 20)}))
    (fault,) = answer.json()["faults"]
    with Warehouse(tmp_path, read_only=True) as warehouse:
        rows = warehouse.rows("SELECT rule, octet_length(raw) FROM landing.dead_letter")
    assert rows == [(fault["rule"], (1 << 20) + 1)]


def test_an_id_has_one_content(client: Client) -> None:
    """The same again is taken for what it is; other content under its id is refused, and the first stays."""
    first = statement(id=_id())
    assert client("PUT", "/statements", params={"statementId": first["id"]}, json=first).status_code == 204
    assert client("PUT", "/statements", params={"statementId": first["id"]}, json=first).status_code == 204
    assert client("POST", "/statements", json=first).json() == [first["id"]]
    other = first | {"object": {"id": "https://example.org/other"}}
    answer = client("POST", "/statements", json=[statement(), other])
    assert answer.status_code == 409
    assert first["id"] in answer.json()["error"]
    found = client("GET", "/statements", params={"statementId": first["id"]}).json()
    assert found["object"] == first["object"]


@pytest.mark.parametrize(
    ("parameters", "content"),
    [
        (
            {"statementId": "ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a01"},
            statement(id="ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a02"),
        ),
        ({}, statement()),
        ({"statementId": "ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a01"}, [statement(), statement()]),
        ({"statementid": "ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a01"}, statement()),
    ],
)
def test_put_takes_one_statement_under_its_id(
    client: Client, parameters: dict[str, str], content: object
) -> None:
    """PUT needs the id in the address, in the right spelling, and nothing that contradicts it."""
    assert client("PUT", "/statements", params=parameters, json=content).status_code == 400


def test_a_voided_statement_is_found_as_voided_only(client: Client) -> None:
    """After its void a statement is gone from queries, even where the void came first; the void stays."""
    late = _id()
    (early,) = client.post(statement("void"))
    (void,) = client.post(_void(early))
    (early_void,) = client.post(_void(late))
    client.post(statement("void", id=late))
    for voided in (early, late):
        assert client("GET", "/statements", params={"statementId": voided}).status_code == 404
        assert client("GET", "/statements", params={"voidedStatementId": voided}).json()["id"] == voided
    agent = '{"mbox":"mailto:void@example.org"}'
    assert set(client.found(agent=agent)) == {void, early_void}
    assert client("POST", "/statements", json=_void(void)).status_code == 400


def test_filters_find_what_the_specification_says(client: Client) -> None:
    """Agents are found in groups and, where asked for, in contexts; activities likewise; references follow."""
    ann, course = {"mbox": "mailto:ann@example.org"}, {"id": "https://example.org/course-of-ann"}
    registration = _id()
    (by_ann,) = client.post(statement("ann", object=course))
    (in_group,) = client.post(statement(actor={"objectType": "Group", "member": [ann]}))
    (taught,) = client.post(
        statement(
            context={
                "instructor": ann,
                "registration": registration,
                "contextActivities": {"parent": course},
            }
        )
    )
    (about,) = client.post(statement("bea", object={"objectType": "StatementRef", "id": by_ann}))
    agent = '{"mbox":"mailto:ann@example.org"}'
    assert client.found(agent=agent) == [about, in_group, by_ann]
    assert client.found(agent=agent, ascending="true", limit="2") == [by_ann, in_group]
    assert client.found(agent=agent, related_agents="true") == [about, taught, in_group, by_ann]
    assert client.found(activity=course["id"]) == [about, by_ann]
    assert client.found(activity=course["id"], related_activities="true") == [about, taught, by_ann]
    assert client.found(registration=registration.upper()) == [taught]
    assert client.found(registration=registration, verb="urn:other") == []
    hashed = '{"mbox_sha1sum":"' + "c5f2a1" + '"}'
    assert client("GET", "/statements", params={"agent": hashed}).status_code == 400


def test_more_neither_skips_nor_repeats_while_others_write(client: Client) -> None:
    """Following `more` gives every statement once, newest first, though new ones come in between."""
    sent = [client.post(statement("pages"))[0] for _ in range(7)]
    agent = '{"mbox":"mailto:pages@example.org"}'
    found, path = [], "/statements"
    parameters: dict[str, str] | None = {"agent": agent, "limit": "2"}
    while path:
        page = client("GET", path, params=parameters).json()
        found += [one["id"] for one in page["statements"]]
        client.post(statement("pages"))
        path, parameters = page["more"].removeprefix("/xapi"), None
    assert found == sent[::-1]


@pytest.mark.parametrize(
    "parameters",
    [
        {"Limit": "1"},
        {"limit": "-1"},
        {"since": "yesterday"},
        {"agent": "ada"},
        {"agent": "{}"},
        {"verb": "did"},
        {"registration": "1"},
        {"ascending": "yes"},
        {"format": "short"},
        {"statementId": "1"},
        {"statementId": "ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a01", "limit": "1"},
    ],
)
def test_a_wrong_parameter_is_named(client: Client, parameters: dict[str, str]) -> None:
    """What cannot be asked for is refused with the name of the parameter, and Consistent-Through all the same."""
    answer = client("GET", "/statements", params=parameters)
    assert answer.status_code == 400
    assert any(name in answer.json()["error"] for name in parameters)
    assert "x-experience-api-consistent-through" in answer.headers


def test_formats_reduce_what_is_told(client: Client) -> None:
    """`ids` leaves identifiers only; `canonical` gives one language of what was said of an activity last."""
    activity = {"id": "https://example.org/named", "definition": {"name": {"en": "Page", "de": "Seite"}}}
    (found,) = client.post(
        statement("forms", object=activity, actor={"mbox": "mailto:f@example.org", "name": "Fay"})
    )
    by_ids = client("GET", "/statements", params={"statementId": found, "format": "ids"}).json()
    assert by_ids["actor"] == {"mbox": "mailto:f@example.org"}
    assert by_ids["object"] == {"id": activity["id"]}
    canonical = client(
        "GET",
        "/statements",
        params={"statementId": found, "format": "canonical"},
        headers={"Accept-Language": "fr, de-AT;q=0.5"},
    ).json()
    assert canonical["object"]["definition"]["name"] == {"de": "Seite"}
    person = client("GET", "/agents", params={"agent": '{"mbox":"mailto:f@example.org"}'}).json()
    assert person == {"objectType": "Person", "name": ["Fay"], "mbox": ["mailto:f@example.org"]}


def test_format_ids_names_nobody_of_a_context(address: str, client: Client) -> None:
    """Of the agents and groups of xAPI 2.0's contexts identifiers are left, also in a SubStatement; else all."""
    second = Client(address, client.key, version="2.0.0")
    mia, rob = {"mbox": "mailto:mia@example.org"}, {"mbox": "mailto:rob@example.org"}
    roles = {"relevantTypes": ["https://example.org/tutor"]}

    def context(**more: str) -> dict[str, object]:
        agent = {"objectType": "contextAgent", "agent": mia | more, **roles}
        group = {"objectType": "Group", "member": [rob | more]}
        return {"contextAgents": [agent], "contextGroups": [{"objectType": "contextGroup", "group": group}]}

    named = context(name="Somebody")
    within = statement(objectType="SubStatement", context=named)
    found = second.post(statement("c", context=named), statement("c", object=within))
    for form, expected in (("ids", context()), ("canonical", named)):
        first, other = (
            second("GET", "/statements", params={"statementId": one, "format": form}).json() for one in found
        )
        assert (first["context"], other["object"]["context"]) == (expected, expected)


@pytest.mark.slow
def test_what_has_left_the_journal_is_read_from_the_warehouse(tmp_path: Path) -> None:
    """A statement whose bytes the journal has let go is given back all the same, and its id stays its own."""
    key = new_key(tmp_path)
    sent = statement(id=_id())
    with serving(tmp_path) as address:
        Client(address, key).post(sent)
    _forget_bytes(tmp_path)
    with serving(tmp_path) as address:
        client = Client(address, key)
        found = client("GET", "/statements", params={"statementId": sent["id"]}).json()
        again = client("POST", "/statements", json=sent)
        other = client("POST", "/statements", json=sent | {"object": {"id": "urn:other"}})
    assert found["object"] == sent["object"]
    assert (again.status_code, other.status_code) == (200, 409)


@pytest.mark.slow
def test_a_page_ends_where_its_bytes_do(tmp_path: Path) -> None:
    """Large statements come on pages of bounded size, each once, from the journal and from the warehouse."""
    key = new_key(tmp_path)
    text = {"https://example.org/text": "x" * 40_000}
    sent = [statement(id=_id(), result={"extensions": text}) for _ in range(5)]
    walks = []
    for _ in range(2):
        with serving(tmp_path, max_page_bytes=65_536) as address:
            client = Client(address, key)
            client.post(*sent)
            walks.append(_walk(client))
        _forget_bytes(tmp_path)
    assert [len(page) for page in walks[0]] == [2, 2, 1]
    for walk in walks:
        assert [one for page in walk for one in page] == [one["id"] for one in sent]


def _walk(client: Client) -> list[list[str]]:
    """Ids of the statements of each page."""
    pages, path = [], "/statements?ascending=true"
    while path:
        page = client("GET", path).json()
        pages.append([found["id"] for found in page["statements"]])
        path = page["more"].removeprefix("/xapi")
    return pages


def _forget_bytes(folder: Path) -> None:
    with Store(folder, now=Clock()) as store:
        store.write(lambda connection, _: connection.execute("UPDATE entry SET raw = NULL"))
