"""One Caliper event, and the entities in it, which may be whole or given by their id alone.

Terms by the Caliper Analytics specification 1.1 and 1.2 (1EdTech): they stand short (`Completed`), or as the IRIs of
1.0, whose keywords begin with `@`. Canvas has ids of its own (`urn:instructure:canvas:user:7`), and says more in
extensions.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from learnloom.pipelines.convert.canvas.ids import PREFIX
from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.origin import Origin
from learnloom.pipelines.convert.values import moment, text

COURSES: Final = frozenset({"CourseOffering", "CourseSection"})
_STAFF: Final = frozenset(
    {"Instructor", "Administrator", "ContentDeveloper", "Manager", "Mentor", "Officer", "TeachingAssistant"}
)
_STEPS: Final = 10
"""From a group or a resource up to its course, at the most."""

Entity = dict[str, Any] | str | None


class CaliperEvent(NamedTuple):
    """What all kinds have."""

    kind: str
    """Type, as `GradeEvent`."""
    action: str
    body: dict[str, Any]

    @property
    def object(self) -> Entity:
        """What was acted on."""
        return part(self.body, "object")

    @property
    def generated(self) -> Entity:
        """What came of it: a response, an attempt, a score."""
        return part(self.body, "generated")

    @property
    def person(self) -> str | None:
        """Who acted; None for a program, and for nobody in particular."""
        actor = part(self.body, "actor")
        return None if type_of(actor) == "SoftwareApplication" else person_id(actor)

    @property
    def is_by_staff(self) -> bool:
        """Whether the event itself says that a teacher acted."""
        roles = whole(part(self.body, "membership")).get("roles")
        terms = {_role(role) for role in roles} if isinstance(roles, list) else set()
        return "Learner" not in terms and not terms.isdisjoint(_STAFF)

    def at(self, origin: Origin) -> datetime:
        """When it happened.

        Raises:
            ConvertError: it does not say when.
        """
        return moment(self.body.get("eventTime"), origin.zone, "eventTime")

    def course(self, origin: Origin) -> str | None:
        """The course that the event names, of a section the section, else the one named for all of them."""
        membership = whole(part(self.body, "membership"))
        for found in (part(self.body, "group"), membership.get("organization")):
            if (course := _course_above(found, "subOrganizationOf")) or isinstance(found, str):
                return origin.iri_of(_course(course or str(found)), "courses")
        attempted = part(whole(self.object), "assignable")
        course = _course_above(self.object, "isPartOf") or _course_above(attempted, "isPartOf")
        return origin.iri_of(_course(course), "courses") if course else origin.course


def open_event(body: dict[str, Any]) -> CaliperEvent:
    """Take an event apart."""
    return CaliperEvent(type_of(body) or "", term(body.get("action")), body)


def part(entity: dict[str, Any], name: str) -> Entity:
    """Give an entity within another; None where there is none. Open edX has some of them among the extensions."""
    found = entity.get(name) or whole(entity.get("extensions")).get(name)
    return found if isinstance(found, dict | str) and found else None


def whole(entity: Any) -> dict[str, Any]:
    """Give what is said of an entity; nothing, where it is given by its id alone."""
    return entity if isinstance(entity, dict) else {}


def identifier_of(entity: Entity) -> str | None:
    """Give an entity's id."""
    if isinstance(entity, dict):
        return text(entity.get("id")) or text(entity.get("@id"))
    return text(entity)


def type_of(entity: Entity) -> str | None:
    """Give an entity's type; None where it is not said."""
    said = whole(entity)
    return term(said.get("type") or said.get("@type")) or None


def term(value: Any) -> str:
    """Shorten a term that stands as an IRI."""
    return value.rpartition("#")[2].rpartition("/")[2] if isinstance(value, str) else ""


def _role(value: Any) -> str:
    """Give the role of a term: what stands before its sub-role, as in `Instructor#Lecturer`; of LIS' IRIs, too."""
    if not isinstance(value, str):
        return ""
    role, _, within = value.partition("#")
    role = role.rpartition("/")[2]
    return within if role in {"membership", "person"} else role


def canvas_extensions(entity: Entity) -> dict[str, Any]:
    """Give what Canvas adds to an entity."""
    return whole(whole(whole(entity).get("extensions")).get("com.instructure.canvas"))


def person_id(entity: Entity) -> str | None:
    """Give a person's id as an account has it: Canvas' number, else the whole IRI; None for nobody."""
    identifier = identifier_of(entity)
    # A person that is not to be known is told by the name of the class.
    if identifier is None or identifier.startswith("http://purl.imsglobal.org/"):
        return None
    return identifier.removeprefix(PREFIX + "user:")


def needed(entity: Entity, what: str) -> str:
    """Give the id of an entity that the kind of event cannot do without.

    Raises:
        ConvertError: it is absent.
    """
    if (identifier := identifier_of(entity)) is None:
        raise ConvertError(
            "convert-item",
            f"The event has no {what} with an id, so it is unknown what it is about: let the sensor send it.",
            path=f"/{what}",
        )
    return identifier


def _course_above(entity: Entity, step: str) -> str | None:
    """Go up from an entity to the course that it belongs to, and give its id."""
    for _ in range(_STEPS):
        if type_of(entity) in COURSES:
            return identifier_of(entity)
        entity = part(whole(entity), step)
    return None


def _course(identifier: str) -> str:
    """A section of Canvas is told within its course."""
    return identifier.partition(":section:")[0] if identifier.startswith(PREFIX) else identifier
