"""What every format has to keep; a test module of a format calls `holds` with its options and a small file of it."""

import io
from pathlib import Path
from typing import Any

import orjson

from learnloom.pipelines.convert.format import (
    RULE_PREFIX,
    Converted,
    ConvertError,
    FormatFactory,
    Options,
    SourceRecord,
)
from learnloom.pipelines.convert.ids import StatementIds
from learnloom.pipelines.ingest.validate.validator import validate


def converted(factory: FormatFactory, options: Options, given: bytes | Path) -> dict[str, dict[str, Any]]:
    """Convert all records that can be: the statements by their ids."""
    made = factory(options)
    records = made.read(io.BytesIO(given) if isinstance(given, bytes) else given)
    results = [
        result for record in records if isinstance(result := _tried(factory, options, record), Converted)
    ]
    return _statements(factory, options, results)


def holds(factory: FormatFactory, options: Options, given: bytes | Path) -> None:
    """Check the contract of `Format` over every record of `given`, of which some have to give statements."""
    made = factory(options)
    assert made.name == made.name.lower()
    assert made.summary.endswith(".")
    records = list(made.read(io.BytesIO(given) if isinstance(given, bytes) else given))
    assert records
    results = [_tried(factory, options, record) for record in records]
    # Neither the order of records nor what came before matters, and a second time is like the first.
    backwards = factory(options)
    assert [_told(backwards, record) for record in reversed(records)] == list(reversed(results))
    good = [result for result in results if isinstance(result, Converted)]
    for result in good:
        assert bool(result.statements) != bool(result.ignored)
        assert len(result.names) in {0, len(result.statements)}
        assert not set(result.names) & set(result.withdrawn)
        assert result.kind
    statements = _statements(factory, options, good)
    assert statements
    for statement_id, statement in statements.items():
        raw = orjson.dumps({"id": statement_id, **statement})
        assert validate(raw).faults == (), raw
    refused = [result for result in results if isinstance(result, str)]
    assert all(rule.startswith(RULE_PREFIX) for rule in refused)


def _tried(factory: FormatFactory, options: Options, record: SourceRecord) -> Converted | str:
    return _told(factory(options), record)


def _told(made: Any, record: SourceRecord) -> Converted | str:
    """What became of a record; of one that cannot be converted, the rule."""
    if record.error is not None:
        return record.error.fault.rule
    try:
        result: Converted = made.convert(record)
    except ConvertError as error:
        return error.fault.rule
    return result


def _statements(
    factory: FormatFactory, options: Options, results: list[Converted]
) -> dict[str, dict[str, Any]]:
    ids = StatementIds(factory(options).name, options)
    named: dict[str, dict[str, Any]] = {}
    for result in results:
        for statement_id, statement in zip(ids.of(result), result.statements, strict=True):
            assert "id" not in statement
            named[statement_id] = dict(statement)
    return named
