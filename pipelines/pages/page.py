"""What a page is: an address, who may read it, and a function from what is known to what the template shows."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import Language
from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.log import Waiting
from learnloom.pipelines.roster.access import Kind
from learnloom.pipelines.roster.reader import Reader
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal

Names = Callable[[Iterable[str]], Mapping[str, str]]


class NotFoundError(Exception):
    """There is no such thing, or none that this reader may see: an answer does not tell which."""


@dataclass(frozen=True)
class PageRequest:
    """One request for a page, allowed by now."""

    reader: Reader
    model: CopyCursor
    language: Language
    gettext: Callable[[str], str]
    waiting: Waiting
    """Answers that no refresh has counted yet."""
    warehouse: Callable[[], Any]
    """Lends the warehouse itself, for the few pages that need more than the read model; it takes ten times as long."""
    thresholds: Thresholds
    """The school's."""
    names: Names
    """Gives the names of those of some logins who have come."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the address and its query say."""
    course_id: str | None = None
    student_key: str | None = None
    """Of whom the page is: by its address, else the student who reads it."""
    is_told: bool = True
    """Whether a student may be told signals themselves: who is too young hears of them through a teacher alone."""

    def say(self, signal: Signal) -> str:
        """Say a signal in the reader's language, where its message is known; else as it was said."""
        return self.language.say(signal.message) if signal.message is not None else signal.sentence

    @property
    def as_of(self) -> dt.datetime:
        """The moment for which everything was computed."""
        about = self.model.one("SELECT as_of FROM about")
        if about is None:
            raise NotFoundError
        return about["as_of"]  # type: ignore[no-any-return]

    def profile(self) -> StudentProfile:
        """The profile of the page's student.

        Raises:
            NotFoundError: there is none.
        """
        found = self.profile_if_any()
        if found is None:
            raise NotFoundError
        return found

    def profile_if_any(self) -> StudentProfile | None:
        """The profile of the page's student; None: nothing has come of them so far."""
        row = self.model.one(
            "SELECT profile, student_name FROM profile LEFT JOIN student USING (student_key) "
            "WHERE student_key = $student",
            {"student": self.student_key},
        )
        if row is None:
            return None
        profile = StudentProfile.model_validate_json(row["profile"])
        return profile.model_copy(update={"student_name": row["student_name"] or profile.student_name})

    def signals(self, audience: str, *kinds: str) -> list[Signal]:
        """Signals of the page's student to an audience that have not expired, most urgent first.

        To a student who is too young there are none.
        """
        if not self.is_told:
            return []
        rows = self.model.rows(
            "SELECT signal FROM signal WHERE student_key = $student AND audience = $audience "
            "AND expires_at > (SELECT as_of FROM about) AND (len($kinds) = 0 OR list_contains($kinds, signal_kind)) "
            "ORDER BY urgency DESC, signal_kind, signal_id",
            {"student": self.student_key, "audience": audience, "kinds": list(kinds)},
        )
        return [Signal.model_validate_json(row["signal"]) for row in rows]


def is_new(asked: PageRequest) -> bool:
    """Whether nobody has done anything in the page's course yet."""
    sql = "SELECT 1 FROM enrolment WHERE course_id = $course AND first_active_at IS NOT NULL LIMIT 1"
    return not asked.model.rows(sql, {"course": asked.course_id})


@dataclass(frozen=True)
class Page:
    """A page."""

    name: str
    """Also that of its template."""
    path: str
    kind: Kind
    """What it shows: by this it is decided who may see it."""
    title: str
    """In English, as gettext looks it up."""
    show: Callable[[PageRequest], dict[str, Any] | Response]
    in_menu: bool = True
    reads_warehouse: bool = False
    """Whether it asks the warehouse itself, for which it may have to wait."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a text that is translated where it is shown."""
    return text
