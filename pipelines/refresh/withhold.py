"""Which signals are left out for a while, drawn by lot, so that what follows can be compared with and without them.

A draw is about one student, one kind and one subject (a skill; none where it is about the student). It is made when
such a signal comes up, and falls alike for all that comes up for the student of that kind in the same week: a keyed
hash decides. It holds for four weeks: what it withholds is withheld for the first two, and said in the rest if it
still is worth saying. What already stands is never taken back.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

import pyarrow as pa

from learnloom.pipelines.config.holdout import Holdout
from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.refresh.former_keys import FORMER, by_present_keys
from learnloom.pipelines.refresh.outbox import OUTBOX
from learnloom.pipelines.refresh.plan import Plan
from learnloom.pipelines.refresh.workspace import Workspace
from learnloom.schemas.signal import Signal

DRAW: Final = "feedback.signal_draw"
"""The draws that are in force for what is worth saying now."""
LOG: Final = "feedback.holdout_draw"
"""Every draw that was ever made."""
WITHHELD_DAYS: Final = 14
"""The time over which what follows is compared."""
DRAW_DAYS: Final = 28
_SCHEMA: Final = pa.schema(
    [
        ("student_key", pa.string()),
        ("signal_kind", pa.string()),
        ("subject", pa.string()),
        ("drawn_on", pa.date32()),
        ("share", pa.float64()),
        ("is_withheld", pa.bool_()),
    ]
)
_STANDS: Final = """
    SELECT DISTINCT student_key, signal_kind, json_extract_string(arg_max(event, sequence), '$.data.subject')
    FROM {outbox}
    WHERE signal_kind IN (SELECT unnest($kinds))
    GROUP BY student_key, signal_kind, signal_id
    HAVING arg_max(change, sequence) = 'raised'
"""

_LOG: Final = f"""
    INSERT INTO {LAKE}.{LOG} BY NAME
    SELECT drawn.* FROM {{drawn}} AS drawn
    ANTI JOIN {LAKE}.{LOG} AS logged
        ON
            drawn.student_key = logged.student_key
            AND drawn.signal_kind = logged.signal_kind
            AND drawn.subject IS NOT DISTINCT FROM logged.subject
            AND drawn.drawn_on = logged.drawn_on
    ORDER BY drawn.drawn_on, drawn.student_key, drawn.signal_kind, drawn.subject
"""

Thing = tuple[str, str, str | None]
"""Student, kind and subject."""


class Draw(NamedTuple):
    """One draw; the fields are the columns of feedback.signal_draw."""

    student_key: str
    signal_kind: str
    subject: str | None
    drawn_on: dt.date
    share: float
    """Of the kind, when it was drawn."""
    is_withheld: bool

    def holds(self, today: dt.date) -> bool:
        """Whether nothing is drawn anew on a day."""
        return 0 <= (today - self.drawn_on).days < DRAW_DAYS

    def withholds(self, today: dt.date) -> bool:
        """Whether the signal is not said on a day."""
        return self.is_withheld and 0 <= (today - self.drawn_on).days < WITHHELD_DAYS


class Lots:
    """The draws of one refresh."""

    def __init__(
        self, holdout: Holdout, today: dt.date, *, stands: set[Thing], drawn: Sequence[Draw]
    ) -> None:
        """Take note of what was drawn before.

        Args:
            holdout: a school's choice.
            today: the day as of which everything is told, in the school's time zone.
            stands: what was said by the last refresh and stands: it is said on.
            drawn: earlier draws; those of days to come do not count.
        """
        self._holdout = holdout
        self._today = today
        self._stands = stands
        self._drawn: dict[Thing, Draw] = {}
        for draw in sorted(drawn, key=lambda draw: draw.drawn_on):
            if draw.holds(today):
                self._drawn[draw[:3]] = draw
        self._in_force: dict[Thing, Draw] = {}

    @classmethod
    def of(cls, work: Workspace, plan: Plan, holdout: Holdout) -> Self:
        """Read what was drawn before of the students in a workspace; where nothing is withheld, nothing is read."""
        today = plan.state.as_of.astimezone(ZoneInfo(plan.state.time_zone)).date()
        if not holdout.shares:
            return cls(holdout, today, stands=set(), drawn=())
        work.warehouse.use(work.name)
        outbox = OUTBOX
        if plan.is_full:
            # As it is where anybody has another key, under which nothing has been told yet.
            told = by_present_keys(f"{LAKE}.{OUTBOX}", FORMER)
            outbox = f"(FROM {told} SEMI JOIN {work.keys('student')} USING (student_key))"
        stands = work.warehouse.rows(_STANDS.format(outbox=outbox), {"kinds": list(holdout.shares)})
        drawn = work.rows(f"SELECT {', '.join(Draw._fields)} FROM {LOG} ORDER BY ALL")
        return cls(
            holdout,
            today,
            stands={(row[0], row[1], row[2]) for row in stands},
            drawn=[Draw._make(row) for row in drawn],
        )

    def withheld(self, said: Sequence[Signal]) -> frozenset[str]:
        """Draw for what is worth saying; give the ids of the signals that are withheld."""
        return frozenset(signal.signal_id for signal in said if self._is_withheld(signal))

    def withholds(self, thing: Thing) -> bool:
        """Whether something that is worth saying is withheld now."""
        draw = self._in_force.get(thing)
        return draw is not None and draw.withholds(self._today) and thing not in self._stands

    def _is_withheld(self, signal: Signal) -> bool:
        share = self._holdout.shares.get(signal.kind.value)  # type: ignore[call-overload]
        if share is None:
            return False
        thing = signal.student_key, signal.kind.value, signal.subject
        draw = self._drawn.get(thing)
        if draw is None:
            if thing in self._stands:
                return False
            is_withheld = self._chance(signal.student_key, signal.kind.value) < share
            draw = self._drawn[thing] = Draw(*thing, self._today, share, is_withheld)
        self._in_force[thing] = draw
        return self.withholds(thing)

    def _chance(self, student_key: str, kind: str) -> float:
        """A number from 0 to 1 that is the same all week, and that nobody can guess who has not the key."""
        key = self._holdout.key
        year, week, _ = self._today.isocalendar()
        told = f"{student_key}\x1f{kind}\x1f{year}-{week}".encode()
        digest = hmac.digest(key.get_secret_value().encode() if key else b"", told, hashlib.sha256)
        return int.from_bytes(digest[:8]) / 2**64

    def rows(self) -> pa.Table:
        """The draws in force for what is worth saying: rows of feedback.signal_draw."""
        return pa.Table.from_pylist([draw._asdict() for draw in self._in_force.values()], schema=_SCHEMA)


def log_draws(work: Workspace) -> None:
    """Keep the draws that are new; to be called within the transaction that writes what they let be said."""
    if work.n_rows.get(DRAW):
        work.warehouse.run(_LOG.format(drawn=f"{work.name}.{DRAW}"))
