"""Users and certificates that hold for one run."""

import secrets
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from servers.kafka.properties import Security
from servers.ports import LOOPBACK

_USER = "vendor"


def make_security(folder: Path) -> Security:
    """Make a user with a new password, an authority, and by it certificates for broker and client.

    Args:
        folder: For the files that a client needs; there already.
    """
    authority = trustme.CA()
    server = authority.issue_cert(LOOPBACK, "localhost")
    client = authority.issue_cert(f"{_USER}@school.example")
    authority_file, key_file, certificate_file = (
        folder / name for name in ("authority.pem", "client.key", "client.pem")
    )
    authority.cert_pem.write_to_path(authority_file)
    client.private_key_pem.write_to_path(key_file)
    client.cert_chain_pems[0].write_to_path(certificate_file)
    return Security(
        user=_USER,
        password=secrets.token_urlsafe(),
        authority=authority_file,
        server_key=_as_pkcs8(server.private_key_pem.bytes()),
        server_certificate=server.cert_chain_pems[0].bytes().decode(),
        client_key=key_file,
        client_certificate=certificate_file,
    )


def _as_pkcs8(pem: bytes) -> str:
    key = load_pem_private_key(pem, password=None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
