"""Short keys for one student and course, and the one-time address from which a course fetches one (cmi5, 8.2)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import orjson

from learnloom.pipelines.lrs.database import Connection
from learnloom.pipelines.lrs.filters import check_values, json_agent
from learnloom.pipelines.lrs.findable import agent_key
from learnloom.pipelines.lrs.give import iso
from learnloom.pipelines.lrs.guard import check_home_pages
from learnloom.pipelines.lrs.hiding import Hiding
from learnloom.pipelines.lrs.keys import Caller, Key, find_key, hashed, insert_key
from learnloom.pipelines.lrs.message import Call, HttpAnswer, Learner, RefusedError, as_json, needed, only
from learnloom.pipelines.lrs.store import Store

FETCH: Final = "/sessions/fetch"
PREFIX: Final = "ls_"
_SCOPES: Final = ("statements/write", "statements/read/mine", "state", "profile")
_MEMBERS: Final = frozenset({"agent", "registration", "activity", "seconds", "fetch"})
_SECONDS: Final = 4 * 3_600
_MOST_SECONDS: Final = 7 * 86_400
_MOST_ACTIVITIES: Final = 20
_LONGEST: Final = 20_000
_KEPT_MILLISECONDS: Final = 86_400_000
"""How long a session that has expired is still told from one that never was."""
_USED, _WRONG = "1", "2"
"""Error codes of cmi5, 8.2.3.2."""
_FIND: Final = (
    "SELECT session.secret_hash, session.expires, session.activities, session.key_id, learner.agent, "
    "learner.registration, learner.maker FROM session INNER JOIN learner USING (key_id) WHERE session_id = ?"
)


class _Wanted(NamedTuple):
    """What a session is asked for."""

    learner: Learner
    seconds: int
    is_fetched: bool


def answer_sessions(store: Store, call: Call, hiding: Hiding) -> HttpAnswer:
    """Make a short key, and give it, or the address from which it is fetched once.

    Raises:
        RefusedError: 400, the body is not what is asked for; 403, the agent is not of the key's home pages.
    """
    if call.method != "POST":
        raise RefusedError(405, f"{call.method} is not allowed here", Allow="POST, OPTIONS")
    only(call.parameters, frozenset())
    wanted = _wanted(call, hiding)
    maker = find_key(store, call.key_id)
    if call.learner is not None or maker is None:
        raise RefusedError(403, "a short key makes no others")
    session_id, secret = PREFIX + secrets.token_hex(8), secrets.token_urlsafe(32)

    def insert(connection: Connection, moment: int) -> int:
        key_id = _kept_learner(connection, moment, maker, wanted.learner)
        expires = moment + wanted.seconds * 1_000
        if maker.expires is not None:
            expires = min(expires, maker.expires)
        hashes = (None, hashed(secret).hex()) if wanted.is_fetched else (hashed(secret).hex(), None)
        activities = orjson.dumps(sorted(wanted.learner.activities)).decode()
        connection.execute("DELETE FROM session WHERE expires < ?", (moment - _KEPT_MILLISECONDS,))
        connection.execute(
            "INSERT INTO session (session_id, key_id, activities, secret_hash, fetch_hash, expires) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (session_id, key_id, activities, *hashes, expires),
        )
        return expires

    told = {"session": session_id, "expires": iso(store.write(insert))}
    if wanted.is_fetched:
        return as_json(told | {"fetch": f"{call.origin}{FETCH}?code={quote(secret)}"})
    return as_json(told | {"auth-token": _token(session_id, secret)})


def _token(session_id: str, secret: str) -> str:
    """Write what stands behind `Authorization: Basic`."""
    return base64.b64encode(f"{session_id}:{secret}".encode()).decode()


def _kept_learner(connection: Connection, moment: int, maker: Key, learner: Learner) -> str:
    named = "\x1f".join((maker.key_id, learner.agent, learner.registration or ""))
    key_id = "lk_" + hashlib.blake2b(named.encode(), digest_size=12).hexdigest()
    insert_key(connection, moment, Key(key_id, maker.label, (), (), 0, None, None, None))
    connection.execute(
        "INSERT INTO learner (key_id, maker, agent, registration) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (key_id, maker.key_id, learner.agent, learner.registration),
    )
    return key_id


def _wanted(call: Call, hiding: Hiding) -> _Wanted:
    try:
        given: Any = orjson.loads(call.body) if len(call.body) <= _LONGEST else None
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"the body is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise RefusedError(400, f"the body has to be a JSON object of at most {_LONGEST:,} bytes")
    only(given, _MEMBERS)
    agent = json_agent(orjson.dumps(given.get("agent")).decode())
    if agent.get("objectType", "Agent") != "Agent":
        raise RefusedError(400, "the agent of a short key is one student, and no group")
    check_values({"agent": agent}, "1.0.3")
    check_home_pages(call.home_pages, agent, "the agent")
    registration = given.get("registration")
    if registration is not None:
        check_values({"registration": registration}, "1.0.3", named="registration")
    seconds, is_fetched = given.get("seconds", _SECONDS), given.get("fetch", False)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 1 <= seconds <= _MOST_SECONDS:
        raise RefusedError(400, f"seconds can be a whole number from 1 to {_MOST_SECONDS:,}")
    if not isinstance(is_fetched, bool):
        raise RefusedError(400, "fetch can be true or false")
    learner = Learner(
        str(agent_key(hiding.agent(agent))),
        registration.lower() if registration else None,
        _activities(given.get("activity", [])),
    )
    return _Wanted(learner, seconds, is_fetched)


def _activities(given: Any) -> frozenset[str]:
    activities = given if isinstance(given, list) else [given]
    if len(activities) > _MOST_ACTIVITIES:
        raise RefusedError(400, f"a short key is for at most {_MOST_ACTIVITIES} activities")
    for activity in activities:
        check_values({"activity": activity}, "1.0.3", named="activity")
    return frozenset(activities)


def answer_fetch(store: Store, call: Call, moment: int, *, failed: Callable[[Call], None]) -> HttpAnswer:
    """Give the token of a session, once; all that is wrong is told with 200, as cmi5 demands (8.2.2).

    Args:
        store: holds the sessions.
        call: has the code as its parameter.
        moment: now.
        failed: is told where there is no such code.

    Raises:
        RefusedError: 405, it is no POST; 400, there is no code; and what `failed` raises.
    """
    if call.method != "POST":
        raise RefusedError(405, f"{call.method} is not allowed here", Allow="POST, OPTIONS")
    code = hashed(needed(call.parameters, "code")).hex()
    secret = secrets.token_urlsafe(32)

    def take(connection: Connection, _: int) -> tuple[str, str]:
        row = connection.execute(
            "SELECT session_id, secret_hash, expires FROM session WHERE fetch_hash = ?", (code,)
        ).fetchone()
        if row is None:
            return "", _WRONG
        if row[1] is not None or row[2] <= moment:
            return "", _USED
        connection.execute(
            "UPDATE session SET secret_hash = ? WHERE session_id = ?", (hashed(secret).hex(), row[0])
        )
        return row[0], ""

    session_id, error = store.write(take)
    if error == _WRONG:
        failed(call)
    if error:
        reason = "this code was used before, or has expired" if error == _USED else "there is no such code"
        return as_json({"error-code": error, "error-text": f"{reason}: launch the course again"})
    return as_json({"auth-token": _token(session_id, secret)}, Cache_Control="no-store")


def caller_of_session(store: Store, session_id: str, secret: str, moment: int) -> Caller | None:
    """Find who comes in with a short key; None: it is unknown, revoked or expired, or that which made it is."""
    with store.reading() as connection:
        row = connection.execute(_FIND, (session_id,)).fetchone()
    kept = row[0] if row is not None and row[0] is not None else hashed("").hex()
    if not hmac.compare_digest(hashed(secret).hex(), kept) or row is None or row[0] is None:
        return None
    _, expires, activities, key_id, agent, registration, maker_id = row
    keys = (find_key(store, key_id), find_key(store, maker_id))
    if expires <= moment or not all(key is not None and key.is_good(moment) for key in keys):
        return None
    learner = Learner(agent, registration, frozenset(orjson.loads(activities)))
    return Caller(key_id, frozenset(_SCOPES), learner=learner)
