"""How long pages take: processor time of each for a class of a size, and teachers who read at once.

`python -m bench.pages FOLDER --students 200 --courses 14 --teachers 50` reads the read model of the demo in FOLDER, in
which its class is repeated until each of so many courses has so many students: 14 courses of 200 are what a million
statements tell of. With --busy the teachers read on while other processes refresh all of
the demo's warehouse, and land files in it.
"""

import argparse
import asyncio
import datetime as dt
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import duckdb
import httpx

from bench.command import learnloom
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.answering import TakesAnswers
from learnloom.pipelines.pages.app import make_pages
from learnloom.pipelines.pages.demo import reader_as
from learnloom.pipelines.pages.guard import SignedForms
from learnloom.pipelines.pages.log import AnswerLog, Waiting
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.pages.place import PagesContext
from learnloom.pipelines.roster.access import roles_for
from learnloom.pipelines.roster.reader import Reader, Role

_ROUNDS = 10
_TIMES = 2
"""Of full refreshes and of landings, at the least, while teachers read."""
_LANDED = 200
_DAY = "2026-10-18"
_TABLES = """
    SELECT table_name, list(column_name) AS columns FROM duckdb_columns()
    WHERE database_name = current_database() GROUP BY ALL
    HAVING len(list_intersect(columns, ['student_key', 'course_id'])) > 0 ORDER BY table_name
"""


@contextmanager
def _repeated(folder: Path, students: int, courses: int) -> Iterator[ReadingCopy]:
    """The newest read model of a warehouse, with its class repeated: so many students in each of so many courses."""
    source = max((folder / "warehouse" / "pages").glob("*.duckdb"))
    with tempfile.TemporaryDirectory() as made:
        target = Path(made) / "1.duckdb"
        target.write_bytes(source.read_bytes())
        with duckdb.connect(str(target)) as connection:
            (there,) = connection.execute("SELECT count(*) FROM student").fetchone() or (1,)
            times = -(-students // there)
            for table, columns in connection.execute(_TABLES).fetchall():
                _repeat(connection, table, columns, times, courses)
            connection.execute("UPDATE course SET course_key = left(md5(course_id), 12)")
        # Whom the vault names, and who is too young: without a vault nobody.
        copy = ReadingCopy(
            Path(made), lambda model: model.run("CREATE TABLE main.untold (student_key VARCHAR)")
        )
        yield copy
        copy.close()


def _repeat(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], times: int, courses: int
) -> None:
    """Repeat a table's rows: those of students `times` in each course, by students, others once in each."""
    is_of_students = "student_key" in columns
    numbers = times * courses if is_of_students else courses
    course = f"i // {times}" if is_of_students else "i"
    changed = {"student_key": "student_key || '-' || i", "course_id": f"course_id || '-' || {course}"}
    if "signal_ids" in columns:
        changed["signal_ids"] = "list_transform(signal_ids, lambda id: id || '-' || i)"
    elif "signal_id" in columns:
        changed["signal_id"] = "signal_id || '-' || i"
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in changed.items() if name in columns)
    order = "ORDER BY student_key" if is_of_students else ""
    connection.execute(
        f"CREATE TABLE made AS SELECT * REPLACE ({replaced}) FROM {table}, range({numbers}) AS numbers(i) {order}"
    )
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE made RENAME TO {table}")


def _paths(copy: ReadingCopy, role: Role) -> list[tuple[str, str]]:
    found = copy.cursor().one(
        "SELECT course_key, skill_key, student_key FROM student_skill INNER JOIN course USING (course_id) LIMIT 1"
    )
    assert found is not None
    values = {"course": found["course_key"], "skill": found["skill_key"], "student": found["student_key"]}
    return [
        (page.name, page.path.format(**values))
        for page in PAGES
        if role in roles_for(page.kind) and not page.reads_warehouse
    ]


def _client(copy: ReadingCopy, reader: Reader, log: AnswerLog) -> httpx.AsyncClient:
    answers = TakesAnswers(log, lambda: dt.datetime.now(dt.UTC)).take
    place = PagesContext(copy.cursor, Waiting, answers, answers, lambda: None, Thresholds())
    app = make_pages(place, lambda _: reader, forms=SignedForms(b"bench"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


async def _each(copy: ReadingCopy, log: AnswerLog) -> None:
    for role in Role:
        async with _client(copy, reader_as(role, copy.cursor(), "en"), log) as client:
            for name, path in _paths(copy, role):
                await client.get(path)
                first, again = 0.0, 0.0
                for _ in range(_ROUNDS):
                    # A copy that was just opened has not answered anything yet.
                    copy.close()
                    copy.cursor()
                    first += await _cost(client, path)
                    again += await _cost(client, path)
                print(
                    f"{role:10} {name:12} {first / _ROUNDS * 1_000:6.1f} ms of a processor at first, "
                    f"{again / _ROUNDS * 1_000:6.1f} ms again"
                )


async def _cost(client: httpx.AsyncClient, path: str) -> float:
    began = time.process_time()
    (await client.get(path)).raise_for_status()
    return time.process_time() - began


class _Read(NamedTuple):
    seconds: list[float]
    n_errors: int


async def _together(
    copy: ReadingCopy, log: AnswerLog, teachers: int, is_over: Callable[[], bool] = lambda: True
) -> _Read:
    """Let teachers read all pages at once, each a page at a time, again until it is over."""
    took: list[float] = []
    errors = 0
    async with _client(copy, reader_as(Role.TEACHER, copy.cursor(), "en"), log) as client:
        paths = [path for _, path in _paths(copy, Role.TEACHER)]

        async def read(number: int) -> None:
            nonlocal errors
            step = 0
            while step < len(paths) or not is_over():
                began = time.perf_counter()
                answer = await client.get(paths[(number + step) % len(paths)])
                took.append(time.perf_counter() - began)
                errors += not answer.is_success
                step += 1

        await asyncio.gather(*(read(number) for number in range(teachers)))
    return _Read(took, errors)


def _tell(name: str, teachers: int, read: _Read) -> None:
    cuts = statistics.quantiles(read.seconds, n=100)
    print(
        f"{teachers} teachers at once, {name}: {len(read.seconds)} pages, "
        f"mean {statistics.fmean(read.seconds):.2f} s, median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, "
        f"{read.n_errors} errors",
        flush=True,
    )


class _Busy:
    """Refreshes everything and lands small files meanwhile, each in its own processes, until both were done twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts = {"refreshes": 0, "landings": 0}
        self._threads = [Thread(target=self._run, args=(name,)) for name in self._counts]
        for each in self._threads:
            each.start()

    def is_over(self) -> bool:
        """Whether there was enough of both."""
        return min(self._counts.values()) >= _TIMES

    def _run(self, name: str) -> None:
        while not self.is_over():
            if name == "refreshes":
                learnloom(self._folder, "refresh", "--full", "--as-of", _DAY, "-w", "warehouse")
            else:
                path = self._folder / f"new-{self._counts[name]}.jsonl"
                path.write_text("".join(json.dumps(_statement()) + "\n" for _ in range(_LANDED)))
                learnloom(self._folder, "import", path.name, "-w", "warehouse")
            self._counts[name] += 1

    def close(self) -> None:
        """Wait for what is under way."""
        for each in self._threads:
            each.join()
        print(", ".join(f"{count} {name}" for name, count in self._counts.items()))


def _statement() -> dict[str, object]:
    return {
        "id": str(uuid.uuid4()),
        "actor": {"account": {"homePage": "https://lms.school.example", "name": "newcomer"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://school.example/page"},
        "timestamp": "2026-09-30T10:00:00Z",
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--courses", type=int, default=14)
    parser.add_argument("--teachers", type=int, default=50)
    parser.add_argument("--busy", action="store_true")
    given = parser.parse_args()
    with (
        _repeated(given.folder, given.students, given.courses) as copy,
        tempfile.TemporaryDirectory() as kept,
    ):
        log = AnswerLog(Path(kept))
        if not given.busy:
            asyncio.run(_each(copy, log))
        _tell("alone", given.teachers, asyncio.run(_together(copy, log, given.teachers)))
        if given.busy:
            busy = _Busy(given.folder)
            read = asyncio.run(_together(copy, log, given.teachers, busy.is_over))
            busy.close()
            _tell("while everything is refreshed and others land", given.teachers, read)


if __name__ == "__main__":
    main()
