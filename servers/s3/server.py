"""An S3 store as tests and measurements see it."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pyarrow.fs import FileSelector, S3FileSystem

from servers.errors import StartError
from servers.server import Owned, Runner, Server

_FORM = "http://KEY:SECRET@host:port, with https for TLS"


@dataclass(frozen=True)
class StoreAddress:
    """Where a store is, and who comes in."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    ca_file: Path | None = None
    """CA certificate (PEM) that verifies it, where that is not one of the machine's."""

    @classmethod
    def parse(cls, uri: str) -> "StoreAddress":
        """Read http://KEY:SECRET@host:port; ValueError, without the secret, for anything else."""
        parts = urlsplit(uri)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or not parts.username
            or not parts.password
        ):
            raise ValueError(f"what is given is not of the form {_FORM}")
        host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
        return cls(f"{parts.scheme}://{host}", unquote(parts.username), unquote(parts.password))

    @property
    def uri(self) -> str:
        """The same in one line, for other processes of the run."""
        parts = urlsplit(self.endpoint_url)
        login = f"{quote(self.access_key_id, safe='')}:{quote(self.secret_access_key, safe='')}"
        return f"{parts.scheme}://{login}@{parts.netloc}"

    def files(self) -> S3FileSystem:
        """The store, by a client that can create buckets."""
        return S3FileSystem(
            access_key=self.access_key_id,
            secret_key=self.secret_access_key,
            endpoint_override=self.endpoint_url,
            region="us-east-1",
            tls_ca_file_path=None if self.ca_file is None else str(self.ca_file),
            allow_bucket_creation=True,
        )


class Store(Server):
    """A store at an address, whoever runs it."""

    def __init__(self, address: StoreAddress) -> None:
        """`address` is that of one who may create buckets."""
        self.address = address

    def start(self) -> None:
        """See that it lets us in."""
        if not self.is_ready():
            raise StartError(f"no S3 store lets us in at {self.address.endpoint_url}")

    def is_ready(self) -> bool:
        """Whether it lets us in."""
        try:
            self.address.files().get_file_info(FileSelector(""))
        except OSError:
            return False
        return True

    def create_bucket(self) -> str:
        """Create an empty bucket of a name of its own; it stays, with what is written to it."""
        name = f"learnloom-{uuid.uuid4().hex}"
        self.address.files().create_dir(name)
        return name


class OwnStore(Owned, Store):
    """A store that is ours; what was written stays where it is killed."""

    def __init__(self, runner: Runner, address: StoreAddress) -> None:
        """`address` is on 127.0.0.1."""
        Owned.__init__(self, runner)
        Store.__init__(self, address)
