"""The feedback rules between the marts that they read and the tables that they write."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.calls import cause_of
from learnloom.pipelines.feedback.profile import build_profile
from learnloom.pipelines.feedback.signals import signals
from learnloom.pipelines.refresh.build import Rows, Transform
from learnloom.pipelines.refresh.evidence import read_evidence
from learnloom.pipelines.refresh.record import read_record
from learnloom.pipelines.refresh.stuck import read_stuck
from learnloom.pipelines.refresh.withhold import DRAW, Lots
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal, SignalKind

_MOMENT = pa.timestamp("us", "UTC")


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


def feedback(transform: Transform, settings: Settings) -> Iterator[Rows]:
    """Build the profile and the signals of every student in the workspace, in order of keys.

    Args:
        transform: in its workspace the marts stand of the students taken.
        settings: from when on something is worth telling, and what is left out by lot.

    Yields:
        The rows of each relation that Python writes in the layer feedback.
    """
    state = transform.plan.state
    # Whoever asks for the day that stands, after an erasure, has it in UTC.
    as_of, model_version = state.as_of.astimezone(ZoneInfo(state.time_zone)), state.model_version
    transform.begin("feedback.student_profile")
    lots = Lots.of(transform.work, transform.plan, settings.holdout)
    drawn = lots if settings.holdout.shares else None
    say = partial(
        signals,
        thresholds=settings.thresholds,
        record=read_record(transform.work),
        stuck_model=read_stuck(transform.work),
        withhold=lots.withheld if drawn else None,
    )
    with _without_collector():
        told = [
            _tell(evidence, as_of, model_version, settings.thresholds, say=say, lots=drawn)
            for evidence in read_evidence(transform.work)
        ]
        yield "feedback.student_profile", _profile_rows([profile for profile, _ in told], model_version)
        transform.begin("feedback.signal")
        yield (
            "feedback.signal",
            _signal_rows([signal for _, said in told for signal in said], settings.thresholds),
        )
        yield DRAW, lots.rows()


def _tell(
    evidence: StudentEvidence,
    as_of: dt.datetime,
    model_version: int,
    thresholds: Thresholds,
    *,
    say: Callable[[StudentEvidence, StudentProfile], list[Signal]],
    lots: Lots | None,
) -> tuple[StudentProfile, list[Signal]]:
    profile = build_profile(evidence, as_of=as_of, model_version=str(model_version), thresholds=thresholds)
    said = say(evidence, profile)
    if lots is not None and lots.withholds((profile.student_key, SignalKind.PRACTISE_NEXT.value, None)):
        # What is not offered as a signal is not offered in the profile either.
        profile = profile.model_copy(update={"practise_next": ()})
    return profile, said


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


def _signal_rows(said: list[Signal], thresholds: Thresholds) -> pa.Table:
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
            "cause": pa.array([cause_of(signal, thresholds) for signal in said], pa.string()),
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
