"""docs/reference/asyncapi.json says of the topics what the code does."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.ingest.land.dead_letter_topic import DEAD_HEADERS, headers_of
from learnloom.pipelines.ingest.sources.kafka import topics
from learnloom.pipelines.ingest.sources.kafka.connection import KafkaConnection
from learnloom.pipelines.ingest.sources.kafka.messages import (
    _READERS,
    JSON_TYPE,
    MAX_SOURCE_CHARS,
    read_headers,
)
from learnloom.pipelines.producer import key_of
from learnloom.schemas.record import DeadLetter, Fault
from learnloom.schemas.xapi.statement import VERSION_1, VERSION_2
from tests.documents import blocks, page

DOCUMENT: dict[str, Any] = json.loads(page("docs/reference/asyncapi.json"))
CHANNELS = DOCUMENT["channels"]
STATEMENT_HEADERS = CHANNELS["statements"]["messages"]["statement"]["headers"]["properties"]
SECURITY_SCHEMES = DOCUMENT["components"]["securitySchemes"]
OPTIONAL_DEAD_HEADERS = {"source", "value-omitted"}
_NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
_FAULT = Fault("mbox-format", "/actor/mbox", '"x"', "The mbox is no IRI: write mailto: before it.")

# What an object of AsyncAPI 3.0.0 must have and what it may have besides, of the kinds that stand in the document.
_SHAPES = {
    "document": (
        {"asyncapi", "info"},
        {"defaultContentType", "servers", "channels", "operations", "components"},
    ),
    "info": ({"title", "version"}, {"description", "license", "contact", "termsOfService", "tags"}),
    "server": (
        {"host", "protocol"},
        {"description", "variables", "security", "bindings", "title", "summary"},
    ),
    "channel": (
        {"address"},
        {"description", "parameters", "messages", "bindings", "title", "summary", "servers"},
    ),
    "parameter": (set[str](), {"enum", "default", "description", "examples", "location"}),
    "message": (
        {"payload"},
        {"headers", "summary", "contentType", "bindings", "name", "title", "description"},
    ),
    "operation": (
        {"action", "channel"},
        {"messages", "summary", "description", "bindings", "security", "title"},
    ),
    "securityScheme": ({"type"}, {"description"}),
}


def _objects() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The kind, place and value of every object of AsyncAPI's own in the document."""
    yield "document", "", DOCUMENT
    yield "info", "info", DOCUMENT["info"]
    kinds = {"servers": "server", "channels": "channel", "operations": "operation"}
    for part, kind in kinds.items():
        for name, value in DOCUMENT[part].items():
            yield kind, f"{part}/{name}", value
    for name, channel in CHANNELS.items():
        for part, kind in {"messages": "message", "parameters": "parameter"}.items():
            for inner, value in channel[part].items():
                yield kind, f"channels/{name}/{part}/{inner}", value
    for name, value in DOCUMENT["components"]["securitySchemes"].items():
        yield "securityScheme", f"securitySchemes/{name}", value


def _all(name: str, value: Any) -> Iterator[Any]:
    """Everything that stands anywhere under `name`."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and name in value:
        yield value[name]
    for part in parts:
        yield from _all(name, part)


def _found(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _schema(channel: str, message: str, part: str) -> jsonschema.Draft7Validator:
    """A schema of a message, with the shared schemas at hand."""
    schema = CHANNELS[channel]["messages"][message][part]
    return jsonschema.Draft7Validator(schema | {"components": DOCUMENT["components"]})


def _letter(**more: Any) -> DeadLetter:
    coordinates: dict[str, Any] = {"topic": "xapi", "partition": 3, "offset": 17, "element": 0}
    return DeadLetter("0f3c8a71d2e94b56", (_FAULT,), b"{}", **(coordinates | {"landed_at": _NOW} | more))


def test_the_document_says_what_the_code_does() -> None:
    """Media type, versions, limits and what each header of a dead letter means are those of the code."""
    messages = [*CHANNELS["statements"]["messages"].values()]
    assert DOCUMENT["defaultContentType"] == JSON_TYPE
    assert {message["contentType"] for message in messages} == {JSON_TYPE}
    assert all(message["headers"]["properties"] == STATEMENT_HEADERS for message in messages)
    assert STATEMENT_HEADERS["content-type"]["examples"] == [JSON_TYPE]
    assert STATEMENT_HEADERS["xapi-version"]["examples"] == [VERSION_1, VERSION_2]
    assert STATEMENT_HEADERS["source"]["maxLength"] == MAX_SOURCE_CHARS
    told = CHANNELS["deadLetters"]["messages"]["deadLetter"]["headers"]["properties"]
    assert {name: about["description"] for name, about in told.items()} == {
        name: f"{meaning[0].upper()}{meaning[1:]}." for name, meaning in DEAD_HEADERS.items()
    }
    clients = {each["bindings"]["kafka"]["clientId"]["const"] for each in DOCUMENT["operations"].values()}
    assert clients == {KafkaConnection("").options()["client_id"]}
    named = re.findall(r"LEARNLOOM_([A-Z_]+)", page("docs/reference/asyncapi.json"))
    assert {"kafka_bootstrap_servers", "kafka_group_id"} <= {name.lower() for name in named}
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    group = DOCUMENT["operations"]["consume"]["bindings"]["kafka"]["groupId"]["default"]
    assert group == Settings.model_fields["kafka_group_id"].default


def test_it_is_made_of_what_asyncapi_3_knows() -> None:
    """Every object has what AsyncAPI 3.0.0 asks of it, and nothing that it does not know."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    for kind, place, value in _objects():
        required, allowed = _SHAPES[kind]
        assert required <= value.keys() <= required | allowed, place


def test_every_reference_leads_somewhere() -> None:
    """Each $ref names something in the document, and an operation's messages are those of its channel."""
    for reference in _all("$ref", DOCUMENT):
        assert isinstance(_found(reference), dict), reference
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])


def test_every_schema_is_one() -> None:
    """Payloads, headers and keys are described by valid JSON Schema of the draft that AsyncAPI takes."""
    schemas = [*_all("payload", DOCUMENT), *_all("headers", DOCUMENT), *_all("key", DOCUMENT)]
    assert len(schemas) == 3 * 3
    for schema in [*schemas, *DOCUMENT["components"]["schemas"].values()]:
        jsonschema.Draft7Validator.check_schema(schema)


def test_addresses_have_their_parameter() -> None:
    """The operator's name for the topic is a parameter of both addresses, and .dead follows from it."""
    addresses = {name: channel["address"].format(topic="xapi") for name, channel in CHANNELS.items()}
    assert addresses == {"statements": "xapi", "deadLetters": topics.dead_topic("xapi")}
    assert all(list(channel["parameters"]) == ["topic"] for channel in CHANNELS.values())


def test_retention_is_that_of_the_code() -> None:
    """Retention and partitions in the document are those with which topics are made."""
    told = {name: channel["bindings"]["kafka"] for name, channel in CHANNELS.items()}
    assert told["statements"]["topicConfiguration"]["retention.ms"] == topics.STATEMENT_RETENTION_MS
    assert told["deadLetters"]["topicConfiguration"]["retention.ms"] == topics.DEAD_RETENTION_MS
    assert told["deadLetters"]["partitions"] == topics.DEAD_PARTITIONS


@pytest.mark.parametrize("message", ["statement", "statements"])
def test_every_header_that_is_read_is_told(message: str) -> None:
    """The headers of statements in the document are those that the consumer reads, and no other."""
    told = CHANNELS["statements"]["messages"][message]["headers"]["properties"]
    assert set(told) == set(_READERS)


def test_every_header_of_a_dead_letter_is_told() -> None:
    """The headers of dead letters in the document are those that are sent; those that may be absent are optional."""
    headers = CHANNELS["deadLetters"]["messages"]["deadLetter"]["headers"]
    assert set(headers["properties"]) == set(DEAD_HEADERS)
    assert headers["required"] == [name for name, _ in headers_of(_letter())]
    assert set(headers["properties"]) - set(headers["required"]) == OPTIONAL_DEAD_HEADERS


@pytest.mark.parametrize("source", [None, "our-lms"])
def test_headers_that_are_sent_fit(source: str | None) -> None:
    """The headers of a dead letter are valid by the document."""
    sent = {name: raw.decode() for name, raw in headers_of(_letter(source=source))}
    _schema("deadLetters", "deadLetter", "headers").validate(sent)


_VALUES = {
    "content-type": ["application/json"],
    "content-encoding": ["identity", "", "gzip"],
    "xapi-version": ["1.0.3", "2.0.0", "1.0", " 2.0.1 ", "0.9", "3.0", "10.0", "1.00", ""],
    "source": ["", "our-lms", "x" * 200, "x" * 201],
}


@pytest.mark.parametrize(("name", "value"), [(name, v) for name, values in _VALUES.items() for v in values])
def test_what_the_document_allows_is_what_is_read(name: str, value: str) -> None:
    """The document allows a header's value exactly where the consumer does not refuse it."""
    is_allowed = jsonschema.Draft7Validator(STATEMENT_HEADERS[name]).is_valid(value)
    assert is_allowed == (read_headers([(name, value.encode())]).fault is None)


@given(version=st.from_regex(r"\A ?[0-3]{1,2}(\.[0-3]{1,2}){0,3}\Z"))
def test_versions_that_the_document_allows_are_read(version: str) -> None:
    """No version is allowed by the document and refused by the consumer, or the other way round."""
    is_allowed = jsonschema.Draft7Validator(STATEMENT_HEADERS["xapi-version"]).is_valid(version)
    assert is_allowed == (read_headers([("xapi-version", version.encode())]).fault is None)


@pytest.mark.parametrize("example", [block.text for block in blocks("docs/reference/vocabulary.md", "json")])
def test_a_statement_is_a_payload_and_so_is_an_array(example: str) -> None:
    """A statement fits its message and its key's pattern, an array the other message; an empty array fits neither."""
    one = json.loads(example)
    kinds = {name: _schema("statements", name, "payload") for name in ("statement", "statements")}
    values: tuple[Any, ...] = (one, [one, one], [])
    assert [kinds["statement"].is_valid(value) for value in values] == [True, False, False]
    assert [kinds["statements"].is_valid(value) for value in values] == [False, True, False]
    key = CHANNELS["statements"]["messages"]["statement"]["bindings"]["kafka"]["key"]
    sent = key_of(example.encode())
    assert sent is not None
    jsonschema.Draft7Validator(key).validate(sent.decode())


def test_every_way_in_is_told() -> None:
    """Each value of the settings kafka_security_protocol and kafka_sasl_mechanism is a server and a security scheme."""
    fields = Settings.model_fields
    assert set(get_args(fields["kafka_security_protocol"].annotation)) == set(DOCUMENT["servers"])
    (mechanisms, _) = get_args(fields["kafka_sasl_mechanism"].annotation)
    assert set(get_args(mechanisms)) == set(SECURITY_SCHEMES) - {"client-certificate"}
    assert {scheme["type"] for scheme in SECURITY_SCHEMES.values()} == {
        "plain",
        "scramSha256",
        "scramSha512",
        "X509",
    }
