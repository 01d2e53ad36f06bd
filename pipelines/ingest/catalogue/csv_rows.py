"""A CSV file that a school has written by hand: its rows by a pydantic model, and what is wrong with it by line."""

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from learnloom.pipelines.ingest.sources.errors import IngestError

MAX_ROWS: Final = 1_000_000
"""Of one file."""


class CsvRow(BaseModel):
    """One row: a column for each further field, whose validators get its text, which may be empty.

    They raise ValueError with what is wrong of which value, and what to do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    other_columns: ClassVar[str] = ""
    """Why a column of the file that is no field has to be empty in such a row, and what to do."""

    place: str
    """File and line, or file and path in its JSON: where to look."""


Row = TypeVar("Row", bound=CsvRow)


class Columns(NamedTuple):
    """Names of columns."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


def read_rows(
    path: Path, columns: Columns, model_of: Callable[[dict[str, str]], type[Row]], *, error: type[IngestError]
) -> Iterator[Row]:
    """Read the rows of a CSV file with a header, empty ones left out.

    Args:
        path: the file, in UTF-8.
        columns: those that have to be there, and those that may; no others.
        model_of: gives the model of a row by its cells.
        error: what is raised where the file is wrong or has more than MAX_ROWS rows: it names line, column and value.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for place, cells in _rows(file, path, columns, error):
                model = model_of(cells)
                kept = {name: text for name, text in cells.items() if text or name in model.model_fields}
                try:
                    yield model(place=place, **kept)
                except ValidationError as wrong:
                    raise error(f"{place}, {_told(wrong, model)}") from None
    except OSError as wrong:
        raise error(f"{path} cannot be read: {wrong.strerror or wrong}") from wrong
    except UnicodeDecodeError as wrong:
        raise error(f"{path} is not UTF-8 text (byte {wrong.start}): save it as CSV UTF-8") from wrong
    except csv.Error as wrong:
        raise error(f"{path} is no CSV file: {wrong}") from wrong


def _rows(
    file: Iterator[str], path: Path, columns: Columns, error: type[IngestError]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and cells of each row; a column that the file has not is empty."""
    reader = csv.DictReader(file, strict=True, restval="")
    names = reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
    known = columns.required + columns.optional
    if not set(columns.required) <= set(names) <= set(known) or len(set(names)) < len(names):
        raise error(
            f"{path}, line 1: the columns are {', '.join(names) or 'absent'}; "
            f"they must be {', '.join(columns.required)} and may be {', '.join(columns.optional)}, each once"
        )
    for number, cells in enumerate(reader, start=1):
        if number > MAX_ROWS:
            raise error(f"{path} has more than {MAX_ROWS} rows: split it")
        place = f"{path}, line {reader.line_num}"
        if None in cells:
            raise error(f'{place}: more cells than columns: put text with a comma in "quotes"')
        if any(text.strip() for text in cells.values()):
            yield place, dict.fromkeys(known, "") | {name: text.strip() for name, text in cells.items()}


def _told(wrong: ValidationError, model: type[CsvRow]) -> str:
    """The first fault of a row; what must not stand in it before all others."""
    faults: list[Any] = sorted(wrong.errors(), key=lambda each: each["type"] != "extra_forbidden")
    fault = faults[0]
    if fault["type"] == "extra_forbidden":
        return f"column {fault['loc'][0]}: {fault['input']!r} cannot stand here: {model.other_columns}"
    return (
        f"column {fault['loc'][0]}: {fault['ctx']['error']}" if fault["loc"] else f"{fault['ctx']['error']}"
    )


def checked_iri(iri: object) -> str:
    """Give back an IRI.

    Raises:
        ValueError: it is none.
    """
    if iri == "":
        raise ValueError("it is empty; give an IRI like https://school.example/x")
    if not isinstance(iri, str) or ":" not in iri.strip(":") or any(c.isspace() for c in iri):
        raise ValueError(f"{iri!r} is no IRI; give one like https://school.example/x")
    return iri


Iri = Annotated[str, AfterValidator(checked_iri)]


def weight_of(text: str) -> Decimal:
    """Read a weight to four digits: 1 where the cell is empty, NaN where it holds no number."""
    try:
        return Decimal(text or 1).quantize(Decimal("0.0001"))
    except InvalidOperation:
        return Decimal("NaN")
