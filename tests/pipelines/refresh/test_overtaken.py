"""Refreshes of one machine wait for one another; one that was overtaken is done again, however long it takes."""

import threading

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError
from learnloom.pipelines.lake.turns import REFRESH, turn
from learnloom.pipelines.refresh.refresh import refresh_and_tidy
from learnloom.pipelines.refresh.request import RefreshRequest, end_of_day
from learnloom.pipelines.refresh.state import read_state
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import LAST_DAY, NOW, SETTINGS, refreshed

pytestmark = pytest.mark.slow

_IMPATIENT = SETTINGS.model_copy(update={"lock_wait_seconds": 0.001})


class _Overtaker:
    """Another machine that has refreshed whenever a refresh is about to commit."""

    def __init__(self, warehouse: Warehouse, times: int) -> None:
        self._warehouse = warehouse
        self._times = times
        self.n_attempts = 0

    def __call__(self, step: str) -> None:
        if step == "writing":
            self.n_attempts += 1
            if self.n_attempts <= self._times:
                self._warehouse.run(
                    f"UPDATE {LAKE}.run.refresh_state SET refreshed_at = refreshed_at + INTERVAL 1 SECOND"
                )


def test_who_was_overtaken_is_done_again_however_long_it_takes(refreshed_class: RefreshedClass) -> None:
    """A refresh that takes longer than others are waited for is planned and computed again, and commits."""
    with Warehouse(refreshed_class(students=3).folder) as warehouse:
        other = _Overtaker(warehouse, 1)
        assert refreshed(warehouse, settings=_IMPATIENT, full=True, on_progress=other).students == 3
        assert other.n_attempts == 2
        state = read_state(warehouse)
        assert state is not None
        assert state.refreshed_at == NOW


@pytest.mark.long
def test_who_is_always_overtaken_is_told(refreshed_class: RefreshedClass) -> None:
    """After five attempts it is said that others are in the way."""
    with Warehouse(refreshed_class(students=3).folder) as warehouse:
        other = _Overtaker(warehouse, 100)
        with pytest.raises(WarehouseBusyError, match="overtaken 5 times"):
            refreshed(warehouse, settings=_IMPATIENT, full=True, on_progress=other)


def test_a_refresh_waits_for_another_and_says_so(refreshed_class: RefreshedClass) -> None:
    """Whoever refreshes by a command waits for a process that is at it, such as the live one, and then comes next."""
    folder = refreshed_class(students=3).folder
    is_waiting, told = threading.Event(), list[str]()

    def note(step: str) -> None:
        told.append(step)
        is_waiting.set()

    def run() -> None:
        with Warehouse(folder) as warehouse:
            request = RefreshRequest(end_of_day(LAST_DAY, "UTC"))
            refresh_and_tidy(warehouse, SETTINGS, request, clock=lambda: NOW, on_progress=note)

    running = threading.Thread(target=run)
    with turn(folder, REFRESH):
        running.start()
        assert is_waiting.wait(60)
        assert told == ["this waits until the refresh that another process is at has ended"]
    running.join(60)
    assert "staging" in told
