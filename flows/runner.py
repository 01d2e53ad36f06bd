"""What works on buckets of students: threads of this process, other processes, or Dask's workers."""

import importlib
from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from learnloom.pipelines.config.schedules import Schedules
from learnloom.schemas.errors import LearnloomError


class RunnerMissingError(LearnloomError):
    """The task runner that is asked for is not installed."""


def task_runner_of(schedules: Schedules) -> TaskRunner[Any]:
    """Make the task runner that the settings name; a context manager.

    Raises:
        RunnerMissingError: it needs a package that is not installed.
    """
    if schedules.runner == "processes":
        return ProcessPoolTaskRunner(max_workers=schedules.workers)
    if schedules.runner == "dask":
        try:
            dask = importlib.import_module("prefect_dask")
        except ModuleNotFoundError as error:
            raise RunnerMissingError(
                "LEARNLOOM_FLOWS__RUNNER=dask needs the package prefect-dask: pip install 'learnloom[dask]'"
            ) from error
        runner: TaskRunner[Any] = dask.DaskTaskRunner(
            cluster_kwargs={"n_workers": schedules.workers, "threads_per_worker": 1}
        )
        return runner
    return ThreadPoolTaskRunner(max_workers=schedules.workers)
