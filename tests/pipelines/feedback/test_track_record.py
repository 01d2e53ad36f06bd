"""What is known of how often signals were right goes with them, or lets them fall silent."""

import re

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.profile import build_profile
from learnloom.pipelines.feedback.shipped_record import SHIPPED
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.signals import signals
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.feedback.track_record import TrackRecord, describe_right
from learnloom.schemas.signal import RightShare, RightSource, Signal, SignalKind
from tests.pipelines.feedback.make import AS_OF, a_skill, a_student, an_estimate

_STUCK = ("wheel_spinning.teacher", "wheel_spinning.student")


def _share(p: float, source: RightSource = RightSource.SCHOOL) -> RightShare:
    return RightShare(p=p, p_low=max(p - 0.1, 0.0), p_high=min(p + 0.1, 1.0), n=50, source=source)


def _stuck(record: TrackRecord, **thresholds: object) -> list[Signal]:
    limits = Thresholds.model_validate(thresholds)
    evidence = a_student(skills=[a_skill(n=12, right=1)], mastery=[an_estimate(p=0.03, n=12)])
    profile = build_profile(evidence, as_of=AS_OF, model_version="1", thresholds=limits)
    said = signals(evidence, profile, thresholds=limits, record=record)
    return [signal for signal in said if signal.kind is SignalKind.WHEEL_SPINNING]


def _of_school(p: float) -> TrackRecord:
    return TrackRecord(school=dict.fromkeys(_STUCK, _share(p)))


def test_what_names_an_action_is_right_often_enough_here_or_silent() -> None:
    """From the bar on it is said, and carries its share; below it nobody hears it."""
    assert [signal.p_right for signal in _stuck(_of_school(0.8))] == [_share(0.8), _share(0.8)]
    assert _stuck(_of_school(0.79)) == []


def test_a_school_sets_its_own_bar_for_a_kind() -> None:
    """A bar of the kind goes before that of all kinds that name an action."""
    assert _stuck(_of_school(0.6), least_right={"wheel_spinning": 0.5})
    assert _stuck(_of_school(0.6), least_right_to_act=0.6)
    assert not _stuck(_of_school(0.9), least_right={"wheel_spinning": 0.95})


def _of_simulated(p: float) -> TrackRecord:
    return TrackRecord(shipped=dict.fromkeys(_STUCK, _share(p, RightSource.SIMULATED)))


def test_what_was_measured_elsewhere_counts_until_the_school_has_measured() -> None:
    """Right too seldom in simulated classes is silent, unless the school's own share, or its wish, says otherwise."""
    simulated = _of_simulated(0.9)
    assert {signal.p_right for signal in _stuck(simulated)} == set(simulated.shipped.values())
    seldom = _of_simulated(0.2)
    assert _stuck(seldom) == []
    assert _stuck(seldom, least_right={"wheel_spinning": 0.1})
    both = TrackRecord(school=dict.fromkeys(_STUCK, _share(0.9)), shipped=seldom.shipped)
    assert {signal.p_right for signal in _stuck(both)} == {_share(0.9)}
    assert _stuck(TrackRecord(school=dict.fromkeys(_STUCK, _share(0.2)), shipped=simulated.shipped)) == []


def test_shares_are_told_in_plain_words() -> None:
    """Of ten such hints so many were right, and where that was measured."""
    here = describe_right(_share(0.8), ENGLISH)
    assert here == "Here such hints were right about 8 of 10 times: 50 were looked at."
    assert describe_right(_share(0.3, RightSource.SIMULATED), ENGLISH).startswith("In simulated classes")


def test_what_is_shipped_is_of_messages_that_exist() -> None:
    """No share is shipped of a message that nobody says."""
    assert SHIPPED.keys() <= CATALOGUE.keys()
    assert {share.source for share in SHIPPED.values()} <= {RightSource.SIMULATED}


def test_the_setting_says_for_which_kinds_a_bar_does_something() -> None:
    """Whoever sets a bar for another kind can read that it does nothing: no share right is ever known of it."""
    judged = {
        kind.value
        for kind, entry in SIGNAL_KINDS.items()
        if entry.claim is not None and not entry.claim.is_promised
    }
    told = Thresholds.model_fields["least_right"].description or ""
    (named,) = re.findall(r"It does something for (.*), and for `at_risk`", told)
    assert set(re.findall(r"`(\w+)`", named)) == judged
