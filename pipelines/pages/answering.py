"""Taking an answer from a form: what it says is read, allowed, and kept; then it lands as every statement does."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

import orjson

from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.log import Answer, AnswerLog
from learnloom.pipelines.pages.model import counted_of
from learnloom.pipelines.pages.statements import ACTS, AUDIENCE, ON_COURSE, RESPONSES, PageAct, answered
from learnloom.pipelines.roster.access import Access, Kind
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.schemas.signal import Signal
from learnloom.schemas.signal_statement import actor_of

_MAX_FIELDS: Final = 500
_MAX_REASON: Final = 500
_MAX_STUDENTS: Final = 300
Fields = Mapping[str, Sequence[str]]


class BadAnswerError(Exception):
    """A form says something that cannot be answered; the text is for whoever sent it."""


class ForbiddenAnswerError(Exception):
    """The reader may not answer this."""


def fields_of(body: bytes) -> Fields:
    """Read a form.

    Raises:
        BadAnswerError: it is none, or too much of one.
    """
    try:
        return parse_qs(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=_MAX_FIELDS
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise BadAnswerError("the form cannot be read") from error


def value_of(fields: Fields, name: str) -> str | None:
    """Give a field's value; None: it is not there, or empty."""
    return next((value.strip() for value in fields.get(name, ()) if value.strip()), None)


class TakesAnswers:
    """Takes answers of readers."""

    def __init__(self, log: AnswerLog, clock: Callable[[], dt.datetime]) -> None:
        """Keep answers in this log, as said at the moment that the clock gives."""
        self._log = log
        self._clock = clock

    def take(self, reader: Reader, model: CopyCursor, fields: Fields) -> int:
        """Keep what a form says; returns how many students it is about.

        Raises:
            BadAnswerError: something is missing, or is not what it has to be.
            ForbiddenAnswerError: the reader may not say this of one of these students.
        """
        act = _act(reader, value_of(fields, "act"))
        answers = [self._answer(reader, model, act, key, fields) for key in _students(reader, fields)]
        # A form of yesterday that a browser sends again: the log has let go of what it said.
        counted = counted_of(model, [each.statement_id for each in answers])
        self._log.add(each for each in answers if each.statement_id not in counted)
        return len(answers)

    def _answer(
        self, reader: Reader, model: CopyCursor, act: PageAct, student_key: str, fields: Fields
    ) -> Answer:
        kind = Kind.OWN if reader.role is Role.STUDENT else Kind.PERSONS
        if not Access(reader, model.rows).may_see(kind, student_key=student_key):
            raise ForbiddenAnswerError
        person = model.one(
            "SELECT identifier_kind, identifier FROM student WHERE student_key = $key", {"key": student_key}
        )
        if person is None:
            raise ForbiddenAnswerError
        actor = actor_of(person["identifier_kind"], person["identifier"])
        target = _target(reader, model, act, student_key, fields)
        at = self._clock()
        statement = answered(
            reader,
            act,
            actor,
            target,
            at,
            form=value_of(fields, "once") or at.isoformat(),
            signal_id=value_of(fields, "offered"),
            reason=_reason(fields),
            until=_day(value_of(fields, "until")),
        )
        named = target.signal_id if isinstance(target, Signal) else target
        return Answer(statement["id"], student_key, act.value, named, at, orjson.dumps(statement))


def _act(reader: Reader, name: str | None) -> PageAct:
    try:
        act = PageAct(name or "")
    except ValueError:
        raise BadAnswerError(f"there is no answer {name!r}") from None
    if act not in ACTS.get(reader.role, ()):
        raise ForbiddenAnswerError
    return act


def _students(reader: Reader, fields: Fields) -> list[str]:
    if reader.role is Role.STUDENT:
        return [reader.student_key] if reader.student_key else []
    keys = list(dict.fromkeys(fields.get("student", ())))
    if not keys:
        raise BadAnswerError("nobody was chosen")
    if len(keys) > _MAX_STUDENTS:
        raise BadAnswerError(f"more than {_MAX_STUDENTS} students were chosen")
    return keys


def _target(
    reader: Reader, model: CopyCursor, act: PageAct, student_key: str, fields: Fields
) -> Signal | str:
    if act in RESPONSES:
        return _signal(reader, model, student_key, value_of(fields, "signal"))
    table = "course" if act in ON_COURSE else "skill"
    key = value_of(fields, table)
    if table == "course" and key is None:
        row = model.one(
            "SELECT course_id AS id FROM enrolment WHERE student_key = $student "
            "ORDER BY last_active_at DESC NULLS LAST, course_id LIMIT 1",
            {"student": student_key},
        )
    else:
        row = model.one(f"SELECT {table}_id AS id FROM {table} WHERE {table}_key = $key", {"key": key})
    if row is None:
        raise BadAnswerError(f"there is no such {table}")
    return str(row["id"])


def _signal(reader: Reader, model: CopyCursor, student_key: str, signal_id: str | None) -> Signal:
    row = model.one(
        "SELECT signal FROM signal WHERE student_key = $student AND signal_id = $signal AND audience = $audience",
        {"student": student_key, "signal": signal_id, "audience": AUDIENCE[reader.role].value},
    )
    if row is None:
        raise BadAnswerError("this does not stand any more: load the page again")
    return Signal.model_validate_json(row["signal"])


def _reason(fields: Fields) -> str | None:
    reason = value_of(fields, "reason")
    return reason[:_MAX_REASON] if reason else None


def _day(given: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given) if given else None
    except ValueError:
        raise BadAnswerError("that is no day") from None
