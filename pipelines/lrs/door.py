"""From a request to its answer: version, key, scope, resource. Knows nothing of sockets."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from learnloom.pipelines.lrs.access import check_scope
from learnloom.pipelines.lrs.activities import answer_activity, answer_agent
from learnloom.pipelines.lrs.alternate import unfolded
from learnloom.pipelines.lrs.documents import KINDS, answer_document
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.keys import Key, known_key
from learnloom.pipelines.lrs.message import Answer, Call, RefusedError, as_json, refusal
from learnloom.pipelines.lrs.store import Store
from learnloom.schemas.xapi.statement import VERSION_1, VERSION_2

_log = logging.getLogger(__name__)
VERSIONS: Final = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
_VERSION_HEADER: Final = "X-Experience-API-Version"
_SHOWN_HEADERS: Final = (
    "ETag, Last-Modified, WWW-Authenticate, Retry-After, X-Experience-API-Version, "
    "X-Experience-API-Consistent-Through"
)
_TAKEN_HEADERS: Final = (
    "Authorization, Content-Type, If-Match, If-None-Match, Accept-Language, X-Experience-API-Version, "
    "X-Experience-API-Hash"
)
_CORS: Final = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _SHOWN_HEADERS}
_PREFLIGHT: Final = _CORS | {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": _TAKEN_HEADERS,
    "Access-Control-Max-Age": "7200",
}

Resource = Callable[[Call], Answer]


class Door:
    """Answers requests; may be called from many threads."""

    def __init__(self, store: Store, statements: Resource) -> None:
        """Answer by what `store` holds; `statements` answers for /statements."""
        self._store = store
        self._resources: Mapping[str, Resource] = {
            "/statements": statements,
            "/activities": lambda call: answer_activity(store, call),
            "/agents": lambda call: answer_agent(store, call),
            **dict.fromkeys(KINDS, lambda call: answer_document(store, call)),
        }

    def answer(self, call: Call) -> Answer:
        """Answer, whatever comes: errors are answers, too."""
        headers = dict(_CORS)
        try:
            answer = self._answered(call, headers)
        except RefusedError as error:
            answer = refusal(error)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the sender gets an answer
            _log.exception("%s %s failed", call.method, call.path)
            answer = refusal(RefusedError(500, "the store has failed; its log says why"))
        if call.path == "/statements":
            headers.setdefault("X-Experience-API-Consistent-Through", iso(self._store.consistent_through()))
        return Answer(answer.status, answer.body, answer.content_type, headers | dict(answer.headers))

    def _answered(self, call: Call, headers: dict[str, str]) -> Answer:
        if call.method == "OPTIONS":
            return Answer(204, headers=_PREFLIGHT)
        headers[_VERSION_HEADER] = VERSION_1
        if call.path == "/about":
            if call.method not in ("GET", "HEAD"):
                raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, HEAD, OPTIONS")
            return as_json({"version": list(VERSIONS), "extensions": {}})
        if call.path not in self._resources:
            raise RefusedError(
                404, f"there is nothing at {call.path[:200]}: see /about, /statements, /activities, /agents"
            )
        is_alternate = "method" in call.parameters
        call = unfolded(call)
        version = _version(call.headers.get("x-experience-api-version"))
        headers[_VERSION_HEADER] = version
        if is_alternate and version == VERSION_2:
            raise RefusedError(400, "xAPI 2.0 has no alternate request syntax: send the request itself")
        key = self._known(call)
        call = call.having(
            key_id=key.key_id,
            scopes=frozenset(key.scopes),
            home_pages=frozenset(key.home_pages),
            version=version,
            method="GET" if call.method == "HEAD" else call.method,
        )
        check_scope(call)
        return self._resources[call.path](call)

    def _known(self, call: Call) -> Key:
        """Find whose call it is; only a browser's page is asked for a password by the browser itself."""
        try:
            return known_key(self._store, call.headers.get("authorization"), self._store.milliseconds())
        except RefusedError as error:
            if error.status == HTTPStatus.UNAUTHORIZED and "text/html" in call.headers.get("accept", ""):
                error.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
            raise


def _version(given: str | None) -> str:
    if given is None:
        raise RefusedError(
            400, f"the header {_VERSION_HEADER} is missing: add 1.0.3 or 2.0.0 (Communication 3.3)"
        )
    if given == "1.0" or given in VERSIONS[:4]:
        return VERSION_1
    if given.startswith("2.0.") and given[4:].isdigit():
        return VERSION_2
    raise RefusedError(400, f"version {given[:20]!r} is not spoken here: {', '.join(VERSIONS)} are")
