"""Rules about a record as a text, and about every value in it whatever its place."""

from typing import Final

from learnloom.schemas.xapi.rule import MINIMAL_RECORD, Rule


def _with(members: bytes) -> bytes:
    """The minimal record with further members."""
    return MINIMAL_RECORD[:-1] + b", " + members + b"}"


def _nested(levels: int) -> bytes:
    """Extensions that go so deep."""
    return b'"result": {"extensions": {"https://example.org/ext/tree": %b}}' % (b"[" * levels + b"]" * levels)


RECORD_RULES: Final = (
    Rule(
        "record-null",
        "Kafka: a tombstone has no value",
        "a record must contain a statement",
        "send the statement as the value of the record; statements are voided, not deleted by a null value",
        right=MINIMAL_RECORD,
        wrong=None,
    ),
    Rule(
        "record-empty",
        "RFC 8259, 2",
        "a record must contain a statement",
        "do not send empty messages or blank lines",
        right=MINIMAL_RECORD,
        wrong=b" ",
    ),
    Rule(
        "record-too-big",
        "a limit of this service",
        "a statement must not be longer than the limit",
        "move large content into an attachment or to a server and send its address",
        right='"result": {"response": "an essay"}',
        wrong=_with(b'"result": {"response": "%b"}' % (b"x" * 1_048_576)),
    ),
    Rule(
        "text-utf8",
        "RFC 8259, 8.1",
        "a statement must be text in UTF-8",
        "encode the JSON text as UTF-8 before you send it",
        right=_with(b'"context": {"platform": "Caf\xc3\xa9"}'),
        wrong=_with(b'"context": {"platform": "Caf\xe9"}'),
    ),
    Rule(
        "text-surrogate",
        "RFC 8259, 8.2",
        "a \\u escape of a character beyond U+FFFF must be a whole surrogate pair",
        "split texts between characters, not between UTF-16 units, and let a JSON library write the escapes",
        right=_with(rb'"context": {"platform": "\ud83d\ude00"}'),
        wrong=_with(rb'"context": {"platform": "\ud83d"}'),
    ),
    Rule(
        "json-syntax",
        "RFC 8259, 2",
        "a record must be exactly one JSON value",
        "write the statement with a JSON library, one per record or line, without a byte order mark",
        right=_with(b'"context": {"platform": "LMS"}'),
        wrong=_with(b"'context': {'platform': 'LMS'}"),
    ),
    Rule(
        "json-too-deep",
        "a limit of this service",
        "objects and arrays must not be nested deeper than the limit",
        "flatten the deeply nested extension, or send it as a string or an attachment",
        right=_with(_nested(3)),
        wrong=_with(_nested(65)),
    ),
    Rule(
        "json-number-range",
        "RFC 8259, 6; 2.2.s4.b3",
        "a number must lie within the range of a double (about 1.8e308)",
        "send a number within that range, or send it as a string inside an extension",
        right=_with(b'"result": {"score": {"raw": 1e308}}'),
        wrong=_with(b'"result": {"score": {"raw": 1e309}}'),
    ),
    Rule(
        "json-duplicate-key",
        "2.2.s2.b2, 2.2.s3.b7",
        "an object must not repeat a property, because nobody can know which value is meant",
        "remove the repeated property",
        right=_with(b'"result": {"success": true}'),
        wrong=_with(b'"result": {"success": true, "success": false}'),
    ),
    Rule(
        "statement-object",
        "2.2",
        "a statement must be a JSON object",
        "send the statement itself: an object with actor, verb and object",
        right=MINIMAL_RECORD,
        wrong=b"[%b]" % MINIMAL_RECORD,
    ),
    Rule(
        "statement-wrapped",
        "2.2",
        "a record must be the statement itself, not the row or document in which a store exports it",
        "land it with `learnloom import --repair unwrap FILE`, if it is a dead letter already with `learnloom dead"
        " replay --rule statement-wrapped --repair unwrap`, or export the statements alone",
        right=MINIMAL_RECORD,
        wrong=b'{"_id": "7", "statement": %b}' % MINIMAL_RECORD,
    ),
    Rule(
        "property-unknown",
        "2.2.s4.b1.b7, 2.2.s4.b8",
        "the specification defines no such property in this place",
        "remove it, or move it into extensions under an IRI of your own",
        right='"context": {"extensions": {"https://example.org/ext/mood": "glad"}}',
        wrong='"mood": "glad"',
    ),
    Rule(
        "property-case",
        "2.2.s4.b1.b5",
        "property names are case-sensitive",
        "write the name exactly as the specification does",
        right='"timestamp": "2013-05-18T05:32:34Z"',
        wrong='"Timestamp": "2013-05-18T05:32:34Z"',
    ),
    Rule(
        "property-version",
        "IEEE 9274.1.1 (xAPI 2.0), Context",
        "contextAgents and contextGroups are allowed only from version 2.0 on",
        'set the statement\'s version to "2.0.0", or leave the property out',
        right=(
            '"version": "2.0.0", "context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}}]}'
        ),
        wrong=(
            '"context": {"contextAgents": [{"objectType": "contextAgent", '
            '"agent": {"mbox": "mailto:ada@example.org"}}]}'
        ),
    ),
    Rule(
        "value-null",
        "2.2.s4.b1.b1",
        "null is allowed only inside extensions",
        "leave the property out if it has no value",
        right='"result": {"extensions": {"https://example.org/ext/hint": null}}',
        wrong='"result": {"success": null}',
    ),
    Rule(
        "value-type",
        "2.2.s4.b1.b2",
        "a value must have the JSON type that the specification gives its property",
        "send numbers, booleans, objects and arrays without quotes, and strings with quotes",
        right='"result": {"success": true}',
        wrong='"result": {"success": "true"}',
    ),
    Rule(
        "iri-format",
        "4.3, 2.2.s4.b1.b8; RFC 3987",
        "an identifier must be an absolute IRI (scheme, colon, no spaces or other forbidden characters)",
        "send the whole IRI, such as https://example.org/verbs/read, with special characters percent-encoded",
        right='"verb": {"id": "https://example.org/verbs/read"}',
        wrong='"verb": {"id": "read"}',
    ),
    Rule(
        "irl-format",
        "4.3, 2.2.s4.b1.b8; RFC 3987",
        "an address must be an absolute IRL (scheme, colon, no spaces or other forbidden characters)",
        "send the whole address, such as https://lms.example.org, with special characters percent-encoded",
        right='"actor": {"account": {"homePage": "https://lms.example.org", "name": "4711"}}',
        wrong='"actor": {"account": {"homePage": "lms.example.org", "name": "4711"}}',
    ),
    Rule(
        "extension-key",
        "4.1.s3.b1",
        "the key of an extension must be an absolute IRI",
        "use an IRI that you control as key, such as https://example.org/extensions/room",
        right='"context": {"extensions": {"https://example.org/ext/room": 7}}',
        wrong='"context": {"extensions": {"room": 7}}',
    ),
    Rule(
        "language-tag",
        "4.2, 2.2.s3.b2; RFC 5646",
        "a language must be given as an RFC 5646 tag",
        "use a tag such as en, en-US or zh-Hant, with hyphens instead of underscores",
        right='"context": {"language": "en-US"}',
        wrong='"context": {"language": "en_US"}',
    ),
    Rule(
        "uuid-format",
        "4.4, 2.4.1",
        "a UUID must be a string of 32 hex digits in groups of 8-4-4-4-12",
        "send a value such as 6690e6c9-3ef0-4ed3-8b37-7f3964730bee, without braces or prefix",
        right='"id": "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"',
        wrong='"id": "{fd41c918-b88b-4b20-a0a5-a4c32391aaa0}"',
    ),
    Rule(
        "timestamp-format",
        "4.5.s1.b1, 2.4.7.s2; ISO 8601:2004, 4.3",
        "a timestamp must be a valid date and time such as 2013-05-18T05:32:34.804Z, without the offset -00:00",
        "send UTC with a Z at the end, or the offset as +hh:mm or -hh:mm",
        right='"timestamp": "2013-05-18T05:32:34.804Z"',
        wrong='"timestamp": "18.05.2013 05:32"',
    ),
    Rule(
        "timestamp-rfc3339",
        "IEEE 9274.1.1 (xAPI 2.0), Timestamps; RFC 3339",
        "from version 2.0 on, a timestamp must follow RFC 3339 and have an offset other than -00:00",
        "send UTC with a Z at the end, such as 2013-05-18T05:32:34.804Z",
        right='"version": "2.0.0", "timestamp": "2013-05-18T05:32:34Z"',
        wrong='"version": "2.0.0", "timestamp": "2013-05-18T05:32:34"',
    ),
    Rule(
        "duration-format",
        "4.6.s1.b1; ISO 8601:2004, 4.4.3.2",
        "a duration must be an ISO 8601 duration (P, then years, months, days, T, hours, minutes, seconds,"
        " or weeks alone)",
        "send a value such as PT4H35M59.14S, where only the last number may be a decimal",
        right='"result": {"duration": "PT4M35.5S"}',
        wrong='"result": {"duration": "04:35"}',
    ),
)
