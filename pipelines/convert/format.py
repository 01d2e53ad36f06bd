"""The contract of a format: how what is no xAPI is cut into records, and what statements become of each.

Formats of the package are named in `registry.py`; a school adds its own by the entry point `learnloom.formats`.
tests/pipelines/convert/format_contract.py holds every format to this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple, Protocol, runtime_checkable

from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.record import Fault

RULE_PREFIX = "convert-"
"""Of the rules by which a record is refused before there is a statement to validate."""
_MAX_VALUE_CHARS = 200


class ConvertError(LearnloomError):
    """A record cannot be converted: it becomes a dead letter with its original bytes.

    Raised by `Format.convert`, or carried by a `SourceRecord` that could not be read whole.
    """

    def __init__(self, rule: str, message: str, *, value: object = "", path: str = "") -> None:
        """Say what is wrong.

        Args:
            rule: a stable id that begins with `convert-`, such as `convert-time`; it never gets another meaning.
            message: what is wrong, which value, where (column, property), and what to do: one sentence.
            value: the offending value, or nothing where it must not be repeated (a name, an address).
            path: where it stands in the record: a column, a JSON Pointer, an XML path.
        """
        super().__init__(message)
        self.fault = Fault(rule, path, str(value)[:_MAX_VALUE_CHARS], message)


class SourceRecord(NamedTuple):
    """One record of the source: a row, an event, an element."""

    raw: bytes
    """The bytes as they stand in the source; its beginning, where `error` is given."""
    place: str
    """Where it stands in its file, for messages: `line 12`, `results.csv, line 3`, `/assessmentResult/itemResult[2]`"""
    content: Any = None
    """What reading has parsed of it already (cells, an element), so that `convert` need not again."""
    error: ConvertError | None = None
    """Why it could not be read whole; it is refused, and never converted."""


class Converted(NamedTuple):
    """What became of a record: statements, or the reason why there are none."""

    statements: Sequence[dict[str, Any]]
    """xAPI statements without `id`; the frame sets it, from key and place in this sequence."""
    kind: str
    """Kind of event in the source's own words (`problem_check`, `answer`, `enrolment`): the receipt counts by it."""
    key: str
    """What names the record for good in its source: an event's own id, or the values of key columns.

    Equal keys of one source are the same record. It must not depend on the order of records, nor on the file.
    """
    ignored: str | None = None
    """Why no statement was made, in few words that many records share (`carries no meaning`); None where some were."""
    names: Sequence[str] = ()
    """What each statement is called within its record, where its number would not last (a cell by its column); as many
    as statements, or none: then they are numbered from 0."""
    can_change: bool = False
    """Whether the source may correct the record later under the same key (a grade, a roster's row): what lands last
    stands then, and the statement of before is voided. False (an event): other content under the key is refused."""
    withdrawn: Sequence[str] = ()
    """Names of statements that the record does not make any more (a grade that was cleared): what landed is voided."""


@dataclass(frozen=True)
class Options:
    """What a person says of the source, because it does not say so itself."""

    home_page: str = ""
    """homePage of the accounts that the source's identifiers name, and beginning of the IRIs made of its ids."""
    source: str = ""
    """Name of the sending system, part of every id: two with the same keys need two names. Default: see `ids.py`."""
    course: str | None = None
    """IRI of the course, where records name none."""
    quiz: str | None = None
    """IRI of the quiz that the questions of the file belong to, where records name none."""
    time_zone: str = "UTC"
    """IANA name: of times without an offset."""
    max_record_bytes: int = 1 << 20
    """A longer record is refused (rule `convert-too-big`), and its beginning kept."""
    table: Mapping[str, Any] = field(default_factory=dict)
    """What `--map` says (TOML): a format checks it and names what it does not know."""


class Format(Protocol):
    """One format, made for one run by its options; holds no more than a bounded state."""

    name: ClassVar[str]
    """On the command line, in settings, in the folder's name: small letters, digits, hyphens."""
    summary: ClassVar[str]
    """One sentence for `learnloom convert --list`: what is exported where, and what it becomes."""

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Cut what is given into records, in order, without holding all of it.

        Args:
            given: a file (a folder too, if the format consists of several files) or an open binary stream, compressed
                by gzip or zstd or not (see `text.py`). A Kafka message's value comes as a stream.

        Raises:
            InputError: it cannot be read (on), or is something else; what came before was yielded.
            OSError: the same, by the system.
        """

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one record; the same record gives the same, whatever came before.

        Raises:
            ConvertError: it has a meaning that cannot be told: a value is absent or wrong.
        """


@runtime_checkable
class FolderFormat(Format, Protocol):
    """A format of which one export is a folder of several files."""

    def members(self, folder: Path) -> list[Path]:
        """Give the files that `read` opens where the folder is one export; none where it is not."""


class FormatFactory(Protocol):
    """Makes a format for one run: its class is one."""

    @property
    def summary(self) -> str:
        """See `Format.summary`."""

    def __call__(self, options: Options, /) -> Format:
        """Make the format.

        Raises:
            OptionsError: options are absent or wrong.
        """


class OptionsError(LearnloomError):
    """The options of a format are wrong; the message names option, value, and what to do."""
