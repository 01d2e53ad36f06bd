"""The feedback rules between the marts that they read and the tables that they write."""

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import pyarrow as pa

from pipelines.feedback.profile import build_profile
from pipelines.feedback.signals import signals
from pipelines.feedback.thresholds import Thresholds
from pipelines.refresh.evidence import read_evidence
from pipelines.warehouse.build import Producer
from pipelines.warehouse.scratch import Scratch
from schemas.evidence import StudentEvidence
from schemas.profile import StudentProfile
from schemas.signal import Signal

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


class Feedback:
    """Builds the profile and the signals of every student in a scratch database."""

    def __init__(
        self, scratch: Scratch, *, as_of: dt.datetime, model_version: int, thresholds: Thresholds
    ) -> None:
        """`as_of` is aware, in the school's time zone: its date is today."""
        self._scratch = scratch
        self._as_of = as_of
        self._model_version = model_version
        self._thresholds = thresholds

    def producers(self) -> dict[str, Producer]:
        """The relations that it computes."""
        return {"feedback.student_profile": self._profiles, "feedback.signal": self._signals}

    @cached_property
    def _told(self) -> list[tuple[StudentProfile, list[Signal]]]:
        with _without_collector():
            return [self._tell(evidence) for evidence in read_evidence(self._scratch)]

    def _tell(self, evidence: StudentEvidence) -> tuple[StudentProfile, list[Signal]]:
        profile = build_profile(
            evidence,
            as_of=self._as_of,
            model_version=str(self._model_version),
            thresholds=self._thresholds,
        )
        return profile, signals(evidence, profile, thresholds=self._thresholds)

    def _profiles(self) -> pa.Table:
        profiles = [profile for profile, _ in self._told]
        return pa.table(
            {
                "student_key": pa.array([profile.student_key for profile in profiles], pa.string()),
                "schema_version": pa.array([profile.schema_version for profile in profiles], pa.string()),
                "as_of": pa.array([profile.as_of for profile in profiles], _MOMENT),
                "model_version": pa.array([self._model_version] * len(profiles), pa.int32()),
                "profile": pa.array([profile.model_dump_json() for profile in profiles], pa.string()),
            }
        )

    def _signals(self) -> pa.Table:
        said = [signal for _, each in self._told for signal in each]
        text = ("student_key", "signal_id", "subject", "subject_name", "sentence")
        moments = ("window_from", "window_to", "created_at", "expires_at")
        return pa.table(
            {
                **{name: pa.array([getattr(signal, name) for signal in said], pa.string()) for name in text},
                **{name: pa.array([getattr(signal, name) for signal in said], _MOMENT) for name in moments},
                "signal_kind": pa.array([signal.kind.value for signal in said], pa.string()),
                "audience": pa.array([signal.audience.value for signal in said], pa.string()),
                "part": pa.array([signal.part.value for signal in said], pa.string()),
                "confidence": pa.array([signal.confidence.value for signal in said], pa.string()),
                "value": pa.array([signal.value for signal in said], pa.float64()),
                "urgency": pa.array([signal.urgency for signal in said], pa.float64()),
                "n": pa.array([signal.n for signal in said], pa.int64()),
                "evidence_ids": pa.array(
                    [list(signal.evidence_ids) for signal in said], pa.list_(pa.string())
                ),
                "signal": pa.array([signal.model_dump_json() for signal in said], pa.string()),
            }
        )
