"""The files of a OneRoster CSV package (1.1 and 1.2), a folder or a ZIP archive: those that are named, no others.

Of each only named columns are read. Whatever else a package holds (names, telephone numbers, passwords, demographics)
is never looked at.
https://www.imsglobal.org/oneroster-v11-final-csv-tables
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.tables.rows import CsvFile
from learnloom.pipelines.ingest.sources.errors import InputError

ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "academicSessions": ("sourcedId", "startDate", "endDate"),
    "classes": ("sourcedId", "title", "termSourcedIds"),
    "enrollments": (
        "sourcedId",
        "status",
        "dateLastModified",
        "classSourcedId",
        "userSourcedId",
        "role",
        "beginDate",
        "endDate",
    ),
    "lineItems": ("sourcedId", "title", "classSourcedId", "dueDate", "resultValueMin", "resultValueMax"),
    "results": (
        "sourcedId",
        "status",
        "lineItemSourcedId",
        "studentSourcedId",
        "scoreStatus",
        "score",
        "scoreDate",
    ),
    "roles": ("userSourcedId", "status", "role"),
    "users": ("sourcedId", "status", "role"),
}
"""The files that may be opened, and the columns of each that may be read."""
_STAFF_ROLES: Final = frozenset(
    {
        "administrator",
        "aide",
        "counselor",
        "districtadministrator",
        "principal",
        "proctor",
        "siteadministrator",
        "systemadministrator",
        "teacher",
    }
)
"""Roles of who works at a school, in small letters."""
_MAX_BYTES: Final = 8 << 30
"""Of one unpacked file."""


class PackageRow(NamedTuple):
    """The columns of one row that may be read."""

    cells: dict[str, str]
    """By name; of a column that the file has not, empty."""
    raw: bytes
    place: str
    error: ConvertError | None


class Package:
    """Reads the files of one package."""

    def __init__(self, given: Path | BinaryIO, max_row_bytes: int) -> None:
        """Look which files there are.

        Raises:
            InputError: it is no OneRoster package.
            OSError: it cannot be read.
        """
        self._max_row_bytes = max_row_bytes
        self._archive: zipfile.ZipFile | None = None
        self._paths: dict[str, Path] = {}
        if isinstance(given, Path) and given.is_dir():
            self._paths = {path.stem.lower(): path for path in package_files(given)}
        else:
            self._archive = _opened(given)
        if not self.has("enrollments") and not self.has("results"):
            raise InputError(
                "it is no OneRoster package: it has neither enrollments.csv nor results.csv; give the folder or the "
                "ZIP file that the student information system exports"
            )

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name.lower() in self._paths or self._member(name) is not None

    def rows(self, name: str, needed: Sequence[str]) -> Iterator[PackageRow]:
        """Yield the rows of a file, as far as they may be read; none where there is no such file.

        Args:
            name: one of ALLOWED.
            needed: columns without which it means nothing.

        Raises:
            InputError: it cannot be read, or a column that is needed is absent.
            OSError: it cannot be read.
        """
        allowed = ALLOWED[name]
        source = self._source(name)
        if source is None:
            return
        file = CsvFile(
            source, encoding="utf-8", delimiter=None, header_row=1, max_row_bytes=self._max_row_bytes
        )
        lower = [column.lower() for column in file.header]
        if absent := [column for column in needed if column.lower() not in lower]:
            raise InputError(
                f"{name}.csv has no column {', '.join(absent)}, which OneRoster asks for: export it again"
            )
        places = {column: lower.index(column.lower()) for column in allowed if column.lower() in lower}
        for cells, raw, line, error in file.rows():
            told = dict.fromkeys(allowed, "")
            if error is None:
                told |= {column: cells[index].strip() for column, index in places.items()}
            yield PackageRow(told, raw, f"{name}.csv, line {line}", error)

    def _member(self, name: str) -> zipfile.ZipInfo | None:
        if self._archive is None:
            return None
        wanted = f"{name}.csv".lower()
        return next(
            (each for each in self._archive.infolist() if each.filename.rpartition("/")[2].lower() == wanted),
            None,
        )

    def _source(self, name: str) -> Path | BinaryIO | None:
        if name.lower() in self._paths:
            return self._paths[name.lower()]
        member = self._member(name)
        if member is None or self._archive is None:
            return None
        if member.file_size > _MAX_BYTES:
            raise InputError(
                f"{member.filename} has {member.file_size:,} bytes unpacked, more than {_MAX_BYTES:,}"
            )
        try:
            return io.BufferedReader(self._archive.open(member))  # type: ignore[type-var]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise InputError(
                f"{member.filename} in it cannot be unpacked ({error}): export it again"
            ) from error


def package_files(folder: Path) -> list[Path]:
    """Give the files of a folder that a package consists of and that may be opened, sorted."""
    names = {name.lower() for name in ALLOWED}
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.stem.lower() in names
    )


def staff_ids(given: Path | BinaryIO, max_row_bytes: int = 1 << 20) -> Iterator[str]:
    """Yield the sourcedId of everybody who works at the school, each once: teachers, aides, administrators.

    Whoever has such a role by roles.csv (1.2), users.csv (1.1) or an enrolment is one of them; of users.csv nothing but
    id, status and role is read.

    Raises:
        InputError: it is no OneRoster package, or cannot be read.
        OSError: it cannot be read.
    """
    package = Package(given, max_row_bytes)
    seen: set[str] = set()
    for name, person in (
        ("roles", "userSourcedId"),
        ("users", "sourcedId"),
        ("enrollments", "userSourcedId"),
    ):
        for row in package.rows(name, (person,)):
            who = row.cells[person]
            is_staff = (
                row.cells["role"].lower() in _STAFF_ROLES and row.cells["status"].lower() != "tobedeleted"
            )
            if who and is_staff and who not in seen:
                seen.add(who)
                yield who


def _opened(given: Path | BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(given)
    except (zipfile.BadZipFile, io.UnsupportedOperation) as error:
        raise InputError(
            f"it is no ZIP archive ({error}): give the folder or the ZIP file of a OneRoster package"
        ) from error
