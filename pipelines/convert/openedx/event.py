"""One event of a tracking log, in either form: as the log has it, or as event-routing passes it on.

Fields by the Open edX documentation, "Event Reference" (Common Fields): `event_type` is the name of old events,
`name` that of newer ones; `event` holds what belongs to the kind, as an object or as JSON in a string; the user stands
in `context.user_id`, and in events of before 2014 in `username` alone.
"""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.values import moment, text

_STAFF_IN_FORUM: Final = frozenset({"Administrator", "Moderator", "Group Moderator", "Community TA"})


class TrackingEvent(NamedTuple):
    """What all kinds have."""

    name: str
    data: dict[str, Any]
    """What belongs to the kind; empty where it is no object."""
    context: dict[str, Any]
    at: Any
    is_from_browser: bool
    user: str | None
    """Who acted."""
    page: str
    """The page on which it happened; empty where unknown."""

    @property
    def subject(self) -> str | None:
        """Whom it is about where somebody else may have acted: the student who is enrolled or graded."""
        return text(self.data.get("user_id")) or text(self.data.get("username")) or self.user

    @property
    def course_id(self) -> str | None:
        """The course's key, as `course-v1:…`."""
        return text(self.data.get("course_id")) or text(self.context.get("course_id"))

    @property
    def moment(self) -> datetime:
        """When it happened; servers of Open edX write UTC, in old logs without saying so.

        Raises:
            ConvertError: it does not say when.
        """
        return moment(self.at, UTC, "time")

    @property
    def display_name(self) -> str | None:
        """What the block at work is called."""
        module = self.context.get("module")
        return text(module.get("display_name")) if isinstance(module, dict) else None

    @property
    def usage_key(self) -> str | None:
        """The block at work."""
        module = self.context.get("module")
        return text(module.get("usage_key")) if isinstance(module, dict) else None

    @property
    def is_by_staff(self) -> bool:
        """Whether the event itself says that a teacher or moderator acted."""
        roles = self.data.get("user_forums_roles")
        named = set(map(str, roles)) if isinstance(roles, list) else set()
        return bool(self.data.get("user_course_roles")) or not named.isdisjoint(_STAFF_IN_FORUM)


def name_of(event: dict[str, Any]) -> str:
    """The kind of an event: its name, else its type; `request` for the server's own log of addresses."""
    name = text(event.get("name")) or text(event.get("event_type")) or ""
    return "request" if name.startswith("/") else name


def open_event(event: dict[str, Any]) -> TrackingEvent:
    """Take an event apart.

    Raises:
        ConvertError: what belongs to its kind is text, but no JSON (cut off, mostly).
    """
    data = _data(event)
    context = event.get("context")
    context = context if isinstance(context, dict) else {}
    source = event.get("event_source") or context.get("event_source")
    return TrackingEvent(
        name=name_of(event),
        data=data,
        context=context,
        at=event.get("time") or event.get("timestamp"),
        # The server's problem_check carries what was right; the browser's, form fields.
        is_from_browser=source == "browser" or (not source and "correct_map" not in data),
        user=text(context.get("user_id")) or text(context.get("username")) or text(event.get("username")),
        page=next(
            (
                page
                for page in (
                    event.get("referer"),
                    context.get("referer"),
                    event.get("page"),
                    context.get("page"),
                )
                if isinstance(page, str) and "://" in page
            ),
            "",
        ),
    )


def _data(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("event", event.get("data"))
    if isinstance(data, str) and data.lstrip().startswith(("{", '"')):
        try:
            data = orjson.loads(data)
            # A browser's form fields are text within the text, and nothing that a kind needs.
            if isinstance(data, str) and data.startswith("{"):
                data = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise ConvertError(
                "convert-json",
                f"The field event is text that should be JSON, but {error} (in {data!r:.80}): it is cut off, as old "
                "servers did with long events; nothing can be done but to leave it out.",
                path="/event",
            ) from None
    return data if isinstance(data, dict) else {}
