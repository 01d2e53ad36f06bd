"""Asking a server over HTTP."""

from typing import Final

import httpx

TRUST: Final = httpx.create_ssl_context()
"""Whom httpx trusts by itself; made once, for it takes longer than a call to a server of this machine."""


def is_answering(url: str) -> bool:
    """Whether a server answers there, and well."""
    try:
        return httpx.get(url, timeout=5, verify=TRUST).is_success
    except httpx.TransportError:
        return False
