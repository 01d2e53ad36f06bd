"""A student in what stands beside the warehouse: logins, what the pages keep, the vault."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.login.forget import PERSONAL, forget_logins, opened_logins
from learnloom.pipelines.login.store import FOLDER as LOGIN
from learnloom.pipelines.login.tables import FILE as LOGIN_FILE
from learnloom.pipelines.login.tables import SCHEMA
from learnloom.pipelines.pages.log import FILE as ANSWERS
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of, write_model
from learnloom.pipelines.privacy.erase_files import empty_database, vacuum_sqlite
from learnloom.pipelines.privacy.subject import known_people
from learnloom.pipelines.vault.opening import open_vault

_MODELS: Final = ("*.duckdb*", "*.part*")


def erase_beside(
    settings: Settings,
    now: Callable[[], dt.datetime],
    *,
    keys: Sequence[str],
    identifiers: Sequence[str],
    logins: Sequence[str],
) -> dict[str, int]:
    """Take a student out of logins, of answers on pages and of the vault; gives how many rows of each there were.

    That a pseudonym may not be used for a purpose stays in the vault: it names nobody any more.

    Raises:
        VaultError: there is a vault, and it is none.
        WarehouseBusyError: somebody kept reading.
    """
    done: dict[str, int] = {}
    with opened_logins(settings, now) as database:
        if database is not None:
            done |= forget_logins(database, keys, logins)
        has_logins = database is not None
    if has_logins:
        empty_database(settings, settings.warehouse / LOGIN / LOGIN_FILE, SCHEMA, PERSONAL)
    answers = folder_of(settings) / ANSWERS
    if answers.exists():
        done["pages.answer"] = AnswerLog(answers.parent).forget(keys)
        vacuum_sqlite(answers, settings.lock_wait_seconds)
    people = known_people(settings, identifiers)
    if people:
        with open_vault(settings) as vault:
            for person in people:
                vault.forget(person)
        done["vault.person"] = len(people)
    return {name: count for name, count in done.items() if count}


def renew_model(warehouse: Warehouse, settings: Settings) -> None:
    """Write the read model of the pages anew, where there is one, and leave none of before.

    Args:
        warehouse: not within a transaction.
        settings: a school's choices.
    """
    folder = folder_of(settings)
    former = [path for pattern in _MODELS for path in folder.glob(pattern)]
    for path in former:
        path.unlink(missing_ok=True)
    if former:
        write_model(warehouse, settings)
