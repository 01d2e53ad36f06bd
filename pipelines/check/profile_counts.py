"""The running counts of a check against one xAPI Profile."""

from dataclasses import dataclass, field
from typing import Any

from learnloom.pipelines.check.excerpt import excerpt
from learnloom.pipelines.check.report import ProfileFailure, ProfileReport, Sample
from learnloom.pipelines.check.templates import Failure, ProfileChecker
from learnloom.pipelines.check.xapi_profile import XapiProfile


@dataclass(slots=True)
class _FailureCount:
    failure: Failure
    statements: int = 0
    samples: list[Sample] = field(default_factory=list)


class ProfileCounts:
    """How many statements keep to a profile. Kinds of failures are bounded by the profile itself."""

    def __init__(self, profile: XapiProfile, *, samples: int) -> None:
        """`samples`: statements kept of each requirement."""
        self._profile = profile
        self._checker = ProfileChecker(profile)
        self._samples = samples
        self._kinds: dict[tuple[str, str], _FailureCount] = {}
        self._checked = self._naming = self._matched = self._failing = 0

    def add(self, where: str, raw: bytes | None, statement: dict[str, Any]) -> None:
        """Hold one statement against the profile and count it once for each requirement it does not meet."""
        held = self._checker.hold(statement)
        self._checked += 1
        self._naming += held.is_naming
        self._matched += held.is_matched
        self._failing += bool(held.failures)
        for key, failure in {(one.part, one.requirement): one for one in held.failures}.items():
            kind = self._kinds.setdefault(key, _FailureCount(failure))
            kind.statements += 1
            if len(kind.samples) < self._samples:
                message = f"{failure.name}: {failure.requirement}"
                kind.samples.append(Sample(where, failure.path, message, excerpt(raw, failure.path)))

    def report(self, top: int) -> ProfileReport:
        """What was found, the most frequent requirement first."""
        ranked = sorted(self._kinds.items(), key=lambda item: (-item[1].statements, item[0]))
        return ProfileReport(
            profile=self._profile.id,
            name=self._profile.name,
            checked=self._checked,
            naming=self._naming,
            matched=self._matched,
            failing=self._failing,
            failures=tuple(
                ProfileFailure(
                    part=kind.failure.part,
                    name=kind.failure.name,
                    requirement=kind.failure.requirement,
                    statements=kind.statements,
                    samples=tuple(kind.samples),
                )
                for _, kind in ranked[:top]
            ),
            more_failures=max(0, len(ranked) - top),
            notes=self._profile.notes,
        )
