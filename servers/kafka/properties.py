"""The settings of a broker that stands alone: broker and controller in one, everything kept once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from servers.ports import LOOPBACK, free_port

PLAINTEXT = "PLAINTEXT"
SECURED = ("SASL_PLAINTEXT", "SASL_SSL", "SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_CONTROLLER = "CONTROLLER"
_KAFKA = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class Security:
    """Who may come in by the secured listeners, and how the broker shows who it is."""

    user: str
    password: str
    authority: Path
    """Certificate of the authority that signed all others here, PEM."""
    server_key: str
    """Private key, PEM as PKCS#8: Kafka reads no other."""
    server_certificate: str
    client_key: Path
    """What the SSL listener asks of a client, with the certificate: TLS both ways."""
    client_certificate: Path


@dataclass(frozen=True)
class Listeners:
    """The ports of a broker on 127.0.0.1, by listener; the listeners are named after their protocols."""

    ports: Mapping[str, int]
    controller_port: int

    @classmethod
    def choose(cls, security: Security | None = None, port: int | None = None) -> "Listeners":
        """Choose free ports; `port` sets the one of the plain listener."""
        ports = {PLAINTEXT: port or free_port()}
        if security is not None:
            ports |= {name: free_port() for name in SECURED}
        return cls(ports, free_port())

    @property
    def addresses(self) -> dict[str, str]:
        """Where a client finds each listener."""
        return {name: f"{LOOPBACK}:{port}" for name, port in self.ports.items()}


def server_properties(
    listeners: Listeners, security: Security | None, *, data: str, host: str = LOOPBACK
) -> str:
    """Write a server.properties.

    Args:
        listeners: Ports, the same inside a container as outside.
        security: For the secured listeners, where there are any.
        data: Folder of the log.
        host: The address to listen on: a container's own is not the machine's.
    """
    # The quorum is named here and not in the data, so that the same data may be served on another port.
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{listeners.controller_port}",
        "controller.listener.names": _CONTROLLER,
        "inter.broker.listener.name": PLAINTEXT,
        "listeners": ",".join(
            [f"{_CONTROLLER}://{LOOPBACK}:{listeners.controller_port}"]
            + [f"{name}://{host}:{port}" for name, port in listeners.ports.items()]
        ),
        "advertised.listeners": ",".join(f"{name}://{at}" for name, at in listeners.addresses.items()),
        "listener.security.protocol.map": ",".join(
            [f"{_CONTROLLER}:{PLAINTEXT}"] + [f"{name}:{name}" for name in listeners.ports]
        ),
        "log.dirs": data,
        # A killed broker is let in again when its former self has timed out: after 9 s by default.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }
    if security is not None:
        settings |= _secured(security)
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _secured(security: Security) -> dict[str, str]:
    settings = {
        "sasl.enabled.mechanisms": ",".join(MECHANISMS),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.key": _one_line(security.server_key),
        "ssl.keystore.certificate.chain": _one_line(security.server_certificate),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": _one_line(security.authority.read_text(encoding="ascii")),
        "listener.name.ssl.ssl.client.auth": "required",
    }
    for listener in ("sasl_plaintext", "sasl_ssl"):
        login = f'{_KAFKA}.plain.PlainLoginModule required user_{security.user}="{security.password}";'
        settings[f"listener.name.{listener}.plain.sasl.jaas.config"] = login
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            login = f"{_KAFKA}.scram.ScramLoginModule required;"
            settings[f"listener.name.{listener}.{mechanism}.sasl.jaas.config"] = login
    return settings


def _one_line(pem: str) -> str:
    return pem.strip().replace("\n", "\\n")
