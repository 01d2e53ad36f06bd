"""Whoever is let in can send and read; whoever is not is told at once and why; passwords are shown nowhere."""

import logging
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr

from learnloom.pipelines.config.settings import read_settings
from learnloom.pipelines.ingest.opening import connection_of
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.errors import BrokerUnavailableError, KafkaSettingsError
from learnloom.pipelines.ingest.sources.kafka.source import KafkaSource
from learnloom.pipelines.producer import StatementProducer
from servers.kafka.broker import OwnBroker
from servers.kafka.properties import MECHANISMS, Security
from servers.kafka.security import make_security
from tests.pipelines.cli.samples import answer
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.ingest.sources.kafka.samples import new_topic, read_all, reading

_WRONG = "wrong-secret-4711"
_SASL = [(protocol, name) for protocol in ("SASL_PLAINTEXT", "SASL_SSL") for name in MECHANISMS]
_ALL_DEBUG = ["", "kafka", "kafka.protocol.parser", "kafka.net.connection", "kafka.admin.client", "stamina"]


class _Secured(NamedTuple):
    broker: OwnBroker
    security: Security
    monkeypatch: pytest.MonkeyPatch

    def connection(self, protocol: str, mechanism: str | None, **changes: str) -> KafkaConnection:
        """The connection that the commands make of these settings."""
        for name, value in self.environment(protocol, mechanism, **changes).items():
            self.monkeypatch.setenv(name, value)
        return connection_of(read_settings(), None)

    def environment(self, protocol: str, mechanism: str | None, **changes: str) -> dict[str, str]:
        """The settings of a client that is let in, as environment, with changes."""
        right, names = (
            self.security,
            {"kafka_bootstrap_servers": self.broker.addresses[protocol], "kafka_security_protocol": protocol},
        )
        if mechanism is not None:
            names |= {
                "kafka_sasl_mechanism": mechanism,
                "kafka_username": right.user,
                "kafka_password": right.password,
            }
        if protocol.endswith("SSL"):
            names["kafka_ca_file"] = str(right.authority)
        if protocol == "SSL":
            names |= {
                "kafka_cert_file": str(right.client_certificate),
                "kafka_key_file": str(right.client_key),
            }
        return {f"LEARNLOOM_{name.upper()}": value for name, value in (names | changes).items()}


@pytest.fixture
def secured(
    secured_broker: tuple[OwnBroker, Security], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> _Secured:
    """The secured broker, seen from an empty folder."""
    monkeypatch.chdir(tmp_path)
    return _Secured(*secured_broker, monkeypatch)


@pytest.fixture
def stranger(tmp_path: Path) -> Security:
    """What another school has: an authority and certificates of its own."""
    (tmp_path / "stranger").mkdir()
    return make_security(tmp_path / "stranger")


@pytest.fixture
def debug_lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that any logger has to say."""
    for name in _ALL_DEBUG:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize(("protocol", "mechanism"), [*_SASL, ("SSL", None)])
def test_right_credentials_send_and_read(
    protocol: str,
    mechanism: str | None,
    secured: _Secured,
    debug_lines: pytest.LogCaptureFixture,
) -> None:
    """By each way in, statements are sent and read back, and no line of any logger holds the password."""
    topic = new_topic(secured.broker)
    connection = secured.connection(protocol, mechanism)
    with StatementProducer(connection, topic) as producer:
        producer.send(answer(1))
    with KafkaSource(connection, reading(topic)) as source:
        (batch,) = read_all(source)
    assert [record.offset for record in batch.records] == [0]
    assert "Starting KafkaAdminClient with configuration" in debug_lines.text
    assert secured.security.password not in debug_lines.text
    assert secured.security.password not in repr(connection) + str(connection)


@pytest.mark.parametrize(("protocol", "mechanism"), _SASL)
@pytest.mark.parametrize(
    "changes", [{"kafka_password": _WRONG}, {"kafka_username": "somebody"}], ids=["password", "user"]
)
def test_wrong_credentials_are_told(
    protocol: str,
    mechanism: str,
    changes: dict[str, str],
    secured: _Secured,
    debug_lines: pytest.LogCaptureFixture,
) -> None:
    """A refusal names the user and the settings to look at; neither it nor any logger shows a password."""
    connection = secured.connection(protocol, mechanism, **changes)
    with pytest.raises(
        KafkaSettingsError, match=r"does not let in kafka_username = .*kafka_password"
    ) as told:
        StatementProducer(connection, "xapi")
    with KafkaSource(connection, reading("xapi")) as source, pytest.raises(KafkaSettingsError):
        read_all(source)
    for password in (_WRONG, secured.security.password):
        assert password not in str(told.value) + debug_lines.text


def test_unknown_authority_is_told(
    secured: _Secured,
    stranger: Security,
    debug_lines: pytest.LogCaptureFixture,
) -> None:
    """A broker that we do not trust gets no password, and the error names the setting."""
    connection = secured.connection("SASL_SSL", "PLAIN", kafka_ca_file=str(stranger.authority))
    with pytest.raises(KafkaSettingsError, match=r"certificate verify failed.*kafka_ca_file"):
        StatementProducer(connection, "xapi")
    assert secured.security.password not in debug_lines.text


@pytest.mark.parametrize("whose", ["nobody", "stranger"])
def test_certificate_of_ours_is_asked_for(whose: str, secured: _Secured, stranger: Security) -> None:
    """Without a certificate of ours, or with one of another authority, the error names the settings."""
    connection = secured.connection("SSL", None)._replace(cert_file=None, key_file=None)
    if whose == "stranger":
        connection = connection._replace(cert_file=stranger.client_certificate, key_file=stranger.client_key)
    with pytest.raises(KafkaSettingsError, match="kafka_cert_file"):
        StatementProducer(connection, "xapi")


def test_other_protocol_than_the_port_s_is_told(secured: _Secured) -> None:
    """Speaking without TLS to a port with it, or the other way round, ends at once and names the setting."""
    addresses = secured.broker.addresses
    with pytest.raises(BrokerUnavailableError, match="kafka_security_protocol = PLAINTEXT"):
        StatementProducer(KafkaConnection(addresses["SASL_SSL"]), "xapi")
    without = KafkaConnection(addresses["PLAINTEXT"], security="SSL", ca_file=secured.security.authority)
    with pytest.raises((BrokerUnavailableError, KafkaSettingsError), match="kafka_security_protocol"):
        StatementProducer(without, "xapi")


def test_one_server_of_several_is_enough(secured: _Secured) -> None:
    """A server of the list that is away keeps nobody out."""
    topic = new_topic(secured.broker)
    servers = f"127.0.0.1:1, {secured.broker.addresses['SASL_SSL']}"
    with StatementProducer(
        secured.connection("SASL_SSL", "SCRAM-SHA-512", kafka_bootstrap_servers=servers), topic
    ) as producer:
        producer.send(answer(1))
    assert secured.broker.end_offsets(topic) == {0: 1}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"security": "SASL_SSL"}, "needs kafka_sasl_mechanism, kafka_username and kafka_password"),
        ({"sasl": "PLAIN"}, "have no effect with kafka_security_protocol = PLAINTEXT"),
        ({"password": SecretStr(_WRONG)}, "have no effect with kafka_security_protocol = PLAINTEXT"),
        (
            {"security": "SSL", "ca_file": Path("absent.pem")},
            "kafka_ca_file = absent.pem: there is no such file",
        ),
        ({"servers": "kafka.school.example"}, "write host:port"),
    ],
)
def test_settings_that_contradict_each_other_are_told(changes: dict[str, Any], told: str) -> None:
    """What cannot work is said before any broker is asked, without the password."""
    connection = KafkaConnection("127.0.0.1:1")._replace(**changes)
    with pytest.raises(KafkaSettingsError, match=told) as error:
        StatementProducer(connection, "xapi")
    assert _WRONG not in str(error.value) + repr(connection)


def test_consume_with_a_wrong_password_does_not_wait(secured: _Secured) -> None:
    """The command leaves with 1 and the reason, however long it may wait for a broker that is away."""
    environment = secured.environment("SASL_SSL", "SCRAM-SHA-256", kafka_password=_WRONG)
    for command in (["consume", "-t", "xapi", "--verbose"], ["produce", "-", "-t", "xapi"]):
        ran = learnloom(*command, env=environment, stdin=b"{}\n")
        assert (ran.code, "kafka_password" in ran.err, "waiting" in ran.err) == (1, True, False)
        assert _WRONG not in ran.out + ran.err


def test_consume_lands_with_security(secured: _Secured) -> None:
    """The commands send and land through a secured listener, and show no password even when they tell more."""
    topic = new_topic(secured.broker)
    environment = secured.environment("SASL_SSL", "SCRAM-SHA-256")
    sent = learnloom("produce", "-", "-t", topic, env=environment, stdin=b"broken\n")
    landed = learnloom("consume", "-t", topic, "--until-caught-up", "--verbose", env=environment)
    assert (sent.code, landed.code) == (0, 3), landed.err
    assert secured.broker.end_offsets(f"{topic}.dead") == {0: 1}
    assert secured.security.password not in sent.out + sent.err + landed.out + landed.err
