"""The feedback rules between the marts that they read and the tables that they write."""

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

import orjson
import pyarrow as pa

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.profile import build_profile
from learnloom.pipelines.feedback.signals import signals
from learnloom.pipelines.refresh.build import Rows, Transform
from learnloom.pipelines.refresh.evidence import read_evidence
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal

_MOMENT = pa.timestamp("us", "UTC")
BUCKET_STUDENTS: Final = 2_000
"""Students in a bucket: some seconds of work, so that handing it over costs little beside it."""


@contextmanager
def _without_collector() -> Iterator[None]:
    """Make many objects that have no cycles and stay: looking for cycles among them takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True)
class Bucket:
    """Some students, and all that decides what is said of them: what `tell` makes of it hangs on nothing else."""

    evidence: Sequence[StudentEvidence]
    as_of: dt.datetime
    """Aware, in the school's time zone: its date is today."""
    model_version: int
    thresholds: Thresholds


class Told(NamedTuple):
    """Rows of feedback.student_profile and of feedback.signal."""

    profiles: pa.Table
    signals: pa.Table


Spread = Callable[[Callable[[Bucket], Told], Iterable[Bucket]], Iterable[Told]]
"""Applies a function to every bucket and gives the results in the buckets' order, as `map` does: here, in threads, in
other processes or on other machines."""


def feedback(transform: Transform, thresholds: Thresholds, *, spread: Spread = map) -> Iterator[Rows]:
    """Build the profile and the signals of every student in the workspace.

    Args:
        transform: in its workspace the marts stand of the students taken.
        thresholds: from when on something is worth telling.
        spread: does the work on the buckets.

    Yields:
        The rows of each relation that Python writes in the layer feedback.
    """
    as_of, model_version = transform.plan.request.as_of, transform.plan.state.model_version
    transform.begin("feedback.student_profile")
    students = read_evidence(transform.work)
    chunks = iter(lambda: tuple(islice(students, BUCKET_STUDENTS)), ())
    buckets = (Bucket(chunk, as_of, model_version, thresholds) for chunk in chunks)
    told = list(spread(tell, buckets)) or [tell(Bucket((), as_of, model_version, thresholds))]
    profiles, signal_rows = (pa.concat_tables(tables) for tables in zip(*told, strict=True))
    yield "feedback.student_profile", profiles
    transform.begin("feedback.signal")
    yield "feedback.signal", signal_rows


def tell(bucket: Bucket) -> Told:
    """Build profile and signals of a bucket's students, in their order."""
    with _without_collector():
        told = [_tell_one(bucket, evidence) for evidence in bucket.evidence]
        return Told(
            _profile_rows([profile for profile, _ in told], bucket.model_version),
            _signal_rows([signal for _, said in told for signal in said]),
        )


def _tell_one(bucket: Bucket, evidence: StudentEvidence) -> tuple[StudentProfile, list[Signal]]:
    profile = build_profile(
        evidence,
        as_of=bucket.as_of,
        model_version=str(bucket.model_version),
        thresholds=bucket.thresholds,
    )
    return profile, signals(evidence, profile, thresholds=bucket.thresholds)


def _profile_rows(profiles: list[StudentProfile], model_version: int) -> pa.Table:
    return pa.table(
        {
            "student_key": pa.array([profile.student_key for profile in profiles], pa.string()),
            "schema_version": pa.array([profile.schema_version for profile in profiles], pa.string()),
            "as_of": pa.array([profile.as_of for profile in profiles], _MOMENT),
            "model_version": pa.array([model_version] * len(profiles), pa.int32()),
            "profile": pa.array([profile.model_dump_json() for profile in profiles], pa.string()),
        }
    )


def _signal_rows(said: list[Signal]) -> pa.Table:
    text = ("student_key", "signal_id", "subject", "subject_name", "sentence")
    moments = ("window_from", "window_to", "created_at", "expires_at")
    return pa.table(
        {
            **{name: pa.array([getattr(signal, name) for signal in said], pa.string()) for name in text},
            **{name: pa.array([getattr(signal, name) for signal in said], _MOMENT) for name in moments},
            "signal_kind": pa.array([signal.kind for signal in said], pa.string()),
            "audience": pa.array([signal.audience for signal in said], pa.string()),
            "part": pa.array([signal.part for signal in said], pa.string()),
            "confidence": pa.array([signal.confidence for signal in said], pa.string()),
            "value": pa.array([signal.value for signal in said], pa.float64()),
            "urgency": pa.array([signal.urgency for signal in said], pa.float64()),
            "n": pa.array([signal.n for signal in said], pa.int64()),
            "message_id": pa.array(
                [signal.message and signal.message.message_id for signal in said], pa.string()
            ),
            "parameters": pa.array([_parameters(signal) for signal in said], pa.string()),
            "evidence_ids": pa.array([list(signal.evidence_ids) for signal in said], pa.list_(pa.string())),
            "signal": pa.array([signal.model_dump_json() for signal in said], pa.string()),
        }
    )


def _parameters(signal: Signal) -> str | None:
    """The values of a signal's message as JSON."""
    return orjson.dumps(signal.message.parameters).decode() if signal.message else None
