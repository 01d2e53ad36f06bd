"""Learning with others."""

import pytest

from learnloom.schemas.evidence import ContributionEvidence
from learnloom.schemas.signal import Audience, SignalKind
from tests.pipelines.feedback.make import a_student, ago, said


def _contribution(asked: int, commented: int, responded: int) -> ContributionEvidence:
    return ContributionEvidence(
        asked, commented, responded, 0, 0, ago(1) if responded else None, ago(1), ("c",)
    )


@pytest.mark.parametrize(
    ("asked", "commented", "responded", "word"),
    [(0, 0, 3, "helped others"), (3, 0, 0, "asked others"), (0, 3, 0, "joined the talk"), (1, 1, 0, None)],
)
def test_giving_asking_and_talking_are_all_good(
    asked: int, commented: int, responded: int, word: str | None
) -> None:
    """From three contributions, each is named for what it is."""
    student = a_student(contribution=_contribution(asked, commented, responded))
    found = said(student, SignalKind.COLLABORATION, Audience.STUDENT)
    assert [word in signal.sentence for signal in found if word] == ([True] if word else [])
    assert bool(found) is (word is not None)


def test_without_contributions_nothing_is_said() -> None:
    """Silence is no finding."""
    assert not said(a_student(), SignalKind.COLLABORATION)
