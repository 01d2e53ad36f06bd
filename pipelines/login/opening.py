"""The login that the settings name."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.login.app import Login
from learnloom.pipelines.login.errors import LoginSettingsError
from learnloom.pipelines.login.resolve import Resolver
from learnloom.pipelines.login.store import open_login_store
from learnloom.pipelines.pseudonyms.opening import pseudonyms_of

_CONNECTIONS: Final = 2
_WAIT_SECONDS: Final = 10.0


@contextmanager
def open_login(settings: Settings, *, now: Callable[[], datetime]) -> Iterator[Login]:
    """Give the login that the settings name, for as long as the block lasts.

    Args:
        settings: a school's choices.
        now: gives the present moment.

    Raises:
        LoginSettingsError: the settings do not say where browsers reach the pages.
    """
    if settings.login.address is None:
        raise LoginSettingsError(
            "set LEARNLOOM_LOGIN__ADDRESS to where browsers reach the pages, such as https://learnloom.school.example"
        )
    with ExitStack() as stack:
        store = stack.enter_context(open_login_store(settings, now=now))
        pool = stack.enter_context(
            ReadingPool(partial(open_to_read, settings), size=_CONNECTIONS, wait_seconds=_WAIT_SECONDS)
        )
        yield stack.enter_context(
            closing(
                Login(
                    store,
                    settings.login,
                    settings.login.address,
                    Resolver(pool, settings.login, pseudonyms_of(settings)),
                )
            )
        )
