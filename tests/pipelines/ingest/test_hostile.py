"""Records made to cost much are judged like any other, and what they can make of it is bounded."""

import orjson
import pytest

from learnloom.pipelines.ingest.sources.reading import Limits
from learnloom.pipelines.ingest.validate.validator import Validator, validate
from learnloom.schemas.xapi.many import ENOUGH
from learnloom.schemas.xapi.rules import RULES
from learnloom.schemas.xapi.statement import find_breaches
from tests.pipelines.ingest.hostile import HOSTILE
from tests.schemas.xapi.samples import ATTACHMENT, MINIMAL, Json

_SIZE = 100_000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_record_has_a_verdict(name: str) -> None:
    """Whatever it is made of, there is a verdict by rules of the table, the same with memory as without."""
    raw = HOSTILE[name](_SIZE)
    limits = Limits(max_bytes=10 * _SIZE)
    verdict = validate(raw, limits=limits)
    assert {fault.rule for fault in verdict.faults} <= set(RULES)
    assert len(verdict.faults) <= limits.max_faults
    assert all(len(fault.message) < 2_000 for fault in verdict.faults)
    assert Validator(limits=limits).validate(raw) == verdict


@pytest.mark.parametrize(
    "statement",
    [
        MINIMAL | {"attachments": [{}] * 50_000},
        MINIMAL | {"actor": {"objectType": "Group", "member": [{}] * 50_000}},
        MINIMAL | {"context": {"contextActivities": {"other": [1] * 50_000}}},
        MINIMAL | {"object": {"id": "a:b", "definition": {"choices": [{"id": "a"}] * 50_000}}},
        MINIMAL | {"object": {"id": "a:b", "definition": {"correctResponsesPattern": [1] * 50_000}}},
    ],
    ids=["attachments", "members", "activities", "components", "patterns"],
)
def test_array_of_faults_does_not_fill_the_memory(statement: Json) -> None:
    """However many elements of an array are wrong, the faults that are looked for are bounded."""
    assert 0 < len(find_breaches(statement)) <= 2 * ENOUGH


def test_wrong_element_late_in_a_long_array_is_found() -> None:
    """A long array is judged to its end, and the place of the first wrong element is told."""
    attachments = [ATTACHMENT] * 3_000 + [ATTACHMENT | {"length": -1}] + [ATTACHMENT] * 3
    statement = MINIMAL | {"attachments": attachments}
    faults = validate(orjson.dumps(statement), limits=Limits(max_bytes=1 << 24)).faults
    assert [(fault.rule, fault.path) for fault in faults] == [
        ("attachment-length", "/attachments/3000/length")
    ]


def test_every_wrong_element_of_a_usual_array_is_told() -> None:
    """Below that length each wrong element has its own fault."""
    statement = MINIMAL | {"attachments": [ATTACHMENT | {"length": -1}] * 12}
    assert len(validate(orjson.dumps(statement)).faults) == 12
