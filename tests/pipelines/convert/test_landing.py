"""What is converted lands exactly once, and what its source has corrected stands alone."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land.dead_letters import DeadSelection, find
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.checks import run_checks
from learnloom.schemas.xapi.equality import is_same
from tests.pipelines.convert.gradebook import GRADES, counts, landed, source_of, standing, written
from tests.pipelines.ingest.samples import bring_in

MILA, BEN = ("mila", "essay"), ("ben", "essay")


@pytest.mark.slow
def test_a_file_lands_once_wherever_it_lies(tmp_path: Path, warehouse: Warehouse) -> None:
    """The same file again is not read, and a copy of it is all duplicates."""
    book = written(tmp_path / "a.csv", {MILA: 7, BEN: 5})
    assert counts(landed(warehouse, book)) == (2, 0, 0, 0)
    assert counts(landed(warehouse, book)) == (0, 0, 0, 0)
    assert counts(landed(warehouse, book, is_again=True)) == (0, 2, 0, 0)
    assert counts(landed(warehouse, written(tmp_path / "b.csv", {BEN: 5, MILA: 7}))) == (0, 2, 0, 0)


@pytest.mark.slow
def test_a_grade_that_was_corrected_takes_the_place_of_the_former(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """The new grade lands under an id of its own, with the voiding of the former; also where it goes back again."""
    book = tmp_path / "a.csv"
    landed(warehouse, written(book, {MILA: 7, BEN: 5}))
    for points in (9, 7, 8):
        assert counts(landed(warehouse, written(book, {MILA: points, BEN: 5}))) == (2, 1, 1, 0)
        assert standing(warehouse) == {MILA: points, BEN: 5}
        assert counts(landed(warehouse, book, is_again=True)) == (0, 2, 0, 0)


@pytest.mark.slow
def test_corrections_have_the_same_ids_everywhere(tmp_path: Path) -> None:
    """Two warehouses that were told the same have the same statements, voidings and all."""
    found = []
    for name in ("one", "two"):
        with Warehouse(tmp_path / name) as warehouse:
            for points in (7, 9, 7):
                landed(warehouse, written(tmp_path / f"{name}.csv", {MILA: points}))
            found.append(warehouse.rows("SELECT statement_id, raw FROM landing.statement ORDER BY ALL"))
    assert len(found[0]) == 5
    assert found[0] == found[1]


@pytest.mark.slow
def test_statements_of_a_correction_are_valid(tmp_path: Path, warehouse: Warehouse) -> None:
    """What is written beside what was converted is xAPI, and counted by the positions."""
    for points in (7, 9):
        landed(warehouse, written(tmp_path / "a.csv", {MILA: points}))
    for (raw,) in warehouse.rows("SELECT raw FROM landing.statement"):
        assert validate(raw.encode()).faults == ()
    assert warehouse.rows("SELECT accepted FROM landing.position") == [(3,)]


@pytest.mark.long
@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    books=st.lists(
        st.dictionaries(
            st.tuples(st.sampled_from(["mila", "ben", "ada"]), st.sampled_from(["essay", "quiz"])),
            st.integers(0, 10) | st.just(""),
            min_size=1,
        ),
        min_size=1,
        max_size=5,
    ),
    max_records=st.integers(1, 4),
)
def test_what_was_told_last_stands(
    tmp_path_factory: pytest.TempPathFactory, books: list[dict[tuple[str, str], int | str]], max_records: int
) -> None:
    """Of any sequence of books, whatever the batches, each grade stands once, as it was told last."""
    folder = tmp_path_factory.mktemp("books")
    expected: dict[tuple[str, str], int | str] = {}
    with Warehouse(folder / "warehouse") as warehouse:
        for number, book in enumerate(books):
            summary = landed(warehouse, written(folder / f"{number}.csv", book), max_records=max_records)
            assert summary.dead == 0
            expected |= book
            assert standing(warehouse) == {key: points for key, points in expected.items() if points != ""}


@pytest.mark.slow
def test_the_last_of_several_rows_of_a_file_stands(tmp_path: Path, warehouse: Warehouse) -> None:
    """Rows of one key are corrections of each other, in the order in which they stand."""
    book = tmp_path / "a.csv"
    book.write_text(
        "student,work,points\nmila,essay,7\nmila,essay,8\nmila,essay,7\nmila,essay,7\n", encoding="utf-8"
    )
    assert counts(landed(warehouse, book)) == (5, 1, 2, 0)
    assert standing(warehouse) == {MILA: 7}


@pytest.mark.slow
def test_a_grade_that_was_cleared_stands_no_more_until_it_is_given_again(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """An empty cell voids what has landed, once; the same grade again stands again; what never was is not voided."""
    book = tmp_path / "a.csv"
    expected = [
        (7, (2, 0, 0)),
        ("", (1, 1, 1)),
        ("", (0, 0, 0)),
        (7, (1, 1, 0)),
        (8, (2, 1, 1)),
        ("", (1, 1, 1)),
    ]
    for points, told in expected:
        found = landed(warehouse, written(book, {MILA: points, BEN: 5, ("ada", "essay"): ""}))
        assert counts(found) == (*told, 0), points
        assert standing(warehouse) == {BEN: 5} | ({MILA: points} if points else {})
        if points == "":
            book.unlink()
    assert {found.is_passed for found in run_checks(warehouse) if found.name == "positions_equal_rows"} == {
        True
    }


@pytest.mark.slow
def test_within_one_file_the_last_row_says_whether_a_grade_stands(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """Given, cleared and given again, or given and cleared."""
    book = tmp_path / "a.csv"
    rows = [
        "mila,essay,7",
        "mila,essay,",
        "mila,essay,7",
        "ben,essay,5",
        "ben,essay,",
        "ada,essay,",
        "ada,essay,1",
    ]
    book.write_text("student,work,points\n" + "\n".join(rows) + "\n", encoding="utf-8")
    landed(warehouse, book)
    assert standing(warehouse) == {MILA: 7, ("ada", "essay"): 1}


@pytest.mark.slow
def test_two_at_once_replace_a_grade_once_each(tmp_path: Path) -> None:
    """Of two processes that land other corrections of a grade, the second voids what the first has landed."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        landed(warehouse, written(tmp_path / "first.csv", {MILA: 1}))
    books = [written(tmp_path / f"{points}.csv", {MILA: points}) for points in (2, 3)]

    def land(book: Path) -> None:
        with Warehouse(tmp_path / "warehouse") as mine:
            landed(mine, book)

    threads = [threading.Thread(target=land, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Warehouse(tmp_path / "warehouse") as warehouse:
        assert standing(warehouse)[MILA] in {2, 3}
        assert warehouse.rows("SELECT max(version), count(*) FROM landing.statement_version") == [(3, 2)]


@pytest.mark.slow
def test_what_cannot_be_converted_is_a_dead_letter_with_its_bytes(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """The reason names place, value and what to do, and the bytes are those of the file."""
    book = tmp_path / "a.csv"
    book.write_bytes(
        b'student,work,points\r\nmila,essay,many\r\n"",essay,3\r\nben,essay,4\r\nada,essay,5,6\r\n'
    )
    summary = landed(warehouse, book)
    assert counts(summary) == (1, 0, 0, 3)
    letters = {letter.faults[0].rule: letter for letter in find(warehouse, DeadSelection(), limit=10)}
    assert {rule: letter.raw for rule, letter in letters.items()} == {
        "convert-number": b"mila,essay,many",
        "convert-student": b'"",essay,3',
        "convert-cells": b"ada,essay,5,6",
    }
    message = letters["convert-number"].faults[0].message
    assert message.startswith("line 2: points is 'many'")


@pytest.mark.slow
def test_what_is_converted_and_not_valid_is_a_dead_letter_with_its_source_s_bytes(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    """A format may make a statement that validation refuses: its source is kept, not what was made of it."""
    table = {**GRADES.table, "columns": {"email": "student", "item": "work", "score": "points"}}
    book = written(tmp_path / "a.csv", {MILA: 1, ("mila@school.example", "essay"): 2})
    files = source_of(book, options=replace(GRADES, table=table))
    summary = bring_in(warehouse, source=files, judge=validate, is_same=is_same)
    assert counts(summary) == (1, 0, 0, 1)
    (letter,) = find(warehouse, DeadSelection(), limit=10)
    assert letter.raw == b"mila,essay,1"
    assert letter.faults[0].path == "/actor/mbox"


def test_a_file_that_says_nothing_is_read_once(tmp_path: Path, warehouse: Warehouse) -> None:
    """Positions advance over records that are all ignored."""
    book = written(tmp_path / "a.csv", {MILA: 1, BEN: 2})
    files = source_of(book, options=replace(GRADES, table={**GRADES.table, "only": {"student": "ada"}}))
    assert counts(bring_in(warehouse, source=files, judge=validate, is_same=is_same)) == (0, 0, 0, 0)
    assert files.receipt.ignored.total() == 2
    assert warehouse.rows("SELECT next_offset, accepted FROM landing.position") == [(2, 0)]


@pytest.mark.slow
def test_an_import_that_was_broken_off_goes_on(tmp_path: Path, warehouse: Warehouse) -> None:
    """Whatever batch was the last, the next import lands the rest, and nothing twice."""
    grades = {(f"student {number}", "essay"): number % 11 for number in range(40)}
    book = written(tmp_path / "a.csv", grades)
    batches = list(source_of(book).batches({}))
    assert [len(batch.records) for batch in batches] == [10, 10, 10, 10]

    def break_off(_: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        bring_in(warehouse, source=source_of(book), judge=validate, is_same=is_same, observer=break_off)
    before = len(standing(warehouse))
    assert 0 < before <= 40
    summary = landed(warehouse, book)
    assert before + summary.accepted == 40
    assert summary.duplicates == 0
    assert standing(warehouse) == grades


@pytest.mark.slow
def test_checks_of_the_data_hold(tmp_path: Path, warehouse: Warehouse) -> None:
    """Positions count exactly what stands in the tables, corrections and refusals among it."""
    for points in ("7", "9", "many"):
        landed(warehouse, written(tmp_path / "a.csv", {MILA: points, BEN: 5}))
    results = {found.name: found for found in run_checks(warehouse)}
    assert results["positions_equal_rows"].is_passed
