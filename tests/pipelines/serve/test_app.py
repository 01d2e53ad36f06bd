"""Tools pull profiles, signals and events over HTTP, and answer signals; a real server, called by a real client."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.operate import metrics
from learnloom.pipelines.serve.app import ApiSettingsError, make_app
from servers.ports import free_port
from servers.waiting import wait_until
from tests.conftest import _NOW, SmallClass, refresh_to

_ALL, _STUDENT = "token-of-the-dashboard", "token-of-the-tutor"


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    settings = Settings(
        warehouse=folder,
        api_token=SecretStr(_ALL),
        api_student_token=SecretStr(_STUDENT),
        lock_wait_seconds=20,
    )
    port = free_port()
    app = make_app(settings, clock=lambda: _NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the server ended")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(small_class: SmallClass) -> Iterator[str]:
    """A server that answers of the small class."""
    with _serving(small_class.folder) as found:
        yield found


def _get(address: str, path: str, token: str = _ALL, **params: int) -> httpx.Response:
    return httpx.get(
        f"{address}{path}", params=params or None, headers={"authorization": f"Bearer {token}"}, timeout=60
    )


@pytest.fixture(scope="module")
def student(small_class: SmallClass) -> str:
    """A student of whom something stands for both audiences."""
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        (key,) = warehouse.one(
            "SELECT student_key FROM feedback.signal GROUP BY ALL "
            "HAVING count(DISTINCT audience) = 2 ORDER BY student_key LIMIT 1"
        )
    return str(key)


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {_ALL}"}]
)
def test_without_the_right_token_nothing_is_told(address: str, headers: dict[str, str]) -> None:
    """No path that tells of students answers without a token."""
    for path in ("/events", "/students/x/signals", "/students/x/profile", "/metrics"):
        assert httpx.get(f"{address}{path}", headers=headers, timeout=60).status_code == 401


def test_without_any_token_there_is_no_interface(small_class: SmallClass) -> None:
    """A deployment that sets no token is told which setting to set."""
    with pytest.raises(ApiSettingsError, match="LEARNLOOM_API_TOKEN"):
        make_app(Settings(warehouse=small_class.folder), clock=lambda: _NOW)
    with pytest.raises(ApiSettingsError, match="LEARNLOOM_API_TOKEN"):
        make_app(Settings(warehouse=small_class.folder, api_token=SecretStr("")), clock=lambda: _NOW)


@pytest.mark.slow
def test_scrapes_share_one_connection(small_class: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures for Prometheus are read over a connection that is opened once, by the first scrape."""
    opened = []

    def counted(settings: Settings) -> Warehouse:
        opened.append(settings)
        return open_to_read(settings)

    monkeypatch.setattr(metrics, "open_to_read", counted)
    with _serving(small_class.folder) as found:
        for _ in range(3):
            assert "learnloom_up 1.0" in _get(found, "/metrics").text
    assert len(opened) == 1


@pytest.mark.slow
def test_what_is_for_teachers_does_not_reach_a_student_tool(address: str, student: str) -> None:
    """The student's token sees what is said to students, and no profile."""
    every = {signal["audience"] for signal in _get(address, f"/students/{student}/signals").json()}
    own = {signal["audience"] for signal in _get(address, f"/students/{student}/signals", _STUDENT).json()}
    assert (every, own) == ({"student", "teacher"}, {"student"})
    events = _get(address, "/events", _STUDENT, limit=1000).json()["events"]
    assert {event["data"]["audience"] for event in events} == {"student"}
    assert _get(address, f"/students/{student}/profile", _STUDENT).status_code == 403
    assert _get(address, f"/students/{student}/profile").json()["student_key"] == student


def test_a_cursor_misses_nothing_and_repeats_nothing(address: str, small_class: SmallClass) -> None:
    """Page after page from each `next_sequence` gives every event once, in order."""
    ids, since = [], 1
    while page := _get(address, "/events", since=since, limit=97).json():
        ids += [event["id"] for event in page["events"]]
        if not page["events"]:
            break
        since = page["next_sequence"]
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        assert ids == [
            row[0] for row in warehouse.rows("SELECT event_id FROM feedback.outbox ORDER BY sequence")
        ]
    assert since == page["next_sequence"], "at the end it waits there"


@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        ("/students/nobody/profile", 404, "has no profile"),
        ("/events?since=0", 422, "greater than or equal to 1"),
        ("/events?limit=5000", 422, "less than or equal to 1000"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(address: str, path: str, code: int, told: str) -> None:
    """An answer to what cannot be answered names the value and the reason."""
    answer = _get(address, path)
    assert (answer.status_code, told in answer.text) == (code, True)


def test_it_describes_itself(address: str) -> None:
    """The OpenAPI description has every path."""
    paths = httpx.get(f"{address}/openapi.json", timeout=60).json()["paths"]
    assert {"/events", "/students/{student_key}/profile", "/signals/{signal_id}/responses"} <= paths.keys()


def test_a_dismissal_over_http_silences_the_signal(small_class: SmallClass, tmp_path: Path) -> None:
    """It lands once as a statement, the next refresh ends the signal, and a student's tool may not answer it."""
    folder = small_class.copy_to(tmp_path / "warehouse")
    standing = "SELECT count(*) FROM feedback.signal WHERE signal_id = ?"
    with Warehouse(folder, read_only=True) as warehouse:
        (for_teacher,) = warehouse.one(
            "SELECT min(signal_id) FROM feedback.signal WHERE audience = 'teacher'"
        )
    body = {"response": "dismissed", "at": "2026-10-10T10:00:00Z", "note": "We talked."}
    with _serving(folder) as address:
        url = f"{address}/signals/{for_teacher}/responses"

        def post(token: str) -> httpx.Response:
            return httpx.post(url, json=body, headers={"authorization": f"Bearer {token}"}, timeout=60)

        assert post(_STUDENT).status_code == 403
        first, second = post(_ALL), post(_ALL)
        assert (first.status_code, first.json()["is_new"]) == (202, True)
        assert second.json() == {**first.json(), "is_new": False}
        unknown = url.replace(for_teacher, "0" * 32)
        assert (
            httpx.post(
                unknown, json=body, headers={"authorization": f"Bearer {_ALL}"}, timeout=60
            ).status_code
            == 404
        )
    with Warehouse(folder) as warehouse:
        assert warehouse.one(standing, [for_teacher]) == (1,)
        refresh_to(warehouse, small_class.day)
        assert warehouse.one(standing, [for_teacher]) == (0,)
        assert warehouse.rows("SELECT response, audience FROM dimensional.fact_response") == [
            ("dismissed", "teacher")
        ]


def test_a_call_is_a_span_that_names_no_student(
    spans: InMemorySpanExporter, small_class: SmallClass, student: str
) -> None:
    """Where spans are collected each call is one, named by its route, below that of the caller."""
    caller = {"traceparent": f"00-{1:032x}-{2:016x}-01", "authorization": f"Bearer {_ALL}"}
    with _serving(small_class.folder) as address:
        assert httpx.get(f"{address}/students/{student}/profile", headers=caller, timeout=60).is_success
        assert httpx.get(f"{address}/nothing/{student}", headers=caller, timeout=60).status_code == 404
    found, unknown = spans.get_finished_spans()
    assert found.name == "GET /students/{student_key}/profile"
    assert (found.attributes or {})["http.response.status_code"] == 200
    assert found.parent is not None
    assert (found.context.trace_id, found.parent.span_id) == (1, 2)
    assert unknown.name == "GET unknown"
    assert student not in found.to_json() + unknown.to_json()
