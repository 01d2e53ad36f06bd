"""A profile as authors publish it: everything that ADL's published documents hold, in their form."""

import json
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.check.templates import ProfileChecker
from learnloom.pipelines.check.xapi_profile import XapiProfile, read_xapi_profile
from tests.pipelines.check.samples import GOOD, numbered, raw, report

_ID = "https://w3id.example/xapi/lab"
_V2 = f"{_ID}/v2.0"
_MEASURED, _NOTED = f"{_ID}/verbs/measured", f"{_ID}/verbs/noted"
_LAB, _DEVICE = f"{_ID}/activity-types/lab", f"{_ID}/activity-types/device"
_READING = f"{_ID}/extensions/reading"

# The properties of https://w3id.org/xapi/profiles/context, as part two of the Profile specification lists them.
DOCUMENT: dict[str, Any] = {
    "@context": "https://w3id.org/xapi/profiles/context",
    "id": _ID,
    "type": "Profile",
    "conformsTo": "https://w3id.org/xapi/profiles#1.0",
    "prefLabel": {"en": "Laboratory"},
    "definition": {"en": "What is done in a laboratory.\nMore lines follow."},
    "seeAlso": "https://w3id.example/lab.html",
    "author": {"type": "Organization", "name": "A working group", "url": "https://w3id.example"},
    "versions": [
        {"id": _V2, "wasRevisionOf": [f"{_ID}/v1.0"], "generatedAtTime": "2020-xx-xxT00:00:00Z"},
        {"id": f"{_ID}/v1.0", "generatedAtTime": "2019-01-01T00:00:00Z"},
    ],
    "concepts": [
        {
            "id": _MEASURED,
            "type": "Verb",
            "inScheme": _V2,
            "prefLabel": {"en": "measured"},
            "definition": {"en": "Read a value off a device."},
            "exactMatch": ["https://other.example/verbs/measured"],
            "narrower": [_NOTED],
            "scopeNote": {"en": "Once a value."},
        },
        {
            "id": _NOTED,
            "type": "Verb",
            "inScheme": _V2,
            "prefLabel": {"de": "notierte"},
            "definition": {"de": "Schrieb etwas auf."},
            "deprecated": True,
            "related": [_MEASURED],
        },
        {"id": _LAB, "type": "ActivityType", "inScheme": _V2, "prefLabel": {"en": "lab"}},
        {
            "id": _READING,
            "type": "ResultExtension",
            "inScheme": _V2,
            "prefLabel": {"en": "reading"},
            "recommendedVerbs": [_MEASURED],
            "context": "https://w3id.example/reading-context",
            "inlineSchema": '{"type": "number"}',
        },
        {
            "id": f"{_ID}/extensions/room",
            "type": "ContextExtension",
            "inScheme": _V2,
            "prefLabel": {"en": "room"},
            "recommendedActivityTypes": [_LAB],
            "schema": "https://w3id.example/room.json",
        },
        {
            "id": f"{_ID}/activities/safety",
            "type": "Activity",
            "inScheme": _V2,
            "activityDefinition": {
                "@context": "https://w3id.org/xapi/profiles/activity-context",
                "type": _LAB,
                "name": {"en": "Safety first"},
            },
        },
        {"id": f"{_ID}/state", "type": "StateResource", "inScheme": _V2, "contentType": "application/json"},
    ],
    "templates": [
        {"scopeNote": "Templates will be added when the tools are there."},
        {
            "id": f"{_ID}/templates#measured",
            "type": "StatementTemplate",
            "inScheme": _V2,
            "prefLabel": {"en": "A measurement"},
            "definition": {"en": "What a measurement looks like."},
            "verb": _MEASURED,
            "objectActivityType": _LAB,
            "contextGroupingActivityType": [_DEVICE],
            "rules": [
                {"location": "$.id | $.timestamp", "presence": "included"},
                {"location": f"$.result.extensions['{_READING}']", "presence": "included",
                 "scopeNote": {"en": "As shown by the device."}},
                {"location": "$.result.extensions.*|$.result.response", "none": ["", "n/a"]},
                {"location": "$.result.score", "presence": "excluded"},
                {"location": "context.contextActivities.grouping[*]", "selector": "$.definition.type",
                 "all": [_DEVICE, _LAB]},
                {"location": "$.context.contextActivities['parent','other'][0].id", "presence": "recommended",
                 "any": ["https://school.example/labs"]},
                {"location": "$.object.definition.name['en','en-US']", "presence": "recommended"},
            ],
        },
        {
            "id": f"{_ID}/templates#noted",
            "type": "StatementTemplate",
            "inScheme": _V2,
            "prefLabel": {"en": "A note on a measurement"},
            "verb": _NOTED,
            "objectStatementRefTemplate": [f"{_ID}/templates#measured"],
        },
    ],
    "patterns": [
        {"id": f"{_ID}/patterns#lab", "type": "Pattern", "primary": True, "inScheme": _V2,
         "sequence": [f"{_ID}/templates#measured", f"{_ID}/patterns#notes"]},
        {"id": f"{_ID}/patterns#notes", "type": "Pattern", "zeroOrMore": f"{_ID}/templates#noted"},
    ],
}  # fmt: skip

MEASURED: dict[str, Any] = {
    "id": GOOD["id"],
    "actor": GOOD["actor"],
    "verb": {"id": _MEASURED},
    "object": {"id": "https://school.example/labs/1", "definition": {"type": _LAB, "name": {"en": "Lab"}}},
    "result": {"extensions": {_READING: 7.5}},
    "context": {
        "contextActivities": {
            "category": [{"id": _V2}],
            "grouping": {"id": "https://school.example/scales/3", "definition": {"type": _DEVICE}},
        }
    },
    "timestamp": "2026-09-07T10:00:00Z",
}


@pytest.fixture
def profile(tmp_path: Path) -> XapiProfile:
    """The document, read from a file."""
    path = tmp_path / "lab.jsonld"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return read_xapi_profile(path)


def test_document_is_read_whole(profile: XapiProfile) -> None:
    """What a document of the published form holds is read; what is not checked is said, a mere note included."""
    assert profile.names == {_ID, _V2, f"{_ID}/v1.0"}
    assert (len(profile.concepts), len(profile.templates), len(profile.patterns)) == (7, 2, 2)
    assert [note.split(".")[0] for note in profile.notes] == [
        "Templates without an id (1) are skipped",
        "Its patterns (2) are not checked: they describe sequences of statements",
        "The schemas of its extensions are not checked; only the place of an extension is",
        "Referenced statements are not looked up; only the presence of the reference is checked",
    ]


def test_statement_of_the_profile_keeps_it(profile: XapiProfile) -> None:
    """A statement that names a version and follows its template has nothing told against it."""
    held = ProfileChecker(profile).hold(MEASURED)
    assert (held.is_naming, held.is_matched, held.failures) == (True, True, ())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"timestamp": None, "id": None}, "$.id | $.timestamp must be present."),
        ({"result": {}}, f"$.result.extensions['{_READING}'] must be present."),
        (
            {"result": {"extensions": {_READING: 7}, "response": "n/a"}},
            '$.result.extensions.*|$.result.response must not contain "", "n/a".',
        ),
        ({"result": {"extensions": {_READING: 7}, "score": {"raw": 7}}}, "$.result.score must be absent."),
        (
            {"context": {"contextActivities": {"grouping": [
                {"id": "https://school.example/scales/3", "definition": {"type": _DEVICE}}, {"id": "a:b"}]}}},
            f'context.contextActivities.grouping[*] → $.definition.type must contain only "{_DEVICE}", "{_LAB}".',
        ),
        (
            {"context": {"contextActivities": MEASURED["context"]["contextActivities"] | {"other": {"id": "a:b"}}}},
            (
                "$.context.contextActivities['parent','other'][0].id must contain at least one of"
                ' "https://school.example/labs", if it is present.'
            ),
        ),
        ({"verb": {"id": _NOTED}}, "is deprecated: use its replacement."),
        ({"verb": {"id": _NOTED}}, "object must be a StatementRef."),
        ({"context": MEASURED["context"] | {"extensions": {_READING: 7}}}, "is allowed only in the result."),
    ],
)  # fmt: skip
def test_statement_that_breaks_the_profile_is_told_why(
    profile: XapiProfile, changes: dict[str, Any], told: str
) -> None:
    """Each kind of rule of a published document is asked of a statement."""
    statement = {name: value for name, value in (MEASURED | changes).items() if value is not None}
    assert told in [failure.requirement for failure in ProfileChecker(profile).hold(statement).failures]


def test_statements_of_others_are_not_spoken_of(profile: XapiProfile) -> None:
    """A report over a mixed stream tells how many statements the templates speak of."""
    (told,) = report(raw(numbered(1)), raw(MEASURED), profiles=[profile]).profiles
    assert (told.checked, told.matched, told.naming, told.failing) == (2, 1, 1, 0)
