"""What works on buckets is there, or it is told how to get it."""

import sys

import pytest

from learnloom.flows.runner import RunnerMissingError, task_runner_of
from learnloom.pipelines.config.schedules import Schedules


def test_without_the_package_dask_is_refused_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner that is not installed is an error that names the extra which brings it."""
    monkeypatch.setitem(sys.modules, "prefect_dask", None)
    with pytest.raises(RunnerMissingError, match=r"pip install 'learnloom\[dask\]'"):
        task_runner_of(Schedules(runner="dask"))
