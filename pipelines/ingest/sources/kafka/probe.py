"""Asking a broker whether it lets us in, before a client of kafka-python tries.

kafka-python tries again and again whatever the reason, tells none, and leaves a thread and sockets behind each time it
gives up: a wrong password would look like a broker that is away.
"""

import socket
import ssl
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kafka.net.sasl import get_sasl_mechanism

from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, KafkaSettingsError

_SASL_HANDSHAKE: Final = (17, 1)
_API_VERSIONS: Final = (18, 0)
_SASL_AUTHENTICATE: Final = (36, 0)
"""Requests by key and version, as Kafka's protocol numbers them."""
_UNSUPPORTED_MECHANISM: Final = 33
_MAX_ANSWER_BYTES: Final = 1 << 20


def knock(servers: Sequence[str], options: Mapping[str, Any], *, seconds: float) -> None:
    """Be let in by one of the brokers.

    Args:
        servers: host:port each.
        options: `KafkaConnection.options`.
        seconds: how long each may take for each answer.

    Raises:
        BrokerUnavailableError: none answers.
        KafkaSettingsError: one refuses us, or we do not trust it.
    """
    reasons = []
    for server in servers:
        try:
            _knock_at(server, options, seconds)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            reasons.append(f"{server}: {error}")
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise KafkaSettingsError(
                f"TLS with {server} fails: {error}. Check kafka_ca_file, kafka_cert_file and kafka_key_file, and that "
                "kafka_security is what this port speaks"
            ) from None
        except (OSError, struct.error) as error:
            reasons.append(f"{server}: {error or type(error).__name__}")
        else:
            return
    raise BrokerUnavailableError("; ".join(reasons))


def _knock_at(server: str, options: Mapping[str, Any], seconds: float) -> None:
    host, _, port = server.rpartition(":")
    if not host or not port.isdecimal():
        raise KafkaSettingsError(f"kafka_servers names {server}: write host:port")
    host = host.strip("[]")  # of an IPv6 address
    protocol = options["security_protocol"]
    with socket.create_connection((host, int(port)), timeout=seconds) as plain:
        if not protocol.endswith("SSL"):
            _be_let_in(plain, host, options)
            return
        context = ssl.create_default_context(cafile=options.get("ssl_cafile"))
        if "ssl_certfile" in options:
            context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
        with context.wrap_socket(plain, server_hostname=host) as secured:
            _be_let_in(secured, host, options)


def _be_let_in(connected: socket.socket, host: str, options: Mapping[str, Any]) -> None:
    _ask(connected, _API_VERSIONS, b"")  # with TLS 1.3 a certificate of ours is refused only now
    mechanism = options.get("sasl_mechanism")
    if mechanism is None:
        return
    (code,) = struct.unpack_from(">h", _ask(connected, _SASL_HANDSHAKE, _text(mechanism)))
    if code == _UNSUPPORTED_MECHANISM:
        raise KafkaSettingsError(f"the broker at {host} does not know kafka_sasl = {mechanism}")
    client = get_sasl_mechanism(mechanism)(host=host, **options)
    while not client.is_done():
        token = client.auth_bytes()
        answer = _ask(connected, _SASL_AUTHENTICATE, struct.pack(">i", len(token)) + token)
        code, length = struct.unpack_from(">hh", answer)
        end = 4 + max(length, 0)
        if code:
            told = answer[4:end].decode(errors="replace")
            raise KafkaSettingsError(
                f"the broker at {host} does not let in kafka_username = {options['sasl_plain_username']} with "
                f"{mechanism} ({told}): check kafka_username, kafka_password and kafka_sasl"
            )
        (size,) = struct.unpack_from(">i", answer, end)
        client.receive(answer[end + 4 : end + 4 + size])


def _ask(connected: socket.socket, request: tuple[int, int], body: bytes) -> bytes:
    """Send one request and give the body of the answer."""
    frame = struct.pack(">hhi", *request, 0) + _text("learnloom") + body
    connected.sendall(struct.pack(">i", len(frame)) + frame)
    (size,) = struct.unpack(">i", _read(connected, 4))
    if not 0 < size <= _MAX_ANSWER_BYTES:
        raise ConnectionError("what answers is no Kafka broker, or does not speak as kafka_security says")
    return _read(connected, size)[4:]


def _read(connected: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = connected.recv(size - len(found))
        if not more:
            raise ConnectionError("it hangs up")
        found += more
    return found


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">h", len(raw)) + raw
