"""Statements that use everything the specification offers, and one wrong statement for every rule."""

from typing import Any, NamedTuple

import orjson

Json = dict[str, Any]

AGENT: Json = {
    "objectType": "Agent",
    "name": "Ada",
    "account": {"homePage": "https://lms.example.org", "name": "4711"},
}
GROUP: Json = {
    "objectType": "Group",
    "name": "Team",
    "mbox": "mailto:team@example.org",
    "member": [{"mbox": "mailto:bob@example.org"}, {"openid": "https://eve.openid.example.org/"}],
}
PAIR: Json = {
    "objectType": "Group",
    "member": [
        {"account": {"homePage": "https://lms.example.org/token", "name": "consumer"}},
        {"mbox": "mailto:bob@example.org"},
    ],
}
VERB: Json = {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en-US": "answered", "de": "tat"}}
REFERENCE: Json = {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}
QUESTION: Json = {
    "objectType": "Activity",
    "id": "https://example.org/quiz/1",
    "definition": {
        "name": {"en": "One"},
        "description": {"zh-Hant": "一"},
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "moreInfo": "https://example.org/quiz/1/info",
        "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b"],
        "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}, {"id": "c"}],
        "extensions": {"https://example.org/ext/level": None},
    },
}
CONTEXT: Json = {
    "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7",
    "instructor": {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"},
    "team": GROUP,
    "contextActivities": {
        "parent": [{"id": "https://example.org/quiz"}],
        "grouping": {"id": "https://example.org/course", "definition": {}},
        "category": [],
        "other": [QUESTION],
    },
    "revision": "1.2",
    "platform": "Example LMS",
    "language": "tlh",
    "statement": REFERENCE,
    "extensions": {"https://example.org/ext/room": {"id": None, "n": [1, None, {"": 0.5}]}},
}
RESULT: Json = {
    "score": {"scaled": 0, "raw": 0, "min": 0, "max": 10},
    "success": False,
    "completion": True,
    "response": "",
    "duration": "PT1H0M0.1S",
    "extensions": {},
}
ATTACHMENT: Json = {
    "usageType": "https://example.org/usage/essay",
    "display": {"en": "Essay"},
    "description": {"en": "An essay"},
    "contentType": "text/plain; charset=utf-8",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "https://example.org/essay.txt",
}
FULL: Json = {
    "id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0",
    "actor": AGENT,
    "verb": VERB,
    "object": QUESTION,
    "result": RESULT,
    "context": CONTEXT,
    "timestamp": "2015-11-18T12:17:00.123+01:00",
    "stored": "2015-11-18T11:17:01Z",
    "authority": PAIR,
    "version": "1.0.3",
    "attachments": [ATTACHMENT],
}
FULL_2: Json = FULL | {
    "version": "2.0.0",
    "context": CONTEXT
    | {
        "contextAgents": [
            {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://example.org/tutor"]}
        ],
        "contextGroups": [{"objectType": "contextGroup", "group": GROUP}],
    },
}
MINIMAL: Json = {"actor": {"mbox": "mailto:a@example.org"}, "verb": {"id": "a:b"}, "object": {"id": "c:d"}}
ABOUT_GROUP: Json = MINIMAL | {"actor": GROUP, "object": GROUP, "authority": AGENT}
VOID: Json = MINIMAL | {"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}, "object": REFERENCE}
PLAN: Json = MINIMAL | {
    "object": {
        "objectType": "SubStatement",
        "actor": GROUP,
        "verb": VERB,
        "object": QUESTION,
        "result": RESULT,
        "context": CONTEXT,
        "timestamp": "2099-01-01T00:00:00Z",
        "attachments": [ATTACHMENT],
    }
}
RIGHT: list[Json] = [FULL, FULL_2, MINIMAL, ABOUT_GROUP, VOID, PLAN]


class Wrong(NamedTuple):
    """A right statement with one value changed (or, where the value is ABSENT, removed)."""

    rule: str
    base: Json
    at: str
    """Pointer to the value to change."""
    value: Any
    told_at: str | None = None
    """Pointer of the fault, where it is another."""

    def statement(self) -> Json:
        """The changed statement."""
        return changed(self.base, self.at, self.value)

    def path(self) -> str:
        """Where the fault is told."""
        return self.at if self.told_at is None else self.told_at


ABSENT = object()


def changed(base: Json, at: str, value: Any) -> Json:
    """A copy of a statement with the value at a pointer replaced, added or removed."""
    statement: Json = orjson.loads(orjson.dumps(base))  # not deepcopy: it would keep shared parts shared
    here: Any = statement
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in at[1:].split("/"))
    for step in steps:
        here = here[int(step) if isinstance(here, list) else step]
    key: Any = int(last) if isinstance(here, list) else last
    if value is ABSENT:
        del here[key]
    else:
        here[key] = value
    return statement


_DEFINITION = "/object/definition"
_NUMBER_OF: Json = {"interactionType": "numeric", "choices": [{"id": "a"}]}
WRONG: list[Wrong] = [
    Wrong("property-unknown", FULL, "/verb/mood", "glad"),
    Wrong("property-unknown", FULL, "/verb/<Agent>", 1),
    Wrong("property-unknown", FULL, "/object/<Activity>", 1),
    Wrong("property-unknown", FULL, "/actor/member", []),
    Wrong("property-unknown", FULL, "/object/mbox~1a~0b", 1),
    Wrong("property-case", FULL, "/Timestamp", "2015-11-18T12:17:00Z"),
    Wrong("property-version", FULL, "/context/contextAgents", []),
    Wrong("value-null", FULL, "/actor", None),
    Wrong("value-null", FULL, "/result/score/raw", None),
    Wrong("value-null", FULL, "/object/objectType", None),
    Wrong("value-null", FULL, "/context/contextActivities/parent", None),
    Wrong("value-null", FULL, "/object/definition/name/en", None),
    Wrong("value-type", FULL, "/result/success", "true"),
    Wrong("value-type", FULL, "/result/score/raw", True),
    Wrong("value-type", FULL, "/result/score/max", "10"),
    Wrong("value-type", FULL, "/object", "https://example.org"),
    Wrong("value-type", FULL, "/attachments", {}),
    Wrong("iri-format", FULL, "/verb/id", "voided"),
    Wrong("iri-format", FULL, "/object/definition/type", "https://example.org/a b"),
    Wrong("irl-format", FULL, "/actor/account/homePage", "lms.example.org"),
    Wrong("extension-key", FULL, "/context/extensions/room", 1),
    Wrong("extension-key", FULL, "/context/extensions/[key]", 1),
    Wrong("language-tag", FULL, "/verb/display/en_US", "answered"),
    Wrong("language-tag", FULL, "/context/language", "something"),
    Wrong("uuid-format", FULL, "/id", "{fd41c918-b88b-4b20-a0a5-a4c32391aaa0}"),
    Wrong("timestamp-format", FULL, "/timestamp", "2015-11-31T12:17:00Z"),
    Wrong("timestamp-rfc3339", FULL_2, "/timestamp", "2015-11-18T12:17:00"),
    Wrong("duration-format", FULL, "/result/duration", "10:00"),
    Wrong("actor-type", FULL, "/actor/objectType", "agent"),
    Wrong("actor-type", FULL, "/actor/objectType", ["Agent"]),
    Wrong("actor-type", FULL_2, "/context/contextGroups/0/group/objectType", "Agent"),
    Wrong("actor-ifi-exactly-one", FULL, "/actor/mbox", "mailto:a@example.org", "/actor"),
    Wrong("actor-ifi-exactly-one", FULL, "/actor/account", ABSENT, "/actor"),
    Wrong("actor-ifi-exactly-one", ABOUT_GROUP, "/actor/member/1/openid", ABSENT, "/actor/member/1"),
    Wrong("actor-ifi-exactly-one", FULL_2, "/context/contextAgents/0/agent", {}),
    Wrong("group-ifi-at-most-one", ABOUT_GROUP, "/object/openid", "https://a.example.org", "/object"),
    Wrong("group-member-required", FULL, "/context/team", {"objectType": "Group"}),
    Wrong("group-member-required", FULL, "/context/team", {"objectType": "Group", "member": []}),
    Wrong("group-member-agent", ABOUT_GROUP, "/actor/member/0/objectType", "Group"),
    Wrong("mbox-format", MINIMAL, "/actor/mbox", "a@example.org"),
    Wrong("mbox-sha1sum-format", FULL, "/context/instructor/mbox_sha1sum", "ebd31e95"),
    Wrong("openid-format", ABOUT_GROUP, "/actor/member/1/openid", "eve"),
    Wrong("account-required", FULL, "/actor/account/homePage", ABSENT, "/actor/account"),
    Wrong("account-required", FULL, "/actor/account/name", ABSENT, "/actor/account"),
    Wrong("team-group", FULL, "/context/team", AGENT, "/context/team/objectType"),
    Wrong("team-group", FULL, "/context/team/objectType", ABSENT, "/context/team"),
    Wrong("authority-kind", FULL, "/authority/member/1", ABSENT, "/authority"),
    Wrong("authority-kind", FULL, "/authority/mbox", "mailto:a@example.org", "/authority"),
    Wrong("authority-consumer-account", FULL, "/authority/member/0", {"mbox": "mailto:a@b.c"}, "/authority"),
    Wrong("object-type", FULL, "/object/objectType", "activity"),
    Wrong("object-type", FULL, "/object/objectType", 123),
    Wrong("object-type", FULL, "/context/contextActivities/other/0/objectType", "Agent"),
    Wrong("verb-id-required", FULL, "/verb/id", ABSENT, "/verb"),
    Wrong("voided-statement-ref", VOID, "/object", QUESTION),
    Wrong("activity-id-required", FULL, "/object/id", ABSENT, "/object"),
    Wrong("activity-id-required", FULL, "/context/contextActivities/grouping", {}),
    Wrong("statement-ref-id-required", VOID, "/object/id", ABSENT, "/object"),
    Wrong("statement-ref-id-required", FULL, "/context/statement/id", ABSENT, "/context/statement"),
    Wrong("statement-ref-type", FULL, "/context/statement/objectType", "statementRef"),
    Wrong("statement-ref-type", FULL, "/context/statement/objectType", ABSENT, "/context/statement"),
    Wrong("substatement-nested", PLAN, "/object/object", PLAN["object"], "/object/object/objectType"),
    Wrong("substatement-property", PLAN, "/object/id", "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"),
    Wrong("interaction-type", FULL, _DEFINITION + "/interactionType", "choiCe"),
    Wrong("interaction-type-required", FULL, _DEFINITION + "/interactionType", ABSENT, _DEFINITION),
    Wrong("interaction-components-type", FULL, _DEFINITION + "/steps", []),
    Wrong("interaction-components-type", FULL, _DEFINITION, _NUMBER_OF, _DEFINITION + "/choices"),
    Wrong("component-id-required", FULL, _DEFINITION + "/choices/1", {}),
    Wrong("component-id-unique", FULL, _DEFINITION + "/choices/2/id", "a"),
    Wrong("component-id-unique", PLAN, "/object" + _DEFINITION + "/choices/2/id", "a"),
    Wrong(
        "pattern-true-false",
        FULL,
        _DEFINITION,
        {"interactionType": "true-false", "correctResponsesPattern": ["true", "False"]},
        _DEFINITION + "/correctResponsesPattern/1",
    ),
    Wrong("pattern-delimiter", FULL, _DEFINITION + "/correctResponsesPattern/0", "[,]b"),
    Wrong(
        "pattern-numeric",
        FULL,
        _DEFINITION,
        {"interactionType": "numeric", "correctResponsesPattern": ["4[:]10", "[:].5", "-3", "4 to 5"]},
        _DEFINITION + "/correctResponsesPattern/3",
    ),
    Wrong("statement-required", FULL, "/verb", ABSENT, ""),
    Wrong("statement-required", PLAN, "/object/actor", ABSENT, "/object"),
    Wrong("version-format", FULL, "/version", "1.1.0"),
    Wrong("score-scaled-range", FULL, "/result/score/scaled", 1.01),
    Wrong("score-min-below-max", FULL, "/result/score/max", 0, "/result/score"),
    Wrong("score-raw-range", FULL, "/result/score/raw", -1),
    Wrong("score-raw-range", PLAN, "/object/result/score/raw", 10.5),
    Wrong("revision-activity-only", PLAN, "/object/object", REFERENCE, "/object/context/revision"),
    Wrong("platform-activity-only", FULL, "/object", AGENT, "/context/platform"),
    Wrong("context-activities-key", FULL, "/context/contextActivities/sibling", []),
    Wrong(
        "context-actor-required", FULL_2, "/context/contextAgents/0/agent", ABSENT, "/context/contextAgents/0"
    ),
    Wrong("context-actor-required", FULL_2, "/context/contextGroups/0", {"group": GROUP}),
    Wrong("context-actor-type", FULL_2, "/context/contextAgents/0/objectType", "contextGroup"),
    Wrong("relevant-types-empty", FULL_2, "/context/contextAgents/0/relevantTypes", []),
    Wrong("attachment-required", FULL, "/attachments/0/sha2", ABSENT, "/attachments/0"),
    Wrong("attachment-content-type", FULL, "/attachments/0/contentType", "text"),
    Wrong("attachment-length", FULL, "/attachments/0/length", 27.5),
    Wrong("attachment-sha2", FULL, "/attachments/0/sha2", "4953"),
    Wrong(
        "attachment-signature",
        FULL,
        "/attachments/0/usageType",
        "http://adlnet.gov/expapi/attachments/signature",
        "/attachments/0/contentType",
    ),
]

UNREADABLE: list[tuple[str, bytes | None]] = [
    ("record-null", None),
    ("record-empty", b""),
    ("record-empty", b" \n"),
    ("record-too-big", b'{"a": "' + b"x" * (1 << 20) + b'"}'),
    ("text-utf8", b'{"a": "\xff"}'),
    ("text-utf8", b'{"a": "\xed\xa0\x80"}'),
    ("text-surrogate", rb'{"a": "\ud83d"}'),
    ("text-surrogate", rb'{"a": "\\\ud83d\ude00\ude00"}'),
    ("text-surrogate", b"[" * 900 + rb'"\ud83d"' + b"]" * 900),
    ("json-syntax", b"{'a': 1}"),
    ("json-syntax", b'{"a": NaN}'),
    ("json-syntax", b'{"a": 1} {"b": 2}'),
    ("json-syntax", b"\xef\xbb\xbf{}"),
    ("json-too-deep", b'{"a":' * 65 + b"1" + b"}" * 65),
    ("json-too-deep", b"[" * 100_000),
    ("json-number-range", b'{"a": -1e999}'),
    ("json-number-range", b'{"a": ' + b"1" * 5_000 + b"}"),
    ("json-duplicate-key", b'{"a": {"b": 1, "b": 1}}'),
    ("json-duplicate-key", rb'{"a": 1, "a": 1, "b": "\u003a"}'),
    ("json-duplicate-key", rb'{"a": 1, "\u0061" : 1}'),
    ("statement-object", b"[]"),
    ("statement-object", b'"actor"'),
    ("statement-object", b"[" * 900 + b"]" * 900),
    ("statement-wrapped", b'{"statement": {"actor": {}, "verb": {}, "object": {}}}'),
    ("statement-wrapped", b'{"event": "{\\"actor\\": 1, \\"verb\\""}'),
    ("statement-wrapped", b'7,"{""actor"": {}, ""verb"": {}}"'),
]
"""Records that cannot be read as one statement, or not for certain, with the rule that says why."""
