"""A class that lives with its signals: they are computed as it goes on, some are withheld by lot, the others are read.

Whether students then do what they read is known, and so is what signals really cause: `learnloom effect --withheld` is
held against that.
"""

import datetime as dt
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bench.command import learnloom
from learnloom.pipelines.evaluate.trial import Trial, trials
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.serve.effects import read_trial
from learnloom.pipelines.simulate.config import DAY_MS, SimulationConfig
from learnloom.pipelines.simulate.heed import DailyReading, Deed
from learnloom.pipelines.simulate.recovery import identifier_of
from learnloom.pipelines.simulate.run import Classroom

_EVERY_DAYS: Final = 7
_DAYS: Final = 14
_KINDS: Final = ("practise_next", "weakness")
_SETTINGS: Final = {
    # What a signal causes is on trial here, not whether it is right: weaknesses are said from even chances on, or too
    # few would be drawn.
    "LEARNLOOM_THRESHOLDS__FORESEEN_CHANCE": "0.5",
    "LEARNLOOM_THRESHOLDS__LEAST_RIGHT_TO_ACT": "0.0",
    "LEARNLOOM_HOLDOUT__SHARES": '{"practise_next": 0.5, "weakness": 0.5}',
    "LEARNLOOM_HOLDOUT__KEY": "only for trials of this kind",
}
_RAISED: Final = """
    SELECT identifier, signal_kind, event->>'$.data.subject', event->'$.data.choices[*].skill_id'
    FROM feedback.outbox INNER JOIN dimensional.dim_student USING (student_key)
    WHERE change = 'raised' AND audience = 'student' AND signal_kind IN ('practise_next', 'weakness')
        AND created_at = (SELECT max(created_at) FROM feedback.outbox)
    ORDER BY sequence
"""
_DRAWN: Final = """
    SELECT identifier, skill_id, drawn_on, is_withheld
    FROM feedback.signal_trial INNER JOIN dimensional.dim_student USING (student_key)
    WHERE signal_kind = ? ORDER BY ALL
"""


class Found(NamedTuple):
    """What was found of one kind, in answers in the 14 days after, and what is true."""

    kind: str
    trial: Trial
    true: float
    """Answers that students gave because it was said to them, less those of whom it was withheld from."""

    @property
    def off(self) -> float | None:
        """How far the difference found lies from the truth, in standard errors; None where none is told."""
        if self.trial.difference is None or not self.trial.standard_error:
            return None
        return (self.trial.difference - self.true) / self.trial.standard_error

    @property
    def is_held(self) -> bool:
        """Whether the 80 % interval holds the truth."""
        return (
            self.trial.low is not None
            and self.trial.high is not None
            and (self.trial.low <= self.true <= self.trial.high)
        )


class _Post:
    """Takes statements, and gives those of the past."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, str]] = []

    def take(self, statement_id: str, line: str, at_ms: int, *, is_spared: bool) -> None:  # noqa: ARG002
        self._waiting.append((at_ms, len(self._waiting), line))

    def until(self, end_ms: int) -> str:
        due = sorted(each for each in self._waiting if each[0] < end_ms)
        self._waiting = [each for each in self._waiting if each[0] >= end_ms]
        return "".join(f"{line}\n" for _, _, line in due)


def live(place: Path, config: SimulationConfig) -> list[Found]:
    """Let a class live with its signals, and compare what is found of each kind with what is true."""
    post = _Post()
    classroom = Classroom(config, post)
    numbers = {
        identifier_of(traits.mbox, traits.home_page, traits.account_name): traits.number
        for traits in (student.traits for student in classroom.students)
    }
    for day, end_ms in enumerate(classroom.days()):
        if day % _EVERY_DAYS != _EVERY_DAYS - 1 and day != config.days - 1:
            continue
        (place / f"{day}.jsonl").write_text(post.until(end_ms), encoding="utf-8")
        learnloom(place, "import", f"{day}.jsonl", "-w", "warehouse")
        _refresh(place, config, day)
        with Warehouse(place / "warehouse", read_only=True) as warehouse:
            raised = warehouse.rows(_RAISED)
        for identifier, kind, subject, choices in raised:
            skills = [skill.strip('"') for skill in choices or ()] if subject is None else [subject]
            suggestion = DailyReading(numbers[identifier], skills, needs_explanation=kind == "weakness")
            classroom.heed.suggest(day, suggestion)
    assert end_ms == config.start_ms + config.days * DAY_MS
    with Warehouse(place / "warehouse", read_only=True) as warehouse:
        found = {
            each.signal_kind: each for each in trials(read_trial(warehouse)) if each.outcome == "n_answers"
        }
        return [
            Found(kind, found[kind], _true(warehouse, kind, config, numbers, classroom.heed.deeds))
            for kind in _KINDS
            if kind in found
        ]


def _refresh(place: Path, config: SimulationConfig, day: int) -> None:
    as_of = config.start + dt.timedelta(days=day)
    learnloom(place, "refresh", "--as-of", str(as_of), "-w", "warehouse", settings=_SETTINGS)


def _true(
    warehouse: Warehouse, kind: str, config: SimulationConfig, numbers: dict[str, int], deeds: list[Deed]
) -> float:
    """Mean of the answers given because of signals in the days after a draw: said less withheld."""
    added: dict[bool, list[int]] = {True: [], False: []}
    for identifier, skill, drawn_on, is_withheld in warehouse.rows(_DRAWN, [kind]):
        day = (drawn_on - config.start).days
        added[is_withheld].append(
            sum(
                deed.answers
                for deed in deeds
                if deed.student_number == numbers[identifier]
                and skill in (None, deed.skill)
                and day < deed.done_on <= day + _DAYS
            )
        )
    return float(np.mean(added[False]) - np.mean(added[True]))
