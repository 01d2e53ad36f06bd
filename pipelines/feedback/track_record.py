"""How often signals that said the same were right: what goes with a signal, and whether it is said at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import Language
from learnloom.pipelines.feedback.shipped_record import SHIPPED
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.feedback.texts.record_texts import RIGHT_HERE, RIGHT_SIMULATED
from learnloom.schemas.signal import RightShare, RightSource, SignalKind

_NONE: Final[Mapping[str, RightShare]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Shares of signals that were right, by the id of the message that said it."""

    school: Mapping[str, RightShare] = field(default_factory=lambda: _NONE)
    """Of this school, where its backtest has decided enough."""
    shipped: Mapping[str, RightShare] = field(default_factory=lambda: SHIPPED)

    def share(self, message_id: str) -> RightShare | None:
        """The school's own share, else the one that is shipped; None where neither is known."""
        return self.school.get(message_id) or self.shipped.get(message_id)

    def is_heard(self, kind: SignalKind, message_id: str, thresholds: Thresholds) -> bool:
        """Whether the school wants to hear it: nothing that was measured speaks against it.

        Measured here, or where nothing was, in simulated classes: what was right too seldom there has to prove itself
        in the school's own backtest before it sends anybody to a student.
        """
        share = self.share(message_id)
        return share is None or share.p >= least_right(kind, thresholds)


NO_RECORD: Final = TrackRecord(shipped=_NONE)
"""Nothing is known of how often anything was right."""


def least_right(kind: SignalKind, thresholds: Thresholds) -> float:
    """From what share right on a kind is said: the school's own wish, else what holds for all that name an action."""
    wish = thresholds.least_right.get(kind)
    if wish is not None:
        return wish
    return thresholds.least_right_to_act if SIGNAL_KINDS[kind].names_action else 0.0


def describe_right(share: RightShare, language: Language) -> str:
    """Say in plain words how often such signals were right, and where."""
    if share.source is RightSource.SCHOOL:
        return language.say(RIGHT_HERE(chance=share.p, n=share.n))
    return language.say(RIGHT_SIMULATED(chance=share.p))
