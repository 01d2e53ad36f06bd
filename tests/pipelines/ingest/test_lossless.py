"""Bytes in are bytes stored and bytes exported, whatever a valid statement holds."""

from pathlib import Path

import pytest

from learnloom.pipelines.ingest.validate.validator import Validator
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.xapi.rule import MINIMAL_RECORD
from tests.conftest import land


def _extended(value: bytes) -> bytes:
    return MINIMAL_RECORD[:-1] + b', "result": {"extensions": {"https://example.org/x": ' + value + b"}}}"


ODD = {
    "beyond double precision": _extended(b"0.1000000000000000055511151231257827021181583404541015625001"),
    "beyond 64 bits": _extended(b"123456789012345678901234567890"),
    "minus zero and exponents": _extended(b"[-0, -0.0, 1E+2, 1.50e-07]"),
    "a thousand digits": _extended(b"0." + b"1" * 1_000),
    "underflow": _extended(b"1e-400"),
    "escapes": _extended(rb'"\u00e9\/\u003a\ud83d\ude00\u0000"'),
    "the same without escapes": _extended('"é/:😀"'.encode()),
    "anything": _extended(b'{"": [null, {"id": null, "a b": [[]]}], "<x>": true}'),
    "key order": MINIMAL_RECORD.replace(b'{"actor"', b'{"context": {}, "actor"'),
    "white space": MINIMAL_RECORD.replace(b": ", b" \t:\r\n"),
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_odd_statement_is_valid_and_untouched(raw: bytes) -> None:
    """Judged twice, by its whole and by its fragments, it is valid and its bytes are those received."""
    validator = Validator()
    for _ in range(2):
        verdict = validator.validate(raw)
        assert verdict.faults == ()
        assert verdict.raw is raw


@pytest.mark.slow
def test_odd_statements_are_stored_as_they_came(tmp_path: Path) -> None:
    """What the warehouse gives back, and what it writes into a file, is what came in, byte for byte."""
    lines = [raw for raw in ODD.values() if b"\n" not in raw]
    (tmp_path / "odd.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    exported = tmp_path / "exported.parquet"
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "odd.jsonl")
        query = 'SELECT raw FROM landing.statement ORDER BY "offset"'
        assert [row[0].encode() for row in warehouse.rows(query)] == lines
        warehouse.rows(f"COPY ({query}) TO '{exported}'")
        assert [row[0].encode() for row in warehouse.rows(f"SELECT raw FROM '{exported}'")] == lines
