"""Taking from a form who a member of a platform's list is: a teacher says it of the courses that they teach."""

import datetime as dt
from collections.abc import Callable
from typing import Final

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.lake.run import Run
from learnloom.pipelines.pages.answering import BadAnswerError, Fields, ForbiddenAnswerError, value_of
from learnloom.pipelines.pages.model import course_of
from learnloom.pipelines.pages.teacher.members import CANDIDATES
from learnloom.pipelines.people.events import Teller
from learnloom.pipelines.roster.access import Access, Kind
from learnloom.pipelines.roster.match import Match, tell_matches
from learnloom.pipelines.roster.reader import Reader

_MATCH: Final = "match"
_PART: Final = "part"
_LISTED: Final = "SELECT subject FROM listed_member WHERE course_id = $course AND login_key = $login"


class TakesMatches:
    """Takes what teachers say of logins; each is written into the warehouse at once."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], dt.datetime],
        run: Run | None,
        then: Callable[[], None],
    ) -> None:
        """Write into the warehouse of these settings as `run`; `then` makes pages know of it."""
        self._settings = settings
        self._clock = clock
        self._run = run
        self._then = then

    def take(self, reader: Reader, model: CopyCursor, fields: Fields) -> None:
        """Keep whose a login is, or that it is not whom somebody has said before.

        Raises:
            BadAnswerError: the form names nobody who may be meant.
            ForbiddenAnswerError: the course is not the reader's, or the login is not on its list.
            WarehouseBusyError: others were writing for too long.
        """
        told = _match(reader, model, fields)
        teller = Teller(self._clock(), reader.subject, None, "pages")
        with open_to_write(self._settings, must_exist=True, run=self._run) as warehouse:
            tell_matches(warehouse, [told], teller, wait_seconds=self._settings.lock_wait_seconds)
        self._then()


def _match(reader: Reader, model: CopyCursor, fields: Fields) -> Match:
    course_id = course_of(model, value_of(fields, "course") or "")
    if course_id is None or not Access(reader, model.rows).may_see(Kind.PERSONS, course_id=course_id):
        raise ForbiddenAnswerError
    listed = model.one(_LISTED, {"course": course_id, "login": value_of(fields, "login")})
    if listed is None:
        raise ForbiddenAnswerError
    act = value_of(fields, "act")
    if act == _PART:
        return Match(listed["subject"], None)
    if act != _MATCH:
        raise BadAnswerError(f"there is no answer {act!r}")
    chosen = [
        row["identifier"]
        for row in model.rows(CANDIDATES, {"course": course_id})
        if row["student_key"] == value_of(fields, "student")
    ]
    if not chosen:
        raise BadAnswerError(
            "this student was matched meanwhile, or is not in the course: load the page again"
        )
    # As statements name the student, so under pseudonyms it is one already.
    return Match(listed["subject"], chosen[0])
