"""Growth evidence: praise where it is earned, for what was done."""

import pytest

from learnloom.pipelines.feedback.growth import ACCOMPLISHMENTS
from learnloom.schemas.evidence import MeasureEvidence
from learnloom.schemas.measure import Measure
from learnloom.schemas.signal import Audience, Signal, SignalKind
from tests.pipelines.feedback.make import a_measure, a_skill, a_student, ago, said


def _praise(measure: MeasureEvidence) -> list[Signal]:
    return said(a_student(measures=[measure]), SignalKind.RETURN_AFTER_FAILURE, Audience.STUDENT)


@pytest.mark.parametrize(
    ("taken", "n", "earlier", "class_rate", "is_praised"),
    [
        (5, 10, (4, 10), None, True),
        (4, 10, (4, 10), None, False),
        (4, 10, (4, 10), 0.30, True),
        (4, 10, (4, 10), 0.35, False),
        (6, 10, (0, 3), 0.5, True),
        (5, 10, (0, 3), 0.5, False),
        (5, 10, (0, 0), None, True),
        (4, 10, (0, 0), None, False),
        (3, 3, (0, 0), None, False),
        (1, 10, (0, 20), 0.0, False),
        (0, 10, (0, 20), None, False),
    ],
)
def test_a_deed_is_praised_against_the_own_past_or_the_class(
    taken: int, n: int, earlier: tuple[int, int], class_rate: float | None, is_praised: bool
) -> None:
    """A tenth above the own past, or above the class's share; half where neither is known; four opportunities."""
    measure = a_measure(
        Measure.TRIED_AGAIN, taken, n, n_earlier_taken=earlier[0], n_earlier=earlier[1], class_rate=class_rate
    )
    assert bool(_praise(measure)) is is_praised


def test_old_deeds_are_not_praised_as_news() -> None:
    """Two weeks on, the moment has passed."""
    assert _praise(a_measure(Measure.TRIED_AGAIN, 8, last_taken_at=ago(13.9)))
    assert not _praise(a_measure(Measure.TRIED_AGAIN, 8, last_taken_at=ago(14)))


def test_what_is_to_be_avoided_is_never_praised() -> None:
    """Rapid guesses and skimmed hints are opportunities that one does better not to take."""
    assert not ACCOMPLISHMENTS.keys() & {Measure.RAPID_ANSWER, Measure.HINT_SKIMMED}


@pytest.mark.parametrize(("opportunity", "is_late"), [(11, True), (10, False), (3, False)])
def test_persistence_is_three_in_a_row_after_ten_opportunities(opportunity: int, is_late: bool) -> None:
    """Whoever gets there within ten is quick; later, it was the effort."""
    skill = a_skill(n=20, first_run_opportunity=opportunity, first_run_at=ago(1))
    found = said(a_student(skills=[skill]), SignalKind.PRODUCTIVE_PERSISTENCE)
    assert {signal.audience for signal in found} == (set(Audience) if is_late else set())


def test_going_on_after_two_misses_is_persistence_too() -> None:
    """The statement of the right answer is the evidence."""
    skill = a_skill(n_recoveries=2, last_recovery_at=ago(1), last_recovery_misses=3, last_recovery_id="r9")
    found = said(a_student(skills=[skill]), SignalKind.PRODUCTIVE_PERSISTENCE, Audience.STUDENT)
    assert [signal.evidence_ids for signal in found] == [("r9",)]
    assert "3 tries" in found[0].sentence
