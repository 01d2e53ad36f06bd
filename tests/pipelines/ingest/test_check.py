"""The report on many records: shares, the most frequent faults, samples."""

from collections.abc import Iterator

import orjson
import pytest

from pipelines.ingest import check as module
from pipelines.ingest.check import CheckReport, check
from schemas.xapi.rules import RULES
from tests.schemas.xapi.samples import FULL, MINIMAL, changed

GOOD = orjson.dumps(MINIMAL)
BAD_VERB = orjson.dumps(changed(MINIMAL, "/verb/id", "voided"))
BAD_CHOICES = orjson.dumps(
    changed(changed(FULL, "/object/definition/choices/1/id", 1), "/object/definition/choices/2/id", 2)
)


def test_report_counts_and_ranks() -> None:
    """The report counts records and faults, ranks the faults, and shows the first sample of each."""
    records = [("a:1", GOOD), ("a:2", BAD_VERB), ("a:3", b"{"), ("b:1", BAD_VERB), ("b:2", GOOD)]
    report = check(iter(records))
    assert (report.records, report.valid, report.refused, report.share_valid) == (5, 2, 3, 0.4)
    first, second = report.faults
    assert (first.rule, first.place, first.statements) == ("iri-format", "/verb/id", 2)
    assert (first.sample_source, first.sample_path, first.sample_value) == ("a:2", "/verb/id", '"voided"')
    assert first.fix == RULES["iri-format"].fix
    assert first.message.startswith('/verb/id is "voided"')
    assert (second.rule, second.statements, second.sample_source) == ("json-syntax", 1, "a:3")


def test_statement_counts_once_for_a_fault_in_several_elements() -> None:
    """Two elements of an array with the same fault are one place, and one statement."""
    (fault,) = check([("x", BAD_CHOICES)]).faults
    assert (fault.place, fault.statements) == ("/object/definition/choices/*/id", 1)
    assert fault.sample_path == "/object/definition/choices/1/id"


def test_no_records_have_no_share() -> None:
    """Where nothing was judged the share is unknown, not zero or one."""
    assert check([]) == CheckReport(records=0, valid=0, faults=(), more_faults=0)
    assert check([]).share_valid is None


def test_left_out_faults_are_counted() -> None:
    """The report says how many kinds of faults it does not show."""
    report = check([("x", BAD_VERB), ("y", b"{"), ("z", None)], top=1)
    assert len(report.faults) == 1
    assert report.more_faults == 2


def test_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many places there are, the report keeps a bounded number and counts the rest together."""
    monkeypatch.setattr(module, "_MAX_GROUPS", 3)

    def records() -> Iterator[tuple[str, bytes]]:
        for n in range(10):
            yield f"x:{n}", orjson.dumps(MINIMAL | {f"p{n}": 1})

    report = check(records())
    assert (report.faults[0].place, report.faults[0].statements) == ("(elsewhere)", 7)
    assert len(report.faults) == 4


def test_default_version_is_passed_on() -> None:
    """The report judges by the version that is asked for."""
    raw = orjson.dumps(MINIMAL | {"timestamp": "2013-05-18T05:32:34"})
    assert check([("x", raw)]).valid == 1
    assert check([("x", raw)], default_version="2.0.0").valid == 0
