"""Connection strings of PostgreSQL, as libpq takes them and pg8000 does not (PostgreSQL, 34.1.1)."""

import re
import socket
import ssl
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from learnloom.schemas.errors import LearnloomError

_PORT: Final = "5432"
_CONNECT_SECONDS: Final = 10
_PAIR: Final = re.compile(r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))\s*")
_ESCAPED: Final = re.compile(r"\\(.)")
_KNOWN: Final = frozenset(
    {
        *("host", "hostaddr", "port", "user", "password", "dbname", "connect_timeout", "application_name"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey"),
    }
)
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class ConnectionStringError(LearnloomError):
    """A setting that names a database cannot be used."""


def parameters(text: str, *, setting: str = "LEARNLOOM_CATALOG") -> dict[str, str]:
    """Read postgresql://user:password@host:port/name?… or key=value pairs; errors name the `setting`.

    Raises:
        ConnectionStringError: it is neither, or says what is not understood; the message has no values.
    """
    given = _of_uri(text, setting) if "://" in text else _of_pairs(text, setting)
    if unknown := sorted(set(given) - _KNOWN):
        raise ConnectionStringError(
            f"{setting} has {', '.join(unknown)}, which is not understood here: it "
            f"takes {', '.join(sorted(_KNOWN))}"
        )
    if not given.get("user"):
        raise ConnectionStringError(f"{setting} names no user: postgresql://user@host/name")
    if given.get("sslmode", "prefer") not in _MODES:
        raise ConnectionStringError(f"sslmode in {setting} can be {', '.join(_MODES)}")
    if "," in given.get("host", ""):
        raise ConnectionStringError(f"{setting} names several hosts: one is taken")
    return given


def _of_uri(text: str, setting: str) -> dict[str, str]:
    try:
        parts = urlsplit(text)
        told = {"host": parts.hostname, "port": parts.port, "user": parts.username}
    except ValueError:
        raise ConnectionStringError(f"{setting} is no postgresql://user:password@host:port/name") from None
    told |= {"password": parts.password, "dbname": parts.path.removeprefix("/")}
    return {name: unquote(str(value)) for name, value in told.items() if value} | dict(parse_qsl(parts.query))


def _of_pairs(text: str, setting: str) -> dict[str, str]:
    given: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None or found.end() == at:
            raise ConnectionStringError(f"{setting} is neither a postgresql://… nor key=value pairs")
        given[found[1]] = _ESCAPED.sub(r"\1", found[2] if found[2] is not None else found[3])
        at = found.end()
    return given


def arguments(given: dict[str, str]) -> dict[str, Any]:
    """Give what pg8000 takes, but for the socket."""
    host = _host(given)
    return {
        "host": host,
        "user": given["user"],
        "password": given.get("password"),
        "database": given.get("dbname") or given["user"],
        "application_name": given.get("application_name", "learnloom lrs"),
        "ssl_context": False if host.startswith("/") else _encryption(given),
    }


def connected(given: dict[str, str], *, seconds: float) -> socket.socket:
    """Reach the server; `seconds` is its longest silence from then on.

    Raises:
        OSError: it cannot be reached.
    """
    host, port = _host(given), int(given.get("port", _PORT))
    within = float(given.get("connect_timeout", _CONNECT_SECONDS))
    if host.startswith("/"):
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(within)
        try:
            found.connect(f"{host}/.s.PGSQL.{port}")
        except OSError:
            found.close()
            raise
    else:
        found = socket.create_connection((host, port), within)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    found.settimeout(seconds)
    return found


def _host(given: dict[str, str]) -> str:
    return given.get("hostaddr") or given.get("host") or "localhost"


def _encryption(given: dict[str, str]) -> ssl.SSLContext | bool | None:
    """How to encrypt; None: where the server does, False: not at all."""
    mode = given.get("sslmode", "prefer")
    if mode in ("disable", "allow"):
        return False
    if mode == "prefer":
        return None
    context = ssl.create_default_context(cafile=given.get("sslrootcert"))
    context.check_hostname = mode == "verify-full"
    if mode == "require" and "sslrootcert" not in given:
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in given:
        context.load_cert_chain(given["sslcert"], given.get("sslkey"))
    return context


def is_same_database(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two connection strings, as they are read, name one database by the same name of its server."""
    return _database(one) == _database(other)


def _database(given: dict[str, str]) -> tuple[str, str, str]:
    return _host(given), given.get("port", _PORT), given.get("dbname") or given["user"]
