"""xAPI Profiles (ADL, version 1.0): JSON-LD documents that say how statements of one kind are to look.

Read are statement templates with their rules (part two, section 8), and of the concepts (section 7) what can be
held against a single statement. The documents are compacted by their specification, so that no JSON-LD
processor is needed (part two, section 2). Nothing is fetched, whatever a document points to.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import jsonpath
import orjson
from jsonpath.selectors import Filter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from learnloom.schemas.errors import LearnloomError

_MAX_BYTES: Final = 16 << 20
_MAX_FAULTS_TOLD: Final = 3


class ProfileFileError(LearnloomError):
    """A file is no xAPI Profile that can be used; the message names file, place and value."""


def _checked_path(path: str) -> str:
    """A JSONPath as section 8.1 allows it: without filters, which could also be made to run for long."""
    try:
        query = jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        raise ValueError(f"is not a JSONPath: {str(error).splitlines()[0]}") from error
    paths = (
        [query] if isinstance(query, jsonpath.JSONPath) else [query.path, *(one for _, one in query.paths)]
    )
    for one in paths:
        for segment in one.segments if isinstance(one, jsonpath.JSONPath) else ():
            if any(isinstance(selector, Filter) for selector in segment.selectors):
                raise ValueError("has a filter, which the Profile specification forbids (section 8.1)")
    return path


JsonPath = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_checked_path)]
# A language map.
Words = Annotated[dict[str, str], Field(default_factory=dict)]


class _ProfileElement(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    id: str
    prefLabel: Words  # noqa: N815 - the names are the specification's
    deprecated: bool = False

    @property
    def name(self) -> str:
        """The label in English where there is one, else in any language, else the id."""
        labels = self.prefLabel
        return labels.get("en") or labels.get("en-US") or next(iter(labels.values()), self.id)


class TemplateRule(BaseModel):
    """What a template asks of the values in one place (section 8.1)."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    location: JsonPath
    selector: JsonPath | None = None
    presence: Literal["included", "excluded", "recommended"] | None = None
    any: list[Any] | None = None
    all: list[Any] | None = None
    none: list[Any] | None = None


class StatementTemplate(_ProfileElement):
    """One way in which a statement may look (section 8)."""

    id: str = ""
    """Demanded, and yet a published document (cmi5, the draft without version) has a template that is a mere note."""
    verb: str | None = None
    objectActivityType: str | None = None  # noqa: N815
    contextGroupingActivityType: list[str] = []  # noqa: N815
    contextParentActivityType: list[str] = []  # noqa: N815
    contextOtherActivityType: list[str] = []  # noqa: N815
    contextCategoryActivityType: list[str] = []  # noqa: N815
    attachmentUsageType: list[str] = []  # noqa: N815
    objectStatementRefTemplate: list[str] = []  # noqa: N815
    contextStatementRefTemplate: list[str] = []  # noqa: N815
    rules: list[TemplateRule] = []


class Concept(_ProfileElement):
    """A verb, activity type, extension or other thing that a profile gives a name (section 7)."""

    type: str
    inlineSchema: Any = None  # noqa: N815
    schema_: Any = Field(default=None, alias="schema")


class _ProfileVersion(BaseModel):
    id: str


class XapiProfile(_ProfileElement):
    """A profile as far as single statements can be held against it."""

    type: Literal["Profile"]
    versions: list[_ProfileVersion] = []
    concepts: list[Concept] = []
    all_templates: list[StatementTemplate] = Field(default=[], alias="templates")
    patterns: list[Any] = []

    @property
    def templates(self) -> list[StatementTemplate]:
        """The templates that have an id, so that a report can name them."""
        return [template for template in self.all_templates if template.id]

    @property
    def names(self) -> frozenset[str]:
        """The IRIs by which a statement can name it in its category: its own, and those of its versions."""
        return frozenset({self.id, *(version.id for version in self.versions)})

    @property
    def notes(self) -> tuple[str, ...]:
        """What of it is not checked, and why."""
        found = []
        if nameless := len(self.all_templates) - len(self.templates):
            found.append(f"Templates without an id ({nameless}) are skipped.")
        if self.patterns:
            found.append(
                f"Its patterns ({len(self.patterns)}) are not checked: they describe sequences of statements."
            )
        if any(concept.inlineSchema is not None or concept.schema_ is not None for concept in self.concepts):
            found.append("The schemas of its extensions are not checked; only the place of an extension is.")
        if any(one.objectStatementRefTemplate or one.contextStatementRefTemplate for one in self.templates):
            found.append(
                "Referenced statements are not looked up; only the presence of the reference is checked."
            )
        return tuple(found)


def read_xapi_profile(path: Path) -> XapiProfile:
    """Read the document of a profile.

    Raises:
        ProfileFileError: it cannot be read, or is no profile by the specification as far as it is used here.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ProfileFileError(f"{path}: the profile is larger than {_MAX_BYTES >> 20} MiB")
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ProfileFileError(f"{path}: the profile cannot be read: {error.strerror or error}") from error
    except orjson.JSONDecodeError as error:
        raise ProfileFileError(f"{path}: the profile is not JSON: {error}") from error
    try:
        return XapiProfile.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(
            f"{'/'.join(str(step) for step in fault['loc']) or 'the document'} {fault['msg']}"
            for fault in error.errors(include_url=False)[:_MAX_FAULTS_TOLD]
        )
        raise ProfileFileError(
            f"{path}: this is not an xAPI Profile (JSON-LD, type Profile): {problems}"
        ) from error
