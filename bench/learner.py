"""How fast the learner model is, and what memory it takes: difficulties, lines, features, trees, a whole training.

    python bench/learner.py [--answers COUNT...]

Answers are drawn on arrays: a student for each 100 of them, 2,000 questions on 100 skills, times over a year. Each step
runs in a process of its own; its peak memory is that of the whole process, the answers included.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from learnloom.pipelines.learner.calibrator import ModelKind
from learnloom.pipelines.learner.elo import fit
from learnloom.pipelines.learner.features import extract_before
from learnloom.pipelines.learner.fit_calibrator import fit_calibrator
from learnloom.pipelines.learner.fit_lines import fit_parameters
from learnloom.pipelines.learner.history import FULL_WEIGHT, History
from learnloom.pipelines.learner.trace import trace
from learnloom.pipelines.learner.train import train

ANSWERS_OF_ONE = 100
ITEMS = 2_000
SKILLS = 100
# Answers on which the trees are grown that are measured.
TREES_ON = 200_000
_YEAR_US = 365 * 86_400_000_000
_START = np.datetime64("2026-01-01", "us")


class Taken(NamedTuple):
    """What one step took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", nargs="*", type=int, default=[1_000_000])
    sizes = parser.parse_args().answers
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "scikit-learn")))
    print(f"{'':<44}{'answers':>12}{'seconds':>9}{'CPU s':>8}{'a CPU s':>10}{'peak MB':>9}")
    for size in sizes:
        for name, step in _STEPS.items():
            taken = _alone(step, size)
            print(
                f"{name:<44}{size:>12,}{taken.seconds:>9.1f}{taken.cpu_seconds:>8.1f}"
                f"{size / taken.cpu_seconds:>10,.0f}{taken.peak_mb:>9,.0f}",
                flush=True,
            )


def draw(n_answers: int) -> History:
    """Answers of students who differ, to questions that differ, in order of time."""
    rng = np.random.default_rng(1)
    n_students = max(1, n_answers // ANSWERS_OF_ONE)
    student = rng.integers(0, n_students, n_answers)
    item = rng.integers(0, ITEMS, n_answers)
    z = rng.normal(size=n_students)[student] - rng.normal(size=ITEMS)[item] + 0.5
    return History(
        student=student,
        item=item,
        score=(rng.random(n_answers) < 1.0 / (1.0 + np.exp(-z))).astype(np.float64),
        weight=np.full(n_answers, FULL_WEIGHT),
        answered_at=_START + np.sort(rng.integers(0, _YEAR_US, n_answers)).astype("timedelta64[us]"),
        skill_offset=np.arange(n_answers + 1),
        skill=item % SKILLS,
    )


def _difficulties(history: History) -> Callable[[], Any]:
    return lambda: fit(history)


def _lines(history: History) -> Callable[[], Any]:
    return lambda: fit_parameters(history)


def _features(history: History) -> Callable[[], Any]:
    parameters = fit_parameters(history)
    return lambda: extract_before(parameters, history)


def _predicted(history: History) -> Callable[[], Any]:
    parameters = fit_parameters(history)
    some = history.where(history.student < TREES_ON // ANSWERS_OF_ONE)
    calibrator = fit_calibrator(ModelKind.BOOSTED, extract_before(parameters, some), some.score, some.weight)
    return lambda: calibrator.probability(extract_before(parameters, history))


def _traced(history: History) -> Callable[[], Any]:
    model = train(history.where(history.student < TREES_ON // ANSWERS_OF_ONE)).model
    return lambda: trace(model, history)


def _trained(history: History) -> Callable[[], Any]:
    return lambda: train(history)


_STEPS = {
    "difficulties": _difficulties,
    "difficulties, lines and orders": _lines,
    "state and features": _features,
    "state, features and boosted trees": _predicted,
    "all that is told (trace)": _traced,
    "training: kinds compared, the best fitted": _trained,
}


def _alone(step: Callable[[History], Callable[[], Any]], size: int) -> Taken:
    """Run a step in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run, (step, size))


def _run(step: Callable[[History], Callable[[], Any]], size: int) -> Taken:
    work = step(draw(size))
    started, cpu_started = time.perf_counter(), time.process_time()
    work()
    return Taken(
        time.perf_counter() - started,
        time.process_time() - cpu_started,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


if __name__ == "__main__":
    main()
