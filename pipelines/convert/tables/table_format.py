"""A table as a format: its rows become answers or grades by a mapping of columns."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, ClassVar, NamedTuple

from learnloom.pipelines.convert.format import Converted, Options, OptionsError, SourceRecord
from learnloom.pipelines.convert.tables.columns import NAMED, find_places
from learnloom.pipelines.convert.tables.items import LongTable, WideTable
from learnloom.pipelines.convert.tables.mapping import read_mapping
from learnloom.pipelines.convert.tables.row_reader import RowReader, Site
from learnloom.pipelines.convert.tables.rows import CsvFile
from learnloom.pipelines.ingest.sources.errors import InputError


class _Row(NamedTuple):
    cells: list[str]
    table: "_Table"


class TableFormat:
    """Answers or grades of a table; its subclasses (platforms.py) know the columns of a platform."""

    name: ClassVar[str] = "csv"
    summary: ClassVar[str] = "Answers or grades of any CSV file, by a mapping of its columns (--map)."
    preset: ClassVar[str | None] = None

    def __init__(self, options: Options) -> None:
        """Check options and mapping.

        Raises:
            OptionsError: something is absent or wrong.
        """
        mapping = read_mapping(options.table, self.preset)
        home_page = options.home_page or mapping.home_page or ""
        if not home_page.startswith(("http://", "https://")):
            raise OptionsError(
                f"the home page is {home_page!r}: say whose accounts the identifiers are, "
                "with --home-page https://lms.school.example"
            )
        self._site = Site.of(mapping, home_page, options)
        if mapping.needs_quiz and not self._site.quiz:
            raise OptionsError(
                "the file does not say which quiz it is of, and question 1 of another would be taken for the same: "
                "give its address with --quiz"
            )
        self._max_row_bytes = options.max_record_bytes

    def read(self, given: Path | BinaryIO) -> Iterator[SourceRecord]:
        """Cut a CSV file into its rows; see `Format.read`."""
        mapping = self._site.mapping
        file = CsvFile(
            given,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            header_row=mapping.header_row,
            max_row_bytes=self._max_row_bytes,
        )
        table = _Table(self._site, file.header)
        for cells, raw, line, error in file.rows():
            yield SourceRecord(raw, f"line {line}", _Row(cells, table), error)

    def convert(self, record: SourceRecord) -> Converted:
        """Make the statements of one row; see `Format.convert`."""
        row: _Row = record.content
        return row.table.convert(row.cells)


class _Table:
    """What the rows of one file mean."""

    def __init__(self, site: Site, header: list[str]) -> None:
        mapping = site.mapping
        place, items = find_places(mapping, header)
        lower = [name.lower() for name in header]
        self._only = [
            (lower.index(column.lower()), column, frozenset(value.lower() for value in values))
            for column, values in mapping.only.items()
            if column.lower() in lower
        ]
        reader = RowReader(site, place, header, [_index(column, lower, header) for column in mapping.key])
        self._rows = WideTable(reader, items) if items else LongTable(reader)

    def convert(self, cells: list[str]) -> Converted:
        """Make the statements of a row, unless it does not count."""
        for index, column, values in self._only:
            if cells[index].strip().lower() not in values:
                return Converted((), self._rows.kind, "", f"{column} is none of {', '.join(sorted(values))}")
        return self._rows.convert(cells)


def _index(column: str, lower: Sequence[str], header: Sequence[str]) -> int:
    if column.lower() not in lower:
        raise InputError(
            f"it has no column {column!r}, which key of the mapping names: its columns are {', '.join(header[:NAMED])}"
        )
    return lower.index(column.lower())
