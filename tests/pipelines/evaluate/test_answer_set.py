"""Answers from somebody else's table: what is understood, and what is refused with which words."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.evaluate.answer_set import AnswerSetError, NamedTable, answers_of

_HEADER = ("student", "item", "skill", "correct")


def _table(
    *rows: tuple[str | None, ...], header: tuple[str, ...] = _HEADER, name: str = "a.csv"
) -> NamedTable:
    cells = zip(*rows, strict=True) if rows else [[] for _ in header]
    columns = {
        column: pa.array(list(values), pa.string()) for column, values in zip(header, cells, strict=True)
    }
    return NamedTable(name, pa.table(columns))


def test_rows_become_answers() -> None:
    """Each row is an answer; several skills in a cell are several skills of one answer, an empty cell is none."""
    read = answers_of(
        [
            _table(
                ("mila", "q1", "add", "1"),
                ("leo", "q2", "add ~carry;add", "FALSE"),
                ("mila", "q2", None, "0.0"),
            )
        ],
        {},
    )
    assert (read.students, read.items, read.skills) == (["mila", "leo"], ["q1", "q2"], ["add", "carry"])
    history = read.history
    assert history.student.tolist() == [0, 1, 0]
    assert history.score.tolist() == [1.0, 0.0, 0.0]
    assert history.skill_offset.tolist() == [0, 1, 3, 3]
    assert history.skill.tolist() == [0, 0, 1]


def test_columns_go_by_other_names() -> None:
    """A column that the table calls otherwise is found where the caller says so."""
    table = _table(("mila", "q1", "add", "1"), header=("user_id", "item", "skill", "correct"))
    assert answers_of([table], {"student": "user_id"}).students == ["mila"]


def test_answers_come_in_order_of_time() -> None:
    """Seconds and ISO 8601 are understood, a time without a zone is UTC, and equal times keep the rows' order."""
    times = ["2026-01-02T01:00:00+01:00", "1767225600", "2026-01-02 00:00:00", "2026-01-02T00:00:00Z"]
    rows = [("s", f"q{number}", "k", "1", time) for number, time in enumerate(times)]
    read = answers_of([_table(*rows, header=(*_HEADER, "time"))], {})
    assert [read.items[code] for code in read.history.item.tolist()] == ["q1", "q0", "q2", "q3"]
    assert [str(time) for time in read.history.answered_at[:2]] == [
        "2026-01-01T00:00:00.000000",
        "2026-01-02T00:00:00.000000",
    ]


def test_rows_of_one_answer_are_one_answer() -> None:
    """Rows that share student and answer are one answer with the skills of all; of other students they are not."""
    header = (*_HEADER, "answer")
    read = answers_of(
        [
            _table(
                ("mila", "q1", "add", "1", "7"),
                ("leo", "q1", "add", "0", "7"),
                ("mila", "q1", "carry", "1", "7"),
                header=header,
            )
        ],
        {},
    )
    assert read.history.student.tolist() == [0, 1]
    assert read.history.skill_offset.tolist() == [0, 2, 3]
    assert read.history.skill.tolist() == [0, 1, 0]


def test_rows_of_one_answer_that_differ_are_refused() -> None:
    """One answer cannot be right and wrong: the row and the one that it contradicts are named."""
    header = (*_HEADER, "answer")
    table = _table(("m", "q", "a", "1", "7"), ("m", "q", "b", "0", "7"), header=header)
    with pytest.raises(AnswerSetError, match=r"row 2 .*'that of row 1'"):
        answers_of([table], {})


def test_two_tables_are_of_one_school() -> None:
    """The same name has the same code in both, and the last table's answers are known as the test."""
    first, last = _table(("mila", "q1", "add", "1")), _table(("leo", "q1", "add", "0"), name="b.csv")
    read = answers_of([first, last], {})
    assert read.history.item.tolist() == [0, 0]
    assert read.is_test.tolist() == [False, True]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("m", "q", "a", "2"), "a.csv, row 2 below the header, column right is '2': give 1 for right and 0"),
        (("m", "q", "a", None), "column right is empty"),
        ((None, "q", "a", "1"), "row 2 below the header, column student is empty: give the student"),
    ],
)
def test_a_wrong_cell_is_named(row: tuple[str | None, ...], told: str) -> None:
    """The message has file, row, column as the file calls it, value, and what to do."""
    header = ("student", "item", "skill", "right")
    with pytest.raises(AnswerSetError, match=told):
        answers_of([_table(("m", "q", "a", "1"), row, header=header)], {"correct": "right"})


@pytest.mark.parametrize("time", ["yesterday", "nan", "1e300", "-inf"])
def test_a_time_that_is_none_is_named(time: str) -> None:
    """What is neither seconds nor ISO 8601, or has no room, is refused."""
    with pytest.raises(AnswerSetError, match=f"column time is {time!r}"):
        answers_of([_table(("m", "q", "a", "1", time), header=(*_HEADER, "time"))], {})


def test_a_missing_column_is_named_with_those_there_are() -> None:
    """The message says which is missing, which there are, and how to name the right one."""
    table = _table(("m", "q", "a", "1"), header=("user", "item", "skill", "correct"))
    told = "a.csv has no column student; there are: user, item, skill, correct.*--columns student=NAME"
    with pytest.raises(AnswerSetError, match=told):
        answers_of([table], {})


def test_a_table_without_rows_is_refused() -> None:
    """Nothing can be said of no answer."""
    with pytest.raises(AnswerSetError, match="has no row"):
        answers_of([_table()], {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from("pq"),
            st.sampled_from(["k", "k~l", ""]),
            st.sampled_from("01"),
        ),
        min_size=1,
    )
)
def test_no_answer_is_lost(rows: list[tuple[str, str, str, str]]) -> None:
    """Every row comes back as it was told."""
    read = answers_of([_table(*rows)], {})
    history = read.history
    back = [
        (
            read.students[history.student[n]],
            read.items[history.item[n]],
            "~".join(
                read.skills[k] for k in history.skill[history.skill_offset[n] : history.skill_offset[n + 1]]
            ),
            str(int(history.score[n])),
        )
        for n in range(len(history))
    ]
    assert back == rows
