"""What holds for every signal of every student."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.errors import AudienceError
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.reminders import reminders
from learnloom.pipelines.feedback.rule_context import Basis, RuleContext
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.texts import content_texts
from learnloom.schemas.evidence import StudentEvidence
from learnloom.schemas.level import Level
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.pipelines.feedback.any_student import students
from tests.pipelines.feedback.make import AS_OF, ago, profile_of, rich_student, said, signals_of

_SLOWLY = settings(deadline=None, max_examples=60)
"""A busy machine is no defect."""
_LABELS = re.compile(
    r"\b(wrong|bad|fail\w*|poor|weak\w*|lazy|slow|smart|clever|talent\w*|gifted|class|others "
    "do|average|at risk)\b",
    re.IGNORECASE,
)


@pytest.mark.slow
@_SLOWLY
@given(students())
def test_every_signal_keeps_the_contract(student: StudentEvidence) -> None:
    """Each one is for an audience that may see it, holds now, is whole, and is the only one of its id.

    No two signals say the opposite of one skill's level.
    """
    found = signals_of(student)
    assert len({signal.signal_id for signal in found}) == len(found)
    for signal in found:
        assert signal.audience in SIGNAL_KINDS[signal.kind].audiences
        assert signal.window_from <= signal.window_to < signal.expires_at
        assert signal.created_at == AS_OF < signal.expires_at
        assert signal.sentence.endswith((".", "?"))
        assert "None" not in signal.sentence
        assert signal.message is not None
        assert ENGLISH.say(signal.message) == signal.sentence
        assert Signal.model_validate_json(signal.model_dump_json()) == signal
    levels = [(signal.subject, signal.audience) for signal in found if signal.kind is SignalKind.MASTERY]
    assert len(levels) == len(set(levels))


@pytest.mark.slow
@_SLOWLY
@given(students())
def test_students_are_spoken_to_kindly(student: StudentEvidence) -> None:
    """No sentence for a student labels them, names a trait, or compares them with their class; none names anybody.

    Signals travel further than profiles: a key is all that they say of who it is.
    """
    for signal in signals_of(student._replace(student_name="Xanthippe")):
        assert "Xanthippe" not in signal.model_dump_json()
        if signal.audience is Audience.STUDENT:
            words = " ".join([signal.sentence, *(choice.why for choice in signal.choices)])
            assert not _LABELS.search(words), words


@pytest.mark.slow
@_SLOWLY
@given(students())
def test_the_same_evidence_gives_the_same_signals(student: StudentEvidence) -> None:
    """Computed again, in whatever order the rows come, nothing is said anew."""
    turned = student._replace(
        skills=student.skills[::-1], mastery=student.mastery[::-1], measures=student.measures[::-1]
    )
    assert signals_of(student) == signals_of(turned)


@pytest.mark.slow
@_SLOWLY
@given(students())
def test_a_day_that_passes_does_not_make_a_new_signal(student: StudentEvidence) -> None:
    """What was said and is said again a day later has its old id, unless what is offered has changed."""
    today, later = (
        {_topic(signal): signal for signal in signals_of(student, as_of=at)} for at in (AS_OF, ago(-1))
    )
    for topic in today.keys() & later.keys():
        assert today[topic].signal_id == later[topic].signal_id


def _topic(signal: Signal) -> tuple[str, ...]:
    """What a signal is about, without its figures: an offer is known by what it offers."""
    about = tuple(choice.skill_id for choice in signal.choices) or signal.evidence_ids
    value = str(signal.value) if signal.kind in {SignalKind.HELP_SEEKING, SignalKind.SELF_REGULATION} else ""
    words = signal.sentence if signal.kind in _SEVERAL else ""
    return (
        signal.kind,
        signal.audience,
        signal.subject or "",
        signal.subject_name or "",
        value,
        words,
        *about,
    )


_SEVERAL = {
    SignalKind.SELF_REGULATION,
    SignalKind.PROBLEM_SOLVING,
    SignalKind.PRODUCTIVE_PERSISTENCE,
    SignalKind.HELP_SEEKING,
}
"""Kinds of which there may be several on one subject at a time."""


@pytest.mark.slow
@_SLOWLY
@given(students())
def test_what_is_offered_can_be_practised_and_the_unknown_stays_unknown(student: StudentEvidence) -> None:
    """A choice is never mastered, locked, stuck or to be reviewed, and there are never more than three.

    Without answers on a skill its level is unknown and no share, path or strength is made up.
    """
    profile = profile_of(student)
    assert len(profile.practise_next) <= 3
    skills = {skill.skill_id: skill for skill in profile.skills}
    reminded = {found.skill.skill_id for found in reminders(profile.skills, student, as_of=AS_OF)}
    for choice in profile.practise_next:
        skill = skills[choice.skill_id]
        assert skill.level is not Level.MASTERED
        assert skill.is_unlocked is not False
        assert choice.skill_id not in reminded
    for skill in profile.skills:
        if skill.n_attempts == 0:
            assert skill.level is Level.UNKNOWN
            assert (skill.p_mastery, skill.share_right, skill.against_class, skill.path) == (None,) * 4
            assert (skill.p_low, skill.p_high) == (None, None)
    assert StudentProfile.model_validate_json(profile.model_dump_json()) == profile


def test_a_rich_student_is_told_all_that_is_known() -> None:
    """Evidence of every sort raises nearly every kind; those missing need its opposite."""
    kinds = {signal.kind for signal in signals_of(rich_student())}
    assert set(SignalKind) - kinds == {
        SignalKind.CHECK_IN,
        SignalKind.COLLABORATION,
        SignalKind.ENGAGEMENT_CHANGE,
        SignalKind.REVIEW_DUE,
        SignalKind.SPACING,
        SignalKind.WANTS_TO_TALK,
    }


def test_every_kind_stands_in_the_catalogue() -> None:
    """A new kind cannot be said before it has an audience and a lifetime."""
    assert set(SIGNAL_KINDS) == set(SignalKind)


def test_signals_expire() -> None:
    """Long after the last evidence nothing is said any more."""
    assert signals_of(rich_student(), as_of=AS_OF + timedelta(days=400)) == []


def test_the_most_urgent_comes_first() -> None:
    """A teacher reads from the top."""
    urgencies = [signal.urgency for signal in signals_of(rich_student())]
    assert urgencies == sorted(urgencies, reverse=True)


def test_what_is_for_teachers_cannot_be_said_to_a_student() -> None:
    """A rule that speaks to the wrong audience is stopped, and does not merely look odd."""
    student = rich_student()
    ctx = RuleContext(student, profile_of(student), Thresholds())
    basis = Basis(n=1, start=ago(2), end=ago(1), evidence_ids=(), state=())
    words = content_texts.WHY_GOAL()
    with pytest.raises(AudienceError, match="check_in"):
        list(ctx.signal(SignalKind.CHECK_IN, words, basis, urgency=1.0))


def test_new_evidence_is_a_new_signal() -> None:
    """A habit that goes on into another week is said again."""
    student = rich_student()
    again = student._replace(
        measures=[measure._replace(last_at=AS_OF + timedelta(days=7)) for measure in student.measures]
    )
    first = said(student, SignalKind.RAPID_GUESSING, Audience.TEACHER)
    second = said(again, SignalKind.RAPID_GUESSING, Audience.TEACHER, as_of=AS_OF + timedelta(days=8))
    assert first[0].signal_id != second[0].signal_id
