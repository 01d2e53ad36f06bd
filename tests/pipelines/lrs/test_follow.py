"""Statements that landed from files or Kafka are found by GET like those that came over HTTP."""

import io
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.run import LandingJob, land_files
from learnloom.pipelines.ingest.land.stop import StopSignal
from learnloom.pipelines.ingest.opening import file_source
from learnloom.pipelines.ingest.sources.files import STDIN
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lrs.contents import LandedContent
from learnloom.pipelines.lrs.follow import WarehouseFollower
from learnloom.pipelines.lrs.journal import keep_refused
from learnloom.pipelines.lrs.log import JournalLog
from learnloom.pipelines.lrs.message import RefusedError
from learnloom.pipelines.lrs.store import Store
from learnloom.pipelines.lrs.stores import open_store
from learnloom.schemas.vocabulary import VOIDED
from servers.waiting import wait_until
from tests.pipelines.lrs.serving import Client, Clock, new_key, serving, statement


def _id() -> str:
    return str(uuid.uuid4())


def _land(settings: Settings, *statements: dict[str, Any]) -> None:
    lines = b"".join(orjson.dumps(one) + b"\n" for one in statements)
    source = file_source(settings, [Path(STDIN)], stdin=io.BytesIO(lines))
    assert land_files(LandingJob(settings, Clock(), StopSignal()), source).accepted == len(statements)


def _void(target: str, **more: Any) -> dict[str, Any]:
    return statement(verb={"id": VOIDED}, object={"objectType": "StatementRef", "id": target}, **more)


def _is_there(client: Client, statement_id: str, name: str = "statementId") -> bool:
    return client("GET", "/statements", params={name: statement_id}).status_code == 200


@pytest.mark.slow
def test_what_was_imported_is_found_by_everything_that_it_says(folder: Path, client: Client) -> None:
    """A file that is imported beside the store is found by id and by every filter, in one order with what was sent."""
    (sent,) = client.post(statement("ida"))
    course, registration = {"id": "https://example.org/course-of-ida"}, _id()
    authority = {"objectType": "Agent", "mbox": "mailto:old-store@example.org"}
    first = statement("ida", id=_id(), authority=authority, object=course, version="1.0.0")
    second = statement(
        id=_id(),
        verb={"id": "https://example.org/verbs/read"},
        context={
            "instructor": {"mbox": "mailto:ida@example.org"},
            "registration": registration,
            "contextActivities": {"parent": [course]},
        },
    )
    third = statement(id=_id(), object={"objectType": "StatementRef", "id": first["id"]})
    _land(Settings(warehouse=folder), first, second, third)
    wait_until(lambda: _is_there(client, third["id"]), lambda: None)
    agent = '{"mbox":"mailto:ida@example.org"}'
    assert client.found(agent=agent) == [third["id"], first["id"], sent]
    assert client.found(agent=agent, related_agents="true", ascending="true") == [
        sent,
        first["id"],
        second["id"],
        third["id"],
    ]
    assert client.found(activity=course["id"], related_activities="true", limit="2") == [
        third["id"],
        second["id"],
    ]
    assert client.found(registration=registration) == client.found(verb="https://example.org/verbs/read")
    given = client("GET", "/statements", params={"statementId": first["id"]})
    told = given.json()
    assert told["authority"] == authority
    assert {name: told[name] for name in first if name != "version"} == {
        name: first[name] for name in first if name != "version"
    }
    assert told["stored"] <= given.headers["x-experience-api-consistent-through"]
    assert client("GET", "/statements", params={"statementId": second["id"]}).json()["authority"] == {
        "objectType": "Agent",
        "account": {"homePage": "urn:learnloom:lrs", "name": "landing"},
    }
    assert client.post(first) == [first["id"]]
    assert client("POST", "/statements", json=first | {"object": {"id": "urn:other"}}).status_code == 409


@pytest.mark.slow
def test_voids_reach_what_came_the_other_way(folder: Path, client: Client) -> None:
    """A file voids what was sent, and what is sent voids what a file brought."""
    (sent,) = client.post(statement("vera"))
    landed = statement("vera", id=_id())
    void = _void(sent, id=_id())
    _land(Settings(warehouse=folder), landed, void)
    wait_until(lambda: _is_there(client, sent, "voidedStatementId"), lambda: None)
    client.post(_void(landed["id"]))
    assert _is_there(client, landed["id"], "voidedStatementId")
    assert client("POST", "/statements", json=_void(void["id"])).status_code == 400


@pytest.mark.slow
def test_a_key_that_reads_its_own_reads_nothing_that_landed_otherwise(folder: Path, address: str) -> None:
    """The scope statements/read/mine shows what came with the key alone."""
    own = Client(address, new_key(folder, "statements/read/mine"))
    every = Client(address, new_key(folder))
    landed = statement(id=_id())
    _land(Settings(warehouse=folder), landed)
    wait_until(lambda: _is_there(every, landed["id"]), lambda: None)
    assert not _is_there(own, landed["id"])
    assert own.found() == []


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.slow)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A warehouse and a store of its own, whose tables are in a file or in PostgreSQL."""
    if request.param == "file":
        return Settings(warehouse=tmp_path)
    return Settings(warehouse=tmp_path, catalog=SecretStr(request.getfixturevalue("database")))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The store."""
    with open_store(settings, now=Clock()) as opened:
        yield opened


def _index(store: Store) -> list[tuple[str, int]]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute("SELECT id, seq FROM entry ORDER BY seq").fetchall()]


@pytest.mark.slow
def test_following_goes_on_where_it_was_also_after_snapshots_have_expired(
    settings: Settings, store: Store
) -> None:
    """Each statement comes into the index once, in the order of landing, whatever was merged and expired meanwhile."""
    batches = [[statement(f"n{number}-{k}", id=_id()) for k in range(12)] for number in range(4)]
    ids = [one["id"] for batch in batches for one in batch]
    for batch in batches[:2]:
        _land(settings, *batch)
    WarehouseFollower(settings, store).catch_up()
    assert [found for found, _ in _index(store)] == ids[:24]
    for batch in batches[2:]:
        _land(settings, *batch)
    with open_to_write(settings) as warehouse:
        warehouse.run("CALL ducklake_merge_adjacent_files('lake')")
        warehouse.run("CALL ducklake_expire_snapshots('lake', older_than => now())")
    follower = WarehouseFollower(settings, store)
    follower.catch_up()
    follower.catch_up()
    assert [found for found, _ in _index(store)] == ids
    content = LandedContent(settings, store)
    assert {key: orjson.loads(raw)["id"] for key, raw in content.of(ids).items()} == {one: one for one in ids}
    content.close()


@pytest.mark.slow
def test_following_that_was_broken_off_is_finished_the_next_time(settings: Settings, store: Store) -> None:
    """Ended within a snapshot, it goes on there: nothing is missing, and nothing doubled."""
    statements = [statement(f"n{number}", id=_id()) for number in range(450)]
    _land(settings, *statements)
    follower = WarehouseFollower(settings, store)
    follower.stop()
    follower.catch_up()
    assert 0 < len(_index(store)) < len(statements)
    WarehouseFollower(settings, store).catch_up()
    assert [found for found, _ in _index(store)] == [one["id"] for one in statements]


@pytest.mark.slow
def test_a_restored_warehouse_is_looked_through_anew(settings: Settings, store: Store) -> None:
    """Where a snapshot is another one than before, all is looked through, and what is there is not doubled."""
    first, second = statement(id=_id()), statement("bea", id=_id())
    _land(settings, first, second)
    WarehouseFollower(settings, store).catch_up()
    before = _index(store)
    store.write(
        lambda connection, _: connection.execute(
            "UPDATE followed SET snapshot_time = '2020-01-01 00:00:00+00'"
        )
    )
    WarehouseFollower(settings, store).catch_up()
    assert _index(store) == before


@pytest.mark.slow
def test_of_statements_in_the_index_it_is_noted_when_they_landed(settings: Settings, store: Store) -> None:
    """What came over HTTP gets no second entry when it has landed, and by its time its bytes are found."""
    ids = [_id() for _ in range(3)]
    _land(settings, *[statement(id=one) for one in ids])
    WarehouseFollower(settings, store).catch_up()
    before = _index(store)
    for table in ("landed", "followed"):
        store.write(lambda connection, _, table=table: connection.execute(f"DELETE FROM {table}"))  # type: ignore[misc]
    WarehouseFollower(settings, store).catch_up()
    assert _index(store) == before
    with store.reading() as connection:
        noted = connection.execute("SELECT seq FROM landed ORDER BY seq").fetchall()
    assert [row[0] for row in noted] == [seq for _, seq in before]


@pytest.mark.slow
def test_what_landed_otherwise_does_not_wait_to_be_landed(settings: Settings, store: Store) -> None:
    """The bound on what waits counts what came over HTTP alone, though the others have numbers in between."""

    def send(count: int) -> None:
        raws = [b"{}"] * count
        store.write(lambda connection, moment: keep_refused(connection, moment, raws, "key", "1.0.3"))

    log = JournalLog(store, max_waiting=3)
    send(1)
    _land(settings, *[statement(id=_id()) for _ in range(5)])
    WarehouseFollower(settings, store).catch_up()
    send(1)
    log.check()
    send(1)
    with pytest.raises(RefusedError, match="wait to land"):
        log.check()


@pytest.mark.slow
def test_what_a_restored_warehouse_has_no_more_is_left_out(tmp_path: Path) -> None:
    """A statement of which the warehouse was rid is not given, and hides no other one."""
    one, other = statement("one", id=_id()), statement("other", id=_id())
    with serving(tmp_path) as address:
        client = Client(address, new_key(tmp_path))
        _land(Settings(warehouse=tmp_path), one, other)
        wait_until(lambda: _is_there(client, other["id"]), lambda: None)
        with open_to_write(Settings(warehouse=tmp_path)) as warehouse:
            warehouse.run("DELETE FROM landing.statement WHERE statement_id = ?::UUID", [one["id"]])
        assert not _is_there(client, one["id"])
        assert client.found() == [other["id"]]
