"""Answers given on pages, kept on the disk before anybody is told so, until a refresh has counted them."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import orjson

FILE: Final = "answers.sqlite"
TABLE: Final = """
    CREATE TABLE IF NOT EXISTS answer (
        statement_id TEXT PRIMARY KEY, student_key TEXT NOT NULL, act TEXT NOT NULL, target TEXT NOT NULL,
        said_at TEXT NOT NULL, statement BLOB NOT NULL, has_landed INTEGER NOT NULL DEFAULT 0
    ) STRICT
"""
_AT_ONCE: Final = 1_000
_BUSY_SECONDS: Final = 10.0


class Answer(NamedTuple):
    """One answer."""

    statement_id: str
    student_key: str
    act: str
    target: str
    """Id of the signal, or IRI of the skill or course, that was answered."""
    said_at: dt.datetime
    statement: bytes

    @property
    def is_teachers(self) -> bool:
        """Whether a teacher has given it."""
        return "instructor" in orjson.loads(self.statement).get("context", {})


class Waiting:
    """Answers that no refresh has counted yet, looked up by what they answer."""

    def __init__(self, answers: Sequence[Answer] = ()) -> None:
        """Look these up; the last one on a thing counts."""
        self._all = list(answers)
        self._by_target = {(each.student_key, each.target): each for each in answers}
        self._by_student: dict[str, list[Answer]] = {}
        for each in answers:
            self._by_student.setdefault(each.student_key, []).append(each)

    def by(self, *, teachers: bool) -> "Waiting":
        """Those of teachers, or those of students: of the other's word people read once it counts."""
        return Waiting([each for each in self._all if each.is_teachers is teachers])

    def on(self, student_key: str, target: str) -> Answer | None:
        """The last answer on a signal, skill or course of a student."""
        return self._by_target.get((student_key, target))

    def all(self) -> list[Answer]:
        """All of them, oldest first."""
        return self._all

    def of(self, student_key: str) -> list[Answer]:
        """All answers about a student, oldest first."""
        return self._by_student.get(student_key, [])


class AnswerLog:
    """Keeps answers in a small SQLite file; may be used from many threads, and by many processes."""

    def __init__(self, folder: Path) -> None:
        """Open the log that lies in a folder, or make it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / FILE
        self.appended = threading.Event()
        """Set when there is something to land; whoever waits for it clears it."""
        with closing(self._open()) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(TABLE)
        self._file.chmod(0o600)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=_BUSY_SECONDS)
        connection.execute("PRAGMA synchronous = FULL")  # an answer that was confirmed is not lost
        return connection

    def add(self, answers: Iterable[Answer]) -> None:
        """Keep answers; one that is there already is the same one, sent twice."""
        with closing(self._open()) as connection, connection:
            connection.executemany(
                "INSERT INTO answer (statement_id, student_key, act, target, said_at, statement) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [each._replace(said_at=each.said_at.isoformat()) for each in answers],  # type: ignore[arg-type]
            )
        self.appended.set()

    def waiting(self) -> Waiting:
        """All that no refresh has counted yet."""
        return Waiting(self._read("SELECT * FROM answer ORDER BY rowid"))

    def ids(self) -> list[str]:
        """Ids of all that no refresh has counted yet."""
        return [each.statement_id for each in self._read("SELECT * FROM answer ORDER BY rowid")]

    def to_land(self) -> list[Answer]:
        """What has not landed, oldest first, some of it where it is much."""
        return self._read("SELECT * FROM answer WHERE NOT has_landed ORDER BY rowid LIMIT ?", _AT_ONCE)

    def landed(self, answers: Iterable[Answer]) -> None:
        """Note that answers have landed, or were refused: they are not to be landed again."""
        self._each(
            "UPDATE answer SET has_landed = 1 WHERE statement_id = ?", [a.statement_id for a in answers]
        )

    def counted(self, statement_ids: Iterable[str]) -> None:
        """Let go of answers that a refresh has counted."""
        self._each("DELETE FROM answer WHERE has_landed AND statement_id = ?", statement_ids)

    def forget(self, student_keys: Iterable[str]) -> int:
        """Take out the answers about some students; returns how many there were."""
        with closing(self._open()) as connection, connection:
            rows = [(key,) for key in student_keys]
            return connection.executemany("DELETE FROM answer WHERE student_key = ?", rows).rowcount

    def _each(self, sql: str, statement_ids: Iterable[str]) -> None:
        with closing(self._open()) as connection, connection:
            connection.executemany(sql, [(each,) for each in statement_ids])

    def _read(self, sql: str, *values: int) -> list[Answer]:
        with closing(self._open()) as connection:
            rows = connection.execute(sql, values).fetchall()
        return [
            Answer(statement_id, student_key, act, target, dt.datetime.fromisoformat(said_at), statement)
            for statement_id, student_key, act, target, said_at, statement, _ in rows
        ]
