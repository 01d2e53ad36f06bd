"""State and profiles: kept, merged, listed, and safe from writers that have not seen each other's."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.pipelines.lrs.serving import Client

_ADA = '{"mbox":"mailto:ada@example.org"}'
_REGISTRATION = "ca27fdcd-4f4e-4f75-8ae7-0c1d6b7a2a01"
_STATE, _AGENT, _ACTIVITY = "/activities/state", "/agents/profile", "/activities/profile"
_NEW = {"If-None-Match": "*"}


def _of(activity: str, **more: str) -> dict[str, str]:
    return {"activityId": f"https://example.org/{activity}", "agent": _ADA, **more}


def test_a_document_is_given_back_as_it_came(client: Client) -> None:
    """Bytes and type are untouched, the ETag is their SHA-1, and no browser runs it."""
    place = _of("bytes", stateId="resume")
    content = bytes(range(256))
    headers = {"Content-Type": "text/html"}
    assert client("PUT", _STATE, params=place, content=content, headers=headers).status_code == 204
    answer = client("GET", _STATE, params=place)
    assert (answer.content, answer.headers["content-type"]) == (content, "text/html")
    assert answer.headers["etag"] == '"4916d6bdb7f78e6803698cab32d1586ea457dfc8"'
    assert answer.headers["content-security-policy"] == "sandbox"
    assert client("DELETE", _STATE, params=place).status_code == 204
    assert client("GET", _STATE, params=place).status_code == 404


def test_states_are_listed_and_deleted_by_registration(client: Client) -> None:
    """Without a registration all registrations are meant; with one, only that."""
    plain, registered = _of("lists"), _of("lists", registration=_REGISTRATION)
    client("PUT", _STATE, params=plain | {"stateId": "a"}, json={})
    client("PUT", _STATE, params=registered | {"stateId": "b"}, json={})
    assert client("GET", _STATE, params=registered | {"stateId": "a"}).status_code == 404
    assert client("GET", _STATE, params=registered).json() == ["b"]
    assert client("GET", _STATE, params=plain).json() == ["a", "b"]
    assert client("GET", _STATE, params=plain | {"since": "2100-01-01T00:00:00Z"}).json() == []
    assert client("DELETE", _STATE, params=registered).status_code == 204
    assert client("GET", _STATE, params=plain).json() == ["a"]


def test_post_merges_json_objects_and_nothing_else(client: Client) -> None:
    """Members that come win, others stay; what is no JSON object is refused and leaves the document as it was."""
    place = _of("merge", stateId="progress")
    client("POST", _STATE, params=place, json={"page": 1, "seen": [1]})
    assert client("POST", _STATE, params=place, json={"page": 2}).status_code == 204
    for content, kind in ((b"[1]", "application/json"), (b"{", "application/json"), (b"{}", "text/plain")):
        headers = {"Content-Type": kind}
        assert client("POST", _STATE, params=place, content=content, headers=headers).status_code == 400
    assert client("GET", _STATE, params=place).json() == {"page": 2, "seen": [1]}


@pytest.mark.parametrize(
    ("path", "place"), [(_AGENT, {"agent": _ADA}), (_ACTIVITY, {"activityId": "urn:profile"})]
)
def test_a_profile_is_replaced_only_by_who_has_seen_it(
    client: Client, path: str, place: dict[str, str]
) -> None:
    """A PUT without precondition, or with that of an older document, changes nothing."""
    place = place | {"profileId": "seen"}
    assert client("PUT", path, params=place, json={"v": 1}).status_code == 400
    assert client("PUT", path, params=place, json={"v": 1}, headers=_NEW).status_code == 204
    etag = client("GET", path, params=place).headers["etag"]
    assert client("PUT", path, params=place, json={"v": 2}).status_code == 409
    assert client("PUT", path, params=place, json={"v": 2}, headers=_NEW).status_code == 412
    assert client("PUT", path, params=place, json={"v": 2}, headers={"If-Match": '"old"'}).status_code == 412
    assert client("DELETE", path, params=place, headers={"If-Match": '"old"'}).status_code == 412
    assert client("GET", path, params=place).json() == {"v": 1}
    assert client("PUT", path, params=place, json={"v": 2}, headers={"If-Match": etag}).status_code == 204
    assert client("GET", path, params=place).json() == {"v": 2}


@pytest.mark.slow
def test_of_many_who_write_at_once_one_wins(client: Client) -> None:
    """Twenty writers with the same ETag: one is taken, nineteen are told."""
    place = {"agent": _ADA, "profileId": "race"}
    client("PUT", _AGENT, params=place, json={"n": -1}, headers=_NEW)
    etag = client("GET", _AGENT, params=place).headers["etag"]

    def write(number: int) -> int:
        return client("PUT", _AGENT, params=place, json={"n": number}, headers={"If-Match": etag}).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(write, range(20)))
    assert answers == [204] + 19 * [412]


@pytest.mark.parametrize(
    "parameters",
    [
        {"activityId": "urn:a"},
        {"agent": _ADA},
        {"activityId": "no iri", "agent": _ADA},
        {"activityId": "urn:a", "agent": "{}"},
        {"activityId": "urn:a", "agent": _ADA, "registration": "1"},
        {"activityId": "urn:a", "agent": _ADA, "since": "now"},
        {"activityId": "urn:a", "agent": _ADA, "StateId": "1"},
    ],
)
def test_wrong_parameters_are_refused(client: Client, parameters: dict[str, str]) -> None:
    """What is missing, misspelt or no value of its kind is told."""
    assert client("GET", _STATE, params=parameters).status_code == 400
