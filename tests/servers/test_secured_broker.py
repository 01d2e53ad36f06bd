"""The secured listeners let in whom they should, and nobody else.

kafka-python asks, in a process of its own: refused, it leaves sockets open. It does not say that a password is wrong
either (it loses what a broker says right before it hangs up), so that each test shows both sides: one thing is wrong
and the client is refused; that thing is right and it is let in.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from servers.kafka.broker import OwnBroker
from servers.kafka.properties import MECHANISMS, Security
from servers.kafka.security import make_security
from tests.forked import Forked
from tests.servers.asking import ask

_Secured = tuple[OwnBroker, Security]
_SASL = [(protocol, name) for protocol in ("SASL_PLAINTEXT", "SASL_SSL") for name in MECHANISMS]
_TOPIC = "seen"
_REFUSED, _LET_IN = 1, 20
"""How long a client tries, in seconds: it takes a tenth of one to be let in, and it never gives up before."""


@pytest.fixture(scope="module")
def secured(secured_broker: _Secured) -> _Secured:
    """The secured broker with a topic to be seen by those who come in."""
    secured_broker[0].create_topic(_TOPIC)
    return secured_broker


@pytest.fixture
def stranger(tmp_path: Path) -> Security:
    """What another school has: an authority and certificates of its own."""
    return make_security(tmp_path)


def _is_let_in(
    broker: OwnBroker,
    protocol: str,
    client: Security,
    mechanism: str = "PLAIN",
    *,
    seconds: int,
    certificate_of: Security | None = None,
) -> bool:
    """Whether a client of this listener sees the topic."""
    settings = {"bootstrap_timeout_ms": str(seconds * 1_000), "ssl_cafile": str(client.authority)}
    if certificate_of is not None:
        settings["ssl_certfile"] = str(certificate_of.client_certificate)
        settings["ssl_keyfile"] = str(certificate_of.client_key)
    asking = Forked(
        ask,
        *(f"--bootstrap-servers={broker.addresses[protocol]}", f"--security-protocol={protocol}"),
        f"--sasl-mechanism={mechanism}",
        *(f"--sasl-user={client.user}", f"--sasl-password={client.password}"),
        *(f"--extra-config={name}={value}" for name, value in settings.items()),
        *("topics", "list"),
    )
    return asking.end() == 0 and _TOPIC in "".join(asking.said)


@pytest.mark.parametrize(("protocol", "mechanism"), _SASL)
def test_password_decides(protocol: str, mechanism: str, secured: _Secured) -> None:
    """By each mechanism, with TLS and without, the right password is let in and another is refused."""
    broker, right = secured
    wrong = replace(right, password=f"{right.password}x")
    assert not _is_let_in(broker, protocol, wrong, mechanism, seconds=_REFUSED)
    assert _is_let_in(broker, protocol, right, mechanism, seconds=_LET_IN)


def test_user_decides(secured: _Secured) -> None:
    """Somebody else is refused with the right password."""
    broker, right = secured
    assert not _is_let_in(broker, "SASL_SSL", replace(right, user="someone"), seconds=_REFUSED)
    assert _is_let_in(broker, "SASL_SSL", right, seconds=_LET_IN)


def test_client_refuses_a_broker_of_another_authority(secured: _Secured, stranger: Security) -> None:
    """With TLS, a client that trusts another authority does not tell the broker its password."""
    broker, right = secured
    deceived = replace(right, authority=stranger.authority)
    assert not _is_let_in(broker, "SASL_SSL", deceived, seconds=_REFUSED)
    assert _is_let_in(broker, "SASL_SSL", right, seconds=_LET_IN)


def test_certificate_of_the_client_decides(secured: _Secured, stranger: Security) -> None:
    """The SSL listener lets in a certificate of its own authority, and neither none nor another one."""
    broker, right = secured
    assert not _is_let_in(broker, "SSL", right, seconds=_REFUSED)
    assert not _is_let_in(broker, "SSL", right, seconds=_REFUSED, certificate_of=stranger)
    assert _is_let_in(broker, "SSL", right, seconds=_LET_IN, certificate_of=right)
