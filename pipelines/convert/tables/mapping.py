"""What the columns of a table mean: a school's TOML, checked; or a preset of the package."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from learnloom.pipelines.convert.format import OptionsError

_PRESETS: Final = "learnloom.pipelines.convert.tables.presets"
_RIGHT: Final = ("1", "1.0", "true", "t", "yes", "y", "right", "correct")
_WRONG: Final = ("0", "0.0", "false", "f", "no", "n", "wrong", "incorrect")
_EMPTY: Final = ("", "-", "\N{EN DASH}", "na", "n/a", "null", "none", "nan")


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _compiles(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


def _names_item(text: str) -> str:
    if "item" not in re.compile(_compiles(text)).groupindex:
        raise ValueError(f"{text!r} has no group (?P<item>…), which names the question or work of a column")
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Names of a column: the first that the file has is taken. Matched without regard to capitals."""
ItemPattern = Annotated[str, AfterValidator(_names_item)]
"""Regular expression over a whole column name, without regard to capitals; its group `item` names what is asked."""
ItemPatterns = Annotated[tuple[ItemPattern, ...], BeforeValidator(_listed)]
"""Of an item that has columns of several of these, those of the first are taken."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnMapping(_Part):
    """Which column says what; none of them is needed but the student's."""

    student: Names = ()
    """Identifier of the student's account, which never changes."""
    email: Names = ()
    """E-mail address, for rows that have no other identifier."""
    item: Names = ()
    """The question, or the piece of work: an IRI, or an id."""
    item_name: Names = ()
    correct: Names = ()
    """Right or wrong; or the share that is right, from 0 to 1."""
    score: Names = ()
    """Points; `7 / 10` and `70 %` say of how many."""
    max: Names = ()
    """Points that can be had."""
    at: Names = ()
    order: Names = ()
    """A number that grows with time, where no time is told; see `order_start`."""
    duration: Names = ()
    skill: Names = ()
    skill_name: Names = ()
    course: Names = ()
    quiz: Names = ()
    attempt: Names = ()
    response: Names = ()
    hints: Names = ()
    """How many hints were asked for."""


class Wide(_Part):
    """Of a table with columns for each question or piece of work: how their columns are named."""

    score: ItemPatterns = ()
    """Columns with points; group `max` tells of how many, `name` what it is called, `type` which of `item_types`."""
    correct: ItemPatterns = ()
    response: ItemPatterns = ()
    """Columns with what was answered."""
    right_answer: ItemPatterns = ()
    """Columns with the right answer: an answer that equals it is right."""
    name: ItemPatterns = ()
    """Columns whose cells tell what the question is called."""
    pair: ItemPatterns = ()
    """Columns with what was answered, each followed by the column of its points, which is named by the points that can
    be had."""
    only_scored: bool = False
    """Whether a column counts only where its item has one of points, too."""
    skip: Annotated[str, AfterValidator(_compiles)] | None = None
    """Columns that are none of these."""

    @model_validator(mode="after")
    def _tells_something(self) -> "Wide":
        if not (self.score or self.correct or self.response or self.pair):
            raise ValueError("give one of score, correct, response, pair")
        return self


class TableMapping(_Part):
    """What a table means."""

    kind: Literal["answers", "grades"] = "answers"
    """Of answers each is an answer to a question; of grades each is a score of a piece of work."""
    columns: ColumnMapping = ColumnMapping()
    wide: Wide | None = None
    key: Names = ()
    """Columns that name a row for good, where student, item, attempt and time do not."""
    only: dict[str, Names] = Field(default_factory=dict)
    """Values of a column with which a row counts; the others are passed over."""
    item_type: Literal["question", "quiz", "assignment"] | None = None
    """None: a question of answers, an assignment of grades."""
    item_types: dict[str, Literal["question", "quiz", "assignment"]] = Field(default_factory=dict)
    """The type by what the group `type` of a column's name says, in small letters."""
    item_scope: Literal["quiz", "site"] = "quiz"
    """Within what ids of items are unique: the quiz (of grades: the course) they are in, or the whole site."""
    home_page: str | None = None
    course: str | None = None
    quiz: str | None = None
    needs_quiz: bool = False
    """Whether questions of two quizzes would be taken for the same without `--quiz`."""
    encoding: str = "utf-8"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """None: the one of , ; tab | that the header has most of."""
    header_row: int = Field(default=1, ge=1, le=1_000)
    decimal: Literal[".", ",", "either"] = "."
    """either: whichever of them stands last in a number; none that separates thousands is told from it."""
    empty: tuple[str, ...] = _EMPTY
    """What a cell without a value holds: as written here, and in capitals."""
    right: tuple[str, ...] = _RIGHT
    wrong: tuple[str, ...] = _WRONG
    max_score: float | None = Field(default=None, gt=0)
    """Points that can be had, where no column says so."""
    skill_separator: str | None = Field(default=None, min_length=1)
    duration_unit: Literal["s", "ms", "min", "clock", "words"] = "s"
    """clock: 1:02:03; words: "1 hour 2 mins 3 secs"."""
    time_zone: str | None = None
    time_formats: tuple[str, ...] = ()
    """By Python's strptime; none: ISO 8601."""
    months: dict[str, int] = Field(default_factory=dict)
    """Names of months in other languages than English, with their numbers: %B and %b read English ones."""
    order_start: datetime = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
    """The order is counted in seconds from here: only which came first is true of these times."""
    language: str = "und"
    """Language of the names (RFC 5646)."""

    @model_validator(mode="after")
    def _can_be_read(self) -> "TableMapping":
        if not (self.columns.student or self.columns.email):
            raise ValueError("columns.student is absent: name the column that identifies the student")
        if self.wide is None and not self.columns.item:
            raise ValueError(
                "columns.item is absent: name the column of the question, or describe [wide] columns"
            )
        if self.wide is None and not (self.columns.correct or self.columns.score or self.columns.response):
            raise ValueError("columns has none of correct, score, response: name what tells how it went")
        try:
            "".encode(self.encoding)
        except LookupError as error:
            raise ValueError(f"encoding {self.encoding!r} is unknown: try windows-1252") from error
        return self


def read_mapping(table: Mapping[str, Any], preset: str | None) -> TableMapping:
    """Check what `--map` says, over a preset: tables are joined, everything else takes the preset's place.

    Raises:
        OptionsError: something is absent or wrong; the message names it.
    """
    known: dict[str, Any] = {}
    if preset is not None:
        known = tomllib.loads((files(_PRESETS) / f"{preset}.toml").read_text(encoding="utf-8"))
    elif not table:
        raise OptionsError(
            "nothing says which column means what: give --map FILE, as docs/how-to/convert.md shows, or a format "
            "that knows its columns (learnloom convert --list)"
        )
    joined = {
        name: {**known[name], **value}
        if isinstance(value, dict) and isinstance(known.get(name), dict)
        else value
        for name, value in {**known, **table}.items()
    }
    try:
        return TableMapping(**joined)
    except (ValidationError, TypeError) as error:
        if not isinstance(error, ValidationError):
            raise OptionsError(f"the mapping cannot be used: {error}") from error
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'mapping'}: {fault['msg']}" for fault in error.errors()
        )
        raise OptionsError(f"the mapping cannot be used: {told}") from None
