"""The built-in repairs mend what they are for, leave the rest alone, and leave a receipt."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.ingest.land.dead_letters import DeadSelection, find
from learnloom.pipelines.ingest.land.replay import ReplaySummary, replay
from learnloom.pipelines.ingest.validate.repairs import REPAIRS
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.record import DeadLetter
from learnloom.schemas.xapi.equality import is_same
from tests.pipelines.ingest import samples
from tests.pipelines.ingest.validate.test_validator import JSON
from tests.schemas.xapi.samples import AGENT, FULL, MINIMAL, QUESTION, RIGHT, Json

_MENDS_VALUES = ["mailto", "no-nulls", "object-type", "iri-uuid", "score-0-of-0", "compound"]
_FITS_IMPORT = [repair.name for repair in REPAIRS.values() if repair.fits_import]
_UUID = "0d7f3c0e-8b2a-4a51-9e1e-1f0a3a6f4c11"
_ADDRESSES = [
    "ada@school.example",
    " ada@school.example ",
    "MAILTO:ada@school.example",
    "mailto:ada@school.example\t",
]
_COMPOUND = {"id": "https://school.example/set", "definition": {"interactionType": "compound"}}
_LATIN = MINIMAL | {"actor": AGENT | {"name": "Zoë „5 €“"}}


def _mend(name: str, statement: Any) -> Any:
    return json.loads(REPAIRS[name].mend(json.dumps(statement).encode()))


@pytest.mark.parametrize("address", _ADDRESSES)
def test_mailto_mends_every_address(address: str) -> None:
    """An address without scheme, with blanks or in capitals becomes a valid mbox wherever an agent stands."""
    group = {"objectType": "Group", "member": [{"mbox": address}, AGENT]}
    statement = MINIMAL | {
        "actor": {"mbox": address},
        "context": {"team": group, "instructor": {"mbox": address}},
    }
    statement["object"] = QUESTION
    assert validate(orjson.dumps(statement)).faults[0].rule == "mbox-format"
    mended = _mend("mailto", statement)
    assert mended["actor"] == {"mbox": "mailto:ada@school.example"}
    assert validate(orjson.dumps(mended)).is_valid


def test_mailto_makes_up_no_address() -> None:
    """What is no address stays as it came."""
    for mbox in ("ada", "", None, 7, ["a@b.example"]):
        raw = orjson.dumps({"actor": {"mbox": mbox}})
        assert REPAIRS["mailto"].mend(raw) == raw


def test_no_nulls_leaves_out_what_is_null() -> None:
    """Properties and entries that are null are gone, and the statement is valid."""
    statement = FULL | {"result": None, "context": {"platform": None, "language": "de", "team": None}}
    statement["actor"] = AGENT | {"name": None}
    assert validate(orjson.dumps(statement)).faults
    mended = _mend("no-nulls", statement)
    assert mended["context"] == {"language": "de"}
    assert "result" not in mended
    assert validate(orjson.dumps(mended)).is_valid


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "windows-1252"])
def test_utf8_reads_what_exports_write(encoding: str) -> None:
    """UTF-16 with its mark, UTF-8 with a mark and Windows-1252 become the same UTF-8 text, and are valid."""
    text = json.dumps(_LATIN, ensure_ascii=False)
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    raw = mark + text.encode(encoding)
    assert validate(raw).faults
    assert REPAIRS["utf8"].mend(raw) == text.encode()
    assert validate(REPAIRS["utf8"].mend(raw)).is_valid


@given(JSON)
def test_utf8_leaves_utf8_alone(value: Any) -> None:
    """What is UTF-8 without a mark is returned byte for byte."""
    raw = json.dumps(value, ensure_ascii=False).encode()
    assert REPAIRS["utf8"].mend(raw) == raw


def test_new_id_takes_the_id_alone() -> None:
    """The statement's own id goes, ids within it stay."""
    assert _mend("new-id", MINIMAL | {"id": _UUID}) == MINIMAL
    assert _mend("new-id", [1]) == [1]


@pytest.mark.parametrize("kind", ["GroupActivity", "activity", "ACTIVITY"])
def test_object_type_mends_the_kinds_of_activities(kind: str) -> None:
    """GroupActivity, and a kind in other letters, becomes the specification's, in the object and in the context."""
    activity = QUESTION | {"objectType": kind}
    statement = MINIMAL | {
        "object": activity,
        "context": {
            "contextActivities": {"parent": [activity]},
            "extensions": {"https://x.example/": activity},
        },
    }
    assert {fault.rule for fault in validate(orjson.dumps(statement)).faults} == {"object-type"}
    mended = _mend("object-type", statement)
    assert validate(orjson.dumps(mended)).is_valid
    assert mended["object"] == QUESTION
    assert mended["context"]["extensions"] == {"https://x.example/": activity}


def test_object_type_makes_up_no_kind() -> None:
    """A kind of another name stays refused."""
    statement = MINIMAL | {"object": QUESTION | {"objectType": "Course"}}
    assert _mend("object-type", statement) == statement


def test_iri_uuid_mends_ids_that_must_be_iris() -> None:
    """A bare UUID becomes an IRI where one belongs, in small letters so that one thing stays one thing."""
    activity = {"id": _UUID.upper(), "definition": {"type": _UUID}}
    statement = MINIMAL | {
        "id": _UUID,
        "verb": {"id": _UUID},
        "object": activity,
        "context": {"registration": _UUID, "contextActivities": {"other": activity, "parent": [activity]}},
    }
    mended = _mend("iri-uuid", statement)
    assert validate(orjson.dumps(mended)).is_valid
    told = {"id": f"urn:uuid:{_UUID}", "definition": {"type": f"urn:uuid:{_UUID}"}}
    assert mended == statement | {
        "verb": {"id": f"urn:uuid:{_UUID}"},
        "object": told,
        "context": {"registration": _UUID, "contextActivities": {"other": told, "parent": [told]}},
    }


def test_iri_uuid_mends_what_a_substatement_is_about() -> None:
    """A plan about such an activity is mended likewise; ids of statements and other names are not touched."""
    plan = MINIMAL | {"objectType": "SubStatement", "object": {"id": _UUID}}
    assert _mend("iri-uuid", MINIMAL | {"object": plan})["object"]["object"] == {"id": f"urn:uuid:{_UUID}"}
    for thing in ({"objectType": "StatementRef", "id": _UUID}, {"id": "quiz 1"}, {"id": _UUID + "0"}):
        assert _mend("iri-uuid", MINIMAL | {"object": thing}) == MINIMAL | {"object": thing}


@pytest.mark.parametrize("more", [{}, {"scaled": 0}, {"raw": 0}, {"raw": 0.0, "scaled": 1}])
def test_score_of_no_points_is_removed(more: Json) -> None:
    """A score between two bounds that are the same says nothing: it is removed, not made a zero."""
    statement = MINIMAL | {"result": {"success": True, "score": {"min": 0, "max": 0} | more}}
    assert validate(orjson.dumps(statement)).faults[0].rule == "score-min-below-max"
    mended = _mend("score-0-of-0", statement)
    assert mended == MINIMAL | {"result": {"success": True}}
    assert validate(orjson.dumps(mended)).is_valid


@pytest.mark.parametrize(
    "score", [{"raw": 5, "min": 0, "max": 0}, {"min": 1, "max": 0}, {"min": 0, "max": False}, {"max": 0}]
)
def test_other_scores_are_left(score: Json) -> None:
    """What is wrong in another way is not for this repair."""
    statement = MINIMAL | {"result": {"score": score}}
    assert _mend("score-0-of-0", statement) == statement


def test_compound_mends_a_set_of_questions() -> None:
    """The kind that xAPI lacks becomes `other`, of the object and around it; other unknown kinds are not touched."""
    statement = MINIMAL | {"object": _COMPOUND, "context": {"contextActivities": {"parent": [_COMPOUND]}}}
    assert validate(orjson.dumps(statement)).faults[0].rule == "interaction-type"
    mended = _mend("compound", statement)
    assert validate(orjson.dumps(mended)).is_valid
    other = _COMPOUND | {"definition": {"interactionType": "other"}}
    assert (mended["object"], mended["context"]["contextActivities"]["parent"]) == (other, [other])
    odd = MINIMAL | {"object": _COMPOUND | {"definition": {"interactionType": "quiz"}}}
    assert _mend("compound", odd) == odd


def test_unwrap_gives_the_statement_alone() -> None:
    """Rows of a table, documents and rows of CSV become the statement that they hold, however deep."""
    row = json.dumps({"id": 7, "statement": json.dumps(MINIMAL)})
    for raw in (
        row,
        json.dumps({"_source": {"event": row}}),
        '7,"' + json.dumps(MINIMAL).replace('"', '""') + '"',
    ):
        assert REPAIRS["unwrap"].mend(raw.encode()) == json.dumps(MINIMAL).encode()


@pytest.mark.parametrize("name", _FITS_IMPORT)
@pytest.mark.parametrize("statement", RIGHT)
def test_valid_statements_are_unchanged(name: str, statement: Json) -> None:
    """A valid statement comes out byte for byte as it went in, however it is written."""
    for raw in (orjson.dumps(statement), json.dumps(statement, indent=1).encode()):
        assert REPAIRS[name].mend(raw) == raw


@given(JSON, st.sampled_from(list(REPAIRS)))
def test_mending_twice_is_mending_once(value: Any, name: str) -> None:
    """Mended bytes have nothing left to mend."""
    faulty = {"id": _UUID, "actor": {"mbox": "a@b.example", "name": None, "account": value}, "x": value}
    once = REPAIRS[name].mend(json.dumps(faulty).encode())
    assert REPAIRS[name].mend(once) == once


@given(JSON, st.sampled_from(["mailto", "no-nulls"]))
def test_extensions_are_nobody_s_to_mend(value: Any, name: str) -> None:
    """Whatever stands in extensions, nulls and addresses included, stays."""
    extensions = {"https://school.example/x": value, "mbox": "a@b.example", "n": None}
    places = {"result": {"extensions": extensions, "success": None}, "actor": {"mbox": "a@b.example"}}
    mended = _mend(name, places)
    assert mended != places
    assert mended["result"]["extensions"] == extensions


@pytest.mark.parametrize("name", [*_MENDS_VALUES, "new-id"])
def test_a_key_given_twice_is_not_decided(name: str) -> None:
    """Which of two values was meant is not for a repair to say: the record stays refused for that."""
    raw = b'{"id":"' + _UUID.encode() + b'","actor":{"mbox":"a@b.example","name":null,"name":"Ada"}}'
    assert REPAIRS[name].mend(raw) == raw
    assert validate(raw).faults[0].rule == "json-duplicate-key"


def test_unwrap_decides_no_key_given_twice() -> None:
    """A wrapper that names a property twice stays as it is, and is refused for what it is and for that."""
    raw = b'{"statement": %b, "statement": %b}' % (
        orjson.dumps(MINIMAL),
        orjson.dumps(MINIMAL | {"id": _UUID}),
    )
    assert REPAIRS["unwrap"].mend(raw) == raw
    assert [fault.rule for fault in validate(raw).faults] == ["statement-wrapped", "json-duplicate-key"]


@pytest.mark.parametrize("name", [*_MENDS_VALUES, "new-id"])
@pytest.mark.parametrize("raw", [b"broken", b"", b"\xff", '{"a": null}'.encode("utf-16")])
def test_what_is_no_json_is_an_error(name: str, raw: bytes) -> None:
    """A repair of values makes no statement out of what cannot be read as UTF-8 and JSON."""
    with pytest.raises(ValueError, match=r"Expecting|codec"):
        REPAIRS[name].mend(raw)


def _replayed(warehouse: Warehouse, name: str) -> ReplaySummary:
    return replay(
        warehouse,
        DeadSelection(),
        judge=validate,
        is_same=is_same,
        now=lambda: samples.NOON + timedelta(days=1),
        wait_seconds=30,
        mend=REPAIRS[name].mend,
        fix=name,
    )


def _refused(warehouse: Warehouse, path: Path, raw: bytes) -> DeadLetter:
    """The dead letter that a record becomes which comes after a good statement."""
    path.write_bytes(orjson.dumps(MINIMAL | {"id": _UUID}) + b"\n" + raw + b"\n")
    samples.bring_in(warehouse, path, judge=validate, is_same=is_same)
    (letter,) = find(warehouse, DeadSelection(), limit=10)
    return letter


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("mailto", orjson.dumps(MINIMAL | {"actor": {"mbox": "ada@school.example"}})),
        ("no-nulls", orjson.dumps(MINIMAL | {"result": {"success": None}})),
        ("utf8", json.dumps(_LATIN, ensure_ascii=False).encode("windows-1252")),
        ("unwrap", orjson.dumps({"n": 1, "statement": MINIMAL})),
        ("object-type", orjson.dumps(MINIMAL | {"object": QUESTION | {"objectType": "GroupActivity"}})),
        ("iri-uuid", orjson.dumps(MINIMAL | {"object": {"id": _UUID}})),
        ("score-0-of-0", orjson.dumps(MINIMAL | {"result": {"score": {"raw": 0, "min": 0, "max": 0}}})),
        ("compound", orjson.dumps(MINIMAL | {"object": _COMPOUND})),
        ("new-id", orjson.dumps(MINIMAL | {"id": _UUID, "actor": {"mbox": "mailto:eve@school.example"}})),
    ],
)
def test_replay_keeps_the_original_and_leaves_a_receipt(
    warehouse: Warehouse, tmp_path: Path, name: str, raw: bytes
) -> None:
    """The mended bytes land; the dead letter keeps what came, and says when, as what and by what it was mended."""
    before = _refused(warehouse, tmp_path / "a.jsonl", raw)
    assert before.raw == raw
    summary = _replayed(warehouse, name)
    assert (summary.tried, summary.landed, summary.kept.total()) == (1, 1, 0)
    (after,) = find(warehouse, DeadSelection(is_waiting=False), limit=10)
    assert after == before._replace(
        replayed_at=samples.NOON + timedelta(days=1), replayed_as=after.replayed_as, replay_fix=name
    )
    (landed,) = warehouse.one(f"SELECT raw FROM landing.statement WHERE statement_id = '{after.replayed_as}'")
    assert landed.encode() == REPAIRS[name].mend(raw) != raw


def test_a_repair_that_does_not_help_leaves_no_receipt(warehouse: Warehouse, tmp_path: Path) -> None:
    """What is still refused waits on, unmarked, with the reason told."""
    before = _refused(warehouse, tmp_path / "a.jsonl", b"broken")
    summary = _replayed(warehouse, "mailto")
    assert (summary.landed, summary.kept) == (0, {"mend-failed": 1})
    assert "JSONDecodeError" in summary.examples[0][1].message
    assert find(warehouse, DeadSelection(), limit=10) == [before]
