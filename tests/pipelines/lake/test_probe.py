"""What `doctor` says of an object store: each fault by its name, and what to do."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from learnloom.pipelines.config.object_store import S3
from learnloom.pipelines.lake import extensions
from learnloom.pipelines.lake.object_store import ObjectStore
from learnloom.pipelines.lake.probe import probe_store
from servers.errors import NotHereError
from servers.s3.installed import rclone_program, rclone_store
from tests.pipelines.cli.shell import learnloom
from tests.servers.fixtures import Bucket, access_to

_STEPS = ["list", "write", "read", "delete"]


class _Refusing(BaseHTTPRequestHandler):
    """A store that answers everything with one error, the name of the bucket, as S3 would say it."""

    def do_GET(self) -> None:
        status, code = self.path.split("/")[1].split("-")[:2]
        names = {"skew": "RequestTimeTooSkewed", "busy": "SlowDown", "region": "AuthorizationHeaderMalformed"}
        body = f"<Error><Code>{names[code]}</Code><Message>told</Message></Error>".encode()
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - likewise

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def refusing() -> Iterator[str]:
    """Address of such a store."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _failed(store: ObjectStore) -> str:
    (found,) = [probed for probed in probe_store(store) if probed.error is not None]
    assert found.error is not None
    return f"{found.step}: {found.error}"


def test_a_store_that_works_is_left_as_it_was(bucket: Bucket) -> None:
    """All steps pass, and nothing of them stays."""
    assert [(probed.step, probed.error) for probed in probe_store(bucket.at("lake"))] == [
        (step, None) for step in _STEPS
    ]
    assert bucket.names() == []


def test_each_refusal_is_told_with_what_to_do(bucket: Bucket) -> None:
    """No such bucket, a wrong key, a wrong secret: the setting to correct is named, and no secret is."""
    wrong = "hush-hush-hush"
    told = {
        "LEARNLOOM_DATA_PATH": _failed(bucket._replace(name="no-such-bucket").at("lake")),
        "LEARNLOOM_S3__ACCESS_KEY_ID": _failed(bucket.at("lake", access_key_id=wrong)),
        "LEARNLOOM_S3__SECRET_ACCESS_KEY": _failed(bucket.at("lake", secret_access_key=wrong)),
    }
    for setting, said in told.items():
        assert f"correct the bucket in {setting}" in said or f"correct {setting}" in said
        assert wrong not in said
        assert bucket.address.secret_access_key not in said


@pytest.mark.parametrize(
    ("bucket_name", "said"),
    [
        ("403-skew", "the clock of this machine or of the store is wrong"),
        ("400-region", "correct LEARNLOOM_S3__REGION"),
        ("503-busy", "is not available"),
    ],
)
def test_other_answers_are_told(refusing: str, bucket_name: str, said: str) -> None:
    """A clock that is wrong, another region, a store that has too much to do."""
    access = S3(endpoint_url=refusing, retry_wait_seconds=0.01)
    assert said in _failed(ObjectStore(f"s3://{bucket_name}/lake/", access))


def test_a_store_that_does_not_answer_is_told() -> None:
    """Where nobody listens, the address is told."""
    access = S3(endpoint_url="http://127.0.0.1:1", retry_wait_seconds=0.01)
    assert "127.0.0.1:1" in _failed(ObjectStore("s3://bucket/lake/", access))


def test_a_missing_extension_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without httpfs, the package to install is named, and nothing is fetched."""
    known = extensions.extension_file

    def without(name: str) -> Path:
        return known("no_such_extension" if name == "httpfs" else name)

    monkeypatch.setattr(extensions, "extension_file", without)
    assert "duckdb-extension-no-such-extension is missing" in _failed(ObjectStore("s3://bucket/lake/", S3()))


@pytest.mark.slow
def test_certificates_are_verified(tmp_path: Path) -> None:
    """Over TLS a store of an unknown authority is refused, and one of an authority that the settings name is not."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    try:
        program = rclone_program({})
    except NotHereError as error:
        pytest.skip(str(error))
    with rclone_store(
        program, tls=(tmp_path / "cert.pem", tmp_path / "key.pem"), ca_file=tmp_path / "ca.pem"
    ) as store:
        bucket = store.create_bucket()
        access = access_to(store.address, ca_file=tmp_path / "ca.pem")
        assert [
            p.step for p in probe_store(ObjectStore(f"s3://{bucket}/", access)) if p.error is None
        ] == _STEPS
        assert "certificate" in _failed(ObjectStore(f"s3://{bucket}/", access_to(store.address))).lower()


def test_doctor_has_a_line_for_each_step(bucket: Bucket) -> None:
    """The command tells them, and that no data lie on the local disk."""
    env = {
        "LEARNLOOM_DATA_PATH": f"s3://{bucket.name}/lake/",
        "LEARNLOOM_S3__ENDPOINT_URL": bucket.address.endpoint_url,
        "LEARNLOOM_S3__ACCESS_KEY_ID": bucket.address.access_key_id,
        "LEARNLOOM_S3__SECRET_ACCESS_KEY": bucket.address.secret_access_key,
    }
    found = {each["name"]: each for each in learnloom("doctor", "--json", env=env).values()}
    assert [found[f"object store: {step}"]["is_passed"] for step in _STEPS] == [True] * 4
    assert "which holds no data" in found["disk"]["message"]
    assert found["extension httpfs"]["is_passed"]
    failed = learnloom("doctor", env={**env, "LEARNLOOM_DATA_PATH": "s3://no-such-bucket/lake/"})
    assert (failed.code, "there is no such bucket" in failed.out) == (1, True)
