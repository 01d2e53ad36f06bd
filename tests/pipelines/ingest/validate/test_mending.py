"""A judge that mends leaves valid records alone, lands what is valid when mended, and loses no fault."""

import json
from typing import Any

import pytest

from learnloom.pipelines.ingest.validate.mending import UnknownRepairError, judge_mended, repairs_named
from learnloom.pipelines.ingest.validate.repairs import Repair
from learnloom.pipelines.ingest.validate.validator import validate
from tests.schemas.xapi.samples import MINIMAL, RIGHT

_BAD_MBOX = MINIMAL | {"actor": {"mbox": "a@b.example"}}


def _raw(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("statement", RIGHT)
def test_valid_records_are_judged_as_they_are(statement: dict[str, Any]) -> None:
    """What is valid as it came lands as it came, byte for byte."""
    raw = _raw(statement)
    repairs = repairs_named(["unwrap", "mailto", "no-nulls", "iri-uuid", "object-type"], of_import=True)
    assert judge_mended(validate, repairs)(raw).raw is raw


def test_valid_records_are_not_mended_at_all() -> None:
    """A repair is not even asked where there is nothing to mend, whatever it would do."""
    raw = _raw(MINIMAL)
    anything = Repair("anything", "mbox-format", "changes everything", lambda before: before + b" ")
    assert judge_mended(validate, [anything])(raw).raw is raw


def test_repairs_are_applied_one_after_the_other() -> None:
    """What stands in a wrapper is taken out before it is mended, in whichever order the repairs are named."""
    judge = judge_mended(validate, repairs_named(["mailto", "unwrap"], of_import=True))
    verdict = judge(_raw({"statement": _BAD_MBOX}))
    assert verdict.is_valid
    assert json.loads(verdict.raw or b"")["actor"] == {"mbox": "mailto:a@b.example"}


def test_what_stays_refused_is_named_by_what_is_left() -> None:
    """The faults are those of the record as it came; the one that no repair mends comes first."""
    raw = _raw({"statement": _BAD_MBOX})
    assert [fault.rule for fault in validate(raw).faults] == ["statement-wrapped", "mbox-format"]
    verdict = judge_mended(validate, repairs_named(["unwrap"], of_import=True))(raw)
    assert verdict.raw == raw
    assert [(fault.rule, fault.path) for fault in verdict.faults] == [
        ("mbox-format", "/statement/actor/mbox"),
        ("statement-wrapped", "/statement"),
    ]


@pytest.mark.parametrize("raw", [None, b"", b"{", b"\xff", b"[" * 3_000])
def test_what_a_repair_cannot_read_keeps_its_fault(raw: bytes | None) -> None:
    """A repair that fails refuses nothing more and hides nothing."""
    judge = judge_mended(validate, repairs_named(["mailto", "no-nulls"], of_import=True))
    assert judge(raw) == validate(raw)


def test_sender_s_version_holds_for_the_mended_too() -> None:
    """A version that comes with the record judges it before and after."""
    raw = _raw({"statement": MINIMAL | {"timestamp": "2026-09-01T10:00:00"}})
    judge = judge_mended(validate, repairs_named(["unwrap"], of_import=True))
    assert judge(raw).is_valid
    assert not judge(raw, default_version="2.0.0").is_valid


def test_unknown_names_are_told_with_those_there_are() -> None:
    """A name that is none, or that does not fit an import, is an error that lists those that do."""
    for name in ("unwarp", "new-id"):
        with pytest.raises(UnknownRepairError, match=f"one of utf8, unwrap, .*, not '{name}'"):
            repairs_named([name], of_import=True)
    assert [repair.name for repair in repairs_named(["new-id", "utf8"], of_import=False)] == [
        "utf8",
        "new-id",
    ]
