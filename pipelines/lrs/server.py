"""The HTTP server of the store: uvicorn, with what the settings say of connections, TLS and proxies."""

import logging
import resource
from typing import Any, Final

import uvicorn

from learnloom.pipelines.config.lrs import LrsBounds
from learnloom.pipelines.lrs.app import App
from learnloom.pipelines.lrs.connections import bounded_protocol
from learnloom.schemas.errors import LearnloomError

_log = logging.getLogger(__name__)
_SPARE_FILES: Final = 200
"""For the warehouse, the journal, and connections that wait to be closed."""
_PARSER_BYTES: Final = 65_536
_BACKLOG: Final = 2_048


class CertificateError(LearnloomError):
    """There is no TLS with this certificate and key."""


def server_of(app: App, bounds: LrsBounds, *, host: str, port: int, **more: Any) -> uvicorn.Server:
    """Give the server of a store, not yet running; `more` is handed to uvicorn.

    Raises:
        CertificateError: certificate and key cannot be used.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=bounded_protocol(bounds),
        ws="none",
        # Above what connections bound: beyond 16 KiB the parser would give up without a reason.
        h11_max_incomplete_event_size=_PARSER_BYTES,
        lifespan="off",
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=bounds.idle_seconds,
        # uvicorn believes whoever is on this machine by default, and a variable of the environment.
        proxy_headers=bool(bounds.trusted_proxies),
        forwarded_allow_ips=list(bounds.trusted_proxies),
        ssl_certfile=bounds.certificate_file,
        ssl_keyfile=bounds.key_file,
        **more,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise CertificateError(
            f"certificate_file = {bounds.certificate_file} and key_file = {bounds.key_file} cannot be used: {error}"
        ) from error
    return uvicorn.Server(config)


def allow_files(bounds: LrsBounds) -> None:
    """Let this process open as many files as it may have connections, as far as the machine lets it."""
    wanted = bounds.max_connections + _SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < wanted:
        _log.warning(
            "this process may open %d files, too few for %d connections: raise its limit (ulimit -n), or set "
            "LEARNLOOM_LRS__MAX_CONNECTIONS lower",
            soft,
            bounds.max_connections,
        )
