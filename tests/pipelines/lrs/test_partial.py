"""With `partial=true` the good statements of a batch are taken, and the answer says which were refused and why."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.vocabulary import VOIDED
from tests.pipelines.lrs.serving import Client, new_key, serving, statement


def _id() -> str:
    return str(uuid.uuid4())


def _post(client: Client, *batch: Any, partial: str = "true") -> httpx.Response:
    return client("POST", "/statements", params={"partial": partial}, json=list(batch))


def test_each_statement_is_taken_or_refused_by_itself(client: Client) -> None:
    """What is invalid, has another's id, stands twice, voids a void or lacks its attachment spoils no other one."""
    known, same = statement(id=_id()), statement(id=_id())
    void = statement(id=_id(), verb={"id": VOIDED})
    void["object"] = {"objectType": "StatementRef", "id": _id()}
    client.post(known, same, void)
    twice = _id()
    attachment = {
        "usageType": "urn:use",
        "display": {"en": "A file"},
        "contentType": "text/plain",
        "length": 1,
        "sha2": "0" * 64,
    }
    batch = [
        statement("good"),
        statement(verb={"id": "no IRI"}, actor={}),
        known | {"object": {"id": "urn:other"}},
        statement("good", id=twice),
        statement("good", id=twice),
        void | {"id": _id(), "object": {"objectType": "StatementRef", "id": void["id"]}},
        statement(attachments=[attachment]),
        same,
        "no statement",
    ]
    answer = _post(client, *batch)
    assert answer.status_code == 200
    told = answer.json()
    taken = [index for index, one in enumerate(told["ids"]) if one is not None]
    assert taken == [0, 3, 7]
    assert (told["ids"][3], told["ids"][7]) == (twice, same["id"])
    assert [(one["index"], one["status"]) for one in told["refused"]] == [
        *((1, 400), (2, 409), (4, 400), (5, 400), (6, 400), (8, 400)),
    ]
    assert {fault["path"] for fault in told["refused"][0]["faults"]} == {"/verb/id", "/actor"}
    assert known["id"] in told["refused"][1]["error"]
    assert "statement 6" in told["refused"][4]["error"]
    agent = '{"mbox":"mailto:good@example.org"}'
    assert set(client.found(agent=agent)) == {told["ids"][0], twice}


def test_where_none_is_good_the_answer_is_a_refusal(client: Client) -> None:
    """All refused is 400, all taken is 200, in the same form; anything but true and false is refused."""
    assert _post(client, {}, {}).status_code == 400
    assert len(_post(client, {}, {}).json()["refused"]) == 2
    every = _post(client, statement(), statement())
    assert (every.status_code, every.json()["refused"], len(every.json()["ids"])) == (200, [], 2)
    assert _post(client, statement(), partial="yes").status_code == 400
    assert isinstance(_post(client, statement(), partial="false").json(), list)


def test_a_key_for_one_home_page_is_held_to_it_one_by_one(folder: Path, address: str) -> None:
    """Statements of accounts elsewhere are refused with 403, the others are taken."""
    page = "https://campus.example"
    client = Client(address, new_key(folder, home_pages=(page,)))
    here, there = (
        statement(actor={"account": {"homePage": home, "name": "ada"}})
        for home in (page, "https://else.example")
    )
    told = _post(client, there, here).json()
    assert [(one["index"], one["status"]) for one in told["refused"]] == [(0, 403)]
    assert [one is None for one in told["ids"]] == [True, False]


@pytest.mark.slow
def test_what_breaks_a_rule_becomes_a_dead_letter(tmp_path: Path) -> None:
    """After landing the refused statement is a dead letter in its bytes, and the good one a statement."""
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        bad = statement(verb={"id": "no IRI"})
        told = _post(client, bad, statement()).json()
    with Warehouse(tmp_path, read_only=True) as warehouse:
        letters = warehouse.rows("SELECT rule, raw FROM landing.dead_letter")
        landed = warehouse.rows("SELECT statement_id::VARCHAR FROM landing.statement")
    assert [(rule, orjson.loads(raw)) for rule, raw in letters] == [("iri-format", bad)]
    assert landed == [(told["ids"][1],)]
