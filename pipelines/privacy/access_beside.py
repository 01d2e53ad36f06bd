"""What is kept of a student beside the warehouse, for whoever asks: the store, logins, answers on pages, the vault."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.login.forget import came_as, opened_logins, sessions_of
from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.pages.log import FILE as ANSWERS
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.privacy.access_rows import write_rows
from learnloom.pipelines.privacy.erase_door import opened_store
from learnloom.pipelines.privacy.erase_door_pages import standing_under
from learnloom.pipelines.privacy.subject import Subject, known_people
from learnloom.pipelines.privacy.tokens import Token

Row = tuple[str, Mapping[str, Any]]
"""A row, with the place that the list of what is kept has for its table."""


def write_beside(
    settings: Settings, subject: Subject, tokens: Sequence[Token], folder: Path, *, now: dt.datetime
) -> dict[str, int]:
    """Write the student's rows of each table beside the warehouse; gives how many there are of each that has any.

    Args:
        settings: a school's choices.
        subject: the student.
        tokens: texts that the student alone has.
        folder: where the files go.
        now: the present moment.

    Raises:
        VaultError: there is a vault, and it is none.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for place, row in (
        *_store(settings, subject, tokens, now),
        *_logins(settings, subject, now),
        *_answers(settings, subject),
        *_vault(settings, subject),
    ):
        rows.setdefault(place, []).append(row)
    counts: dict[str, int] = {}
    for place, some in rows.items():
        counts |= write_rows(folder, place, some)
    return counts


def _store(settings: Settings, subject: Subject, tokens: Sequence[Token], now: dt.datetime) -> Iterator[Row]:
    with opened_store(settings, lambda: now) as database:
        if database is not None:
            with database.snapshot() as connection:
                yield from ((f"lrs.{name}", row) for name, row in standing_under(connection, tokens))
                yield from _short_keys(connection, subject.keys)


def _short_keys(connection: Connection, keys: Sequence[str]) -> Iterator[Row]:
    marks = ", ".join("?" * len(keys))
    theirs = f"FROM learner WHERE agent IN ({marks})"
    for name, columns, rows in (
        ("lrs.learner", ("key_id", "maker", "agent", "registration"), theirs),
        # Without what lets in.
        (
            "lrs.session",
            ("key_id", "activities", "expires"),
            f"FROM session WHERE key_id IN (SELECT key_id {theirs})",
        ),
    ):
        for row in connection.execute(f"SELECT {', '.join(columns)} {rows}", tuple(keys)).fetchall():
            yield name, dict(zip(columns, row, strict=True))


def _logins(settings: Settings, subject: Subject, now: dt.datetime) -> Iterator[Row]:
    with opened_logins(settings, lambda: now) as database:
        if database is not None:
            for visitor in came_as(database, subject.keys, subject.logins):
                yield "login.came", visitor._asdict()
            with database.reading() as connection:
                for _, document in sessions_of(connection, subject.keys, subject.logins):
                    yield "login.session", json.loads(document)


def _answers(settings: Settings, subject: Subject) -> Iterator[Row]:
    folder = folder_of(settings)
    if (folder / ANSWERS).exists():
        waiting = AnswerLog(folder).waiting()
        for key in subject.keys:
            yield from (("pages.answer", answer._asdict()) for answer in waiting.of(key))


def _vault(settings: Settings, subject: Subject) -> Iterator[Row]:
    for person in known_people(settings, subject.identifiers):
        yield "vault.person", {"name": person.name, "birth_year": person.birth_year}
        yield from (("vault.alias", alias._asdict()) for alias in person.aliases)
