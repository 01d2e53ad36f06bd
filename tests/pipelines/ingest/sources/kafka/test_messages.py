"""Whatever a message holds, it becomes records: to be judged, or with the fault for which they are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.kafka.messages import HEADER_RULES, read_headers, records_of
from learnloom.pipelines.ingest.validate.validator import validate
from tests.pipelines.ingest.samples import statement, statements

_MAX = 1_000


@given(
    value=st.none() | st.binary(max_size=200) | st.binary(max_size=50).map(lambda raw: b"[" + raw),
    headers=st.lists(
        st.tuples(
            st.sampled_from(["content-type", "xapi-version", "source", "content-encoding", "x"]) | st.text(),
            st.none() | st.binary(max_size=20),
        ),
        max_size=3,
    ),
)
def test_every_message_gives_records(value: bytes | None, headers: list[tuple[str, bytes | None]]) -> None:
    """No bytes and no headers raise anything; there is at least one record, numbered, and no byte is invented."""
    records = records_of(7, value, headers, _MAX)
    assert [record.element for record in records] == list(range(len(records)))
    assert {record.offset for record in records} == {7}
    for record in records:
        assert record.value is None or (value is not None and record.value in value)
        assert validate(record.value).faults or record.fault or record.value


def test_elements_keep_their_bytes() -> None:
    """An array is cut at its commas and nowhere else; white space within an element stays."""
    odd = b'{ "a" : [1, {"b": "],["}] }'
    records = records_of(0, b"  [" + statement(1) + b",\n" + odd + b"]\n", [], _MAX)
    assert [record.value for record in records] == [statement(1), odd]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (b"[]", "message-empty-array"),
        (b" [ \n]", "message-empty-array"),
        (b"[" + statement(1), "undelimited"),
        (b"{" + b" " * _MAX + b"}", "record-too-big"),
        (b'["' + b"x" * _MAX + b'"]', "record-too-big"),
    ],
)
def test_what_cannot_be_delivered_whole_has_its_fault(value: bytes, rule: str) -> None:
    """An empty array, one without an end, and what is too large are refused with a rule of their own."""
    record = records_of(0, value, [], _MAX)[-1]
    assert record.fault is not None
    assert record.fault.rule == rule


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (None, "record-null"),
        (b"", "record-empty"),
        (b" \n", "record-empty"),
        (b"not json", "json-syntax"),
        (b"\xff\xfe{\x00}\x00", "text-utf8"),
        (b'"a string"', "statement-object"),
        (b"[" * 300 + b"]" * 300, None),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "json-too-deep"),
    ],
)
def test_poison_is_refused_with_a_reason(value: bytes | None, rule: str | None) -> None:
    """Each kind of poison is a verdict with a rule, never an error."""
    for record in records_of(0, value, [], 10_000):
        faults = (record.fault,) if record.fault else validate(record.value).faults
        assert faults
        assert rule is None or faults[0].rule == rule


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("content-type", b"application/avro", "header-content-type"),
        ("Content-Type", b"application/json; charset=latin-1", "header-content-type"),
        ("content-encoding", b"gzip", "header-content-encoding"),
        ("xapi-version", b"0.95", "header-xapi-version"),
        ("source", b"x" * 300, "header-source"),
        ("source", b"\xff", "header-encoding"),
        ("statement-id", b"my first", "header-statement-id"),
        ("record-id", b"x" * 300, "header-record-id"),
    ],
)
def test_a_header_that_cannot_be_followed_refuses_the_message(name: str, value: bytes, rule: str) -> None:
    """A header of ours with another meaning makes one dead letter of the message, with the header's value."""
    (record,) = records_of(3, b"[" + b",".join(statements(range(2))) + b"]", [(name, value)], _MAX)
    assert record.fault is not None
    assert record.fault.rule == rule
    assert rule in HEADER_RULES


def test_headers_of_others_are_passed_over() -> None:
    """Tracing, connectors and empty values change nothing; ours are read whatever their case."""
    headers = [
        ("traceparent", b"\xff"),
        ("content-type", b'Application/JSON; charset="UTF-8"'),
        ("Source", b"our-lms"),
        ("XAPI-Version", b"2.0.0"),
        ("content-encoding", None),
    ]
    assert read_headers(headers) == ("our-lms", "2.0.0", None, None, None)
    (record,) = records_of(0, statement(1), headers, _MAX)
    assert (record.source, record.xapi_version, record.fault) == ("our-lms", "2.0.0", None)


def test_what_bears_one_name_is_one_record_whatever_its_sender_is_remembered_by() -> None:
    """Ids given beside messages reach their records, one by one; an array that bears one is not cut into statements."""
    first, second = "11111111-1111-4111-8111-11111111111A", "22222222-2222-4222-8222-222222222222"
    for statement_id, record_id in ((first, "log/1"), (second, "log/2")):
        headers = [
            ("source", b"our-lms"),
            ("statement-id", statement_id.encode()),
            ("record-id", record_id.encode()),
            ("stored", b"2026-03-01T12:00:00Z"),
        ]
        (record,) = records_of(0, b"[" + statement(1) + b"]", headers, _MAX, 100)
        assert (record.source, record.statement_id, record.record_id) == (
            "our-lms",
            statement_id.lower(),
            record_id,
        )
        assert record.value == b"[" + statement(1) + b"]"
        (record,) = records_of(0, statement(1), [*headers, ("xapi-version", b"3")], _MAX, 100)
        assert record.fault is not None
        assert record.fault.rule == "header-xapi-version"
