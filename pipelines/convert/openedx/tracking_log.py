"""The format `openedx`: tracking logs of Open edX, plain or rotated and compressed."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

import orjson

from learnloom.pipelines.convert.format import Converted, ConvertError, SourceRecord
from learnloom.pipelines.convert.openedx import courses, forum, problems, videos
from learnloom.pipelines.convert.openedx.event import TrackingEvent, name_of, open_event
from learnloom.pipelines.convert.origin import OneOrigin, Origin, Statement
from learnloom.pipelines.convert.text import json_records
from learnloom.pipelines.convert.viewing import Viewings, can_tell_stretches

_Mapping = Callable[[TrackingEvent, str, Origin], list[Statement] | str]

_ABOUT_SUBJECT: Final[dict[str, _Mapping]] = {
    "edx.course.enrollment.activated": courses.on_course,
    "edx.course.enrollment.deactivated": courses.on_course,
    "edx.course.grade.passed.first_time": courses.on_course,
    "edx.course.grade.now_passed": courses.on_course,
    "edx.grades.subsection.grade_calculated": courses.subsection_grade,
    "edx.grades.problem.submitted": courses.block_score,
    "edx.completion.block_completion.changed": courses.block_completion,
}
"""Events that another person or a task of the server may cause."""
_BY_ACTOR: Final[dict[str, _Mapping]] = {
    "problem_check": problems.problem_check,
    "edx.problem.hint.demandhint_displayed": problems.hint,
    "showanswer": problems.hint,
    "openassessmentblock.create_submission": courses.handed_in,
    "openassessmentblock.peer_assess": courses.handed_in,
    "edx.ui.lms.sequence.next_selected": courses.opened,
    "edx.ui.lms.sequence.previous_selected": courses.opened,
    "edx.ui.lms.sequence.tab_selected": courses.opened,
    "seq_next": courses.opened,
    "seq_prev": courses.opened,
    "seq_goto": courses.opened,
    "edx.forum.thread.created": forum.contribution,
    "edx.forum.thread.viewed": forum.contribution,
    "edx.forum.response.created": forum.contribution,
    "edx.forum.comment.created": forum.contribution,
    **{
        f"edx.special_exam.{kind}.attempt.{state}": courses.exam
        for kind in ("timed", "proctored", "practice")
        for state in ("created", "started", "submitted")
    },
}
_WHY_NOT: Final = {
    # grades/course_grade_factory.py of edx-platform sends it after every answer of whoever has not passed yet.
    "edx.course.grade.now_failed": "sent until a student passes: no failure",
    "edx.grades.course.grade_calculated": "an interim figure of the course",
    "problem_show": "the server tells the same",
}


KINDS: Final = frozenset([*_ABOUT_SUBJECT, *_BY_ACTOR, *videos.ACTS])
"""Events that carry a meaning."""


class TrackingLog(OneOrigin):
    """Open edX' tracking log."""

    name: ClassVar[str] = "openedx"
    summary: ClassVar[str] = (
        "Tracking logs of Open edX (tracking.log): answers, hints, videos, enrolment, grades, forum, exams."
    )

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield every event; to one of a player goes along what was played so far of this viewing in this file."""
        viewings = Viewings()
        for record in json_records(given, self._max_bytes):
            if record.error is None and b"video" in record.raw:
                yield record._replace(content=self._played(record.raw, viewings))
            else:
                yield record

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one event.

        Raises:
            ConvertError: it is no event, or says too little of what its kind means.
        """
        event = _parsed(record)
        kind, key = name_of(event), _key(event)
        if kind not in KINDS:
            return Converted([], kind, key, _WHY_NOT.get(kind, "carries no meaning"))
        opened = open_event(event)
        student = opened.subject if kind in _ABOUT_SUBJECT else opened.user
        if student is None:
            return Converted([], kind, key, "nobody was logged in")
        if kind in videos.ACTS:
            segments: str | None = record.content
            watched = videos.video(opened, student, self._origin, segments)
            return Converted(watched, kind, key, can_change=can_tell_stretches(videos.ACTS[kind]))
        made = (_ABOUT_SUBJECT.get(kind) or _BY_ACTOR[kind])(opened, student, self._origin)
        return Converted([], kind, key, made) if isinstance(made, str) else Converted(made, kind, key)

    def _played(self, raw: bytes, viewings: Viewings) -> str | None:
        """Give what was played so far; None where the event is of no player, or `convert` will refuse it."""
        try:
            event = orjson.loads(raw)
            if not isinstance(event, dict) or name_of(event) not in videos.ACTS:
                return None
            opened = open_event(event)
            viewing = videos.viewing_of(opened)
            return viewings.tell(viewing, videos.told_of(opened)) if viewing else None
        except (orjson.JSONDecodeError, ConvertError):
            return None


def _parsed(record: SourceRecord) -> dict[str, Any]:
    try:
        event = orjson.loads(record.raw)
    except orjson.JSONDecodeError as error:
        raise ConvertError(
            "convert-json", f"It is no JSON ({error}): a tracking log has one event a line."
        ) from None
    if not isinstance(event, dict) or not name_of(event):
        raise ConvertError(
            "convert-event",
            "It is JSON, but no event: it has neither name nor event_type. Is it a tracking log?",
        )
    return event


def _key(event: dict[str, Any]) -> str:
    """Name an event by all that it says, for a log has no ids; less `asides`, which servers fill as they go."""
    context = event.get("context")
    if isinstance(context, dict) and "asides" in context:
        event = {**event, "context": {key: value for key, value in context.items() if key != "asides"}}
    return hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()
