"""Decided sentences about a statement as a whole, its actors, times, version and attachments."""

from tests.schemas.xapi.samples import ABSENT, AGENT, ATTACHMENT, PAIR, REFERENCE, Json
from tests.schemas.xapi.sentences import Decided

_ADA: Json = {"mbox": "mailto:ada@example.org"}
_BOB: Json = {"mbox": "mailto:bob@example.org"}
_TEAM: Json = {"objectType": "Group", "member": [_ADA, _BOB]}
_UUID = "fd41c918-b88b-4b20-a0a5-a4c32391aaa0"
_TWICE = b'{"actor": {"mbox": "mailto:a@b.c"}, "verb": {"id": "a:b"}, "object": {"id": "a:b"%b}}'
_VOID = {"id": "http://adlnet.gov/expapi/verbs/voided"}
_SIGNATURE = ATTACHMENT | {"usageType": "http://adlnet.gov/expapi/attachments/signature"}


def _actor(**parts: object) -> Json:
    return {"actor": parts}


def _group(**parts: object) -> Json:
    return {"actor": {"objectType": "Group"} | parts}


def _attached(**parts: object) -> Json:
    attachment = ATTACHMENT | parts
    return {"attachments": [{name: value for name, value in attachment.items() if value is not ABSENT}]}


_A_LENGTH = "2.4.11.s2.table1.row5"
STATEMENT_SENTENCES: list[Decided] = [
    Decided("2.2.s2.b2", "each property is used once", "json-duplicate-key",
            _TWICE % b', "id": "a:b"', _TWICE % b', "objectType": "Activity"'),
    Decided("2.2.s2.b3", "there is an actor", "statement-required", {"actor": ABSENT}, {"actor": _ADA}),
    Decided("2.2.s2.b3", "there is a verb", "statement-required", {"verb": ABSENT}, {"verb": {"id": "a:b"}}),
    Decided("2.2.s2.b3", "there is an object", "statement-required", {"object": ABSENT}, {"object": {"id": "a:b"}}),
    Decided("2.2.s3.b1", "IRIs are valid", "iri-format", {"verb": {"id": "a:b c"}}, {"verb": {"id": "a:b%20c"}}),
    Decided("2.2.s3.b2", "keys of language maps are language tags", "language-tag",
            {"verb": {"id": "a:b", "display": {"en us": "x"}}}, {"verb": {"id": "a:b", "display": {"en-us": "x"}}}),
    Decided("2.2.s4.b1.b1", "null stands nowhere but in extensions", "value-null",
            {"actor": _ADA | {"name": None}}, {"result": {"extensions": {"a:b": None}}}),
    Decided("2.2.s4.b1.b2", "a number is no text", "value-type",
            {"result": {"score": {"raw": "1"}}}, {"result": {"score": {"raw": 1}}}),
    Decided("2.2.s4.b1.b3", "true and false are no texts", "value-type",
            {"result": {"completion": "false"}}, {"result": {"completion": False}}),
    Decided("2.2.s4.b1.b4", "a format is kept, and the empty text keeps none", "uuid-format",
            {"context": {"registration": ""}}, {"context": {"registration": _UUID}}),
    Decided("2.2.s4.b1.b4", "this holds for keys too", "extension-key",
            {"result": {"extensions": {"": 1}}}, {"result": {"extensions": {"a:b": 1}}}),
    Decided("2.2.s4.b1.b5", "the case of a key counts", "property-case",
            {"result": {"Success": True}}, {"result": {"success": True}}),
    Decided("2.2.s4.b1.b6", "the case of a value of a list counts", "actor-type",
            _actor(objectType="AGENT", **_ADA), _actor(objectType="Agent", **_ADA)),
    Decided("2.2.s4.b1.b7", "no other key is allowed", "property-unknown", {"context": {"mood": 1}}, {"context": {}}),
    Decided("2.2.s4.b1.b8", "an IRL has a scheme", "irl-format",
            _actor(account={"homePage": "example.org", "name": "x"}),
            _actor(account={"homePage": "https://example.org", "name": "x"})),
    Decided("2.2.s4.b1.b8", "an IRI has a scheme", "iri-format",
            {"object": {"id": "example.org/x"}}, {"object": {"id": "urn:x"}}),
    Decided("2.2.s4.b2", "the parts of a language tag have the right lengths", "language-tag",
            {"context": {"language": "en-a1"}}, {"context": {"language": "en-a1b2c"}}),
    Decided("2.3.2.s2.b1", "a void is about a StatementRef", "voided-statement-ref",
            {"verb": _VOID, "object": AGENT}, {"verb": _VOID, "object": REFERENCE}),
    Decided("2.3.2.s2.b2", "a void names a statement", "statement-ref-id-required",
            {"verb": _VOID, "object": {"objectType": "StatementRef"}}, {"verb": _VOID, "object": REFERENCE}),
    Decided("2.4.1.s1", "an id is a UUID in its usual form", "uuid-format",
            {"id": _UUID.replace("-", "")}, {"id": _UUID.upper()}),
    Decided("2.4.s1.table1.row11", "attachments is an array", "value-type",
            {"attachments": ATTACHMENT}, {"attachments": [ATTACHMENT]}),
    Decided("2.4.2.1.s2.b1", "an Agent has an identifier", "actor-ifi-exactly-one",
            _actor(name="Ada"), _actor(name="Ada", **_ADA)),
    Decided("2.4.2.1.s2.b2", "an Agent has no second identifier", "actor-ifi-exactly-one",
            _actor(openid="https://a.example.org", **_ADA), _actor(openid="https://a.example.org")),
    Decided("2.4.2.1.s2.table1.row2", "a name is a text", "value-type",
            _actor(name=5, **_ADA), _actor(name="5", **_ADA)),
    Decided("2.4.2.2.s2.table1.row1", "a Group says that it is one", "property-unknown",
            _actor(member=[_ADA], **_BOB), _group(member=[_ADA], **_BOB)),
    Decided("2.4.2.2.s2.table1.row3", "members are an array of Agents", "value-type",
            _group(member=_ADA), _group(member=[_ADA])),
    Decided("2.4.2.2.s4.b1", "an anonymous Group has members", "group-member-required",
            _group(name="Team"), _group(name="Team", member=[_ADA])),
    Decided("2.4.2.2.s4.b2", "of which none is a Group", "group-member-agent",
            _group(member=[_TEAM]), _group(member=[_ADA])),
    Decided("2.4.2.2.s5.b1", "an identified Group has one identifier", "group-ifi-at-most-one",
            _group(mbox_sha1sum="a" * 40, **_ADA), _group(mbox_sha1sum="a" * 40)),
    Decided("2.4.2.2.s5.b2", "and no Group as member", "group-member-agent",
            _group(member=[_TEAM], **_ADA), _group(member=[_BOB], **_ADA)),
    Decided("2.4.2.3.s3.table1.row1", "an mbox is mailto: and an address", "mbox-format",
            _actor(mbox="mailto:ada"), _actor(mbox="mailto:ada@localhost")),
    Decided("2.4.2.3.s3.table1.row2", "a SHA-1 is written in hex", "mbox-sha1sum-format",
            _actor(mbox_sha1sum="6+/TVQwBSosQcnzP/S7yzjoBbuk="),
            _actor(mbox_sha1sum="ebd31e95054c018b10727ccffd2ef2ec3a016ee9")),
    Decided("2.4.2.3.s3.table1.row3", "an openid is a URI", "openid-format",
            _actor(openid="ada.example.org"), _actor(openid="https://ada.example.org")),
    Decided("2.4.2.3.s3.table1.row4", "an account is an object", "value-type",
            _actor(account="ada"), _actor(account={"homePage": "a:b", "name": ""})),
    Decided("2.4.2.4.s2.table1.row1", "an account has a home page", "account-required",
            _actor(account={"name": "x"}), _actor(account={"homePage": "a:b", "name": "x"})),
    Decided("2.4.2.4.s2.table1.row2", "an account has a name", "account-required",
            _actor(account={"homePage": "a:b"}), _actor(account={"homePage": "a:b", "name": "x"})),
    Decided("2.4.7.s2", "a timestamp is one, in the extended format", "timestamp-format",
            {"timestamp": "20131118T121700Z"}, {"timestamp": "2013-11-18T12:17:00Z"}, ("1.0.3",)),
    Decided("2.4.8.s2", "stored is a timestamp", "timestamp-format",
            {"stored": "yesterday"}, {"stored": "2013-11-18T12:17:00Z"}, ("1.0.3",)),
    Decided("2.4.9.s3.b1", "an authority is an Agent, or two for OAuth", "authority-kind",
            {"authority": _TEAM | {"member": [AGENT, _ADA, _BOB]}}, {"authority": PAIR}),
    Decided("2.4.9.s7.b1", "the consumer is one of the two", "authority-consumer-account",
            {"authority": _TEAM}, {"authority": _TEAM | {"member": [AGENT, _BOB]}}),
    Decided("2.4.9.s7.b2", "and identified by an account", "authority-consumer-account",
            {"authority": {"objectType": "Group", "member": [_BOB, {"openid": "a:b"}]}}, {"authority": PAIR}),
    Decided("2.4.10.s2.b1", "a version is a text of three numbers", "version-format",
            {"version": 1.0}, {"version": "1.0.0"}),
    Decided("2.4.10.s3.b2", "a version of 1 that does not begin with 1.0. is refused", "version-format",
            {"version": "1.1.0"}, {"version": "1.0.3"}),
    Decided("2.4.11.s2.table1.row1", "an attachment has a usageType, an IRI", "attachment-required",
            _attached(usageType=ABSENT), _attached(usageType="a:b")),
    Decided("2.4.11.s2.table1.row2", "and a display", "attachment-required",
            _attached(display=ABSENT), _attached(display={})),
    Decided("2.4.11.s2.table1.row3", "a description is a language map", "language-tag",
            _attached(description={"e": "x"}), _attached(description={"en": "x"})),
    Decided("2.4.11.s2.table1.row4", "and a media type", "attachment-content-type",
            _attached(contentType="pdf"), _attached(contentType="application/pdf")),
    Decided(_A_LENGTH, "and a length", "attachment-required", _attached(length=ABSENT), _attached(length=0)),
    Decided(_A_LENGTH, "which is a whole number", "attachment-length", _attached(length=1.5), _attached(length=1)),
    Decided(_A_LENGTH, "and no text", "attachment-length", _attached(length="27"), _attached(length=27)),
    Decided("2.4.11.s2.table1.row6", "a hash must be there", "attachment-required",
            _attached(sha2=ABSENT), _attached(fileUrl=ABSENT)),
    Decided("2.4.11.s2.table1.row6", "and be of SHA-2", "attachment-sha2",
            _attached(sha2="a" * 40), _attached(sha2="a" * 64)),
    Decided("2.4.11.s2.table1.row7", "a fileUrl is an IRL", "irl-format",
            _attached(fileUrl="essay.txt"), _attached(fileUrl="ftp://example.org/essay.txt")),
    Decided("2.6.s4.b1", "a signature is an octet-stream", "attachment-signature",
            {"attachments": [_SIGNATURE]}, {"attachments": [_SIGNATURE | {"contentType": "application/octet-stream"}]}),
    Decided("4.1.s3.b1", "the keys of extensions are IRIs", "extension-key",
            {"context": {"extensions": {"room": 7}}}, {"context": {"extensions": {"urn:room": 7}}}),
    Decided("4.2.s1", "the values of a language map are texts", "value-type",
            {"verb": {"id": "a:b", "display": {"en": 1}}}, {"verb": {"id": "a:b", "display": {"en": ""}}}),
    Decided("4.4", "a UUID is in its usual form", "uuid-format",
            {"object": REFERENCE | {"id": f"urn:uuid:{_UUID}"}}, {"object": REFERENCE | {"id": _UUID}}),
    Decided("4.5.s1.b1", "a timestamp is of ISO 8601", "timestamp-format",
            {"timestamp": "11/18/2013 12:17"}, {"timestamp": "2013-11-18T12:17+01"}, ("1.0.3",)),
    Decided("4.5.s1.b1", "and there is such a day", "timestamp-format",
            {"timestamp": "2013-02-29T12:17:00Z"}, {"timestamp": "2012-02-29T12:17:00Z"}, ("1.0.3",)),
    Decided("4.6.s1.b1", "a duration is of ISO 8601", "duration-format",
            {"result": {"duration": "90 s"}}, {"result": {"duration": "PT90S"}}),
    Decided("4.6.s1.b1", "and not in the form of a point in time", "duration-format",
            {"result": {"duration": "P0003-06-04T12:30:05"}}, {"result": {"duration": "P3Y6M4DT12H30M5S"}}),
    Decided("4.6.s2.table1.row5", "weeks stand alone", "duration-format",
            {"result": {"duration": "P4W1D"}}, {"result": {"duration": "P4W"}}),
]  # fmt: skip
