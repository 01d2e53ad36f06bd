"""The topics as an AsyncAPI document: addresses, keys, headers, payloads, retention, and how to get in.

`python -m learnloom.pipelines.reference.asyncapi` prints it; `make docs` keeps docs/reference/asyncapi.json up to date.
"""

import json
import sys
from typing import Any, Final

from learnloom.pipelines.ingest.land.dead_letter_topic import DEAD_HEADERS
from learnloom.pipelines.ingest.sources.kafka.headers import (
    CONTENT_ENCODING,
    CONTENT_TYPE,
    JSON_TYPE,
    MAX_SOURCE_CHARS,
    SOURCE,
    XAPI_VERSION,
)
from learnloom.pipelines.ingest.sources.kafka.topics import (
    DEAD_PARTITIONS,
    DEAD_RETENTION_MS,
    DEAD_SUFFIX,
    STATEMENT_RETENTION_MS,
)
from learnloom.schemas.xapi.statement import VERSION_1, VERSION_2

_BINDING: Final = {"bindingVersion": "0.5.0"}
_CLIENT: Final = "learnloom"

STATEMENT_HEADERS: Final[dict[str, dict[str, Any]]] = {
    CONTENT_TYPE: {
        "description": f"{JSON_TYPE}; a charset, where one is named, is UTF-8.",
        "type": "string",
        "examples": [JSON_TYPE],
    },
    CONTENT_ENCODING: {
        "description": "identity, or absent: Kafka compresses batches itself.",
        "type": "string",
        "enum": ["identity", ""],
    },
    XAPI_VERSION: {
        "description": "Version by which a statement is judged that names none itself.",
        "type": "string",
        "pattern": r"^\s*[12]\.0(\..*)?\s*$",
        "examples": [VERSION_1, VERSION_2],
    },
    SOURCE: {
        "description": "What the sending system is called; told with every refused record.",
        "type": "string",
        "maxLength": MAX_SOURCE_CHARS,
        "examples": ["our-lms"],
    },
}
"""Headers of a statement's message: all may be absent, those of other names are passed over."""

OPTIONAL_DEAD_HEADERS: Final = frozenset({"source", "value-omitted"})
"""Headers of a dead letter that are not there always."""

SECURITY_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "PLAIN": {"type": "plain", "description": "SASL PLAIN: name and password; within TLS (SASL_SSL) only."},
    "SCRAM-SHA-256": {"type": "scramSha256", "description": "SASL SCRAM-SHA-256."},
    "SCRAM-SHA-512": {"type": "scramSha512", "description": "SASL SCRAM-SHA-512."},
    "client-certificate": {
        "type": "X509",
        "description": "A certificate of one's own, where the brokers ask for one.",
    },
}
"""How a client proves who it is; the first three by the name that LEARNLOOM_KAFKA_SASL takes."""
_SASL: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

SERVERS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "PLAINTEXT": (
        "kafka",
        "Neither encrypted nor protected: for one machine, or a network of one's own.",
        (),
    ),
    "SSL": ("kafka-secure", "Encrypted by TLS.", ("client-certificate",)),
    "SASL_PLAINTEXT": ("kafka", "Name and password, not encrypted.", _SASL),
    "SASL_SSL": ("kafka-secure", "Name and password, encrypted by TLS.", _SASL),
}
"""By the name that LEARNLOOM_KAFKA_SECURITY takes: protocol, description, security schemes."""


def document() -> dict[str, Any]:
    """Give the AsyncAPI 3.0.0 document; learnloom is the application that it describes."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Topics of learnloom",
            "version": "1.0.0",
            "description": "xAPI statements come by a topic whose name the operator chooses. What is refused is kept "
            f"in the warehouse, and told on the topic of that name with {DEAD_SUFFIX} behind it. Each message is "
            "delivered at least once; a statement that comes twice lands once.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": JSON_TYPE,
        "servers": {name: _server(*about) for name, about in SERVERS.items()},
        "channels": {"statements": _statements(), "deadLetters": _dead_letters()},
        "operations": _operations(),
        "components": {"securitySchemes": SECURITY_SCHEMES, "schemas": {"statement": _statement_schema()}},
    }


def _server(protocol: str, description: str, schemes: tuple[str, ...]) -> dict[str, Any]:
    security = [{"$ref": f"#/components/securitySchemes/{scheme}"} for scheme in schemes]
    return {
        "host": "{servers}",
        "protocol": protocol,
        "description": description,
        "variables": {
            "servers": {
                "default": "localhost:9092",
                "description": "host:port, several separated by commas (LEARNLOOM_KAFKA_SERVERS).",
            }
        },
    } | ({"security": security} if security else {})


def _channel(
    address: str, description: str, messages: dict[str, Any], kafka: dict[str, Any]
) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "parameters": {
            "topic": {"description": "Name of the topic, as the operator chose it.", "default": "xapi"}
        },
        "messages": messages,
        "bindings": {"kafka": kafka | _BINDING},
    }


def _statements() -> dict[str, Any]:
    one: dict[str, Any] = {"$ref": "#/components/schemas/statement"}
    several = {"type": "array", "minItems": 1, "items": one, "description": "Each is judged on its own."}
    return _channel(
        "{topic}",
        "Statements. Within its retention a consumer has to be running again; more partitions mean more consumers "
        "at work, and may be added at any time.",
        {
            "statement": _statement_message("One statement.", one),
            "statements": _statement_message("Several statements in one message.", several),
        },
        {"topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": STATEMENT_RETENTION_MS}},
    )


def _statement_message(summary: str, payload: dict[str, Any]) -> dict[str, Any]:
    key = {
        "type": "string",
        "pattern": "^[0-9a-f]{16}$",
        "description": "The student's key, as in dimensional.dim_student: a hash of the actor's whole identifier. It "
        "keeps one student's statements in order. Any other key, or none, lands as well, without that order.",
    }
    return {
        "summary": summary,
        "contentType": JSON_TYPE,
        "headers": {"type": "object", "properties": STATEMENT_HEADERS},
        "payload": payload,
        "bindings": {"kafka": {"key": key} | _BINDING},
    }


def _dead_letters() -> dict[str, Any]:
    headers = {
        "type": "object",
        "required": [name for name in DEAD_HEADERS if name not in OPTIONAL_DEAD_HEADERS],
        "properties": {
            name: {"type": "string", "description": f"{meaning[0].upper()}{meaning[1:]}."}
            for name, meaning in DEAD_HEADERS.items()
        },
    }
    key = {"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "Id of the dead letter."}
    message = {
        "summary": "One refused record.",
        "contentType": "application/octet-stream",
        "headers": headers,
        "payload": {
            "type": ["string", "null"],
            "format": "binary",
            "description": "The bytes as they came, whatever they are; null where the record had none, or where "
            "they are more than the topic takes (header value-omitted).",
        },
        "bindings": {"kafka": {"key": key} | _BINDING},
    }
    return _channel(
        f"{{topic}}{DEAD_SUFFIX}",
        "What was refused, and why. Made by `learnloom consume` where it is missing. The warehouse keeps every dead "
        "letter, whatever becomes of this topic.",
        {"deadLetter": message},
        {
            "partitions": DEAD_PARTITIONS,
            "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": DEAD_RETENTION_MS},
        },
    )


def _operations() -> dict[str, Any]:
    client = {"clientId": {"type": "string", "const": _CLIENT}}
    group = {
        "groupId": {"type": "string", "default": "learnloom", "description": "LEARNLOOM_KAFKA_GROUP"},
    }
    statements = [{"$ref": f"#/channels/statements/messages/{name}"} for name in ("statement", "statements")]
    return {
        "consume": {
            "action": "receive",
            "summary": "learnloom consume: judges every statement and lands it exactly once.",
            "channel": {"$ref": "#/channels/statements"},
            "messages": statements,
            "bindings": {"kafka": group | client | _BINDING},
        },
        "produce": {
            "action": "send",
            "summary": "learnloom produce, and StatementProducer in Python.",
            "channel": {"$ref": "#/channels/statements"},
            "messages": statements[:1],
            "bindings": {"kafka": client | _BINDING},
        },
        "tellDeadLetters": {
            "action": "send",
            "summary": "learnloom consume: tells of every record that it refused, at least once.",
            "channel": {"$ref": "#/channels/deadLetters"},
            "messages": [{"$ref": "#/channels/deadLetters/messages/deadLetter"}],
            "bindings": {"kafka": client | _BINDING},
        },
    }


def _statement_schema() -> dict[str, Any]:
    part = {"type": "object"}
    return {
        "type": "object",
        "description": "A statement by xAPI 1.0.3 or 2.0 in UTF-8. This schema says what it is made of; all rules are "
        "those of `learnloom check`.",
        "required": ["actor", "verb", "object"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "Made here where it is absent."},
            "actor": part | {"description": "The student: an Agent or identified Group."},
            "verb": part | {"description": "What was done, by the IRI in its id."},
            "object": part | {"description": "With what it was done."},
            "result": part,
            "context": part,
            "timestamp": {"type": "string", "description": "When it happened, ISO 8601."},
            "stored": {"type": "string", "description": "When the sender kept it, ISO 8601."},
            "authority": part,
            "version": {"type": "string"},
            "attachments": {"type": "array", "items": part},
        },
    }


def document_text() -> str:
    """Write the document as JSON."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document_text())
