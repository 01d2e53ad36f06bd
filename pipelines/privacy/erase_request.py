"""Asking for an erasure: the student is found and hidden at once; `erase run` takes them out of the files."""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables, read_relations
from learnloom.pipelines.lake.small import one_thread
from learnloom.pipelines.privacy.erase_attachments import attachments_named
from learnloom.pipelines.privacy.erase_beside import renew_model
from learnloom.pipelines.privacy.erase_door import find_waiting, opened_store, waiting_bytes
from learnloom.pipelines.privacy.erase_find import find_standing
from learnloom.pipelines.privacy.erase_hide import hide
from learnloom.pipelines.privacy.erase_state import (
    STEPS,
    Erasure,
    Secret,
    alone,
    forget_unasked,
    read_erasures,
    read_secret,
    write_secret,
)
from learnloom.pipelines.privacy.errors import ErasureError
from learnloom.pipelines.privacy.subject import Subject, find_subject, is_listed
from learnloom.pipelines.privacy.tokens import holds
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import stage

_ID_BYTES: Final = 16
_CLOCKS_DIFFER: Final = dt.timedelta(hours=1)
_STAGING: Final = "staging.staging_state"


def request_erasure(
    warehouse: Warehouse, settings: Settings, wanted: str, *, reason: str, clock: Callable[[], dt.datetime]
) -> Erasure:
    """Hide a student from everybody, and note that they are to be erased.

    Args:
        warehouse: open for writing.
        settings: a school's choices.
        wanted: key, identifier, an account's name or a name of the student.
        reason: why, in words that do not name the student.
        clock: gives the present moment.

    Raises:
        PersonError: nobody goes by that, or several do.
        ErasureError: the reason names the student, or another process erases.
        WarehouseBusyError: other processes kept writing.
    """
    landing_schema.prepare(warehouse, wait_seconds=settings.lock_wait_seconds)
    with alone(warehouse.folder):
        forget_unasked(warehouse.folder, {each.erasure_id for each in read_erasures(warehouse)})
        return warehouse.retrying(
            lambda: _request(warehouse, settings, wanted, reason, clock()),
            wait_seconds=settings.lock_wait_seconds,
        )


def _request(warehouse: Warehouse, settings: Settings, wanted: str, reason: str, now: dt.datetime) -> Erasure:
    subject = find_subject(warehouse, settings, wanted, now)
    erasure_id, pseudonym = secrets.token_hex(_ID_BYTES), f"erased-{secrets.token_hex(_ID_BYTES)}"
    scanned = warehouse.snapshot()
    found = find_standing(warehouse, subject, pseudonym)
    if holds(reason, found.tokens):
        raise ErasureError("the reason names the student, and would be kept: say it without")
    erasure = Erasure(erasure_id, now, reason, pseudonym, "hidden", now)
    secret = Secret(
        subject.student_key,
        subject.keys,
        subject.identifiers,
        tuple(found.tokens),
        tuple(found.shared),
        {},
        {},
        subject.logins,
        tuple(sorted(attachments_named(each.raw for each in found.own))),
    )
    with opened_store(settings, lambda: now) as store:
        waiting = find_waiting(store, subject.keys, found.tokens) if store is not None else []
        sent = waiting_bytes(store, subject.keys) if store is not None else []
    secret = secret._replace(attachments=tuple(sorted({*secret.attachments, *attachments_named(sent)})))
    # Before the student is hidden: after it, nothing tells any more who it was.
    write_secret(warehouse.folder, erasure_id, secret)
    with one_thread(warehouse):  # dozens of small statements, while landing waits
        hidden = hide(
            warehouse,
            erasure,
            subject,
            found,
            waiting=waiting,
            scanned=scanned,
            source=settings.event_source,
        )
    secret = secret._replace(tokens=tuple(hidden.found.tokens), shared=tuple(hidden.found.shared))
    rows = {name: [count, 0] for name, count in hidden.rows.items()}
    write_secret(warehouse.folder, erasure_id, secret._replace(rows=rows))
    stage_what_was_put_back(warehouse, settings, now)
    renew_model(warehouse, settings)
    return hidden.erasure


def hide_what_came_since(
    warehouse: Warehouse, settings: Settings, erasure: Erasure, *, now: dt.datetime
) -> bool:
    """Hide what has come of a student since they were hidden, for as long as their erasure is under way.

    Returns:
        Whether there was anything; then all steps are done again.

    Raises:
        ErasureError: the erasure was asked for on another machine.
        WarehouseBusyError: other processes kept writing.
    """
    secret = read_secret(warehouse.folder, erasure.erasure_id)
    if not secret.is_of_student:
        return False
    names = tuple(token.text for token in secret.tokens if token.kind == "name")
    subject = Subject(secret.student_key, secret.keys, secret.identifiers, names, secret.logins)

    def work() -> bool:
        scanned = warehouse.snapshot()
        since = (erasure.requested_at - _CLOCKS_DIFFER).isoformat()
        found = find_standing(
            warehouse, subject, erasure.pseudonym, among=f"landed_at >= TIMESTAMPTZ '{since}'"
        )
        if not (found.own or found.mentions or found.letters or is_listed(warehouse, subject)):
            return False
        named = {*secret.attachments, *attachments_named(each.raw for each in found.own)}
        write_secret(warehouse.folder, erasure.erasure_id, secret._replace(attachments=tuple(sorted(named))))
        hide(
            warehouse,
            erasure._replace(step=STEPS[0], stepped_at=now),
            subject,
            found,
            waiting=(),
            scanned=scanned,
            source=settings.event_source,
            is_again=True,
        )
        return True

    if not warehouse.retrying(work, wait_seconds=settings.lock_wait_seconds):
        return False
    stage_what_was_put_back(warehouse, settings, now)
    return True


def stage_what_was_put_back(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> None:
    """Stage the statements of others again at once, so that what was computed of them has its statements."""
    if _STAGING in filled_tables(warehouse):
        stage(warehouse, read_relations(), RefreshRequest(now), wait_seconds=settings.lock_wait_seconds)
