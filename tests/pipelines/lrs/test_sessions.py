"""Short keys: one student, one registration, one course, for a while; fetched once (cmi5)."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from learnloom.pipelines.lrs.keys import revoke_key
from learnloom.pipelines.lrs.store import Store
from tests.pipelines.lrs.serving import NOON, Client, Clock, new_key, serving, statement

REGISTRATION = "760e3480-ba55-4991-94b0-01820dbd23a2"
OTHER = "11111111-ba55-4991-94b0-01820dbd23a2"
COURSE = "https://lms.example/au/1"
ADA = {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "ada"}}
BEN = {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "ben"}}
ASKED = {"agent": ADA, "registration": REGISTRATION, "activity": COURSE}


@pytest.fixture(scope="module")
def lms(folder: Path, address: str) -> Client:
    """A platform that makes short keys, and reads what is its own."""
    return Client(address, new_key(folder, "session/write", "statements/write", "statements/read/mine"))


def _session(lms: Client, **asked: Any) -> Client:
    answer = lms("POST", "/sessions", json={**ASKED, **asked})
    assert answer.status_code == 200, answer.text
    name, _, secret = base64.b64decode(answer.json()["auth-token"]).decode().partition(":")
    return Client(lms.address, (name, secret))


@pytest.fixture(scope="module")
def ada(lms: Client) -> Client:
    """Ada's course in her browser."""
    return _session(lms)


def _sent(actor: Any = ADA, registration: str | None = REGISTRATION, **more: Any) -> dict[str, Any]:
    context = {} if registration is None else {"context": {"registration": registration}}
    return statement(actor=actor, **{"object": {"id": COURSE}, **context, **more})


def test_a_course_writes_and_reads_its_own_student_only(lms: Client, ada: Client) -> None:
    """What a short key wrote is found by it, by the next one of the same student, and by the platform's key."""
    (own,) = ada.post(_sent())
    (of_ben,) = _session(lms, agent=BEN).post(_sent(BEN))
    (of_lms,) = lms.post(_sent())
    assert ada.found() == [own]
    assert _session(lms).found() == [own]
    assert _session(lms, registration=OTHER).found() == []
    assert ada("GET", "/statements", params={"statementId": of_ben}).status_code == 404
    assert ada("GET", "/statements", params={"statementId": of_lms}).status_code == 404
    assert set(lms.found()) >= {own, of_ben, of_lms}


def test_the_source_of_a_session_is_that_of_its_platform_and_the_authority_tells_them_apart(
    lms: Client, ada: Client
) -> None:
    """What a browser says is not what the platform says, though both come from one source."""
    (own,) = ada.post(_sent())
    authority = lms("GET", "/statements", params={"statementId": own}).json()["authority"]
    assert authority["account"]["name"].startswith("lk_")


@pytest.mark.parametrize(
    "sent",
    [
        _sent(BEN),
        _sent({"objectType": "Group", "member": [ADA]}),
        _sent({**ADA, "objectType": "Group"}),
        _sent(registration=OTHER),
        _sent(registration=None),
        statement(actor=ADA, context={"registration": REGISTRATION}),
        _sent(
            verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
            object={"objectType": "StatementRef", "id": REGISTRATION},
            context={"registration": REGISTRATION, "contextActivities": {"parent": {"id": COURSE}}},
        ),
    ],
    ids=["other", "group", "identified group", "registration", "none", "course", "void"],
)
def test_a_short_key_says_nothing_of_others(ada: Client, sent: dict[str, Any]) -> None:
    """Another actor, registration or course, and voiding, are refused with the reason; nothing of a batch is taken."""
    before = ada.found()
    good = _sent(id="22222222-ba55-4991-94b0-01820dbd23a2")
    answer = ada("POST", "/statements", json=[good, sent])
    assert answer.status_code == 403, answer.text
    assert "statement 1" in answer.json()["error"]
    assert ada.found() == before


def test_what_happens_within_a_course_may_be_told(ada: Client) -> None:
    """A question of the course is told of where the course stands in the context (cmi5 allowed)."""
    context = {"registration": REGISTRATION, "contextActivities": {"grouping": [{"id": COURSE}]}}
    ada.post(statement(actor=ADA, object={"id": "https://lms.example/q/1"}, context=context))


def _state(**changed: str | None) -> dict[str, str]:
    given = {"activityId": COURSE, "agent": json.dumps(ADA), "registration": REGISTRATION, "stateId": "s"}
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def test_state_is_that_of_the_student_and_course(ada: Client) -> None:
    """State of the student, registration and course is kept and given; any other is refused, to write and to read."""
    assert ada("PUT", "/activities/state", params=_state(), json={"at": 3}).status_code == 204
    assert ada("GET", "/activities/state", params=_state()).json() == {"at": 3}
    for changed in (
        {"agent": json.dumps(BEN)},
        {"registration": OTHER},
        {"registration": None},
        {"activityId": "https://lms.example/au/2"},
    ):
        for method in ("GET", "PUT", "POST", "DELETE"):
            answer = ada(method, "/activities/state", params=_state(**changed), content=b"{}")
            assert answer.status_code == 403, (method, changed)


def test_profiles_and_definitions_of_others_stay_hidden(ada: Client, client: Client) -> None:
    """A short key reads its student's profile, and of activities its course's only: definitions hold right answers."""
    quiz = {
        "id": "https://lms.example/quiz",
        "definition": {
            "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
            "interactionType": "numeric",
            "correctResponsesPattern": ["42"],
        },
    }
    client.post(statement(object=quiz))
    for agent, status in ((ADA, 404), (BEN, 403)):
        params = {"agent": json.dumps(agent), "profileId": "cmi5LearnerPreferences"}
        assert ada("GET", "/agents/profile", params=params).status_code == status
        assert ada("GET", "/agents", params={"agent": json.dumps(agent)}).status_code == (
            200 if agent == ADA else 403
        )
    for activity, status in ((COURSE, 200), (quiz["id"], 403)):
        assert ada("GET", "/activities", params={"activityId": activity}).status_code == status
        params = {"activityId": str(activity)}
        assert ada("GET", "/activities/profile", params=params).status_code == status
        assert ada("PUT", "/activities/profile", params=params | {"profileId": "p"}).status_code == 403
    assert ada("GET", "/statements", params={"format": "canonical"}).status_code == 403


def test_a_course_fetches_its_key_once(lms: Client) -> None:
    """The address answers a POST with the token, and from then on with cmi5's error; both with 200, for browsers."""
    told = lms("POST", "/sessions", json={**ASKED, "fetch": True}).json()
    assert "auth-token" not in told
    first, second = httpx.post(told["fetch"]), httpx.post(told["fetch"])
    assert httpx.get(told["fetch"]).status_code == 405
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Basic {first.json()['auth-token']}", "X-Experience-API-Version": "1.0.3"}
    assert httpx.get(f"{lms.address}/statements", headers=headers).status_code == 200
    assert (second.status_code, second.json()["error-code"]) == (200, "1")
    wrong = httpx.post(f"{lms.address}/sessions/fetch?code=x")
    assert (wrong.status_code, wrong.json()["error-code"]) == (200, "2")


def test_short_keys_end_with_their_time_and_with_the_key_that_made_them(folder: Path, address: str) -> None:
    """After its seconds a short key is refused; so it is when its platform's key is revoked."""
    platform = new_key(folder, "session/write")
    lms = Client(address, platform)
    brief, long = _session(lms, seconds=60), _session(lms)
    fetched = lms("POST", "/sessions", json={**ASKED, "seconds": 60, "fetch": True}).json()["fetch"]
    assert brief("GET", "/statements").status_code == 200
    with Store(folder, now=Clock()) as store:
        soon = int((NOON + timedelta(minutes=5)).timestamp() * 1_000)
        over = store.write(
            lambda connection, moment: (
                connection.execute(
                    "UPDATE session SET expires = ? WHERE expires < ?", (moment, soon)
                ).rowcount
            )
        )
    assert over == 2
    assert "ends with its session" in brief("GET", "/statements").json()["error"]
    assert httpx.post(fetched).json()["error-code"] == "1"
    assert long("GET", "/statements").status_code == 200
    with Store(folder, now=Clock()) as store:
        revoke_key(store, platform[0])
    assert long("GET", "/statements").status_code == 401


def test_a_short_key_makes_no_others_and_is_made_by_its_scope_only(
    folder: Path, client: Client, ada: Client
) -> None:
    """Neither a student's key nor one that may do all of the specification makes short keys."""
    for caller in (ada, client, Client(client.address, new_key(folder, "statements/write"))):
        answer = caller("POST", "/sessions", json=ASKED)
        assert answer.status_code == 403
        assert "session/write" in answer.json()["error"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"agent": None}, "agent"),
        ({"agent": {"objectType": "Group", "mbox": "mailto:g@example.org"}}, "group"),
        ({"agent": {"mbox": "ada"}}, "agent"),
        ({"registration": "7"}, "registration"),
        ({"registration": 7}, "registration"),
        ({"activity": "no iri"}, "activity"),
        ({"activity": [1]}, "activity"),
        ({"activity": [COURSE] * 21}, "20"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 10**9}, "seconds"),
        ({"seconds": "60"}, "seconds"),
        ({"fetch": "yes"}, "fetch"),
        ({"scopes": ["all"]}, "scopes"),
    ],
)
def test_what_cannot_be_asked_for_is_told(lms: Client, asked: dict[str, Any], said: str) -> None:
    """A wrong member of the request is named."""
    answer = lms("POST", "/sessions", json={**ASKED, **asked})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]


def test_a_short_key_is_for_students_of_the_platform(folder: Path, address: str) -> None:
    """A key with home pages makes no short key for an account elsewhere."""
    lms = Client(address, new_key(folder, "session/write", home_pages=["https://other.example"]))
    assert lms("POST", "/sessions", json=ASKED).status_code == 403


def test_a_key_with_home_pages_keeps_no_documents_of_others(folder: Path, address: str) -> None:
    """The guard holds for state and profiles, and for each member of a group."""
    guarded = Client(address, new_key(folder, "all", home_pages=["https://other.example"]))
    assert guarded("GET", "/activities/state", params=_state()).status_code == 403
    group = {"objectType": "Group", "member": [ADA]}
    assert guarded("POST", "/statements", json=statement(actor=group)).status_code == 403


@pytest.mark.slow
def test_sessions_survive_a_restart(tmp_path: Path) -> None:
    """A short key that was given still lets in after the store was stopped and started."""
    key = new_key(tmp_path, "session/write")
    with serving(tmp_path) as address:
        ada = _session(Client(address, key))
        (own,) = ada.post(_sent())
    with serving(tmp_path) as address:
        assert Client(address, ada.key).found() == [own]
