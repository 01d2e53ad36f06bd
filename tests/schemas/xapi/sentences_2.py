"""What version 2.0 (IEEE 9274.1.1) demands otherwise than 1.0.3.

The text of the standard is not free. The sentences are those that ADL's conformance suite for it judges by
(adlnet/lrs-conformance-test-suite, branch LRS-2.0, test/v2_0; numbers of sections are the suite's).
"""

from tests.schemas.xapi.samples import AGENT, GROUP, PLAN, Json
from tests.schemas.xapi.sentences import OTHERS, STORE, Allowed, Decided, Undecided

_TWO = ("2.0.0",)
_AN_AGENT: Json = {"objectType": "contextAgent", "agent": AGENT}
_A_GROUP: Json = {"objectType": "contextGroup", "group": GROUP}


def _agents(*entries: object) -> Json:
    return {"context": {"contextAgents": list(entries)}}


def _groups(*entries: object) -> Json:
    return {"context": {"contextGroups": list(entries)}}


def _inside(members: Json) -> Json:
    """The same context in a SubStatement."""
    return {"object": PLAN["object"] | members}


DECIDED_2: list[Decided] = [
    Decided("4.2.2.5", "contextAgents is an array", "value-type",
            {"context": {"contextAgents": _AN_AGENT}}, _agents(_AN_AGENT), _TWO),
    Decided("4.2.2.5", "its entries say contextAgent", "context-actor-type",
            _agents(_AN_AGENT | {"objectType": "Agent"}), _agents(_AN_AGENT), _TWO),
    Decided("4.2.2.5", "and hold an Agent", "context-actor-required",
            _agents({"objectType": "contextAgent"}), _agents(_AN_AGENT), _TWO),
    Decided("4.2.2.5", "which is valid", "actor-ifi-exactly-one",
            _agents(_AN_AGENT | {"agent": {"name": "Ada"}}), _agents(_AN_AGENT), _TWO),
    Decided("4.2.2.5", "relevantTypes is not empty", "relevant-types-empty",
            _agents(_AN_AGENT | {"relevantTypes": []}), _agents(_AN_AGENT | {"relevantTypes": ["a:b"]}), _TWO),
    Decided("4.2.2.5", "and holds IRIs", "iri-format",
            _agents(_AN_AGENT | {"relevantTypes": ["tutor"]}), _agents(_AN_AGENT | {"relevantTypes": ["a:b"]}), _TWO),
    Decided("4.2.2.5", "contextGroups is an array", "value-type",
            {"context": {"contextGroups": _A_GROUP}}, _groups(_A_GROUP), _TWO),
    Decided("4.2.2.5", "its entries say contextGroup", "context-actor-type",
            _groups(_A_GROUP | {"objectType": "contextAgent"}), _groups(_A_GROUP), _TWO),
    Decided("4.2.2.5", "and hold a Group", "context-actor-required",
            _groups({"objectType": "contextGroup"}), _groups(_A_GROUP), _TWO),
    Decided("4.2.2.5", "which is no Agent", "actor-type",
            _groups(_A_GROUP | {"group": AGENT}), _groups(_A_GROUP), _TWO),
    Decided("4.2.2.5", "relevantTypes is not empty here either", "relevant-types-empty",
            _groups(_A_GROUP | {"relevantTypes": []}), _groups(_A_GROUP | {"relevantTypes": ["a:b"]}), _TWO),
    Decided("4.2.2.5", "all this holds in SubStatements", "context-actor-type",
            _inside(_agents(_AN_AGENT | {"objectType": "x"})), _inside(_agents(_AN_AGENT)), _TWO),
    Decided("4.2.2.5", "in 1.0.3 there is no such property", "property-version",
            _agents(_AN_AGENT), _agents(_AN_AGENT) | {"version": "2.0.0"}, ("1.0.3",)),
    Decided("4.2.4.3", "the version is 2.0.0", "version-format", {"version": "2.1.0"}, {"version": "2.0.0"}),
    Decided("Data 2.2", "unknown properties are refused", "property-unknown", {"mood": 1}, {"context": {}}, _TWO),
    Decided("4.2.7", "a timestamp is of RFC 3339: decimals follow a point", "timestamp-rfc3339",
            {"timestamp": "2013-11-18T12:17:00,5Z"}, {"timestamp": "2013-11-18T12:17:00.5Z"}, _TWO),
    Decided("4.2.7", "and with its offset", "timestamp-rfc3339",
            {"stored": "2013-11-18T12:17:00"}, {"stored": "2013-11-18T12:17:00+01:00"}, _TWO),
    Decided("4.2.7", "which is not -00:00", "timestamp-rfc3339",
            {"timestamp": "2008-09-15T15:53:00.601-00:00"}, {"timestamp": "2008-09-15T15:53:00.601+00:00"}, _TWO),
]  # fmt: skip

ALLOWED_2: list[Allowed] = [
    Allowed(
        "4.2.7", "a blank may divide date and time", {"timestamp": "2008-09-15 15:53:00.601+00:00"}, _TWO
    ),
    Allowed(
        "4.2.7", "a duration may be more precise than 0.01 s", {"result": {"duration": "P1DT12H36M0.12567S"}}
    ),
    Allowed("4.2.2.5", "relevantTypes may be missing", _agents(_AN_AGENT) | _groups(_A_GROUP), _TWO),
]

UNDECIDED_2: list[Undecided] = [
    Undecided("4.2.7", "a store gives timestamps back in UTC", STORE),
    Undecided(
        "4.2.7", "what is beyond 0.01 s of a duration does not count in comparing", "schemas/xapi/equality.py"
    ),
    Undecided("4.2.4.2", "a store sets id, stored, timestamp and authority where they are missing", STORE),
    Undecided("4.1.6.1", "an id comes once in a batch", OTHERS),
    Undecided("4.2.5", "a voiding statement is never voided itself", OTHERS),
]
