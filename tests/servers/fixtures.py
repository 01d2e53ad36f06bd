"""Servers for all tests. Where there is none to be had, the test is skipped with the reasons."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake.files import copying
from learnloom.pipelines.lake.object_store import ObjectStore
from servers.chromium import NAMED, find_chromium
from servers.errors import NoServerError, NotHereError
from servers.kafka.broker import Broker, OwnBroker
from servers.kafka.find import find_broker, own_broker
from servers.kafka.jars import fetch_jars, find_java
from servers.kafka.properties import Security
from servers.kafka.security import make_security
from servers.postgres.find import find_postgres, own_postgres
from servers.postgres.server import Address, OwnPostgres, Postgres
from servers.s3.find import find_store, own_store
from servers.s3.server import OwnStore, Store, StoreAddress
from tests.once import started_once


class BrokerMaker(Protocol):
    """Makes a broker and starts it."""

    def __call__(self, security: Security | None = None) -> OwnBroker:
        """Make one more."""


class KafkaOnJava(NamedTuple):
    """What runs Kafka without Docker."""

    java: str
    jars: Path


class Bucket(NamedTuple):
    """A bucket, and where it is."""

    address: StoreAddress
    name: str

    def names(self) -> list[str]:
        """Names of the objects in it."""
        with copying([self.at("")]) as files:
            return sorted(files.sizes(self.at("").data_path))

    def write(self, name: str) -> None:
        """Put an object there."""
        with copying([self.at("")]) as files, tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"left")
            files.copy(name, f"{folder}/", self.at("").data_path)

    def at(self, prefix: str, **access: Any) -> ObjectStore:
        """A prefix in it, as the warehouse takes it."""
        data_path = f"s3://{self.name}/{prefix}".rstrip("/")
        return ObjectStore(f"{data_path}/", access_to(self.address, **access))


def access_to(address: StoreAddress, **more: Any) -> S3:
    """The settings by which a store is reached; `more` wins."""
    told = {
        "endpoint_url": address.endpoint_url,
        "access_key_id": address.access_key_id,
        "secret_access_key": address.secret_access_key,
    }
    return S3(**{**told, "retries": 2, "retry_wait_seconds": 0.05, **more})


@pytest.fixture(scope="session")
def kafka_on_java() -> KafkaOnJava:
    """For tests of just this way to a broker."""
    try:
        return KafkaOnJava(find_java(os.environ), fetch_jars(os.environ))
    except NotHereError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka broker to share: use topics and groups with names of your own. One for the whole run of tests."""

    def find() -> Broker:
        try:
            return find_broker(os.environ, tmp_path_factory.mktemp("broker"))
        except NoServerError as error:
            pytest.skip(str(error))

    with started_once(tmp_path_factory, "broker", find, lambda found: found.address) as address:
        yield Broker(address)


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[BrokerMaker]:
    """Starts brokers of one's own, to stop, kill and restart; with security, where it is given."""
    with ExitStack() as stack:

        def make(security: Security | None = None) -> OwnBroker:
            folder = tmp_path / f"broker-{len(list(tmp_path.glob('broker-*')))}"
            try:
                made = own_broker(os.environ, folder, security)
            except NoServerError as error:
                pytest.skip(str(error))
            return stack.enter_context(made)

        yield make


@pytest.fixture(scope="session")
def secured_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnBroker, Security]]:
    """A broker with SASL and TLS listeners as well, and who may come in by them."""
    folder = tmp_path_factory.mktemp("secured")
    security = make_security(folder)
    try:
        found = own_broker(os.environ, folder / "broker", security)
    except NoServerError as error:
        pytest.skip(str(error))
    with found:
        yield found, security


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL to share; `database` is an empty database on it. One for the whole run of tests."""

    def find() -> Postgres:
        try:
            return find_postgres(os.environ)
        except NoServerError as error:
            pytest.skip(str(error))

    with started_once(tmp_path_factory, "postgres", find, lambda found: found.address.uri) as uri:
        yield Postgres(Address.parse(uri))


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """An empty database of one's own, as libpq and DuckDB take it: postgresql://user@host:port/name."""
    made = postgres.create_database()
    yield made.uri
    postgres.drop_database(made)


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[Callable[[], str]]:
    """Makes further databases like `database`."""
    made: list[Address] = []

    def make() -> str:
        made.append(postgres.create_database())
        return made[-1].uri

    yield make
    for each in made:
        postgres.drop_database(each)


@pytest.fixture
def make_postgres() -> Iterator[Callable[[], OwnPostgres]]:
    """Starts servers of one's own, to stop, kill and restart."""
    with ExitStack() as stack:

        def make() -> OwnPostgres:
            try:
                made = own_postgres(os.environ)
            except NoServerError as error:
                pytest.skip(str(error))
            return stack.enter_context(made)

        yield make


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An S3 store to share; `bucket` is an empty bucket on it. One for the whole run of tests."""

    def find() -> Store:
        try:
            return find_store(os.environ)
        except NoServerError as error:
            pytest.skip(str(error))

    with started_once(tmp_path_factory, "s3", find, lambda found: found.address.uri) as uri:
        yield Store(StoreAddress.parse(uri))


@pytest.fixture
def bucket(object_store: Store) -> Bucket:
    """An empty bucket of one's own."""
    return Bucket(object_store.address, object_store.create_bucket())


@pytest.fixture
def make_store() -> Iterator[Callable[[], OwnStore]]:
    """Starts stores of one's own, to stop, kill and restart."""
    with ExitStack() as stack:

        def make() -> OwnStore:
            try:
                made = own_store(os.environ)
            except NoServerError as error:
                pytest.skip(str(error))
            return stack.enter_context(made)

        yield make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the one of the environment, else the one that is installed."""
    program = find_chromium(os.environ)
    if program is None:
        pytest.skip(f"no Chromium: install chromium or chromium-headless-shell, or name one by {NAMED}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
