"""The presets of the package, and the rules in force; no warehouse is needed here.

Rules are rows (RuleRow). The first of a form that fits counts: the school's own, in the order of the file, then those
of the presets in use. Of these the rules with conditions come before those without, so that a platform's word for one
kind of activity is not lost to what the word means elsewhere. Beyond that no two presets contradict each other, so
that their order does not matter (a test holds it).
"""

import hashlib
import importlib.resources
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from learnloom.pipelines.ingest.catalogue.vocabulary_rules import (
    FORMS,
    CategoryRule,
    CourseRule,
    DropRule,
    ExtensionRule,
    LiftRule,
    OtherRule,
    RuleRow,
    TypeRule,
    VerbRule,
    VocabularyRule,
    WholeRule,
)
from learnloom.pipelines.ingest.sources.errors import VocabularyFileError

PRESETS: Final = (
    "moodle-5",
    "moodle-4",
    "moodle-trax",
    "openedx",
    "h5p",
    "scorm",
    "cmi5",
    "articulate",
    "adapt",
    "jisc",
    "video",
    "published",
)
"""The presets of the package."""
PRESET_FORM: Final = "preset"
"""Form of the school's rows that name the presets in use: one each, or one without a name where none is."""


class VocabularyFile(BaseModel):
    """A file: rules by form, which presets stay in use, and for people what it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Annotated[str, StringConstraints(max_length=200)] = Field(default="", description="for people")
    presets: list[str] | None = Field(
        default=None,
        description="presets that stay in use after the file's own rules; all, where it is absent",
    )
    type: list[TypeRule] = []
    category: list[CategoryRule] = []
    verb: list[VerbRule] = []
    lift: list[LiftRule] = []
    whole: list[WholeRule] = []
    drop: list[DropRule] = []
    other: list[OtherRule] = []
    extension: list[ExtensionRule] = []
    course: list[CourseRule] = []

    def rules(self) -> list[VocabularyRule]:
        """All rules, form by form, in order."""
        return [rule for form in FORMS for rule in getattr(self, form)]


def parse_vocabulary(content: bytes, place: str) -> VocabularyFile:
    """Read the text of a file.

    Raises:
        VocabularyFileError: it is wrong; the message names `place`, rule, field and value.
    """
    try:
        told = tomllib.loads(content.decode("utf-8-sig"))
        return VocabularyFile.model_validate(told)
    except UnicodeDecodeError as error:
        raise VocabularyFileError(
            f"{place} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise VocabularyFileError(f"{place} is no TOML: {error}") from None
    except ValidationError as error:
        raise VocabularyFileError(f"{place}{_told(error)}") from None


def _told(error: ValidationError) -> str:
    """The first fault: rule, field, value, and what to do."""
    fault: Any = error.errors()[0]
    where = list(fault["loc"])
    message = str(fault.get("ctx", {}).get("error", fault["msg"]))
    is_rule = bool(where) and where[0] in FORMS
    if is_rule and len(where) > 1:
        place = f", [[{where[0]}]] {where[1] + 1}"
        where = where[2:]
        known = [field.alias or name for name, field in FORMS[fault["loc"][0]].model_fields.items()]
    else:
        place, known = "", list(VocabularyFile.model_fields)
    field = f", {where[0]}" if where and not (is_rule and not place) else ""
    match fault["type"]:
        case "extra_forbidden":
            return f"{place}: {where[-1]!r} is unknown; there are {', '.join(known)}"
        case "missing":
            return f"{place}{field}: it is missing; add it"
        case "list_type" | "model_type" if is_rule:
            return f": write [[{fault['loc'][0]}]] with two brackets, and fields below it"
        case "tuple_type":
            return f"{place}{field}: {fault['input']!r} is no IRI; give one like https://school.example/x, or a list"
        case "value_error":
            return f"{place}{field}: {message}"
    return f"{place}{field}: {fault['input']!r}: {message[0].lower()}{message[1:]}"


def presets_of(school: Iterable[RuleRow]) -> tuple[str, ...]:
    """Give the presets in use beside the school's rows: those it names, else all."""
    named = [row.from_id for row in school if row.form == PRESET_FORM]
    return tuple(name for name in PRESETS if name in named) if named else PRESETS


@cache
def preset(name: str) -> VocabularyFile:
    """Read a preset of the package."""
    return parse_vocabulary(preset_text(name).encode(), f"the preset {name}")


def preset_text(name: str) -> str:
    """Give a preset as it stands in the package, in TOML.

    Raises:
        VocabularyFileError: there is none of this name.
    """
    if name not in PRESETS:
        raise VocabularyFileError(f"there is no preset {name!r}; there are {', '.join(PRESETS)}")
    folder = importlib.resources.files("learnloom.schemas").joinpath("vocabularies")
    return folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def effective_rules(school: Iterable[RuleRow]) -> list[RuleRow]:
    """Give all rules in force, at positions from 1: the school's, then those of the presets in use.

    Args:
        school: the rows of landing.vocabulary; none where a school has no file.
    """
    own = list(school)
    rows = [row for row in own if row.form != PRESET_FORM]
    last = max((row.position for row in rows), default=0)
    named = [(rule, name) for name in presets_of(own) for rule in preset(name).rules()]
    for position, (rule, name) in enumerate(
        sorted(named, key=lambda pair: not pair[0].has_conditions), last + 1
    ):
        rows += rule.rows(position, name)
    return rows


def digest_of(rows: Iterable[RuleRow]) -> str:
    """Tell rules apart from others: 16 hexadecimal digits."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:16]
