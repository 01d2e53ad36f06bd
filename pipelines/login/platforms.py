"""The platforms that may launch: those of the settings, and those that have registered themselves."""

import threading
import time
from typing import Final

from learnloom.pipelines.config.login import LoginBounds, Platform
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.received import origin_of
from learnloom.pipelines.login.store import LoginStore
from learnloom.pipelines.lrs.issuer import Issuer

KEYS_SECONDS: Final = 3_600.0
"""After how long keys are fetched anew; an unknown one is asked for at once."""


class Platforms:
    """May be used from many threads."""

    def __init__(self, store: LoginStore, bounds: LoginBounds) -> None:
        """Take the store and the settings."""
        self._store = store
        self._settings = bounds.platforms
        self._keys: dict[tuple[str, str], Issuer] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        for keys in self._keys.values():
            keys.close()

    def all(self) -> list[Platform]:
        """All platforms; one of the settings counts before one that has registered itself under the same names."""
        named = {(each.issuer, each.client_id): each for each in (*self._store.platforms(), *self._settings)}
        return [named[key] for key in sorted(named)]

    def find(self, issuer: str, client_id: str | None) -> Platform:
        """Find a platform by its names.

        Raises:
            LoginRefusedError: there is none, or several of this issuer and no client id tells which.
        """
        found = [
            each for each in self.all() if each.issuer == issuer and client_id in (None, "", each.client_id)
        ]
        if not found:
            named = f" with client id {client_id!r}" if client_id else ""
            raise LoginRefusedError(
                "issuer",
                f"the platform {issuer!r}{named} is not known here: whoever runs this server invites it "
                "(learnloom login invite)",
            )
        if len(found) > 1:
            raise LoginRefusedError(
                "client_id",
                f"the platform {issuer!r} is known by several client ids, and does not say by which",
            )
        return found[0]

    def keys(self, platform: Platform) -> Issuer:
        """Give what knows a platform's keys."""
        with self._lock:
            # By address, so that a platform that moves its keys is not asked at the old place.
            name = (platform.issuer, platform.keys_address)
            if name not in self._keys:
                self._keys[name] = Issuer(
                    platform.issuer,
                    keep_seconds=KEYS_SECONDS,
                    monotonic=time.monotonic,
                    keys_address=platform.keys_address,
                )
            return self._keys[name]

    def origins(self) -> list[str]:
        """Give the origins in whose frames our pages may stand."""
        addresses = [address for each in self.all() for address in (each.issuer, each.login_address)]
        return sorted({origin_of(address) for address in addresses})
