"""Answers from a table that somebody else made: student, item, skill, correct, and where known time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloom.pipelines.learner.history import FULL_WEIGHT, History
from learnloom.schemas.errors import LearnloomError

MAX_ANSWERS: Final = 10_000_000
REQUIRED: Final = ("student", "item", "skill", "correct")
OPTIONAL: Final = ("time", "answer")
# The columns of a table, under these names or those that a caller gives.
COLUMNS: Final = REQUIRED + OPTIONAL
# Between the skills of one cell.
SEPARATORS: Final = "~;"
_RIGHT: Final = {"1": 1.0, "1.0": 1.0, "true": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0}
# More microseconds than that have no room in 64 bits.
_LONGEST_SECONDS: Final = 9e12


class AnswerSetError(LearnloomError):
    """A table of answers cannot be read as such."""


@dataclass(frozen=True)
class AnswerSet:
    """Answers as the learner model takes them, and what its codes stand for."""

    history: History
    students: list[str]
    items: list[str]
    skills: list[str]
    is_test: NDArray[np.bool_]
    """Whether an answer came from the last of the tables."""


@dataclass(frozen=True)
class NamedTable:
    """A table of text cells, and the name by which a person knows it."""

    name: str
    table: pa.Table


def answers_of(tables: Sequence[NamedTable], columns: Mapping[str, str]) -> AnswerSet:
    """Read tables that are of one school: the same student, item or skill has one name in all of them.

    A row is an answer. Skills of one answer stand in one cell, separated by ~ or ;, or in rows that share student
    and `answer`. Answers are put in order of `time` (seconds since 1970, or ISO 8601, UTC where it names no zone);
    those of the same time, or all without one, stay in the order of the rows.

    Args:
        tables: one, or first that for training and last that for testing.
        columns: names of the tables' columns that are called otherwise than in COLUMNS.

    Raises:
        AnswerSetError: a column is missing, or a cell is wrong; the message names column, row and value.
    """
    parts = [_AnswerTable(table, {name: columns.get(name, name) for name in COLUMNS}) for table in tables]
    students, student = _coded([part.text("student") for part in parts])
    items, item = _coded([part.text("item") for part in parts])
    cells, cell = _coded([part.optional_text("skill") for part in parts])
    skills, skills_of_cell = _split(cells)
    rows = _Rows(
        student=student,
        item=item,
        score=np.concatenate([part.scores() for part in parts]),
        time_us=np.concatenate([part.times_us() for part in parts]),
        skills=[skills_of_cell[number] for number in cell.tolist()],
        table=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
    )
    if any(part.has("answer") for part in parts):
        rows = _merged(rows, _coded([part.optional_text("answer") for part in parts])[1], parts)
    order = np.argsort(rows.time_us, kind="stable")
    listed = [rows.skills[number] for number in order.tolist()]
    return AnswerSet(
        history=History(
            student=rows.student[order],
            item=rows.item[order],
            score=rows.score[order],
            weight=np.full(len(order), FULL_WEIGHT),
            answered_at=rows.time_us[order].view("datetime64[us]"),
            skill_offset=np.cumsum([0, *(len(codes) for codes in listed)], dtype=np.int64),
            skill=np.fromiter(chain.from_iterable(listed), dtype=np.int64),
        ),
        students=[name or "" for name in students],
        items=[name or "" for name in items],
        skills=skills,
        is_test=rows.table[order] == len(parts) - 1,
    )


@dataclass(frozen=True)
class _Rows:
    """The rows of all tables, one after the other."""

    student: NDArray[np.int64]
    item: NDArray[np.int64]
    score: NDArray[np.float64]
    time_us: NDArray[np.int64]
    skills: list[list[int]]
    table: NDArray[np.int64]


class _AnswerTable:
    """One table, with its columns under our names."""

    def __init__(self, named: NamedTable, columns: Mapping[str, str]) -> None:
        self._name, self._table, self._columns = named.name, named.table, columns
        absent = [columns[name] for name in REQUIRED if not self.has(name)]
        if absent:
            options = next(name for name in REQUIRED if not self.has(name))
            raise AnswerSetError(
                f"{named.name} has no column {', '.join(absent)}; there are: "
                f"{', '.join(named.table.column_names)}. Name the right column: --columns {options}=NAME"
            )
        if not len(self):
            raise AnswerSetError(f"{named.name} has no row: give at least one answer")

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def has(self, name: str) -> bool:
        """Tell whether the table has the column."""
        return self._columns[name] in self._table.column_names

    def optional_text(self, name: str) -> pa.Array:
        """The cells of a column, NULL where it is empty or missing."""
        if not self.has(name):
            return pa.nulls(len(self), pa.string())
        return self._table.column(self._columns[name]).combine_chunks().cast(pa.string())

    def text(self, name: str) -> pa.Array:
        """The cells of a column in which none may be empty."""
        cells = self.optional_text(name)
        if cells.null_count:
            self.refuse(cells.is_null().to_pylist().index(True), name, None, f"give the {name}")
        return cells

    def scores(self) -> NDArray[np.float64]:
        """1 for right and 0 for wrong."""
        values, codes = _coded([self.text("correct")])
        known = [_RIGHT.get((value or "").lower()) for value in values]
        for code, value in enumerate(known):
            if value is None:
                row = int(np.argmax(codes == code))
                self.refuse(row, "correct", values[code], "give 1 for right and 0 for wrong")
        return np.array(known, dtype=np.float64)[codes]

    def times_us(self) -> NDArray[np.int64]:
        """Microseconds since 1970; all 0 if no time is given."""
        if not self.has("time"):
            return np.zeros(len(self), dtype=np.int64)
        found = []
        for row, cell in enumerate(self.text("time").to_pylist()):
            time_us = _time_us(cell)
            if time_us is None:
                self.refuse(row, "time", cell, "give seconds since 1970 or ISO 8601")
            found.append(time_us)
        return np.array(found, dtype=np.int64)

    def refuse(self, row: int, name: str, value: str | None, what_to_do: str) -> None:
        """Raise an error that names the cell."""
        problem = "is empty" if value is None else f"is {value!r}"
        raise AnswerSetError(
            f"{self._name}, row {row + 1:,} below the header, column {self._columns[name]} {problem}: {what_to_do}"
        )


def _coded(cells: Sequence[pa.Array]) -> tuple[list[str | None], NDArray[np.int64]]:
    """Give the distinct cells in order of appearance, and the place of each cell among them."""
    encoded = pa.chunked_array(cells).combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices).astype(np.int64)


def _split(cells: Sequence[str | None]) -> tuple[list[str], list[list[int]]]:
    """Names of the skills, and the codes of those that each distinct cell holds."""
    codes: dict[str, int] = {}
    held = []
    for cell in cells:
        text = cell or ""
        for separator in SEPARATORS[1:]:
            text = text.replace(separator, SEPARATORS[0])
        names = [name.strip() for name in text.split(SEPARATORS[0])]
        held.append([codes.setdefault(name, len(codes)) for name in dict.fromkeys(names) if name])
    return list(codes), held


def _merged(rows: _Rows, answer: NDArray[np.int64], parts: Sequence[_AnswerTable]) -> _Rows:
    """One row for all rows of one table that share student and answer; the first gives item, outcome and time."""
    first: dict[tuple[int, int, int], int] = {}
    skills: dict[int, list[int]] = {}
    keys = zip(rows.table.tolist(), rows.student.tolist(), answer.tolist(), strict=True)
    start = {number: int(np.argmax(rows.table == number)) for number in range(len(parts))}
    for row, key in enumerate(keys):
        at = first.setdefault(key, row)
        if rows.score[at] != rows.score[row] or rows.item[at] != rows.item[row]:
            parts[key[0]].refuse(
                row - start[key[0]],
                "answer",
                f"that of row {at - start[key[0]] + 1:,}",
                "all rows of one answer must have the same item and outcome",
            )
        skills[at] = list(dict.fromkeys([*skills.get(at, []), *rows.skills[row]]))
    kept = np.array(list(skills), dtype=np.int64)
    return replace(
        rows,
        student=rows.student[kept],
        item=rows.item[kept],
        score=rows.score[kept],
        time_us=rows.time_us[kept],
        table=rows.table[kept],
        skills=list(skills.values()),
    )


def _time_us(cell: str) -> int | None:
    """Microseconds since 1970 of seconds or ISO 8601; None where it is neither."""
    try:
        seconds = float(cell)
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(cell)
        except ValueError:
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    return round(seconds * 1e6) if abs(seconds) < _LONGEST_SECONDS else None
