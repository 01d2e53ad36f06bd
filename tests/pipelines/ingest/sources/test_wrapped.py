"""A statement that a record holds is found where it stands and given byte for byte, and nothing else is one."""

import csv
import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.sources.wrapped import find_wrapped
from tests.schemas.xapi.samples import FULL, MINIMAL, RIGHT

_TEXTS = st.text(alphabet='a"\\{}[],;:|\t\né€&', max_size=12)


def _found(record: Any) -> tuple[tuple[str | int, ...], str, bytes] | None:
    raw = record if isinstance(record, bytes) else json.dumps(record).encode()
    found = find_wrapped(raw, None if isinstance(record, bytes) else record)
    return found and (found.path, found.kind, found.raw)


def _text(statement: Any) -> str:
    return json.dumps(statement, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    ("path", "kind", "record"),
    [
        ("statement", "wrapper of a store's export", {"statement": FULL}),
        ("statement", "document of Learning Locker", {"_id": {"$oid": "1"}, "lrs_id": 1, "statement": FULL}),
        ("node.statement", "wrapper of a store's export", {"cursor": "c", "node": {"statement": FULL}}),
        ("_source", "hit of Elasticsearch", {"_index": "s", "_id": "1", "_source": FULL}),
        (
            "_source.statement",
            "hit of Elasticsearch",
            {"_index": "s", "_source": {"n": 1, "statement": FULL}},
        ),
        ("event", "row of ClickHouse", {"event_id": "1", "emission_time": "2026", "event": _text(FULL)}),
        ("payload", "row of a table", {"verb": "answered", "actor": "a@b.example", "payload": _text(FULL)}),
        ("payload.after.json", "wrapper of a store's export", {"payload": {"after": {"json": _text(FULL)}}}),
        ("payload.after", "wrapper of a store's export", {"payload": {"before": MINIMAL, "after": FULL}}),
        ("event.statement", "row of a table", {"event": _text({"statement": FULL})}),
    ],
)
def test_statement_is_found_in_what_stores_export(path: str, kind: str, record: dict[str, Any]) -> None:
    """A record is told for what it is, and the statement in it is the one that was sent."""
    found = _found(record)
    assert found is not None
    assert (".".join(map(str, found[0])), found[1]) == (path, kind)
    assert orjson.loads(found[2]) == FULL


@given(_TEXTS, _TEXTS, st.sampled_from(["", " ", "\n\t"]))
def test_statement_keeps_its_bytes(name: str, text: str, space: str) -> None:
    """Whatever stands around a statement or in its texts, its own bytes are given: spaces, escapes, order."""
    inner = f'{{"verb":{space}{{"id":"x"}},  "actor":{{"name":{json.dumps(text)}}} , "n": 1.50}}'.encode()
    record = (
        f'{{{json.dumps("x" + name)}: 1, "statement":{space}'.encode()
        + inner
        + space.encode()
        + b', "z": ""}'
    )
    found = find_wrapped(record, orjson.loads(record))
    assert found is not None
    assert found.raw == inner


@given(_TEXTS, _TEXTS, st.sampled_from(",;\t|"))
def test_statement_is_found_in_a_row_of_csv(before: str, within: str, delimiter: str) -> None:
    """In a row as Python's csv writes it, the text of the field is the statement, in the column that was written."""
    statement = json.dumps({"actor": {"name": within}, "verb": {"id": "x"}, "object": {}}, ensure_ascii=False)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="").writerow(
        [before, statement, "z"]
    )
    found = find_wrapped(out.getvalue().encode(), None)
    assert found is not None
    assert (found.path, found.kind, found.raw) == ((1,), "row of CSV", statement.encode())


def test_statement_is_found_between_tabs() -> None:
    """Tab-separated text needs no quotes."""
    assert _found(f"7\t{json.dumps(MINIMAL)}\t2026".encode()) == (
        (1,),
        "row of CSV",
        json.dumps(MINIMAL).encode(),
    )


@pytest.mark.parametrize("statement", RIGHT)
def test_statement_is_no_wrapper(statement: dict[str, Any]) -> None:
    """A statement is never taken for what holds one, not even where it is about a statement or lacks a part."""
    assert _found(statement) is None
    for part in ("actor", "verb"):
        assert _found({name: value for name, value in statement.items() if name != part}) is None


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"object": {"objectType": "SubStatement"} | MINIMAL},
        {"first": MINIMAL, "second": MINIMAL},
        {"data": [MINIMAL]},
        {"event": "the verb and the actor"},
        {"a": {"b": {"c": {"d": {"e": MINIMAL}}}}},
        b"verb",
        b'"{""verb"": 1}',
    ],
)
def test_what_holds_no_statement_or_several_is_left(record: Any) -> None:
    """Nothing is guessed: no statement, two of them, lists, or one too deep is judged as it is."""
    assert _found(record) is None


def test_what_databases_write_otherwise_is_undone() -> None:
    """Escaped dots in names and MongoDB's own types become what was sent; texts stay, whatever they say."""
    record = (
        b'{"organisation": {"$oid": "5"}, "statement": {"actor": {}, "verb": {"id": "x"}, "timestamp": '
        b'{"$date": "2026-09-01T10:00:00Z"}, "stored": {"$date": {"$numberLong": "1788256800123"}}, '
        b'"result": {"response": "a&46;b", "score": {"raw": {"$numberInt": "5"}}, '
        b'"extensions": {"https://school&46;example/x" : "&46;"}}}}'
    )
    found = _found(json.loads(record))
    assert found is not None
    assert json.loads(found[2]) == {
        "actor": {},
        "verb": {"id": "x"},
        "timestamp": "2026-09-01T10:00:00Z",
        "stored": "2026-09-01T10:00:00.123000+00:00",
        "result": {
            "response": "a&46;b",
            "score": {"raw": 5},
            "extensions": {"https://school.example/x": "&46;"},
        },
    }
