"""What the school's platforms say, and what it means: a file of the school's own, and the package's presets.

Rules are rows (RuleRow), in landing.vocabulary and wherever they are applied. The first of a form that fits counts:
the school's own, in the order of the file, then those of the presets in use. Of these the rules with conditions come
before those without, so that a platform's word for one kind of activity is not lost to what the word means elsewhere;
no two presets contradict each other beyond that, and their order does not matter (a test holds it).
"""

import hashlib
import importlib.resources
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from learnloom.pipelines.ingest.catalogue.vocabulary_rules import (
    FORMS,
    CategoryRule,
    CourseRule,
    DropRule,
    ExtensionRule,
    LiftRule,
    Rule,
    RuleRow,
    TypeRule,
    VerbRule,
    WholeRule,
)
from learnloom.pipelines.ingest.land import tables
from learnloom.pipelines.ingest.sources.errors import VocabularyFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import LANDING

PRESETS: Final = (
    "moodle-5",
    "moodle-4",
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
SCHOOL: Final = "school"
"""Vocabulary of the rows of the school's own file."""
MAX_BYTES: Final = 1_000_000
"""Of a file."""
MAX_ROWS: Final = 10_000
"""That the rules of a file make."""

RULE_ROWS: Final = pa.schema(
    [("position", pa.int32()), *((name, pa.string()) for name in RuleRow._fields[1:])]
)
"""Arrow form of the rows: columns of landing.vocabulary."""
_PRESET_FORM: Final = "preset"
"""Form of the rows that name the presets in use: one each, or one without a name where none is."""


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
    extension: list[ExtensionRule] = []
    course: list[CourseRule] = []

    def rules(self) -> list[Rule]:
        """All rules, form by form, in order."""
        return [rule for form in FORMS for rule in getattr(self, form)]


class VocabularyCounts(NamedTuple):
    """What a file says."""

    rules: int
    presets: tuple[str, ...]
    """Those in use beside it."""


def import_vocabulary(warehouse: Warehouse, path: Path, *, wait_seconds: float) -> VocabularyCounts:
    """Put the vocabulary in the file at `path` in the place of the stored one, as one transaction.

    Raises:
        VocabularyFileError: the file cannot be read or is wrong; nothing is changed.
        WarehouseBusyError: other writers were in the way for too long; nothing is changed.
    """
    rows = read_vocabulary(path)
    table = rule_table(rows)

    def work() -> None:
        with warehouse.transaction(LANDING):
            tables.replace_vocabulary(warehouse, table)

    tables.prepare(warehouse, wait_seconds=wait_seconds)
    warehouse.retrying(work, wait_seconds=wait_seconds)
    return VocabularyCounts(len({row.position for row in rows if row.form != _PRESET_FORM}), presets_of(rows))


def read_vocabulary(path: Path) -> list[RuleRow]:
    """Read and check a school's file; its rows for landing.vocabulary.

    Raises:
        VocabularyFileError: it cannot be read or is wrong; the message names rule, field and value.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise VocabularyFileError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise VocabularyFileError(
            f"{path} has more than {MAX_BYTES:,} bytes: remove rules that no statement needs"
        )
    read = parse_vocabulary(content, str(path))
    named = read.presets
    for name in named or ():
        if name not in PRESETS:
            raise VocabularyFileError(f"{path}, presets: {name!r} is none; there are {', '.join(PRESETS)}")
    rows = [row for position, rule in enumerate(read.rules(), 1) for row in rule.rows(position, SCHOOL)]
    if len(rows) > MAX_ROWS:
        raise VocabularyFileError(
            f"{path}: its rules make {len(rows):,} combinations of values, more than {MAX_ROWS:,}: "
            f"shorten the lists of `on` and `within`"
        )
    _check_repeats(rows, read.rules(), str(path))
    if named is None:
        return rows
    return [*rows, *(RuleRow(0, SCHOOL, _PRESET_FORM, name) for name in named or (None,))]


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
        case "value_error":
            return f"{place}{field}: {message}"
    return f"{place}{field}: {fault['input']!r}: {message[0].lower()}{message[1:]}"


def _check_repeats(rows: Sequence[RuleRow], rules: Sequence[Rule], place: str) -> None:
    """Refuse two rules of which the second can never count, because the first has all its conditions."""
    first: dict[tuple[str | None, ...], RuleRow] = {}
    for row in rows:
        told = row.to_id if row.form in ("lift", "course") else None
        key = (row.form, row.from_id, told, *row[5:8], row.matching)
        before = first.setdefault(key, row)
        if before.position != row.position:
            names = [_named(rules, each.position) for each in (row, before)]
            raise VocabularyFileError(
                f"{place}, {names[0]}: {row.from_id or row.to_id} never counts here, because {names[1]} has it with "
                f"the same conditions: remove one"
            )


def _named(rules: Sequence[Rule], position: int) -> str:
    """A rule by form and number, as people find it in the file."""
    rule = rules[position - 1]
    number = sum(other.form == rule.form for other in rules[:position])
    return f"[[{rule.form}]] {number}"


def presets_of(school: Iterable[RuleRow]) -> tuple[str, ...]:
    """Give the presets in use beside the school's rows: those it names, else all."""
    named = [row.from_id for row in school if row.form == _PRESET_FORM]
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
    rows = [row for row in own if row.form != _PRESET_FORM]
    last = max((row.position for row in rows), default=0)
    named = [(rule, name) for name in presets_of(own) for rule in preset(name).rules()]
    for position, (rule, name) in enumerate(
        sorted(named, key=lambda pair: not pair[0].has_conditions), last + 1
    ):
        rows += rule.rows(position, name)
    return rows


def rule_table(rows: Iterable[RuleRow]) -> pa.Table:
    """Give rows in Arrow's form (RULE_ROWS)."""
    return pa.Table.from_pylist([row._asdict() for row in rows], schema=RULE_ROWS)


def landed_vocabulary(warehouse: Warehouse) -> list[RuleRow]:
    """Read the school's own rows, in order; none where it has no file, or the warehouse no such table yet."""
    return [RuleRow(*row) for row in tables.vocabulary_rows(warehouse, RuleRow._fields)]


def vocabulary_in_force(warehouse: Warehouse) -> pa.Table:
    """Read the rules in force as rows of run.vocabulary_rule: the school's, then those of the presets in use."""
    table = rule_table(effective_rules(landed_vocabulary(warehouse)))
    return table.add_column(0, "rule_id", pa.array(range(1, table.num_rows + 1), pa.int32()))


def digest_of(rows: Iterable[RuleRow]) -> str:
    """Tell rules apart from others: 16 hexadecimal digits."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:16]
