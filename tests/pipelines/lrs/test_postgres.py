"""A store in PostgreSQL is the same store, and several doors serve it at once."""

import base64
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.keys import add_key, list_keys, revoke_key
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.postgres import PostgresDatabase
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.lrs.stores import open_store
from learnloom.schemas.vocabulary import VOIDED
from servers.postgres.server import OwnPostgres
from tests.pipelines.lrs.serving import Client, Clock, serving, statement

_STATE = "/activities/state?activityId=https://example.org/page&stateId=s&agent={%22mbox%22:%22mailto:a@example.org%22}"
_ADA = '{"mbox":"mailto:ada@example.org"}'


def _settings(folder: Path, database: str) -> Settings:
    return Settings(warehouse=folder, catalog=SecretStr(database))


@pytest.mark.slow
def test_two_doors_share_statements_documents_and_keys(tmp_path: Path, database: str) -> None:
    """What one door has answered the other finds, refuses to change, voids; each lands once; a key ends for both."""
    with open_store(_settings(tmp_path, database), now=Clock()) as store:
        key, secret = add_key(store, "tests", scopes=("all",))
    chosen = {"catalog": SecretStr(database)}
    with ExitStack() as stack:
        one, other = (
            Client(stack.enter_context(serving(tmp_path, chosen)), (key.key_id, secret)) for _ in range(2)
        )
        # More than one question to the database holds, and a name with a character that PostgreSQL's text has not.
        many = one.post(*(statement(f"s{number}") for number in range(600)))
        named = {"mbox": "mailto:ada@example.org", "name": "A\0da"}
        (mine,) = other.post(statement(id=str(uuid4()), actor=named))
        assert one("POST", "/statements", json=statement("bob", id=mine)).status_code == 409
        assert one("POST", "/statements", json=statement(id=mine, actor=named)).status_code == 200
        assert one.found(agent=_ADA, related_agents="true") == [mine]
        assert one("GET", "/agents", params={"agent": _ADA}).json()["name"] == [
            "A\N{REPLACEMENT CHARACTER}da"
        ]
        void = statement(object={"objectType": "StatementRef", "id": mine}, verb={"id": VOIDED})
        # What refers to a statement that fits is found in its stead.
        assert other.post(void) == one.found(agent=_ADA, verb="http://adlnet.gov/expapi/verbs/experienced")
        walked, path = [], "/statements?limit=250&ascending=true"
        while path:
            page = other("GET", path).json()
            walked += [found["id"] for found in page["statements"]]
            path = page["more"].removeprefix("/xapi")
        assert walked[:600] == many
        assert len(walked) == len(set(walked)) == 601
        assert one("PUT", _STATE, content=b"1").status_code == 204
        tag = other("GET", _STATE).headers["etag"]
        assert other("PUT", _STATE, content=b"2", headers={"If-Match": tag}).status_code == 204
        assert one("PUT", _STATE, content=b"3", headers={"If-Match": tag}).status_code == 412
        with open_store(_settings(tmp_path, database), now=Clock()) as store:
            assert list_keys(store)[0].last_used is not None
            revoke_key(store, key.key_id)
        assert [client("GET", "/statements").status_code for client in (one, other)] == [401, 401]
    with open_to_read(_settings(tmp_path, database)) as warehouse:
        counted = "SELECT count(*), count(DISTINCT statement_id) FROM landing.statement"
        assert warehouse.rows(counted) == [(602, 602)]


@pytest.mark.slow
def test_a_short_key_of_one_door_opens_the_other(tmp_path: Path, database: str) -> None:
    """Asked for at one door and fetched at the other, once, it writes and reads its student's at both."""
    scopes = ("session/write", "statements/write", "statements/read/mine")
    with open_store(_settings(tmp_path, database), now=Clock()) as store:
        key, secret = add_key(store, "tests", scopes=scopes)
    chosen = {"catalog": SecretStr(database)}
    with ExitStack() as stack:
        one, other = (
            Client(stack.enter_context(serving(tmp_path, chosen)), (key.key_id, secret)) for _ in range(2)
        )
        ada = {"mbox": "mailto:ada@example.org"}
        asked = {"agent": ada, "activity": "https://example.org/page", "fetch": True}
        told = one("POST", "/sessions", json=asked).json()
        path = told["fetch"].partition("/xapi")[2]
        token = other("POST", path).json()["auth-token"]
        assert one("POST", path).json()["error-code"] == "1"
        name, _, short = base64.b64decode(token).decode().partition(":")
        here, there = (Client(door.address, (name, short)) for door in (one, other))
        ids = here.post(statement("ada")) + there.post(statement("ada"))
        assert set(here.found()) == set(there.found()) == set(ids)
        assert there("POST", "/statements", json=statement("ben")).status_code == 403


def test_consistent_through_counts_what_another_process_is_writing(tmp_path: Path, database: str) -> None:
    """While another has a moment and has not committed, none at or after its moment is called consistent."""
    with open_store(_settings(tmp_path, database), now=Clock()) as store:
        other = PostgresDatabase(database)
        seen: list[int] = []

        def look(connection: Any, moment: int) -> int:
            seen.append(store.consistent_through())
            return moment

        with Store(tmp_path, now=Clock(), database=other) as writing:
            moment = writing.write(look)
        assert seen[0] < moment <= store.consistent_through(), (seen, iso(moment))


@pytest.mark.slow
def test_a_server_that_comes_back_is_used_again(
    tmp_path: Path, make_postgres: Callable[[], OwnPostgres]
) -> None:
    """While PostgreSQL is away the store says so with 503; afterwards it goes on by itself."""
    server = make_postgres()
    server.start()
    database = server.create_database()
    with open_store(_settings(tmp_path, database.uri), now=Clock()) as store:
        add_key(store, "first")
        lease = store.lease("tests")
        assert lease.is_held()
        server.kill()
        with pytest.raises(RefusedError, match="cannot write") as refused:
            add_key(store, "second")
        assert refused.value.status == 503
        assert not lease.is_held()
        server.start()
        add_key(store, "third")
        assert [key.label for key in list_keys(store)] == ["first", "third"]
        assert lease.is_held()
        lease.close()


def test_a_lease_has_one_holder(database: str) -> None:
    """Who lands or sends to Kafka is one of all doors; when it lets go, another has it."""
    first, second = PostgresDatabase(database), PostgresDatabase(database)
    leases = first.lease("land"), second.lease("land")
    assert [lease.is_held() for lease in leases] == [True, False]
    assert second.lease("relay").is_held()
    leases[0].close()
    assert leases[1].is_held()
    for made in (first, second):
        made.close()
    leases[1].close()
