"""How to reach Kafka: settings as kafka-python takes them, and its errors as ours."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from pydantic import SecretStr

from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, KafkaSettingsError
from learnloom.pipelines.ingest.sources.kafka.probe import probe

_ANSWER_SECONDS: Final = 10
"""How long one attempt to reach a broker may take; whoever asks decides whether to try again."""
_REFUSALS = (
    kafka_errors.AuthorizationError,
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.UnsupportedSaslMechanismError,
    kafka_errors.IllegalSaslStateError,
    kafka_errors.SecurityDisabledError,
    kafka_errors.KafkaConfigurationError,
)
_TELLS_PASSWORDS: Final = ("kafka.protocol.parser", "kafka.net.connection")
"""Loggers of kafka-python that write what is sent, at debug level."""


class _Hidden(str):
    """A password that is not shown where kafka-python writes its configuration to the log."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide it."""
        return "'…'"


def _is_no_debugging(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


class KafkaConnection(NamedTuple):
    """Which brokers, and who we are to them."""

    servers: str
    """host:port, several separated by commas."""
    security: str = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    sasl: str | None = None
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    username: str | None = None
    password: SecretStr | None = None
    """Never shown: neither in messages nor by `repr`."""
    ca_file: Path | None = None
    """Certificates (PEM) by which the broker is known; None: those of the machine."""
    cert_file: Path | None = None
    """Our own certificate (PEM), where the broker asks for one."""
    key_file: Path | None = None

    def reached(self, *, seconds: float = _ANSWER_SECONDS) -> dict[str, Any]:
        """See that a broker lets us in, and give what all clients of kafka-python take.

        Args:
            seconds: how long each broker may take for each answer.

        Raises:
            BrokerUnavailableError: none answers.
            KafkaSettingsError: it refuses us, we do not trust it, or the settings cannot be used.
        """
        options = self.options()
        try:
            probe(options["bootstrap_servers"], options, seconds=seconds)
        except BrokerUnavailableError as error:
            raise self._away(error) from None
        return options

    def options(self) -> dict[str, Any]:
        """Give what all clients of kafka-python take.

        Raises:
            KafkaSettingsError: the settings contradict each other, or name a file that is not there.
        """
        self._check()
        options: dict[str, Any] = {
            "bootstrap_servers": [server.strip() for server in self.servers.split(",") if server.strip()],
            "security_protocol": self.security,
            "bootstrap_timeout_ms": _ANSWER_SECONDS * 1000,
            "reconnect_backoff_max_ms": 2_000,
            "client_id": "learnloom",
        }
        if self.security.startswith("SASL"):
            for name in _TELLS_PASSWORDS:
                logging.getLogger(name).addFilter(_is_no_debugging)
            options |= {
                "sasl_mechanism": self.sasl,
                "sasl_plain_username": self.username,
                "sasl_plain_password": _Hidden(self.password.get_secret_value()) if self.password else None,
            }
        files = {
            "ssl_cafile": self.ca_file,
            "ssl_certfile": self.cert_file,
            "ssl_keyfile": self.key_file,
        }
        return options | {name: str(file) for name, file in files.items() if file is not None}

    def _check(self) -> None:
        wants_user = self.security.startswith("SASL")
        if wants_user and not (self.sasl and self.username and self.password):
            raise KafkaSettingsError(
                f"kafka_security_protocol = {self.security} needs kafka_sasl_mechanism, kafka_username and "
                "kafka_password"
            )
        if not wants_user and (self.sasl or self.username or self.password):
            raise KafkaSettingsError(
                "kafka_sasl_mechanism, kafka_username and kafka_password have no effect with "
                f"kafka_security_protocol = {self.security}: set it to SASL_SSL or SASL_PLAINTEXT, or leave them out"
            )
        for name in ("ca_file", "cert_file", "key_file"):
            file = getattr(self, name)
            if file is not None and not file.is_file():
                raise KafkaSettingsError(f"kafka_{name} = {file}: there is no such file")

    def _away(self, reason: Exception) -> BrokerUnavailableError:
        return BrokerUnavailableError(
            f"no Kafka broker answers at {self.servers} ({reason}): check that it runs, the address "
            f"(LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS) and kafka_security_protocol = {self.security}"
        )

    @contextmanager
    def asking(self) -> Iterator[None]:
        """WriteLock the errors of kafka-python within the block into ours.

        Raises:
            BrokerUnavailableError: no broker answers, or none that can do what was asked now.
            KafkaSettingsError: the broker knows us and refuses, or a setting cannot be used.
        """
        try:
            yield
        except _REFUSALS as error:
            raise KafkaSettingsError(
                f"the broker at {self.servers} refuses: {error} Check kafka_security_protocol, kafka_sasl_mechanism, "
                "kafka_username, kafka_password and what that user may do."
            ) from None
        except kafka_errors.RetriableError as error:
            raise self._away(error) from None
        except (kafka_errors.BrokerResponseError, OSError) as error:
            raise BrokerUnavailableError(f"the broker at {self.servers} failed: {error}") from None

    @contextmanager
    def admin(self, *, seconds: float = _ANSWER_SECONDS) -> Iterator[KafkaAdminClient]:
        """Give a client that asks about topics and makes them; a broker may take `seconds` for its first answer."""
        with self.asking():
            client = KafkaAdminClient(**self.reached(seconds=seconds))
            try:
                yield client
            finally:
                client.close()


class Topic(NamedTuple):
    """A topic as the broker knows it."""

    name: str
    topic_id: str | None
    """Another one after it was deleted and made again; None: too old a broker."""
    partitions: frozenset[int]


def describe_topics(client: KafkaAdminClient, names: Sequence[str]) -> dict[str, Topic]:
    """Tell which of the topics exist, and how."""
    return {
        found["name"]: Topic(
            found["name"],
            str(found["topic_id"]) if found["topic_id"] else None,
            frozenset(part["partition_index"] for part in found["partitions"]),
        )
        for found in client.describe_topics(list(names))
        if not found["error_code"]
    }
