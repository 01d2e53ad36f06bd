"""Days in sentences are those of the school, wherever it is and however moments are stored."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from learnloom.pipelines.feedback.describe import describe_profile, describe_signals
from learnloom.pipelines.feedback.errors import ParameterError
from learnloom.pipelines.feedback.reviews import describe_reviews, review_calendar
from learnloom.pipelines.feedback.texts import support_texts
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal, SignalKind
from tests.pipelines.feedback.make import a_skill, a_student, a_voice, an_estimate, profile_of, signals_of

_ZONE = ZoneInfo("America/Los_Angeles")
_AS_OF = datetime(2026, 11, 19, 23, 59, 59, tzinfo=_ZONE)
_EVENING = datetime(2026, 11, 19, 17, 30, tzinfo=_ZONE).astimezone(UTC)
"""The twentieth in UTC."""
_THE_DAY_AFTER = "20 November 2026"


def _student() -> tuple[StudentProfile, list[Signal]]:
    voices = [a_voice(kind, occurred_at=_EVENING) for kind in ("talk", "choice", "stated_known")]
    skills = [a_skill(n=20, right=20, last_attempt_at=_EVENING, last_correct_at=_EVENING)]
    mastery = [an_estimate(p=0.97, n=20, review_due_at=_EVENING, p_due=0.9)]
    evidence = a_student(last_seen_at=_EVENING, voices=voices, skills=skills, mastery=mastery)
    return profile_of(evidence, as_of=_AS_OF), signals_of(evidence, as_of=_AS_OF)


def test_what_was_done_in_the_evening_was_done_on_that_day() -> None:
    """No sentence names the day after, though moments come in UTC."""
    _, said = _student()
    told = {signal.kind: signal.sentence for signal in said}
    for kind in (SignalKind.WANTS_TO_TALK, SignalKind.CHOICE, SignalKind.REVIEW_DUE):
        assert "19 November 2026" in told[kind]
    assert not any(_THE_DAY_AFTER in sentence for sentence in told.values())


def test_a_stored_profile_is_told_in_the_days_of_the_school() -> None:
    """What comes back from JSON has moments in UTC, and knows by as_of where the school is."""
    found, said = _student()
    profile = StudentProfile.model_validate_json(found.model_dump_json())
    signals = [Signal.model_validate_json(signal.model_dump_json()) for signal in said]
    told = "\n".join([*describe_profile(profile), *describe_reviews(review_calendar(profile, _ZONE))])
    assert "last seen 19 November 2026" in told
    assert _THE_DAY_AFTER not in told + "".join(describe_signals(signals))


def test_no_text_takes_a_moment_for_a_day() -> None:
    """Which day it is has to be said by whoever knows the school."""
    with pytest.raises(ParameterError, match="the day of the school"):
        support_texts.WANTS_TO_TALK(day=_EVENING)
