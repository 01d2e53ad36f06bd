"""Asking for erasures: students are found and hidden at once; `erase run` takes them out of the files."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.ingest.land.erased import pseudonym_of
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.relation import filled_tables, read_relations
from learnloom.pipelines.lake.small import one_snapshot, one_thread
from learnloom.pipelines.privacy.erase_attachments import attachments_named
from learnloom.pipelines.privacy.erase_beside import renew_model
from learnloom.pipelines.privacy.erase_door import find_waiting, opened_store, waiting_bytes
from learnloom.pipelines.privacy.erase_find import find_standing, standing_elsewhere
from learnloom.pipelines.privacy.erase_hide import Hidden, Leaving, hide
from learnloom.pipelines.privacy.erase_sought import Sought
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
from learnloom.pipelines.privacy.mentions import Redaction
from learnloom.pipelines.privacy.subject import Subject, find_subjects, is_listed
from learnloom.pipelines.privacy.tokens import holds
from learnloom.pipelines.refresh.request import RefreshRequest
from learnloom.pipelines.refresh.stage import stage

_ID_BYTES: Final = 16
_AT_ONCE: Final = 5
"""Students who are hidden in one transaction: landing waits for it, not much longer than for one student."""
LEFT_OVER: Final = "left_over"
"""Noted of an erasure whose search has found something."""
_CLOCKS_DIFFER: Final = dt.timedelta(hours=1)
_STAGING: Final = "staging.staging_state"


def request_erasures(
    warehouse: Warehouse,
    settings: Settings,
    wanted: Sequence[str],
    *,
    reason: str,
    clock: Callable[[], dt.datetime],
) -> list[Erasure]:
    """Hide students from everybody, and note that they are to be erased; some in one transaction.

    What has landed is read once for all of them.

    Args:
        warehouse: open for writing.
        settings: a school's choices.
        wanted: key, identifier, an account's name or a name of each student.
        reason: why, in words that do not name a student.
        clock: gives the present moment.

    Raises:
        PersonError: nobody goes by one of that, or several do; nobody is hidden.
        ErasureError: the reason names a student, or another process erases; nobody is hidden.
        WarehouseBusyError: other processes kept writing; who was hidden until then stays hidden.
    """
    wait, now = settings.lock_wait_seconds, clock()
    landing_schema.prepare(warehouse, wait_seconds=wait)
    with alone(warehouse.folder):
        forget_unasked(warehouse.folder, {each.erasure_id for each in read_erasures(warehouse)})
        subjects = find_subjects(warehouse, settings, wanted, now)
        sought = [Sought(each, pseudonym_of(secrets.token_hex(_ID_BYTES))) for each in subjects.values()]
        scanned, found = warehouse.retrying(
            lambda: (warehouse.snapshot(), find_standing(warehouse, sought)), wait_seconds=wait
        )
        if any(holds(reason, each.tokens) for each in found):
            raise ErasureError("the reason names the student, and would be kept: say it without")
        erasures = [
            Erasure(secrets.token_hex(_ID_BYTES), now, reason, each.pseudonym, STEPS[0], now)
            for each in sought
        ]
        waiting = [
            Leaving(erasure, each.subject, standing)
            for erasure, each, standing in zip(erasures, sought, found, strict=True)
        ]
        hidden = [
            each
            for some in _some_at_once(waiting)
            for each in _hide_some(warehouse, settings, some, scanned, clock)
        ]
        stage_what_was_put_back(warehouse, settings, now)
        renew_model(warehouse, settings)
    return hidden


def _hide_some(
    warehouse: Warehouse,
    settings: Settings,
    some: Sequence[Leaving],
    scanned: int,
    clock: Callable[[], dt.datetime],
) -> list[Erasure]:
    """Hide students in one transaction, and keep what has to be known of each until the end."""
    kept: dict[str, Secret] = {}
    students: list[Leaving] = []
    with opened_store(settings, clock) as store:
        for each in some:
            redaction = Redaction(
                each.subject.keys, each.found.tokens, each.erasure.pseudonym, shared=each.found.shared
            )
            sent = waiting_bytes(store, redaction) if store is not None else {}
            waiting = find_waiting(store, redaction) if store is not None else []
            students.append(each._replace(waiting=waiting))
            kept[each.erasure.erasure_id] = _secret_of(each, attachments_named(sent.values()))
    # Before the students are hidden: after it, nothing tells any more who they were.
    for erasure_id, secret in kept.items():
        write_secret(warehouse.folder, erasure_id, secret)

    def work() -> list[Hidden]:
        with one_thread(warehouse):  # dozens of small statements, while landing waits
            return hide(warehouse, students, scanned=scanned, source=settings.event_source)

    hidden = warehouse.retrying(work, wait_seconds=settings.lock_wait_seconds)
    for erasure, found, rows in hidden:
        secret = kept[erasure.erasure_id]
        write_secret(
            warehouse.folder,
            erasure.erasure_id,
            secret._replace(
                tokens=tuple(found.tokens),
                shared=tuple(found.shared),
                rows={name: [count, 0] for name, count in rows.items()},
                attachments=tuple(sorted({*secret.attachments, *found.attachments})),
            ),
        )
    return [erasure for erasure, _, _ in hidden]


def _secret_of(student: Leaving, attachments: set[str]) -> Secret:
    subject, found = student.subject, student.found
    return Secret(
        subject.student_key,
        subject.keys,
        subject.identifiers,
        tuple(found.tokens),
        tuple(found.shared),
        {},
        {},
        subject.logins,
        tuple(sorted(found.attachments | attachments)),
    )


def hide_what_came_since(
    warehouse: Warehouse, settings: Settings, erasures: Sequence[Erasure], *, now: dt.datetime
) -> None:
    """Hide what has come of students since they were hidden, for as long as their erasure is under way.

    Where the search has found something at the end of one, all that has landed is looked through again. Of whom
    anything has come, all steps are done again.

    Raises:
        ErasureError: one of the erasures was asked for on another machine.
        WarehouseBusyError: other processes kept writing.
    """
    secret_of = {each.erasure_id: read_secret(warehouse.folder, each.erasure_id) for each in erasures}
    some = [each for each in erasures if secret_of[each.erasure_id].is_of_student]
    if not some:
        return
    sought = [_sought(each, secret_of[each.erasure_id]) for each in some]
    since = (min(each.requested_at for each in some) - _CLOCKS_DIFFER).isoformat()
    is_late = f"landed_at >= TIMESTAMPTZ '{since}'"
    is_left = any(secret_of[each.erasure_id].done.get(LEFT_OVER) for each in some)
    for each in some if is_left else ():
        secret_of[each.erasure_id] = _told_apart(warehouse, each.erasure_id, secret_of[each.erasure_id])
    scanned, found = warehouse.retrying(
        lambda: (
            warehouse.snapshot(),
            find_standing(warehouse, sought, among="true" if is_left else is_late),
        ),
        wait_seconds=settings.lock_wait_seconds,
    )
    with one_snapshot(warehouse):
        listed = {each.subject.student_key for each in sought if is_listed(warehouse, each.subject)}
    again = []
    for erasure, (subject, *_), standing in zip(some, sought, found, strict=True):
        secret = secret_of[erasure.erasure_id]
        secret = secret._replace(
            # Others may have come to have a name, or come to light who have it.
            tokens=tuple(token for token in secret.tokens if token not in standing.shared),
            shared=tuple(dict.fromkeys((*secret.shared, *standing.shared))),
            attachments=tuple(sorted({*secret.attachments, *standing.attachments})),
        )
        write_secret(warehouse.folder, erasure.erasure_id, secret)
        if standing.own or standing.mentions or standing.letters or subject.student_key in listed:
            again.append(Leaving(erasure._replace(step=STEPS[0], stepped_at=now), subject, standing))
    for students in _some_at_once(again):
        warehouse.retrying(
            partial(hide, warehouse, students, scanned=scanned, source=settings.event_source, is_again=True),
            wait_seconds=settings.lock_wait_seconds,
        )
    if again:
        stage_what_was_put_back(warehouse, settings, now)


def _some_at_once(students: Sequence[Leaving]) -> Iterator[Sequence[Leaving]]:
    """Those who are hidden in one transaction, after one another."""
    return (students[first : first + _AT_ONCE] for first in range(0, len(students), _AT_ONCE))


def _told_apart(warehouse: Warehouse, erasure_id: str, secret: Secret) -> Secret:
    """Look no longer for answers that somebody else has given, or quoted, by now."""
    answers = [token for token in secret.tokens if token.kind == "text"]
    elsewhere = standing_elsewhere(warehouse, answers)
    if not elsewhere:
        return secret
    told = secret._replace(tokens=tuple(token for token in secret.tokens if token not in elsewhere))
    write_secret(warehouse.folder, erasure_id, told)
    return told


def _sought(erasure: Erasure, secret: Secret) -> Sought:
    names = tuple(token.text for token in secret.tokens if token.kind == "name")
    subject = Subject(secret.student_key, secret.keys, secret.identifiers, names, secret.logins)
    return Sought(subject, erasure.pseudonym, secret.shared)


def stage_what_was_put_back(warehouse: Warehouse, settings: Settings, now: dt.datetime) -> None:
    """Stage the statements of others again at once, so that what was computed of them has its statements."""
    if _STAGING in filled_tables(warehouse):
        stage(warehouse, read_relations(), RefreshRequest(now), wait_seconds=settings.lock_wait_seconds)
