"""Clients that platforms use: tincan, by which Open edX sends, in Python; what others send, as it was seen on the wire.

`make clients` tries those that are written in other languages.
"""

import base64
import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import tincan
from tincan.documents import AgentProfileDocument, StateDocument

from tests.pipelines.lrs.serving import Client, new_key, serving, statement

_ACTIVITY = tincan.Activity(id="https://campus.example/tincan")
_AGENT = tincan.Agent(account=tincan.AgentAccount(home_page="https://campus.example", name="tincan"))
_VOID = tincan.Verb(id="http://adlnet.gov/expapi/verbs/voided")


@pytest.fixture(scope="module")
def remote(client: Client) -> Any:
    """The client of tincan, as event-routing-backends makes it."""
    key, secret = client.key
    return tincan.RemoteLRS(version="1.0.3", endpoint=client.address, username=key, password=secret)


def _made(**more: Any) -> Any:
    return tincan.Statement(actor=_AGENT, verb=tincan.Verb(id="urn:did"), object=_ACTIVITY, **more)


def _done(answer: Any) -> Any:
    assert answer.success, answer.data
    return answer.content


def test_tincan_sends_one_and_reads_it_back(remote: Any) -> None:
    """A statement with an id is put, one without is posted; the same again is taken, another under its id is 409."""
    for sent in (_made(), _made(id=str(uuid.uuid4()))):
        saved = _done(remote.save_statement(sent))
        assert _done(remote.retrieve_statement(saved.id)).id == saved.id
        assert remote.save_statement(sent).success
        answer = remote.save_statement(_made(id=saved.id, result=tincan.Result(success=False)))
        assert answer.response.status == 409


def test_tincan_reads_all_pages_of_a_batch(remote: Any) -> None:
    """`more` leads through every statement of a batch once, in the order that is asked for."""
    registration = uuid.uuid4()
    context = tincan.Context(registration=registration)
    sent = _done(remote.save_statements([_made(context=context) for _ in range(25)]))
    page = _done(remote.query_statements({"registration": str(registration), "limit": 10, "ascending": True}))
    found = list(page.statements)
    while page.more:
        page = _done(remote.more_statements(page))
        found += page.statements
    assert [one.id for one in found] == [one.id for one in sent]


def test_tincan_voids(remote: Any) -> None:
    """A voided statement is found as a voided one only."""
    sent = _done(remote.save_statement(_made()))
    _done(
        remote.save_statement(
            tincan.Statement(actor=_AGENT, verb=_VOID, object=tincan.StatementRef(id=sent.id))
        )
    )
    assert remote.retrieve_statement(sent.id).response.status == 404
    assert _done(remote.retrieve_voided_statement(sent.id)).id == sent.id


def test_tincan_keeps_state(remote: Any) -> None:
    """State comes back as it was sent, by the client that sends each state twice."""
    state = StateDocument(id="place", activity=_ACTIVITY, agent=_AGENT, content="page 3")
    assert remote.save_state(state).success
    assert _done(remote.retrieve_state(_ACTIVITY, _AGENT, "place")).content == b"page 3"
    assert _done(remote.retrieve_state_ids(_ACTIVITY, _AGENT)) == ["place"]
    assert remote.clear_state(_ACTIVITY, _AGENT).success
    assert remote.retrieve_state(_ACTIVITY, _AGENT, "place").response.status == 404


def test_tincan_writes_a_profile_by_its_etag_only(remote: Any, client: Client) -> None:
    """1.0.3 wants a precondition for a profile, and tincan has If-Match alone: it changes one that is there."""
    at = {"agent": _AGENT.to_json(), "profileId": "p"}
    profile = AgentProfileDocument(id="p", agent=_AGENT, content="two")
    assert remote.save_agent_profile(profile).response.status == 400
    client("PUT", "/agents/profile", params=at, content=b"one", headers={"If-None-Match": "*"})
    profile.etag = "*"
    assert remote.save_agent_profile(profile).success
    assert _done(remote.retrieve_agent_profile(_AGENT, "p")).content == b"two"


def _form(client: Client, **fields: str) -> str:
    basic = base64.b64encode(":".join(client.key).encode()).decode()
    return urlencode({"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.2", **fields})


def test_a_form_may_be_called_text(client: Client) -> None:
    """Beacons and Storyline send the alternate request syntax as text/plain, since a page cannot say otherwise."""
    text = {"Content-Type": "text/plain;charset=UTF-8"}
    statement_id = str(uuid.uuid4())
    put = _form(client, statementId=statement_id, content=json.dumps(statement()))
    assert httpx.post(f"{client.address}/statements?method=PUT", content=put, headers=text).status_code == 204
    got = _form(client, statementId=statement_id)
    answer = httpx.post(f"{client.address}/statements?method=GET", content=got, headers=text)
    assert answer.json()["id"] == statement_id


def test_a_bookmark_that_is_no_json_is_kept_as_it_came(client: Client) -> None:
    """Storyline, Rise and Captivate call their bookmark JSON; a profile that is said to be JSON has to be it."""
    parameters = {
        "activityId": "urn:course",
        "agent": '{"mbox":"mailto:ada@example.org"}',
        "stateId": "resume",
    }
    headers = {"Content-Type": "application/json"}
    sent = b"2K1Y708090A0B0"
    put = client("PUT", "/activities/state", params=parameters, content=sent, headers=headers)
    assert put.status_code == 204
    assert client("GET", "/activities/state", params=parameters).content == sent
    profile = {"activityId": "urn:course", "profileId": "p"}
    headers["If-None-Match"] = "*"
    put = client("PUT", "/activities/profile", params=profile, content=sent, headers=headers)
    assert put.status_code == 400


def test_a_hash_without_quotes_is_an_etag(client: Client) -> None:
    """The SHA-1 of what was seen may come bare: tincanjs and ADL's wrapper for Node send it so."""
    profile = {"activityId": "urn:course", "profileId": "bare"}
    client("PUT", "/activities/profile", params=profile, content=b"1", headers={"If-None-Match": "*"})
    etag = client("GET", "/activities/profile", params=profile).headers["etag"]
    for seen, status in ((etag.strip('"'), 204), (etag.strip('"'), 412), ("", 412)):
        headers = {"If-Match": seen}
        put = client("PUT", "/activities/profile", params=profile, content=b"2", headers=headers)
        assert put.status_code == status


def test_a_page_is_told_why(client: Client) -> None:
    """A preflight is granted at any path and for any header, and refusals may be read: else a page sees nothing."""
    root = client.address.removesuffix("/xapi")
    asked = {"Origin": "https://course.example", "Access-Control-Request-Headers": "content-type,traceparent"}
    preflight = httpx.options(f"{root}/lrs/statements", headers=asked)
    assert preflight.status_code == 204
    assert "traceparent" in preflight.headers["access-control-allow-headers"]
    answer = httpx.get(f"{root}/lrs/statements")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")
    assert "/xapi" in answer.json()["error"]
    asked["Access-Control-Request-Headers"] = "x: y\r\nset-cookie"
    assert "cookie" not in httpx.options(f"{client.address}/about").headers["access-control-allow-headers"]


@pytest.mark.slow
def test_what_open_edx_gets_wrong_is_mended_as_the_settings_say(tmp_path: Path) -> None:
    """A problem of several questions is called a GroupActivity: with the repair it lands as an activity."""
    sent = statement(object={"objectType": "GroupActivity", "id": "https://campus.example/problem"})
    with serving(tmp_path, {"repairs": ("object-type",)}) as address:
        client = Client(address, new_key(tmp_path))
        (statement_id,) = client.post(sent)
        found = client("GET", "/statements", params={"statementId": statement_id}).json()
        assert found["object"] == {"objectType": "Activity", "id": "https://campus.example/problem"}
        assert client("POST", "/statements", json=statement(object={"objectType": "x"})).status_code == 400
