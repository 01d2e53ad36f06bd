"""A warehouse whose data lie on an object store: the whole path, troubles of the store, and what it refuses."""

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from learnloom.pipelines.lake.catalog_copy import copy_catalog, named_files
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseError, WarehouseUnavailableError
from learnloom.pipelines.lake.maintain import ORPHAN_AGE, remove_orphans, tidy
from learnloom.pipelines.lake.object_store import ObjectStore
from servers.s3.server import OwnStore
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.refresh.school import LAST_DAY, differences, land, lines_of, refreshed, tables
from tests.servers.fixtures import Bucket

_LATER = dt.datetime.now(dt.UTC) + 2 * ORPHAN_AGE
_TROUBLES = 3


def _files(warehouse: Warehouse, folder: Path) -> set[str]:
    """The files that the catalogue names, by their places below the data path."""
    return set(named_files(copy_catalog(warehouse.place, folder)))


def _rows(warehouse: Warehouse) -> dict[str, list[str]]:
    """What was computed, but for the snapshot of the model's fit, which tells how many transactions came before."""
    found = tables(warehouse)
    del found["estimates.model_version"]
    return found


@pytest.mark.long
@pytest.mark.slow
def test_the_whole_path(
    bucket: Bucket, database: str, postgres_database: Callable[[], str], tmp_path: Path
) -> None:
    """With catalogue in PostgreSQL and data on the store all commands work; a restored backup has the same rows."""
    lines = lines_of(tmp_path / "class", students=3)
    (tmp_path / "all.jsonl").write_bytes(b"".join(lines))
    env = {
        "LEARNLOOM_WAREHOUSE": str(tmp_path / "warehouse"),
        "LEARNLOOM_CATALOG": database,
        "LEARNLOOM_DATA_PATH": f"s3://{bucket.name}/lake/",
        "AWS_ENDPOINT_URL": bucket.address.endpoint_url,
        "AWS_ACCESS_KEY_ID": bucket.address.access_key_id,
        "AWS_SECRET_ACCESS_KEY": bucket.address.secret_access_key,
    }

    def run(*arguments: str, **more: str) -> str:
        ran = learnloom(*arguments, env={**env, **more})
        assert ran.code in {0, 3}, ran.err
        assert bucket.address.secret_access_key not in ran.out + ran.err
        return ran.out

    day = str(LAST_DAY)
    run("import", str(tmp_path / "all.jsonl"))
    run("refresh", "--as-of", day)
    assert "0 new statements, 0 students" in run("refresh", "--as-of", day)
    assert not (tmp_path / "warehouse" / "data").exists()
    assert f"data at s3://{bucket.name}/lake/" in run("status")
    student = run("students", "--json").split('"student_key": "')[1][:16]
    assert student in run("profile", student, "--json")
    assert "All checks passed" in run("doctor")
    assert "learnloom_statements_landed" in run("metrics")
    run("export", str(tmp_path / "out.duckdb"))
    with Warehouse(Path(env["LEARNLOOM_WAREHOUSE"]), postgres=database, store=bucket.at("lake")) as warehouse:
        tidy(warehouse, now=_LATER, wait_seconds=20)
        remove_orphans(warehouse, now=_LATER, wait_seconds=20)
        before = tables(warehouse)
        assert {name.removeprefix("lake/") for name in bucket.names()} == _files(warehouse, tmp_path)
    safe = f"s3://{bucket.name}/safe/"
    run("backup", safe)
    assert " 0 of them were copied now" in run("backup", safe)
    again = postgres_database()
    run("restore", safe, LEARNLOOM_CATALOG=again, LEARNLOOM_DATA_PATH=f"s3://{bucket.name}/again/")
    with Warehouse(tmp_path / "else", postgres=again, store=bucket.at("again")) as restored:
        assert differences(before, tables(restored)) == {}
        assert land(restored, tmp_path / "all.jsonl", lines).accepted == 0
    refused = learnloom("restore", safe, env={**env, "LEARNLOOM_CATALOG": again})
    assert (refused.code, "a warehouse stands at" in refused.err) == (1, True)


class _Trouble:
    """Kills a store at a moment that differs with the seed, again and again, and starts it where it was missed."""

    def __init__(self, store: OwnStore, seed: int) -> None:
        self._store, self._rng, self.times = store, random.Random(seed), 0
        self._killer: Thread | None = None

    def may_come(self, _told: object = None) -> None:
        """Draw whether it comes now: in the midst of what is done next."""
        if self._killer is None and self.times < _TROUBLES and self._rng.random() < 0.2:
            begun = Event()
            self._killer = Thread(target=self._kill, args=(begun, self._rng.randrange(3_000_000)))
            self._killer.start()
            begun.wait()

    def _kill(self, begun: Event, spins: int) -> None:
        begun.set()
        for _ in range(spins):
            pass
        self._store.kill()

    def through(self, work: Callable[[], object]) -> None:
        """Do the work again until it is done."""
        while True:
            try:
                work()
            except WarehouseUnavailableError:
                self.times += 1
            else:
                return
            finally:
                if self._killer is not None:
                    self._killer.join()
                    self._killer = None
                self._store.start()


@pytest.mark.long
@pytest.mark.slow
def test_a_store_that_is_killed_costs_nothing(
    make_store: Callable[[], OwnStore], database: str, tmp_path: Path
) -> None:
    """Killed within landings and refreshes, it leaves the rows of a run without trouble, and no file too many."""
    lines = lines_of(tmp_path / "class", students=2)
    half = len(lines) // 2
    with Warehouse(tmp_path / "calm") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", lines[:half])
        refreshed(warehouse)
        land(warehouse, tmp_path / "second.jsonl", lines[half:])
        refreshed(warehouse, full=True)
        calm = _rows(warehouse)
    server = make_store()
    bucket = Bucket(server.address, server.create_bucket())
    seed = random.SystemRandom().randrange(1 << 32)
    trouble = _Trouble(server, seed)
    folder, store = tmp_path / "warehouse", bucket.at("lake")

    def landed(name: str, part: list[bytes]) -> None:
        with Warehouse(folder, postgres=database, store=store) as opened:
            for start in range(0, len(part), 100):
                trouble.may_come()
                land(opened, tmp_path / f"{name}-{start}.jsonl", part[start : start + 100])

    def computed(*, full: bool) -> None:
        with Warehouse(folder, postgres=database, store=store) as opened:
            refreshed(opened, full=full, on_progress=trouble.may_come)

    while trouble.times < _TROUBLES:
        trouble.through(lambda: landed("first", lines[:half]))
        trouble.through(lambda: computed(full=True))
    trouble.through(lambda: landed("second", lines[half:]))
    trouble.through(lambda: computed(full=True))
    with Warehouse(folder, postgres=database, store=store) as warehouse:
        assert differences(calm, _rows(warehouse)) == {}, f"seed {seed}"
        remove_orphans(warehouse, now=_LATER, wait_seconds=20)
        tidy(warehouse, now=_LATER, wait_seconds=20, kept_days=0)
        assert {name.removeprefix("lake/") for name in bucket.names()} == _files(warehouse, tmp_path)
        assert differences(calm, _rows(warehouse)) == {}, f"seed {seed}"


def test_what_a_killed_transaction_left_is_removed_when_it_is_old(bucket: Bucket, tmp_path: Path) -> None:
    """A file that no catalogue names stays while it may be somebody's, and goes later; another's is never touched."""
    with Warehouse(tmp_path / "warehouse", store=bucket.at("lake")) as warehouse:
        warehouse.run("CREATE SCHEMA landing")
        warehouse.run("CREATE TABLE landing.row AS SELECT range AS n FROM range(100)")
        kept = bucket.names()
        bucket.write("lake/landing/row/left.parquet")
        assert remove_orphans(warehouse, now=dt.datetime.now(dt.UTC), wait_seconds=20) == 0
        assert remove_orphans(warehouse, now=_LATER, wait_seconds=20) == 1
        assert bucket.names() == kept
        others = ["lake/another/landing/row/of-others.parquet", "lake/landing/row/left-again.parquet"]
        for name in others:
            bucket.write(name)
        assert remove_orphans(warehouse, now=_LATER, wait_seconds=20) == 0
        assert bucket.names() == sorted([*kept, *others])


def test_data_are_looked_for_where_they_lie(bucket: Bucket, tmp_path: Path) -> None:
    """Without the setting, or with another prefix, a warehouse is not opened; nor is one made among other files."""
    folder = tmp_path / "warehouse"
    with Warehouse(folder, store=bucket.at("lake")) as warehouse:
        warehouse.run("CREATE TABLE lake.t AS SELECT range AS n FROM range(100)")
    for store in (None, bucket.at("other")):
        with pytest.raises(WarehouseError, match=f"LEARNLOOM_DATA_PATH=s3://{bucket.name}/lake/"):
            Warehouse(folder, store=store)
    with pytest.raises(WarehouseError, match="choose another prefix"):
        Warehouse(tmp_path / "second", store=bucket.at("lake"))
    with Warehouse(tmp_path / "local") as local:
        local.run("CREATE TABLE lake.t AS SELECT 1 AS n")
    with pytest.raises(WarehouseError, match="set LEARNLOOM_DATA_PATH to nothing"):
        Warehouse(tmp_path / "local", store=bucket.at("free"))


def test_a_store_that_is_away_is_unavailable(tmp_path: Path, make_store: Callable[[], OwnStore]) -> None:
    """Whoever reads or writes meanwhile is told so, by an error after which the work is done again."""
    server = make_store()
    bucket = Bucket(server.address, server.create_bucket())
    with Warehouse(tmp_path / "warehouse", store=bucket.at("lake")) as warehouse:
        warehouse.run("CREATE TABLE lake.t AS SELECT range AS n FROM range(100)")
        server.kill()
        with pytest.raises(WarehouseUnavailableError, match="is not available"):
            warehouse.retrying(lambda: warehouse.run("INSERT INTO lake.t FROM range(100)"), wait_seconds=20)
        server.start()
        warehouse.run("INSERT INTO lake.t FROM range(100)")
        server.kill()
    with (
        pytest.raises(WarehouseUnavailableError, match="is not available"),
        Warehouse(tmp_path / "warehouse", store=bucket.at("lake"), read_only=True) as reader,
    ):
        reader.rows("SELECT sum(n) FROM lake.t")
    server.start()
    with Warehouse(tmp_path / "warehouse", store=bucket.at("lake"), read_only=True) as reader:
        assert reader.one("SELECT count(*) FROM lake.t") == (200,)


def test_nothing_shows_the_credentials(bucket: Bucket) -> None:
    """Neither what a store is printed as, nor a message that holds them."""
    token = f"{bucket.name}-token"
    store: ObjectStore = bucket.at("lake", session_token=token)
    told = f"{bucket.address.access_key_id} {bucket.address.secret_access_key} {token}"
    assert store.scrubbed(told) == "… … …"
    assert bucket.address.secret_access_key not in f"{store!r} {store}"
