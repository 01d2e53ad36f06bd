"""OneRoster 1.1 and 1.2, CSV: who is in which class, and the scores of the grade book."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo

from learnloom.pipelines.convert.format import Converted, ConvertError, Options, OptionsError, SourceRecord
from learnloom.pipelines.convert.oneroster_package import Package, PackageRow, package_files
from learnloom.pipelines.convert.tables.cells import Points
from learnloom.pipelines.convert.tables.statements import SCORED_VERB, activity, iri_of, score_of
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas.vocabulary import ASSIGNMENT, COURSE, DUE_AT, REGISTERED, UNREGISTERED

_REGISTERED: Final = {"id": REGISTERED, "display": {"en": "registered"}}
_UNREGISTERED: Final = {"id": UNREGISTERED, "display": {"en": "unregistered"}}
_ENROLMENT: Final = ("registered", "left")
_SCORE: Final = ("score",)
"""What the statements of an enrolment and of a result are called."""
_GRADED: Final = {"", "fully graded", "partially graded"}
_RECORDS: Final = {"enrollments", "results"}
_READ: Final = {"academicsessions", "classes", "lineitems", *_RECORDS}
_MAX_REFERENCES: Final = 1_000_000
"""Classes, sessions and line items of one package, each: they are held."""


class _Class(NamedTuple):
    title: str
    begins_on: str
    """First day of its terms; empty where unknown."""
    ends_on: str


class _LineItem(NamedTuple):
    title: str
    class_id: str
    due: str
    min: str
    max: str


@dataclass
class _References:
    """What enrolments and results refer to."""

    classes: dict[str, _Class] = field(default_factory=dict)
    line_items: dict[str, _LineItem] = field(default_factory=dict)


class _Row(NamedTuple):
    kind: str
    cells: dict[str, str]
    references: _References


class OneRoster:
    """Enrolments become registered and unregistered, results become scored; nothing else is read of a person."""

    name: ClassVar[str] = "oneroster"
    summary: ClassVar[str] = (
        "OneRoster 1.1 and 1.2 (CSV, folder or ZIP): enrolments and the grade book's results."
    )

    def __init__(self, options: Options) -> None:
        """Check the options.

        Raises:
            OptionsError: the home page is absent.
        """
        if not options.home_page.startswith(("http://", "https://")):
            raise OptionsError(
                f"the home page is {options.home_page!r}: say whose sourcedIds these are, "
                "with --home-page https://sis.school.example"
            )
        self._home_page = options.home_page
        self._site = options.home_page.rstrip("/")
        self._zone = ZoneInfo(options.time_zone)
        self._max_row_bytes = options.max_record_bytes

    def members(self, folder: Path) -> list[Path]:
        """Give the files that are opened where the folder is a package; see `FolderFormat.members`."""
        found = [path for path in package_files(folder) if path.stem.lower() in _READ]
        return found if any(path.stem.lower() in _RECORDS for path in found) else []

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Yield the rows of enrollments.csv and results.csv; see `Format.read`."""
        package = Package(given, self._max_row_bytes)
        references = _References()
        sessions = {
            row.cells["sourcedId"]: (row.cells["startDate"], row.cells["endDate"])
            for row in _held(package, "academicSessions")
        }
        for row in _held(package, "classes"):
            terms = [sessions[each] for each in _ids(row.cells["termSourcedIds"]) if each in sessions]
            begins = min((begin for begin, _ in terms), default="")
            ends = max((end for _, end in terms), default="")
            references.classes[row.cells["sourcedId"]] = _Class(row.cells["title"], begins, ends)
        for row in _held(package, "lineItems"):
            told = row.cells
            references.line_items[told["sourcedId"]] = _LineItem(
                told["title"],
                told["classSourcedId"],
                told["dueDate"],
                told["resultValueMin"],
                told["resultValueMax"],
            )
        for name, needed in (
            ("enrollments", ("sourcedId", "classSourcedId", "userSourcedId", "role")),
            ("results", ("sourcedId", "lineItemSourcedId", "studentSourcedId", "score")),
        ):
            for row in package.rows(name, needed):
                yield SourceRecord(row.raw, row.place, _Row(name, row.cells, references), row.error)

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of an enrolment or a result; see `Format.convert`."""
        row: _Row = record.content
        cells = row.cells
        if not cells["sourcedId"]:
            raise ConvertError("convert-key", "sourcedId is empty: nothing names the row.", path="sourcedId")
        if row.kind == "enrollments":
            return self._enrolment(cells, row.references)
        return self._result(cells, row.references)

    def _enrolment(self, cells: dict[str, str], references: _References) -> Converted:
        key = f"enrollment {cells['sourcedId']}"
        role = cells["role"].lower()
        if role != "student":
            return Converted((), "enrollment", key, f"role is {role or 'empty'}")
        student, class_id = _named(cells, "userSourcedId"), _named(cells, "classSourcedId")
        known = references.classes.get(class_id, _Class("", "", ""))
        shared = {"actor": self._actor(student), "object": self._class(class_id, known.title)}
        begins, ends = cells["beginDate"] or known.begins_on, cells["endDate"]
        statements = [{**shared, "verb": _REGISTERED, **self._at(begins, "beginDate")}]
        names = ["registered"]
        is_deleted = cells["status"].lower() == "tobedeleted"
        # An enrolment that ends with its class says nothing of leaving.
        if is_deleted or (ends and known.ends_on and ends < known.ends_on):
            left = cells["dateLastModified"] if is_deleted and cells["dateLastModified"] else ends
            statements.append({**shared, "verb": _UNREGISTERED, **self._at(left, "endDate")})
            names.append("left")
        withdrawn = [name for name in _ENROLMENT if name not in names]
        return Converted(statements, "enrollment", key, names=names, can_change=True, withdrawn=withdrawn)

    def _result(self, cells: dict[str, str], references: _References) -> Converted:
        key, status = f"result {cells['sourcedId']}", cells["scoreStatus"].lower()
        if cells["status"].lower() == "tobedeleted":
            return Converted((), "result", key, "it is to be deleted", withdrawn=_SCORE)
        if status not in _GRADED:
            return Converted((), "result", key, f"scoreStatus is {status}", withdrawn=_SCORE)
        if not cells["score"]:
            return Converted((), "result", key, "no score", withdrawn=_SCORE)
        student, line_item_id = _named(cells, "studentSourcedId"), _named(cells, "lineItemSourcedId")
        item = references.line_items.get(line_item_id)
        if item is None:
            raise ConvertError(
                "convert-reference",
                f"lineItemSourcedId is {line_item_id!r}, which lineItems.csv has not: export both together.",
                value=line_item_id,
                path="lineItemSourcedId",
            )
        lowest = _number(item.min, "resultValueMin") if item.min else 0.0
        highest = _number(item.max, "resultValueMax") if item.max else None
        score = score_of(Points(_number(cells["score"], "score"), highest))
        if (
            lowest
            and highest is not None
            and lowest <= score.get("raw", lowest) <= highest
            and lowest < highest
        ):
            score = {"raw": score["raw"], "min": lowest, "max": highest}
        if not score:
            return Converted((), "result", key, "no points can be had", withdrawn=_SCORE)
        statement: dict[str, Any] = {
            "actor": self._actor(student),
            "verb": SCORED_VERB,
            "object": self._line_item(line_item_id, item),
            "result": {"score": score},
            **self._at(cells["scoreDate"], "scoreDate"),
        }
        if item.class_id:
            known = references.classes.get(item.class_id, _Class("", "", ""))
            statement["context"] = {
                "contextActivities": {"grouping": [self._class(item.class_id, known.title)]}
            }
        return Converted([statement], "result", key, names=_SCORE, can_change=True)

    def _actor(self, sourced_id: str) -> dict[str, Any]:
        return {"account": {"homePage": self._home_page, "name": sourced_id}}

    def _class(self, class_id: str, title: str) -> dict[str, Any]:
        return activity(iri_of(class_id, f"{self._site}/classes/", "classSourcedId"), COURSE, title, "und")

    def _line_item(self, line_item_id: str, item: _LineItem) -> dict[str, Any]:
        iri = iri_of(line_item_id, f"{self._site}/lineItems/", "lineItemSourcedId")
        made = activity(iri, ASSIGNMENT, item.title, "und")
        if due := self._at(item.due, "dueDate"):
            made["definition"]["extensions"] = {DUE_AT: due["timestamp"]}
        return made

    def _at(self, text: str, column: str) -> dict[str, str]:
        """Write a day or moment as a statement's timestamp; nothing where none is told.

        Raises:
            ConvertError: it is none.
        """
        if not text:
            return {}
        try:
            moment = (
                datetime.fromisoformat(text)
                if "T" in text
                else datetime.combine(date.fromisoformat(text), time())
            )
        except ValueError as error:
            raise ConvertError(
                "convert-time",
                f"{column} is {text!r}, which is no day (2026-09-07) or moment of ISO 8601.",
                value=text,
                path=column,
            ) from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        return {"timestamp": moment.isoformat()}


def _held(package: Package, name: str) -> Iterator[PackageRow]:
    """The rows of a file that is held: those that are named and can be read."""
    for number, row in enumerate(package.rows(name, ("sourcedId",))):
        if number >= _MAX_REFERENCES:
            raise InputError(f"{name}.csv has more than {_MAX_REFERENCES:,} rows: split the package")
        if row.error is None and row.cells["sourcedId"]:
            yield row


def _ids(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _named(cells: dict[str, str], column: str) -> str:
    if not cells[column]:
        raise ConvertError("convert-reference", f"{column} is empty: nothing is named.", path=column)
    return cells[column]


def _number(text: str, column: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value - value != 0:
        raise ConvertError(
            "convert-number", f"{column} is {text!r}, which is no number.", value=text, path=column
        )
    return value
