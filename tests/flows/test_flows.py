"""Flows decide when; what they do is what the commands do. On a real server of Prefect."""

import asyncio
import contextvars
import json
import re
from pathlib import Path
from typing import Any

import prefect
import pytest
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import Artifact, State

from learnloom.flows.kept import KeptWarehouse, keep
from learnloom.flows.land import land
from learnloom.flows.maintenance import ChecksFailedError, check, maintain
from learnloom.flows.refresh import refresh, train
from learnloom.flows.runtime import settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.refresh import count_changes
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.deliver.receiver import Receiver

pytestmark = pytest.mark.usefixtures("prefect_server")


def _run(flow: Flow[..., Any], **parameters: Any) -> State[Any]:
    state = flow(**parameters, return_state=True)
    assert isinstance(state, State)
    return state


def _artifacts(state: State[Any]) -> dict[str, Artifact]:
    """Those of a flow run, by key."""

    async def read() -> list[Artifact]:
        async with get_client() as client:
            flow_run_id = state.state_details.flow_run_id
            assert flow_run_id is not None
            return await client.read_artifacts(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])), limit=100
            )

    return {artifact.key or "": artifact for artifact in asyncio.run(read())}


def test_from_a_folder_to_signals(school: Path, small_class: SmallClass, tmp_path: Path) -> None:
    """What lies in the inbox lands once, the refresh computes whom it touches, and its artifact says so.

    Every row leads to Prefect's id of the run that wrote it, once maintenance has remembered it.
    """
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.jsonl").write_bytes(lines(*(answer(n) for n in range(6)), {"no": "statement"}))
    landed = _run(land, inbox=str(inbox))
    assert landed.result() == {"read": 7, "accepted": 6, "duplicates": 0, "refused": 1}
    state = _run(refresh, day=small_class.day.isoformat())
    assert (state.result()["staged"], state.result()["students"]) == (6, 3)
    page = _artifacts(state)["refresh"].data
    assert isinstance(page, str)
    assert "| students recomputed | 3 |" in page
    assert "slowest step" in page
    with Warehouse(school, read_only=True) as warehouse:
        at = "(SELECT refreshed_at FROM run.refresh_state)"
        changes = warehouse.rows(f"SELECT change FROM feedback.outbox WHERE created_at = {at}")
    counts = [sum(change == which for (change,) in changes) for which in ("raised", "ended")]
    assert counts[0] > 0
    assert [state.result()["raised"], state.result()["ended"]] == counts
    assert f"| signals new | {counts[0]:,} |" in page
    again = _run(land, inbox=str(inbox)).result()
    assert again["read"] == 0, "what has landed is not read again"
    assert _run(maintain).result()["runs_kept"] > 0
    with Warehouse(school, read_only=True) as warehouse:
        runs = warehouse.rows("SELECT what, run_id FROM landing.lineage")
    for name, run in (("land", landed), ("refresh", state)):
        assert (f"flow {name}", str(run.state_details.flow_run_id)) in runs


def test_a_process_that_stays_is_called_to_deliver_what_a_refresh_tells(
    school: Path, small_class: SmallClass, tmp_path: Path
) -> None:
    """It is called once what has changed is committed, before the run ends; where nothing has, it is not called."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(*(answer(n) for n in range(6))))
    _run(land, inbox=str(file))
    calls: list[int] = []

    def deliver() -> None:
        assert prefect.runtime.flow_run.id is not None
        with Warehouse(school, read_only=True) as warehouse:
            calls.append(sum(count_changes(warehouse).values()))

    def refreshed() -> int:
        keep(KeptWarehouse(settings(), on_changes=deliver))
        done = _run(refresh, day=small_class.day.isoformat()).result()
        return int(done["raised"] + done["ended"])

    n_changes = contextvars.copy_context().run(refreshed)
    assert n_changes > 0
    assert calls == [n_changes]
    assert contextvars.copy_context().run(refreshed) == 0
    assert calls == [n_changes]


@pytest.mark.long
@pytest.mark.usefixtures("little_school")
def test_a_refresh_since_a_day_is_a_backfill() -> None:
    """The flow's `since` asks for those of whom something has landed since: here everybody, for nothing had before."""
    done = refresh.fn(day="2026-09-08", since="2000-01-01")
    assert done["full_because"] == "nothing had landed before 2000-01-01"


def test_a_failing_check_fails_the_run_and_shows_the_rows(
    school: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that breaks a rule makes a failed run, with the row as an artifact; whether flows run on time is checked.

    Where nothing has landed or been refreshed for too long, it says since when; the alert says all of it, too.
    """
    for name in ("SILENT", "STALE"):
        monkeypatch.setenv(f"LEARNLOOM_FLOWS__{name}_HOURS", "0.000001")
    with Warehouse(school) as warehouse:
        warehouse.run("UPDATE estimates.student_skill SET p_mastery = 1.5 WHERE n_attempts > 0")
    state = _run(check)
    assert state.is_failed()
    with pytest.raises(ChecksFailedError, match="share_is_within_bounds") as told:
        state.result()
    assert re.search(r"landed_lately: the last statement landed .* hours ago", str(told.value))
    shown = _artifacts(state)
    assert "FAILED" in str(shown["checks"].data)
    assert "flows_on_time" in str(shown["checks"].data)
    assert json.loads(str(shown["offending-share-is-within-bounds"].data))
    (body,) = receiver.events()
    assert body["run_id"] == str(state.state_details.flow_run_id)
    assert (body["flow"], body["state"]) == ("check", "Failed")
    assert re.search(r"refreshed_lately: the last refresh ran .* hours ago", body["message"])
    assert body["message"] in body["text"]


def test_training_keeps_a_version(school: Path) -> None:
    """The flow fits a version, judges it, and its artifact says what came of it."""
    state = _run(train)
    assert state.result()["model_version"] == 2
    made = _artifacts(state)
    assert "compared with version" in str(made["training"].data)
    assert str(state.state_details.flow_run_id) in str(made["evaluation"].data)


def test_without_prefect_it_still_runs(school: Path, small_class: SmallClass, tmp_path: Path) -> None:
    """The function below the decorator does the same; nothing asks for a server."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines(answer(1)))
    assert land.fn(inbox=str(file))["accepted"] == 1
