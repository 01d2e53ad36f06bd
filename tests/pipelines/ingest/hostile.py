"""Records made to cost a validator more than their length."""

from collections.abc import Callable
from typing import Final

from learnloom.schemas.xapi.rule import MINIMAL_RECORD

_UUID: Final = b"fd41c918-b88b-4b20-a0a5-a4c32391aaa0"


_NEEDED: Final = {
    b"actor": b'"actor": {"mbox": "mailto:a@b.c"}',
    b"verb": b'"verb": {"id": "a:b"}',
    b"object": b'"object": {"id": "c:d"}',
}


def _with(member: bytes) -> bytes:
    """A statement with `member` in place of the one of that name, or besides."""
    name = member.split(b'"', 2)[1]
    return b"{%b}" % b", ".join((_NEEDED | {name: member}).values())


def _extension(value: bytes) -> bytes:
    return _with(b'"result": {"extensions": {"a:b": %b}}' % value)


def _many(form: bytes, size: int) -> bytes:
    """Fill about `size` bytes with numbered repetitions of `form`, joined by commas."""
    count = size // (len(form) + 8) + 1
    return b",".join(form.replace(b"#", b"%d" % number) for number in range(count))


def _definition(members: bytes) -> bytes:
    return _with(b'"object": {"id": "a:b", "definition": {%b}}' % members)


HOSTILE: Final[dict[str, Callable[[int], bytes]]] = {
    "arrays without end": lambda n: b"[" * n,
    "objects without end": lambda n: b'{"a":' * (n // 5),
    "deep extension": lambda n: _extension(b"[" * (n // 2) + b"]" * (n // 2)),
    "deep objects in an extension": lambda n: _extension(b'{"":' * (n // 5) + b"1" + b"}" * (n // 5)),
    "many flat arrays": lambda n: _extension(b"[%b]" % _many(b"[[]]", n)),
    "a digit repeated": lambda n: _extension(b"9" * n),
    "zeros behind the point": lambda n: _extension(b"0." + b"0" * n + b"1"),
    "exponent of many digits": lambda n: _extension(b"1e" + b"9" * n),
    "negative exponent of many digits": lambda n: _extension(b"1e-" + b"9" * n),
    "digits in a score": lambda n: _with(b'"result": {"score": {"raw": %b}}' % (b"1" * n)),
    "digits in a length": lambda n: _with(b'"attachments": [{"length": 1%b}]' % (b"0" * n)),
    "long text": lambda n: _with(b'"result": {"response": "%b"}' % (b"x" * n)),
    "text of escapes": lambda n: _with(b'"result": {"response": "%b"}' % (rb"\u003a" * (n // 6))),
    "text of backslashes": lambda n: _with(b'"result": {"response": "%b"}' % (rb"\\" * (n // 2))),
    "text of quotes, cut": lambda n: _with(b'"result": {"response": "%b' % (rb"\"" * (n // 2))),
    "halves of characters": lambda n: _extension(b'"%b"' % (rb"\ud83d" * (n // 6))),
    "blanks": lambda n: MINIMAL_RECORD + b" " * n,
    "blanks between": lambda n: MINIMAL_RECORD.replace(b", ", b"," + b" " * n),
    "unknown properties": lambda n: _with(_many(b'"x#":1', n)),
    "unknown properties of the verb": lambda n: _with(b'"verb": {"id": "a:b", %b}' % _many(b'"x#":1', n)),
    "properties in another case": lambda n: _with(_many(b'"ACTOR":1', n)),
    "a property again and again": lambda n: _with(_many(b'"id":"%b"' % _UUID, n)),
    "an extension again and again": lambda n: _extension(b"1, %b" % _many(b'"a:b":1', n)),
    "extensions": lambda n: _with(b'"result": {"extensions": {%b}}' % _many(b'"a:#":#', n)),
    "extensions without IRI": lambda n: _with(b'"result": {"extensions": {%b}}' % _many(b'"#":1', n)),
    "members": lambda n: _with(
        b'"actor": {"objectType": "Group", "member": [%b]}' % _many(b'{"mbox": "mailto:a#@b.c"}', n)
    ),
    "members without identifier": lambda n: _with(
        b'"actor": {"objectType": "Group", "member": [%b]}' % _many(b"{}", n)
    ),
    "context activities": lambda n: _with(
        b'"context": {"contextActivities": {"other": [%b]}}' % _many(b'{"id": "a:#"}', n)
    ),
    "context activities of wrong type": lambda n: _with(
        b'"context": {"contextActivities": {"other": [%b]}}' % _many(b"1", n)
    ),
    "components of one id": lambda n: _definition(
        b'"interactionType": "choice", "choices": [%b]' % _many(b'{"id": "a"}', n)
    ),
    "patterns": lambda n: _definition(
        b'"interactionType": "numeric", "correctResponsesPattern": [%b]' % _many(b'"#x"', n)
    ),
    "numeric pattern of digits": lambda n: _definition(
        b'"interactionType": "numeric", "correctResponsesPattern": ["%bx"]' % (b"1" * n)
    ),
    "numeric pattern of ranges": lambda n: _definition(
        b'"interactionType": "numeric", "correctResponsesPattern": ["%b"]' % (b"1.1[:]" * (n // 6))
    ),
    "attachments": lambda n: _with(b'"attachments": [%b]' % _many(b"{}", n)),
    "SubStatements": lambda n: _with(
        b'"object": ' + b'{"objectType":"SubStatement","object":' * (n // 40) + b"1" + b"}" * (n // 40)
    ),
    "languages": lambda n: _with(b'"verb": {"id": "a:b", "display": {%b}}' % _many(b'"en-x-a#":""', n)),
    "long language": lambda n: _with(b'"context": {"language": "en%b_"}' % (b"-a-bb" * (n // 5))),
    "singletons": lambda n: _with(b'"context": {"language": "en%b"}' % (b"-a-bb" * (n // 5))),
    "long IRI": lambda n: _with(b'"verb": {"id": "http://%b "}' % (b"a@" * (n // 2))),
    "long key": lambda n: _with(b'"result": {"extensions": {"a:%b ": 1}}' % (b"/?" * (n // 2))),
    "long mbox": lambda n: _with(b'"actor": {"mbox": "mailto:%b@"}' % (b"a." * (n // 2))),
    "long timestamp": lambda n: _with(b'"timestamp": "2020-01-01T00:00:00.%bx"' % (b"1" * n)),
    "long duration": lambda n: _with(b'"result": {"duration": "P%b"}' % (b"1Y" * (n // 2))),
    "long media type": lambda n: _with(b'"attachments": [{"contentType": "a/b%b"}]' % (rb";a=\"" * (n // 5))),
    "long version": lambda n: _with(b'"version": "1.0.%bx"' % (b"1" * n)),
    "long UUID": lambda n: _with(b'"id": "%b"' % (b"a-" * (n // 2))),
    "bytes that are no text": lambda n: _with(b'"result": {"response": "%b"}' % (b"\xff" * n)),
    "nothing but zeros": lambda n: b"\0" * n,
}
"""Each makes a record of about so many bytes."""
