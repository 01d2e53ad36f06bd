"""Where records come from: whose accounts and activities their identifiers name, and statements about them."""

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from learnloom.pipelines.convert.format import Options, OptionsError
from learnloom.pipelines.convert.values import iri_part, rfc3339
from learnloom.schemas import vocabulary as xapi
from learnloom.schemas.xapi.atoms import Iri

_WEB: Final = re.compile(r"https?://[^/]", re.IGNORECASE)
_UNIVERSAL: Final = re.compile(r"(?:https?|urn|tag|doi|info):", re.IGNORECASE)
"""Schemes whose identifiers are the same everywhere; what else looks like one (`Q:1`) is an id of its system."""
_IRI: Final = TypeAdapter(Iri)
_KNOWN_IRIS: Final = 65_536
LANGUAGE: Final = "und"
"""Of names whose language the source does not say (BCP 47: undetermined)."""

Activity = dict[str, Any]
Statement = dict[str, Any]


class Origin:
    """The sending system of one run, by what a person said of it."""

    def __init__(self, format_name: str, options: Options) -> None:
        """Check what is needed.

        Raises:
            OptionsError: home page or course is no IRI, or the time zone is unknown.
        """
        if not _WEB.match(options.home_page) or not is_iri(options.home_page):
            given = repr(options.home_page) if options.home_page else "nothing"
            raise OptionsError(
                f"{format_name} needs --home-page, the address of the system that its ids belong to, like "
                f"https://lms.school.example; given is {given}"
            )
        for option, iri in (("--course", options.course), ("--quiz", options.quiz)):
            if iri is not None and not is_iri(iri):
                raise OptionsError(
                    f"{option} is {iri!r}, which is no IRI: give one like https://lms.school.example/maths"
                )
        try:
            self.zone: tzinfo = ZoneInfo(options.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise OptionsError(
                f"--time-zone is {options.time_zone!r}, which is none: give an IANA name, like Europe/Berlin"
            ) from None
        self.home_page = options.home_page
        self.course = options.course
        self.quiz = options.quiz

    def iri(self, *parts: str) -> str:
        """Name something of this system: its address, and the parts after it."""
        return "/".join([self.home_page.rstrip("/"), *(iri_part(part) for part in parts)])

    def iri_of(self, identifier: str, *rooms: str) -> str:
        """Give an identifier back where it is an IRI of the world, else name it within this system, in `rooms`."""
        return identifier if is_universal(identifier) else self.iri(*rooms, identifier)

    def student(self, identifier: str) -> dict[str, Any]:
        """Make the actor: an account of this system."""
        return {"account": {"homePage": self.home_page, "name": identifier}}


@lru_cache(_KNOWN_IRIS)
def is_iri(identifier: str) -> bool:
    """Tell whether an identifier is an IRI, as xAPI has it."""
    try:
        _IRI.validate_python(identifier, strict=True)
    except ValidationError:
        return False
    return True


def is_universal(identifier: str) -> bool:
    """Tell whether an identifier is an IRI that means the same everywhere."""
    return _UNIVERSAL.match(identifier) is not None and is_iri(identifier)


def within(container: str, identifier: str) -> str:
    """Name something that has its id within something else alone (a question's in its quiz)."""
    if is_universal(identifier):
        return identifier
    return f"{container}{'/' if '#' in container else '#'}{iri_part(identifier)}"


def activity(iri: str, kind: str | None = None, name: str | None = None, **definition: Any) -> Activity:
    """Make an activity; what is None or empty is left out."""
    body = {
        "type": kind,
        "name": {LANGUAGE: name} if name else None,
        **definition,
    }
    said = {key: value for key, value in body.items() if value}
    return {"id": iri, "definition": said} if said else {"id": iri}


def statement(
    actor: dict[str, Any],
    verb: str,
    about: Activity,
    at: datetime,
    *,
    result: dict[str, Any] | None = None,
    course: str | None = None,
    parent: Activity | None = None,
    category: tuple[Activity, ...] = (),
    extensions: dict[str, Any] | None = None,
) -> Statement:
    """Make a statement without its id; what is None or empty is left out.

    Args:
        actor: the student.
        verb: a verb of our vocabulary.
        about: the object.
        at: when it happened.
        result: its parts; those that are None are left out.
        course: IRI of the course, told as grouping unless it is the object itself.
        parent: what holds the object: the quiz of a question.
        category: skills, or the profile that is followed.
        extensions: of the context.
    """
    places = {
        "parent": [parent] if parent else [],
        "grouping": [activity(course, xapi.COURSE)] if course and course != about["id"] else [],
        "category": list(category),
    }
    context = {
        "contextActivities": {role: found for role, found in places.items() if found},
        "extensions": {key: value for key, value in (extensions or {}).items() if value is not None},
    }
    told = {key: value for key, value in (result or {}).items() if value is not None}
    made = {
        "actor": actor,
        "verb": {"id": verb},
        "object": about,
        "result": told,
        "context": {key: value for key, value in context.items() if value},
        "timestamp": rfc3339(at),
    }
    return {key: value for key, value in made.items() if value}


class OneOrigin:
    """A format whose records all come from one sending system."""

    name: ClassVar[str]

    def __init__(self, options: Options) -> None:
        """Take the options.

        Raises:
            OptionsError: home page, course, quiz or time zone is wrong.
        """
        self._origin = Origin(self.name, options)
        self._max_bytes = options.max_record_bytes
