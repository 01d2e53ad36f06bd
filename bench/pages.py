"""How long pages take: processor time of each for a class of a size, and teachers who read at once.

`python -m bench.pages FOLDER --students 200 --teachers 50` reads the read model of the demo in FOLDER, in which its
class is repeated until it has so many students.
"""

import argparse
import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import httpx

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.answering import TakesAnswers
from learnloom.pipelines.pages.app import Place, make_pages
from learnloom.pipelines.pages.demo import reader_as
from learnloom.pipelines.pages.guard import SignedForms
from learnloom.pipelines.pages.log import AnswerLog, Waiting
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.roster.access import roles_for
from learnloom.pipelines.roster.reader import Reader, Role

_ROUNDS = 10
_WITH_WAREHOUSE = {"why", "why_own", "export"}
_STUDENTS = """
    SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = 'student_key' ORDER BY table_name
"""


@contextmanager
def _repeated(folder: Path, students: int) -> Iterator[ReadingCopy]:
    """The newest read model of a warehouse, with its class repeated."""
    source = max((folder / "warehouse" / "pages").glob("*.duckdb"))
    with tempfile.TemporaryDirectory() as made:
        target = Path(made) / "1.duckdb"
        target.write_bytes(source.read_bytes())
        with duckdb.connect(str(target)) as connection:
            (there,) = connection.execute("SELECT count(*) FROM student").fetchone() or (1,)
            times = -(-students // there)
            for (table,) in connection.execute(_STUDENTS).fetchall():
                connection.execute(
                    f"CREATE TABLE made AS SELECT * REPLACE (student_key || '-' || i AS student_key) "
                    f"FROM {table}, range({times}) AS numbers(i)"
                )
                connection.execute(f"DROP TABLE {table}")
                connection.execute(f"ALTER TABLE made RENAME TO {table}")
        copy = ReadingCopy(Path(made))
        yield copy
        copy.close()


def _paths(copy: ReadingCopy, role: Role) -> list[tuple[str, str]]:
    found = copy.cursor().one(
        "SELECT course_key, skill_key, student_key FROM student_skill INNER JOIN course USING (course_id) LIMIT 1"
    )
    assert found is not None
    values = {"course": found["course_key"], "skill": found["skill_key"], "student": found["student_key"]}
    return [
        (page.name, page.path.format(**values))
        for page in PAGES
        if role in roles_for(page.kind) and page.name not in _WITH_WAREHOUSE
    ]


def _client(copy: ReadingCopy, reader: Reader, log: AnswerLog) -> httpx.AsyncClient:
    answers = TakesAnswers(log, lambda: dt.datetime.now(dt.UTC))
    place = Place(copy.cursor, Waiting, answers, lambda: None, Thresholds())
    app = make_pages(place, lambda _: reader, forms=SignedForms(b"bench"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


async def _each(copy: ReadingCopy, log: AnswerLog) -> None:
    for role in Role:
        async with _client(copy, reader_as(role, copy.cursor(), "en"), log) as client:
            for name, path in _paths(copy, role):
                await client.get(path)
                began = time.process_time()
                for _ in range(_ROUNDS):
                    (await client.get(path)).raise_for_status()
                print(
                    f"{role:10} {name:12} {(time.process_time() - began) / _ROUNDS * 1_000:6.1f} ms of a processor"
                )


async def _together(copy: ReadingCopy, log: AnswerLog, teachers: int) -> None:
    async with _client(copy, reader_as(Role.TEACHER, copy.cursor(), "en"), log) as client:
        paths = [path for _, path in _paths(copy, Role.TEACHER)]
        took: list[float] = []

        async def read(number: int) -> None:
            for step in range(len(paths)):
                began = time.perf_counter()
                (await client.get(paths[(number + step) % len(paths)])).raise_for_status()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(read(number) for number in range(teachers)))
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{teachers} teachers at once, {len(took)} pages: median {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, no error"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--teachers", type=int, default=50)
    given = parser.parse_args()
    with _repeated(given.folder, given.students) as copy, tempfile.TemporaryDirectory() as kept:
        log = AnswerLog(Path(kept))
        asyncio.run(_each(copy, log))
        asyncio.run(_together(copy, log, given.teachers))


if __name__ == "__main__":
    main()
