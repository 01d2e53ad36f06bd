"""Documents: state, activity profiles, agent profiles (Communication 1.0.3, 2.2, 2.3, 2.6, 2.7; concurrency 3.1).

Comparing and writing are one transaction, so of two that write at once with the same ETag one is told 412.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.filters import check_values, comparable_moment, json_agent
from learnloom.pipelines.lrs.findable import agent_key
from learnloom.pipelines.lrs.give import http_date
from learnloom.pipelines.lrs.message import JSON, Call, HttpAnswer, RefusedError, as_json, needed, only
from learnloom.pipelines.lrs.store import Store

SEPARATOR: Final = "\x1f"
"""Between the parts of a place."""
_STATE: Final = "/activities/state"
_LONGEST_ID: Final = 2_048
_FIND: Final = (
    "SELECT content, content_type, etag, updated FROM document "
    "WHERE kind = ? AND place = ? AND document_id = ?"
)

_REPLACE: Final = (
    "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, place, document_id) DO UPDATE SET "
    "content = excluded.content, content_type = excluded.content_type, etag = excluded.etag, "
    "updated = excluded.updated"
)


class _Kind(NamedTuple):
    """One of the three resources."""

    id_name: str
    places: tuple[str, ...]
    """Parameters that say of what it is; the registration may be left out."""
    needs_precondition: bool
    """Whether 1.0.3 demands If-Match or If-None-Match of a PUT; 2.0 does of all three, where a document is there."""
    deletes_many: bool


KINDS: Final = {
    _STATE: _Kind("stateId", ("activityId", "agent", "registration"), False, True),
    "/activities/profile": _Kind("profileId", ("activityId",), True, False),
    "/agents/profile": _Kind("profileId", ("agent",), True, False),
}


class Document(NamedTuple):
    """A document as it is kept."""

    content: bytes
    content_type: str
    etag: str
    updated: int


class _Place(NamedTuple):
    kind: str
    place: str


def etag_of(content: bytes) -> str:
    """The entity tag of a document, in its quotation marks (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"'


def answer_document(store: Store, call: Call) -> HttpAnswer:
    """Carry out GET, PUT, POST or DELETE.

    Raises:
        RefusedError: 400, parameters are wrong; 404, there is no such document; 409, a document is there and no
            precondition was sent; 412, the precondition does not hold.
    """
    kind = KINDS[call.path]
    place = _place(kind, call)
    document_id = call.parameters.get(kind.id_name)
    if document_id is not None and len(document_id) > _LONGEST_ID:
        raise RefusedError(400, f"{kind.id_name} is longer than {_LONGEST_ID} characters")
    if call.method == "GET":
        if document_id is None:
            return as_json(_ids(store, place, call))
        return _get(store, place, document_id)
    if call.method in ("PUT", "POST"):
        _put_or_post(store, kind, place, needed(call.parameters, kind.id_name), call)
        return HttpAnswer(204)
    if call.method == "DELETE":
        if document_id is None and not kind.deletes_many:
            needed(call.parameters, kind.id_name)
        _delete(store, place, document_id, call)
        return HttpAnswer(204)
    raise RefusedError(
        405, f"{call.method} is not allowed here", Allow="GET, HEAD, PUT, POST, DELETE, OPTIONS"
    )


def _place(kind: _Kind, call: Call) -> _Place:
    allowed = {kind.id_name, *kind.places}
    if call.method == "GET" and kind.id_name not in call.parameters:
        allowed.add("since")
    only(call.parameters, frozenset(allowed))
    parts = []
    for name in kind.places:
        if name == "registration" and name not in call.parameters:
            continue
        value = needed(call.parameters, name)
        if name == "agent":
            agent = json_agent(value)
            check_values({"agent": agent}, call.version)
            parts.append(str(agent_key(agent)))
        else:
            check_values({"activity" if name == "activityId" else name: value}, call.version, named=name)
            parts.append(value.lower() if name == "registration" else value)
    return _Place(call.path, SEPARATOR.join(parts))


def _ids(store: Store, place: _Place, call: Call) -> list[str]:
    since = call.parameters.get("since")
    if since is not None:
        check_values({"since": since}, call.version)
    # A state without registration stands for all registrations where many are asked for (2.3.s3).
    sql = (
        "SELECT DISTINCT document_id FROM document WHERE kind = ? AND (place = ? OR place LIKE ? ESCAPE '!') "
        "AND updated > ? ORDER BY document_id"
    )
    values = (*place, _within(place, call), -1 if since is None else comparable_moment(since))
    with store.reading() as connection:
        return [row[0] for row in connection.execute(sql, values)]


def _within(place: _Place, call: Call) -> str:
    if call.path != _STATE or "registration" in call.parameters:
        return ""
    escaped = place.place.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"{escaped}{SEPARATOR}%"


def _get(store: Store, place: _Place, document_id: str) -> HttpAnswer:
    with store.reading() as connection:
        found = _found(connection, place, document_id)
    if found is None:
        raise RefusedError(404, f"there is no document {document_id}")
    headers = {
        "ETag": found.etag,
        "Last-Modified": http_date(found.updated),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpAnswer(200, found.content, found.content_type, headers)


def _found(connection: Connection, place: _Place, document_id: str) -> Document | None:
    row = connection.execute(_FIND, (*place, document_id)).fetchone()
    return Document(*row) if row else None


def _put_or_post(store: Store, kind: _Kind, place: _Place, document_id: str, call: Call) -> None:
    content_type = call.headers.get("content-type", "application/octet-stream")

    def work(connection: Connection, moment: int) -> None:
        found = _found(connection, place, document_id)
        _check_precondition(found, call.headers)
        content = call.body
        if call.method == "POST":
            content = _merged(found, call)
        elif not _has_precondition(call):
            _check_none_needed(kind, found, call)
        connection.execute(_REPLACE, (*place, document_id, content, content_type, etag_of(content), moment))

    # Courses made with Storyline, Rise or Captivate call their bookmark JSON, which it is not; only they read it.
    if call.content_type == JSON and (call.method == "POST" or call.path != _STATE):
        _object(call.body, "the document", must_be_object=call.method == "POST")
    store.write(work)


def _delete(store: Store, place: _Place, document_id: str | None, call: Call) -> None:
    def work(connection: Connection, moment: int) -> None:  # noqa: ARG001 - the store's signature
        if document_id is None:
            connection.execute(
                "DELETE FROM document WHERE kind = ? AND (place = ? OR place LIKE ? ESCAPE '!')",
                (*place, _within(place, call)),
            )
            return
        _check_precondition(_found(connection, place, document_id), call.headers)
        connection.execute(
            "DELETE FROM document WHERE kind = ? AND place = ? AND document_id = ?", (*place, document_id)
        )

    store.write(work)


def _check_none_needed(kind: _Kind, found: Document | None, call: Call) -> None:
    """See that a PUT may come without precondition (3.1)."""
    if found is not None and (kind.needs_precondition or call.is_version_2):
        raise RefusedError(409, "the document is there already: GET it, then PUT with If-Match and its ETag")
    if kind.needs_precondition and not call.is_version_2:
        raise RefusedError(400, "a PUT needs If-Match with the ETag of the document, or If-None-Match: *")


def _has_precondition(call: Call) -> bool:
    return "if-match" in call.headers or "if-none-match" in call.headers


def _check_precondition(found: Document | None, headers: Mapping[str, str]) -> None:
    """Hold a document to If-Match and If-None-Match (RFC 9110, 13.1.1 and 13.1.2).

    Raises:
        RefusedError: 412, it is not as the sender has seen it.
    """
    if "if-match" in headers and not _is_named(found, headers["if-match"]):
        raise RefusedError(
            412, "the document is another one by now than If-Match says: GET it, and try again"
        )
    if "if-none-match" in headers and _is_named(found, headers["if-none-match"]):
        raise RefusedError(
            412, "there is such a document already, and If-None-Match says that there is to be none"
        )


def _is_named(found: Document | None, tags: str) -> bool:
    if found is None:
        return False
    # tincanjs and ADL's wrapper for Node send the SHA-1 without the quotes that RFC 9110 (8.8.3) demands.
    named = (tag.strip().removeprefix("W/").strip('"') for tag in tags.split(","))
    return tags.strip() == "*" or found.etag.strip('"') in named


def _merged(found: Document | None, call: Call) -> bytes:
    """Put the members of a JSON object over those of the one that is there (2.2.s7)."""
    if found is None:
        return call.body
    if call.content_type != JSON or found.content_type.partition(";")[0].strip().lower() != JSON:
        raise RefusedError(
            400,
            f"POST merges JSON with JSON: the document is {found.content_type}, and {call.content_type} came",
        )
    old = _object(found.content, "the document that is there", must_be_object=True)
    return orjson.dumps(old | _object(call.body, "the document", must_be_object=True))


def _object(content: bytes, what: str, *, must_be_object: bool) -> dict[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"{what} is said to be {JSON}, and is none: {error}") from error
    if isinstance(value, dict):
        return value
    if must_be_object:
        raise RefusedError(400, f"{what} is no JSON object, so nothing can be merged with it")
    return {}
