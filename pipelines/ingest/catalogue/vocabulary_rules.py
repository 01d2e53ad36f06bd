"""The rules of a vocabulary, as its TOML file writes them: one class a form, named by its table in the file.

Activity types and verbs on the left of a rule are as they were sent; those on the right are learnloom's own
(schemas/vocabulary.py). Of the rules of a form the first that fits counts.
"""

import re
from collections.abc import Collection, Iterator
from typing import Annotated, ClassVar, Final, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from learnloom.pipelines.ingest.catalogue.csv_rows import Iri
from learnloom.schemas.vocabulary import ACTIVITY_TYPES, EXTENSIONS, VERBS

MAX_IRIS: Final = 200
"""Of one field of one rule."""
_MAX_PATTERN_CHARS: Final = 300


class RuleRow(NamedTuple):
    """A rule, or one combination of its values where it has several; the columns of landing.vocabulary.

    The first of a form that fits counts; absent is None.
    """

    position: int
    vocabulary: str
    form: str
    from_id: str | None = None
    to_id: str | None = None
    on_type: str | None = None
    within_type: str | None = None
    platform: str | None = None
    cut: str | None = None
    matching: str | None = None


def _listed(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _without_repeats(iris: tuple[str, ...]) -> tuple[str, ...]:
    for place, iri in enumerate(iris):
        if iri in iris[:place]:
            raise ValueError(f"{iri!r} stands twice: remove one")
    return iris


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    return pattern


def _known(iris: Collection[str], what: str) -> AfterValidator:
    def check(iri: str) -> str:
        if iri not in iris:
            raise ValueError(
                f"{iri!r} is no {what} that learnloom knows; choose one from docs/reference/vocabulary.md"
            )
        return iri

    return AfterValidator(check)


Iris = Annotated[
    tuple[Iri, ...],
    BeforeValidator(_listed),
    Field(min_length=1, max_length=MAX_IRIS),
    AfterValidator(_without_repeats),
]
Conditions = Annotated[
    tuple[Iri, ...], BeforeValidator(_listed), Field(max_length=MAX_IRIS), AfterValidator(_without_repeats)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Pattern = Annotated[
    str, StringConstraints(min_length=1, max_length=_MAX_PATTERN_CHARS), AfterValidator(_compiles)
]
KnownType = Annotated[Iri, _known(ACTIVITY_TYPES, "activity type")]
KnownVerb = Annotated[Iri, _known(VERBS, "verb")]
KnownExtension = Annotated[Iri, _known(EXTENSIONS, "extension")]


class VocabularyRule(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    form: ClassVar[str]

    @property
    def has_conditions(self) -> bool:
        """Whether it holds for some objects, contexts or platforms only."""
        return bool({"on", "within", "platform", "matching"} & self.model_fields_set)

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each combination of the rule's values."""
        raise NotImplementedError


class TypeRule(VocabularyRule):
    """`[[type]]`: an activity type means another, wherever it stands: at objects and in contexts."""

    form = "type"

    from_: Iris = Field(alias="from", description="activity types as sent, one or a list")
    to: KnownType = Field(description="the activity type that is meant")
    matching: Pattern | None = Field(
        default=None,
        description="only activities whose id matches this regular expression (RE2), anywhere in it",
    )
    platform: Text | None = Field(
        default=None, description="only in statements whose `context.platform` is this"
    )

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each type."""
        for iri in self.from_:
            yield RuleRow(
                position, vocabulary, self.form, iri, self.to, platform=self.platform, matching=self.matching
            )


class CategoryRule(VocabularyRule):
    """`[[category]]`: an object without a type is of the type that a category of its statement tells."""

    form = "category"

    prefix: Iris = Field(description="how the category's id begins, one or a list")
    to: KnownType = Field(description="the activity type of the object")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each prefix."""
        for iri in self.prefix:
            yield RuleRow(position, vocabulary, self.form, iri, self.to)


class VerbRule(VocabularyRule):
    """`[[verb]]`: a verb means another; on some types of objects, or within some context, where these are given."""

    form = "verb"

    from_: Iris = Field(alias="from", description="verbs as sent, one or a list")
    to: KnownVerb = Field(
        description="the verb that is meant; `interacted` where it says no more than activity"
    )
    on: Conditions = Field(default=(), description="only on objects of these types, as sent")
    within: Conditions = Field(
        default=(), description="only where the context has an activity of one of these types, as sent"
    )
    platform: Text | None = Field(
        default=None, description="only in statements whose `context.platform` is this"
    )
    cut: Pattern | None = Field(
        default=None,
        description="the part of the object's id that is left out (RE2): a hint's, on its question",
    )

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each verb, type of object and type in the context."""
        for iri in self.from_:
            for on_type in self.on or (None,):
                for within_type in self.within or (None,):
                    yield RuleRow(
                        position,
                        vocabulary,
                        self.form,
                        iri,
                        self.to,
                        on_type,
                        within_type,
                        self.platform,
                        self.cut,
                    )


class LiftRule(VocabularyRule):
    """`[[lift]]`: an object of this type is a part of its first parent of one of those types, which is meant."""

    form = "lift"

    type: Iris = Field(description="types of objects, as sent: an attempt, a submission")
    to: Iris = Field(description="types of the parent, as sent: the quiz, the assignment")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each type and type of parent."""
        for iri in self.type:
            for parent in self.to:
                yield RuleRow(position, vocabulary, self.form, iri, parent)


class WholeRule(VocabularyRule):
    """`[[whole]]`: the parent of an activity of its own type is a whole; its answers repeat those to its parts."""

    form = "whole"

    type: Iris = Field(description="types of the parts and of the whole, as sent: a question")
    to: KnownType = Field(description="the activity type of the whole")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each type."""
        for iri in self.type:
            yield RuleRow(position, vocabulary, self.form, iri, self.to)


class DropRule(VocabularyRule):
    """`[[drop]]`: activities of this type are left out of contexts: there is a new one for each attempt."""

    form = "drop"

    type: Iris = Field(description="activity types as sent, one or a list")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each type."""
        for iri in self.type:
            yield RuleRow(position, vocabulary, self.form, iri)


class OtherRule(VocabularyRule):
    """`[[other]]`: activities of this type are known, and of no kind that learnloom tells apart."""

    form = "other"

    type: Iris = Field(description="activity types as sent, one or a list")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each type."""
        for iri in self.type:
            yield RuleRow(position, vocabulary, self.form, iri)


class ExtensionRule(VocabularyRule):
    """`[[extension]]`: an extension means another, wherever it stands."""

    form = "extension"

    from_: Iris = Field(alias="from", description="extensions as sent, one or a list")
    to: KnownExtension = Field(description="the extension that is meant")

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each extension."""
        for iri in self.from_:
            yield RuleRow(position, vocabulary, self.form, iri, self.to)


class CourseRule(VocabularyRule):
    """`[[course]]`: activities whose id begins so lie in a course; or: these activities are courses."""

    form = "course"

    prefix: Conditions = Field(default=(), description="how ids of the course's activities begin")
    course: Iri | None = Field(default=None, description="with `prefix`: the course in which they lie")
    id: Conditions = Field(default=(), description="alone: ids of activities that are courses")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if bool(self.prefix) != bool(self.course) or bool(self.prefix) == bool(self.id):
            raise ValueError("give prefix and course, or id alone")
        return self

    def rows(self, position: int, vocabulary: str) -> Iterator[RuleRow]:
        """Give a row for each prefix, or one without a prefix for each course."""
        for iri in self.prefix:
            yield RuleRow(position, vocabulary, self.form, iri, self.course)
        for iri in self.id:
            yield RuleRow(position, vocabulary, self.form, None, iri)


FORMS: Final[dict[str, type[VocabularyRule]]] = {
    rule.form: rule
    for rule in (
        TypeRule,
        CategoryRule,
        VerbRule,
        LiftRule,
        WholeRule,
        DropRule,
        OtherRule,
        ExtensionRule,
        CourseRule,
    )
}
"""The class of each table of the file, in the order in which its rules are numbered."""
