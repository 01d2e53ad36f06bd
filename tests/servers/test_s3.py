"""The S3 store that other tests stand on."""

import os
import sys
from collections.abc import Callable

import pytest

from servers.errors import NoServerError, StartError
from servers.ports import free_port
from servers.s3.find import find_store, own_store
from servers.s3.server import OwnStore, Store, StoreAddress
from tests.servers.fixtures import Bucket


def test_bucket_is_empty_and_ones_own(bucket: Bucket, object_store: Store) -> None:
    """Each test has a bucket of its own, and nothing of another's is in it."""
    bucket.write("a/b")
    assert bucket.names() == ["a/b"]
    assert Bucket(object_store.address, object_store.create_bucket()).names() == []


@pytest.mark.parametrize("end", [OwnStore.kill, OwnStore.stop], ids=["kill", "stop"])
def test_ended_store_comes_back_with_its_data(
    end: Callable[[OwnStore], None], make_store: Callable[[], OwnStore]
) -> None:
    """What was written is there, at the same address, after a crash as after a good end."""
    store = make_store()
    bucket = Bucket(store.address, store.create_bucket())
    bucket.write("kept")
    end(store)
    assert not store.is_ready()
    store.start()
    assert bucket.names() == ["kept"]


def test_store_in_the_environment_comes_first() -> None:
    """LEARNLOOM_TEST_S3 is taken whatever else there is, and is nobody's to kill."""
    uri = "https://me:p%40ss@s3.example:9000"
    found = find_store({**os.environ, "LEARNLOOM_TEST_S3": uri})
    assert found.address == StoreAddress("https://s3.example:9000", "me", "p@ss")
    assert found.address.uri == uri
    assert not isinstance(found, OwnStore)


@pytest.mark.parametrize(
    "text", ["s3.example password=hush", "s3://me:hush@s3.example", "http://hush@s3.example"]
)
def test_wrong_form_is_told_without_the_secret(text: str) -> None:
    """What is not understood is an error, and the error can be shown to everybody."""
    with pytest.raises(ValueError, match="is not of the form http://") as caught:
        find_store({"LEARNLOOM_TEST_S3": text})
    assert "hush" not in str(caught.value)


def test_every_way_to_a_store_tells_why_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anything, the error names the variable and the programs."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ways = r"versitygw: no command versitygw; rclone: no command rclone"
    with pytest.raises(NoServerError, match=rf"environment: LEARNLOOM_TEST_S3 is not set; {ways}"):
        find_store({"PATH": ""})
    with pytest.raises(NoServerError, match=rf"^no S3 store can be had here\. {ways}"):
        own_store({"PATH": "", "LEARNLOOM_TEST_S3": "http://a:b@s3.example"})


def test_nobody_at_the_address_is_told() -> None:
    """An address at which nobody answers is an error that names it."""
    at = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StartError, match=at):
        Store(StoreAddress(at, "key", "secret")).start()
