"""Ask a broker whether it lets us in, before a client of kafka-python tries.

No client of kafka-python 3.0.12 can be asked instead. The admin client tries again until its time is up and then says
`Unable to bootstrap` whatever the reason: a wrong password, an unknown authority, a port that speaks otherwise, nobody
there. It leaves a thread behind, and waits for ever for a TLS port that never answers. One connection of its connection
manager drops the broker's refusal of a password where the broker hangs up right after it. So the requests and SASL are
kafka-python's, and the socket is ours.
"""

import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kafka import errors as kafka_errors
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import ApiVersionsRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, KafkaSettingsError

_MAX_ANSWER_BYTES: Final = 1 << 20
_READ_BYTES: Final = 4_096


def probe(servers: Sequence[str], options: Mapping[str, Any], *, seconds: float) -> None:
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
            _probe(server, options, seconds)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            reasons.append(f"{server}: {error}")
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise KafkaSettingsError(
                f"TLS with {server} fails: {error}. Check kafka_ca_file, kafka_cert_file and kafka_key_file, and that "
                "kafka_security_protocol is what this port speaks"
            ) from None
        except kafka_errors.KafkaProtocolError:
            reasons.append(
                f"{server}: what answers is no Kafka broker, or does not speak as kafka_security_protocol says"
            )
        except OSError as error:
            reasons.append(f"{server}: {error or type(error).__name__}")
        else:
            return
    raise BrokerUnavailableError("; ".join(reasons))


def _probe(server: str, options: Mapping[str, Any], seconds: float) -> None:
    host, _, port = server.rpartition(":")
    if not host or not port.isdecimal():
        raise KafkaSettingsError(f"kafka_bootstrap_servers names {server}: write host:port")
    host = host.strip("[]")  # of an IPv6 address
    with socket.create_connection((host, int(port)), timeout=seconds) as plain:
        if not options["security_protocol"].endswith("SSL"):
            _authenticate(plain, host, options)
            return
        context = ssl.create_default_context(cafile=options.get("ssl_cafile"))
        if "ssl_certfile" in options:
            context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
        with context.wrap_socket(plain, server_hostname=host) as secured:
            _authenticate(secured, host, options)


def _authenticate(connected: socket.socket, host: str, options: Mapping[str, Any]) -> None:
    protocol = KafkaProtocol(
        client_id=options["client_id"], ident=host, receive_message_max_bytes=_MAX_ANSWER_BYTES
    )

    def ask(request: Any) -> Any:
        protocol.send_request(request)
        connected.sendall(protocol.send_bytes())
        answers: list[tuple[int, Any]] = []
        while not answers:
            received = connected.recv(_READ_BYTES)
            if not received:
                raise ConnectionError("it hangs up")
            answers = protocol.receive_bytes(received)
        return answers[0][1]

    ask(ApiVersionsRequest(version=0))  # with TLS 1.3 a certificate of ours is refused only now
    name = options.get("sasl_mechanism")
    if name is None:
        return
    answer = ask(SaslHandshakeRequest(mechanism=name, version=1))
    if kafka_errors.for_code(answer.error_code) is kafka_errors.UnsupportedSaslMechanismError:
        raise KafkaSettingsError(f"the broker at {host} does not know kafka_sasl_mechanism = {name}")
    mechanism = get_sasl_mechanism(name)(host=host, **options)
    while not mechanism.is_done():
        answer = ask(SaslAuthenticateRequest(mechanism.auth_bytes(), version=0))
        if answer.error_code:
            raise KafkaSettingsError(
                f"the broker at {host} does not let in kafka_username = {options['sasl_plain_username']} with "
                f"{name} ({answer.error_message}): check kafka_username, kafka_password and kafka_sasl_mechanism"
            )
        mechanism.receive(answer.auth_bytes)
