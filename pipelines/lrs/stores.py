"""The store of a warehouse, in the database that the settings name."""

from collections.abc import Callable
from datetime import datetime

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lrs.store import Store


def open_store(settings: Settings, *, now: Callable[[], datetime]) -> Store:
    """Open the store: beside the catalogue, in PostgreSQL where that is, else in a file; `now` gives the moment."""
    return Store(settings.warehouse, now=now)
