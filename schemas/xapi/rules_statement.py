"""Rules about a statement as a whole, its result, context and attachments."""

from typing import Final

from learnloom.schemas.xapi.rule import Rule

STATEMENT_RULES: Final = (
    Rule(
        "statement-required",
        "2.2.s2.b3",
        "a statement (or SubStatement) must have an actor, a verb and an object",
        "add the missing properties",
        right=(
            '{"actor": {"mbox": "mailto:ada@example.org"}, '
            '"verb": {"id": "https://example.org/verbs/read"}, '
            '"object": {"id": "https://example.org/quiz/1"}}'
        ),
        wrong=(
            '{"actor": {"mbox": "mailto:ada@example.org"}, "object": {"id": "https://example.org/quiz/1"}}'
        ),
    ),
    Rule(
        "version-format",
        "2.4.10.s3.b1, 2.4.10.s3.b2; IEEE 9274.1.1",
        "the version must be 1.0, 1.0.x or 2.0.0",
        "leave version out, or send the version of the specification as a string",
        right='"version": "1.0.3"',
        wrong='"version": "0.9"',
    ),
    Rule(
        "score-scaled-range",
        "2.4.5.1.s2.table1.row1",
        "a scaled score must lie between -1 and 1",
        "divide the points by the maximum points, and send the points as raw with min and max",
        right='"result": {"score": {"scaled": 0.9}}',
        wrong='"result": {"score": {"scaled": 90}}',
    ),
    Rule(
        "score-min-below-max",
        "2.4.5.1.s2.table1.row3, 2.4.5.1.s2.table1.row4",
        "the min of a score must be less than its max",
        "send the lowest and the highest possible score, or leave both out",
        right='"result": {"score": {"min": 0, "max": 10}}',
        wrong='"result": {"score": {"min": 10, "max": 10}}',
    ),
    Rule(
        "score-raw-range",
        "2.4.5.1.s2.table1.row2",
        "a raw score must lie between min and max",
        "correct min and max so that every possible score lies between them, or leave both out",
        right='"result": {"score": {"raw": 7, "min": 0, "max": 10}}',
        wrong='"result": {"score": {"raw": 70, "min": 0, "max": 10}}',
    ),
    Rule(
        "revision-activity-only",
        "2.4.6.s4.b1",
        "context.revision is allowed only if the object is an Activity",
        "leave revision out of this statement",
        right='"context": {"revision": "1.2"}',
        wrong=(
            '"object": {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}, '
            '"context": {"revision": "1.2"}'
        ),
    ),
    Rule(
        "platform-activity-only",
        "2.4.6.s4.b2",
        "context.platform is allowed only if the object is an Activity",
        "leave platform out of this statement",
        right='"context": {"platform": "Example LMS"}',
        wrong=(
            '"object": {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"}, '
            '"context": {"platform": "Example LMS"}'
        ),
    ),
    Rule(
        "context-activities-key",
        "2.4.6.2.s4.b1",
        "the keys of contextActivities must be parent, grouping, category or other",
        "move the activities under one of these keys; use other if no other key fits",
        right='"context": {"contextActivities": {"other": [{"id": "https://example.org/course"}]}}',
        wrong='"context": {"contextActivities": {"course": [{"id": "https://example.org/course"}]}}',
    ),
    Rule(
        "context-actor-required",
        "IEEE 9274.1.1 (xAPI 2.0), contextAgents and contextGroups",
        "an entry of contextAgents must have objectType and agent; an entry of contextGroups, objectType and group",
        "add the missing properties",
        right=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}}]}'
        ),
        wrong='"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent"}]}',
    ),
    Rule(
        "context-actor-type",
        "IEEE 9274.1.1 (xAPI 2.0), contextAgents and contextGroups",
        'the objectType must be "contextAgent" in contextAgents and "contextGroup" in contextGroups',
        "write it exactly like this",
        right=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}}]}'
        ),
        wrong=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "Agent", '
            '"agent": {"mbox": "mailto:ada@example.org"}}]}'
        ),
    ),
    Rule(
        "relevant-types-empty",
        "IEEE 9274.1.1 (xAPI 2.0), contextAgents and contextGroups",
        "relevantTypes must contain at least one IRI",
        "add the IRI that says how the person relates to the statement, or leave relevantTypes out",
        right=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}, '
            '"relevantTypes": ["https://example.org/roles/tutor"]}]}'
        ),
        wrong=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}, "relevantTypes": []}]}'
        ),
    ),
    Rule(
        "attachment-required",
        "2.4.11.s2.table1",
        "an attachment must have usageType, display, contentType, length and sha2",
        "add the missing properties; fileUrl does not replace any of them",
        right=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
        wrong=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27}]'
        ),
    ),
    Rule(
        "attachment-content-type",
        "2.4.11.s2.table1.row4; RFC 2046",
        "a contentType must be an internet media type",
        "send a value such as application/pdf or text/plain; charset=utf-8",
        right=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
        wrong=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
    ),
    Rule(
        "attachment-length",
        "2.4.11.s2.table1.row5",
        "the length of an attachment must be its size in bytes, a whole number of at least 0",
        "send the length as a number without quotes",
        right=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
        wrong=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": -1, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
    ),
    Rule(
        "attachment-sha2",
        "2.4.11.s2.table1.row6",
        "sha2 must be a SHA-2 hash (224, 256, 384 or 512 bits) in hex or Base64",
        "send the SHA-256 of the attachment in 64 hex digits",
        right=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
        wrong=(
            '"attachments": [{"usageType": "https://example.org/usage/essay", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e7"}]'
        ),
    ),
    Rule(
        "attachment-signature",
        "2.6.s4.b1",
        "a signature must be an attachment of contentType application/octet-stream",
        "correct contentType, or use another usageType if it is not a signature",
        right=(
            '"attachments": [{"usageType": "http://adlnet.gov/expapi/attachments/signature", '
            '"display": {"en": "Essay"}, "contentType": "application/octet-stream", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
        wrong=(
            '"attachments": [{"usageType": "http://adlnet.gov/expapi/attachments/signature", '
            '"display": {"en": "Essay"}, "contentType": "text/plain", "length": 27, '
            '"sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a"}]'
        ),
    ),
)
