"""What a dialect is: for each kind of act, the statements by which a platform tells it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from learnloom.pipelines.simulate.dialects.acts import Act, ActKind
from learnloom.pipelines.simulate.dialects.school import School, Thing, hexadecimal


class PlatformPerson(NamedTuple):
    """Somebody by what platforms derive their identifiers from."""

    name: str
    key: str
    """The identifier in our own vocabulary."""
    home_page: str | None
    """Of the account; None where there is only an mbox."""
    mbox: str | None

    @property
    def number(self) -> int:
        """The number under which a platform's database keeps them."""
        return int(hexadecimal(self.key)[:10], 16)

    @property
    def mail(self) -> str:
        """Their address, as a platform that sends addresses has it."""
        return self.mbox or f"mailto:{hexadecimal(self.key)[:12]}@campus.example"


class PlatformStatement(NamedTuple):
    """One statement of a platform."""

    at_ms: int
    """Its timestamp, milliseconds since 1970."""
    body: dict[str, Any]
    """The statement without id and timestamp."""


class Memory:
    """What a platform remembers of one simulated school between its statements."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.of_student: dict[str, dict[str, Any]] = {}
        """What is remembered of each student, by key; a dialect decides what."""
        self.of_school: dict[str, Any] = {}
        """What is remembered of the school."""

    def of(self, act: Act) -> dict[str, Any]:
        """What is remembered of the student of this act."""
        return self.of_student.setdefault(person_of(act).key, {})

    def count(self, *about: str) -> int:
        """One more of this, and how many there have been."""
        key = " ".join(about)
        self.of_school[key] = self.of_school.get(key, 0) + 1
        number: int = self.of_school[key]
        return number


Teller = Callable[[Act, Memory], list[PlatformStatement]]


class Dialect(NamedTuple):
    """How a platform tells what students do."""

    name: str
    platform: str
    """The software whose statements these are, for people."""
    special: str
    """What is special about them, in whole sentences."""
    source: str
    """Address of the public code that they follow."""
    tellers: Mapping[ActKind, Teller]
    """By kind of act; a kind that is missing cannot be told in this dialect."""
    actor: Callable[[PlatformPerson], dict[str, Any]]
    """How it names a person."""
    activity: Callable[[Thing], str | None]
    """The IRI by which it names an activity of the school; None where it never names it."""
    has_staff: bool = False
    """Whether what the teacher does is told as well."""
    seen_only: frozenset[ActKind] = frozenset()
    """Kinds of which it tells no more than that somebody looked at the activity."""
    close_day: Callable[[Memory, int], list[PlatformStatement]] | None = None
    """What it tells in the night, at this instant, of what was left open."""


@lru_cache(maxsize=100_000)
def _person(actor: bytes) -> PlatformPerson:
    agent: dict[str, Any] = orjson.loads(actor)
    account = agent.get("account")
    key = f"{account['homePage']} {account['name']}" if account else agent["mbox"]
    return PlatformPerson(
        agent.get("name", key), key, account["homePage"] if account else None, agent.get("mbox")
    )


def person(actor: dict[str, Any]) -> PlatformPerson:
    """The person that an actor of our own statements is."""
    return _person(orjson.dumps(actor))


def person_of(act: Act) -> PlatformPerson:
    """The student who acts."""
    return person(act.actor)


def verb(iri: str, display: str, language: str = "en") -> dict[str, Any]:
    """A verb as statements carry it."""
    return {"id": iri, "display": {language: display}}


def activity(
    iri: str, kind: str | None = None, name: str | None = None, *, language: str = "en", **more: Any
) -> dict[str, Any]:
    """An activity as object or in a context: type, name in a language, and further properties of its definition."""
    definition: dict[str, Any] = {}
    if name is not None:
        definition["name"] = {language: name}
    if kind is not None:
        definition["type"] = kind
    definition.update(more)
    return {"objectType": "Activity", "id": iri, **({"definition": definition} if definition else {})}


def interaction(act: Act, *properties: str) -> dict[str, Any]:
    """What the definition of an answered question says of it, of the properties that a platform sends."""
    return {name: act.definition[name] for name in properties if name in act.definition}
