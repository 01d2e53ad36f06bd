"""Tables of platforms become the statements that they mean, whatever language and order they have."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.convert.converter import Converter
from learnloom.pipelines.convert.format import FormatFactory, Options
from learnloom.pipelines.convert.receipt import Receipt
from learnloom.pipelines.convert.tables.platforms import CanvasQuiz, MoodleGrades, MoodleQuiz
from learnloom.pipelines.ingest.sources.errors import InputError
from learnloom.schemas.vocabulary import ANSWERED, ASSESSMENT, ASSIGNMENT, REQUESTED_HINT, SCORED
from tests.pipelines.convert.format_contract import converted, holds
from tests.pipelines.convert.tables.samples import (
    ANSWERS,
    CANVAS,
    HOME,
    MAPPING,
    PLATFORMS,
)


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_keeps_the_contract(name: str) -> None:
    """The statements are valid, have the same ids each time, and depend on nothing but their row."""
    holds(*PLATFORMS[name])


@pytest.mark.parametrize("name", PLATFORMS)
def test_names_and_addresses_that_are_not_asked_for_never_come(name: str) -> None:
    """Of a row that has an identifier, neither names nor addresses are in any statement."""
    told = str(converted(*PLATFORMS[name]))
    assert "Mila" not in told
    assert name == "google-forms" or "mila@" not in told


def _of(name: str) -> list[dict[str, Any]]:
    return list(converted(*PLATFORMS[name]).values())


def _scores(statements: Sequence[dict[str, Any]]) -> list[Any]:
    return [each["result"].get("score") for each in statements]


def test_canvas_has_two_questions_of_one_text() -> None:
    """Questions are told apart by their ids; points and what can be had stand in the column that follows."""
    found = _of("canvas-quiz")
    assert [each["object"]["id"][-9:] for each in found] == ["items/101", "items/102"] * 2
    assert _scores(found)[:2] == [{"raw": 1, "min": 0, "max": 1}, {"raw": 0, "min": 0, "max": 2.5}]
    assert {each["timestamp"] for each in found} == {"2026-09-07T10:00:00+00:00", "2026-09-07T10:05:00+00:00"}


def test_canvas_question_may_go_over_lines_and_have_marks_of_html() -> None:
    """The name of a question is its text in one line; a question without points has an answer and no score."""
    head = b'name,id,submitted,"101: <p>How are you,\nreally &amp; truly?</p>",0.0\n'
    data = head + b'Mila,7,2026-09-07 10:00:00 UTC,"Fine,\nthanks",0.0\n'
    (found,) = converted(CanvasQuiz, Options(home_page=HOME), data).values()
    assert found["object"]["definition"]["name"] == {"und": "How are you, really & truly?"}
    assert found["result"] == {"response": "Fine,\nthanks"}


def test_moodle_s_earlier_grade_book_has_points_alone() -> None:
    """Columns of earlier versions have no display type in their names; feedback and totals are not read."""
    head = b'"First name",Surname,"ID number","Assignment: Poem","Feedback: Poem","Course total"\n'
    data = head + b'Mila,L,s7,56.00,"We welcome it",56\n'
    (found,) = converted(MoodleGrades, Options(home_page=HOME), data).values()
    assert found["result"] == {"score": {"raw": 56}}


def test_moodle_s_unfinished_attempts_are_ignored_and_those_without_id_number_go_by_address() -> None:
    """Only finished attempts count; a question without an answer gives no statement."""
    found = _of("moodle-quiz")
    assert [each["actor"].get("mbox", "account") for each in found] == [
        "account",
        "account",
        "mailto:ben@school.example",
    ]
    assert _scores(found)[1] == {"raw": 3, "min": 0, "max": 6}


def test_moodle_s_answers_in_german_are_right_where_they_equal_the_right_one() -> None:
    """Months, columns and decimal marks of other languages are read."""
    (found,) = _of("moodle-responses")
    assert found["result"] == {"success": True, "response": "vier"}
    assert found["timestamp"] == "2026-10-07T10:09:00+02:00"


def test_moodle_s_grade_book_gives_shares_of_quizzes_and_assignments() -> None:
    """Percentages win over points, and the type of the work is known; totals are none of either."""
    found = _of("moodle-grades")
    assert {each["verb"]["id"] for each in found} == {SCORED}
    assert [each["object"]["definition"]["type"] for each in found] == [ASSESSMENT, ASSIGNMENT]
    assert _scores(found) == [{"scaled": 0.8}, {"scaled": 0.555}]
    assert not any("timestamp" in each for each in found)


def test_google_s_questions_are_those_with_points() -> None:
    """The name of a question is its text; offsets by GMT are read."""
    first, _ = _of("google-forms")
    assert first["object"]["definition"]["name"] == {"und": "What is 2 + 2?"}
    assert first["timestamp"] == "2026-09-07T14:05:33+02:00"


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2:05:33 PM GMT+5:30", "14:05:33+05:30"),
        ("2:05:33 PM GMT-4", "14:05:33-04:00"),
        ("2:05:33 PM GMT", "14:05:33+00:00"),
        ("2:05:33 PM UTC", "14:05:33+00:00"),
        ("2:05:33 PM EST", "14:05:33-05:00"),
        ("2:05:33 PM PDT", "14:05:33-07:00"),
        ("2:05:33 PM CET", "14:05:33+01:00"),
        ("10:26:52 p. m. GMT-3", "22:26:52-03:00"),
    ],
)
def test_google_s_zone_is_that_of_the_form_s_owner(written: str, at: str) -> None:
    """Offsets to the minute, UTC itself and the usual abbreviations are read, whatever --time-zone says."""
    factory, options, given = PLATFORMS["google-forms"]
    data = given.replace(b"2:05:33 pm GMT+2", written.encode())
    first, _ = converted(factory, replace(options, time_zone="Asia/Tokyo"), data).values()
    assert first["timestamp"] == f"2026-09-07T{at}"


def test_an_abbreviation_of_several_zones_can_be_named_in_the_map() -> None:
    """India's, Ireland's and Israel's IST is refused, until a format has the word and --time-zone says which."""
    factory, options, given = PLATFORMS["google-forms"]
    data = given.replace(b"GMT+2", b"IST")
    assert converted(factory, options, data) == {}
    told = replace(options, time_zone="Asia/Kolkata", table={"time_formats": ["%Y/%m/%d %I:%M:%S %p IST"]})
    first, _ = converted(factory, told, data).values()
    assert first["timestamp"] == "2026-09-07T14:05:33+05:30"


def test_assistments_has_skills_and_hints() -> None:
    """Several skills of a row are told apart, and a hint comes before the answer."""
    found = _of("assistments")
    assert [each["verb"]["id"] for each in found] == [ANSWERED, REQUESTED_HINT, ANSWERED]
    names = [
        each["definition"]["name"]["und"] for each in found[0]["context"]["contextActivities"]["category"]
    ]
    assert names == ["Box Plot", "Mean"]
    assert found[0]["result"]["duration"] == "PT32.454S"


@pytest.mark.parametrize(("key", "same"), [((), 2), (("Student", "Question", "When"), 3)])
def test_columns_of_a_key_count_as_they_are_written(key: tuple[str, ...], same: int) -> None:
    """In another time zone an answer keeps its id where the key names its columns, or its time has an offset."""
    factory, options, given = PLATFORMS["csv"]
    data = given.replace(b"2026-09-07T10:00:00", b"2026-09-07T10:00:00+02:00", 1)
    found = [
        converted(factory, replace(options, time_zone=zone, table={**MAPPING, "key": key}), data)
        for zone in ("UTC", "Europe/Berlin")
    ]
    assert len(found[0].keys() & found[1].keys()) == same


@pytest.mark.parametrize(
    ("factory", "options", "data", "said"),
    [
        (CanvasQuiz, Options(home_page=HOME), b"name,sis_id\nMila,7\n", "identifies the student"),
        (CanvasQuiz, Options(home_page=HOME), b"id,submitted\n7,x\n", "none of its columns is of a question"),
        (CanvasQuiz, Options(home_page=HOME), b"", "has no header"),
        (MoodleQuiz, Options(home_page=HOME, quiz=HOME), b"\x00\x01", "identifies the student"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    factory: FormatFactory, options: Options, data: bytes, said: str
) -> None:
    """What is wrong, and the columns that are there, are told."""
    with pytest.raises(InputError, match=said):
        list(factory(options).read(io.BytesIO(data)))


# Any order, any way of writing it down ------------------------------------------------------------------------
def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def _written(rows: list[list[str]], delimiter: str, end: str, *, all_quoted: bool, bom: bool) -> bytes:
    text = io.StringIO(newline="")
    if all_quoted:
        csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return ("\ufeff" * bom + text.getvalue()).encode()


@given(data=st.data())
def test_order_of_rows_and_columns_and_way_of_writing_do_not_matter(data: st.DataObject) -> None:
    """The same rows give the same statements under the same ids, however the file is written down."""
    options = Options(home_page=HOME, time_zone="Europe/Berlin", table=MAPPING)
    factory = PLATFORMS["csv"][0]
    header, *rows = _rows(ANSWERS)
    columns = data.draw(st.permutations(range(len(header))))
    shuffled = data.draw(st.permutations(rows))
    written = _written(
        [[row[index] for index in columns] for row in [header, *shuffled]],
        data.draw(st.sampled_from(",;\t|")),
        data.draw(st.sampled_from(["\n", "\r\n"])),
        all_quoted=data.draw(st.booleans()),
        bom=data.draw(st.booleans()),
    )
    assert converted(factory, options, written) == converted(factory, options, ANSWERS)


@given(data=st.data())
def test_order_of_questions_does_not_matter(data: st.DataObject) -> None:
    """A question's id does not depend on which other columns there are."""
    header, *rows = _rows(CANVAS)
    pairs = data.draw(st.permutations([(8, 9), (10, 11)]))
    columns = [*range(8), *(index for pair in pairs for index in pair)]
    written = _written(
        [[row[index] for index in columns] for row in [header, *rows]], ",", "\n", all_quoted=False, bom=False
    )
    factory, options, _ = PLATFORMS["canvas-quiz"]
    assert converted(factory, options, written) == converted(factory, options, CANVAS)


@given(data=st.binary(max_size=300) | st.text(alphabet='ab,;"\n\r\t|=', max_size=200).map(str.encode))
def test_nothing_that_a_file_may_hold_breaks_the_reading(data: bytes) -> None:
    """Every line of a malformed file is converted, ignored or refused with its bytes; or the file is, with a reason."""
    converter = Converter("csv", PLATFORMS["csv"][1])
    head = ANSWERS.partition(b"\n")[0] + b"\n"
    receipt = Receipt()
    try:
        for number, record in enumerate(converter.read(io.BytesIO(head + data))):
            for made in converter.convert(record, receipt, offset=number):
                assert made.value
                assert made.fault is None or made.fault.rule != "convert-failed", made.fault
    except InputError:
        return
