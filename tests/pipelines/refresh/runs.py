"""A school with three runs of courses whose plan is known: who hands in little does not pass."""

import datetime as dt
import json
import uuid
from pathlib import Path
from random import Random
from typing import Any

from learnloom.schemas import vocabulary as xapi

RUNS = (dt.date(2026, 1, 5), dt.date(2026, 3, 2), dt.date(2026, 5, 4))
"""First days; each run lasts eight weeks, with work due every week."""
ENDS = tuple(begins + dt.timedelta(days=55) for begins in RUNS)
N_STUDENTS = 40
"""In each run."""


def course(run: int) -> str:
    """IRI of the course of a run."""
    return f"https://school.example/course-{run}"


def plan(folder: Path) -> Path:
    """Write the course plan."""
    rows = ["course,activity,due,weight,begins,ends"]
    for run, (begins, ends) in enumerate(zip(RUNS, ENDS, strict=True)):
        rows.append(f"{course(run)},,,,{begins},{ends}")
        due = [begins + dt.timedelta(days=7 * week + 5) for week in range(8)]
        rows += [f"{course(run)},{_work(run, week)},{day},10,," for week, day in enumerate(due)]
    path = folder / "plan.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def lines(until: dt.date, *, seed: int = 1) -> list[bytes]:
    """All statements up to the end of a day, one a line, in order of their times."""
    rng = Random(seed)
    found = [
        each
        for run in range(len(RUNS))
        for student in range(N_STUDENTS)
        for each in _student(rng, run, student)
    ]
    told = sorted(
        (each for each in found if each["timestamp"][:10] <= str(until)), key=lambda each: each["timestamp"]
    )
    return [json.dumps(each).encode() + b"\n" for each in told]


def passed_in(run: int) -> set[str]:
    """Identifiers of those who have passed a run in the end."""
    told = [json.loads(line) for line in lines(ENDS[run])]
    return {
        "{homePage} {name}".format(**each["actor"]["account"])
        for each in told
        if each["verb"]["id"] == xapi.PASSED and each["object"]["id"] == course(run)
    }


def _student(rng: Random, run: int, student: int) -> list[dict[str, Any]]:
    """Register; hand in with the student's own diligence, a score following; pass, fail, or leave in between."""
    diligence = rng.random()

    def say(verb: str, activity: str, day: int, **more: Any) -> dict[str, Any]:
        """A statement at a minute of the student's own, so that not all is done at once."""
        kind = xapi.COURSE if activity == course(run) else xapi.ASSIGNMENT
        at = dt.datetime.combine(RUNS[run] + dt.timedelta(days=day), dt.time(10, student), dt.UTC)
        within = {"id": course(run), "definition": {"type": xapi.COURSE}}
        return {
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "actor": {"account": {"homePage": "https://school.example", "name": f"student-{run}-{student}"}},
            "verb": {"id": verb},
            "object": {"id": activity, "definition": {"type": kind}},
            "context": {"contextActivities": {"grouping": [within]}},
            "timestamp": at.isoformat(),
            **more,
        }

    told = [say(xapi.REGISTERED, course(run), -3)]
    leaves = diligence < 0.25 and student % 2 == 0
    for week in range(4 if leaves else 8):
        if rng.random() < 0.1 + 0.9 * diligence:
            score = {"score": {"scaled": round(0.3 + 0.6 * diligence, 2)}}
            told.append(say(xapi.SUBMITTED, _work(run, week), 7 * week + 4))
            told.append(say(xapi.SCORED, _work(run, week), 7 * week + 5, result=score))
    if leaves:
        return [*told, say(xapi.UNREGISTERED, course(run), 30)]
    verb = xapi.PASSED if diligence + rng.gauss(0.0, 0.1) > 0.5 else xapi.FAILED
    return [*told, say(verb, course(run), 55)]


def _work(run: int, week: int) -> str:
    return f"{course(run)}/work-{week}"
