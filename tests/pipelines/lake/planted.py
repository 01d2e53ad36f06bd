"""A school with planted signals and effects: rows as a refresh would leave them, under the views of signals."""

import datetime as dt
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import duckdb
import pyarrow as pa

from learnloom.pipelines.evaluate.effect import Effect, effects
from learnloom.pipelines.lake.relation import load_relations
from learnloom.pipelines.reference.tables import make_empty_tables

DAY: Final = dt.date(2026, 10, 10)
"""Day on which signals are raised, where a test names no other."""
SKILL: Final = "https://school.example/skills/fractions"
COURSE: Final = "https://school.example/courses/maths"
_STUDY_DAYS: Final = (-12, -8, -4, 0)
_STUDY_DAYS_AFTER: Final = (2, 5, 8, 11)
_VIEWS: Final = ("signal_said", "signal_drawn", "student_window", "signal_outcome", "signal_trial")


@dataclass
class School:
    """Rows to plant; then the views are asked."""

    as_of: dt.date = dt.date(2026, 11, 30)
    time_zone: str = "UTC"
    attempts: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    enrolments: list[dict[str, Any]] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    draws: list[dict[str, Any]] = field(default_factory=list)

    def study(
        self,
        student: str,
        *,
        right_before: Sequence[bool],
        right_after: Sequence[bool],
        day: dt.date = DAY,
        course: str = COURSE,
    ) -> None:
        """Let a student answer on SKILL before the end of `day`, and after, spread over four days each."""
        for offsets, answers in ((_STUDY_DAYS, right_before), (_STUDY_DAYS_AFTER, right_after)):
            for number, is_right in enumerate(answers):
                self._answer(student, day + dt.timedelta(days=offsets[number % 4]), course, is_right=is_right)
            for offset in offsets[: len(answers)]:
                self.days.append(
                    {
                        "student_key": student,
                        "local_day": day + dt.timedelta(days=offset),
                        "n_sessions": 1,
                        "active_seconds": 600,
                    }
                )
        self.enrolments.append(
            {"student_key": student, "course_id": course, "enrolled_at": at(dt.date(2026, 9, 1))}
        )

    def _answer(self, student: str, day: dt.date, course: str, *, is_right: bool) -> None:
        self.attempts.append(
            {
                "attempt_id": f"00000000-0000-0000-0000-{len(self.attempts):012d}",
                "student_key": student,
                "skill_id": SKILL,
                "course_id": course,
                "occurred_at": at(day),
                "is_correct": is_right,
                "p_before": 0.5,
            }
        )

    def say(
        self,
        student: str,
        *,
        kind: str = "wheel_spinning",
        audience: str = "teacher",
        subject: str | None = SKILL,
        day: dt.date = DAY,
        ends: dt.date | None = None,
    ) -> str:
        """Raise a signal of a student at the end of a day; return its id."""
        signal = f"{len(self.events):032x}"
        for change, when in (("raised", day), ("ended", ends)):
            if when:
                self.events.append(
                    {
                        "sequence": len(self.events) + 1,
                        "event_id": f"{len(self.events):032x}",
                        "change": change,
                        "occurrence": 1,
                        "student_key": student,
                        "signal_id": signal,
                        "signal_kind": kind,
                        "audience": audience,
                        "created_at": at(when),
                        "expires_at": at(when + dt.timedelta(days=7)),
                        "event": json.dumps(
                            {"data": {"subject": subject, "created_at": at(day).isoformat()}}
                        ),
                    }
                )
        return signal

    def draw(
        self, student: str, *, is_withheld: bool, subject: str | None = SKILL, day: dt.date = DAY
    ) -> None:
        """Draw by lot whether a signal of a student is said."""
        self.draws.append(
            {
                "student_key": student,
                "signal_kind": "wheel_spinning",
                "subject": subject,
                "drawn_on": day,
                "share": 0.5,
                "is_withheld": is_withheld,
            }
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the views; the planted rows stand in the tables that they read."""
        with self._asked() as connection:
            return connection.execute(sql).fetchall()

    @contextmanager
    def _asked(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = _views()
        connection.execute("BEGIN")
        try:
            for table, rows in self._tables().items():
                _insert(connection, table, rows)
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def _tables(self) -> dict[str, list[dict[str, Any]]]:
        state = {
            "as_of": dt.datetime.combine(self.as_of, dt.time.max, dt.UTC),
            "session_gap_minutes": 30,
            "time_zone": self.time_zone,
            "staged_snapshot": 1,
            "rules_digest": "",
            "refreshed_at": at(self.as_of),
            "n_students": 0,
        }
        return {
            "run.refresh_state": [state],
            "dimensional.dim_skill": [{"skill_id": SKILL}],
            "dimensional.fact_attempt": _only(self.attempts, without=("skill_id", "p_before")),
            "dimensional.fact_attempt_skill": _only(self.attempts, without=("p_before",)),
            "estimates.attempt_estimate": [
                {name: row[name] for name in ("student_key", "attempt_id", "p_before")}
                for row in self.attempts
            ],
            "dimensional.fact_day": self.days,
            "dimensional.fact_enrolment": self.enrolments,
            "dimensional.fact_response": self.responses,
            "feedback.outbox": self.events,
            "feedback.holdout_draw": self.draws,
        }

    def effect(self, outcome: str, kind: str = "wheel_spinning", audience: str = "teacher") -> Effect:
        """The one effect of a kind, an audience and an outcome."""
        (found,) = [
            each
            for each in self.effects()
            if (each.signal_kind, each.audience, each.outcome) == (kind, audience, outcome)
        ]
        return found

    def effects(self) -> list[Effect]:
        """All of them."""
        with self._asked() as connection:
            return effects(connection.execute("FROM feedback.signal_outcome ORDER BY ALL").to_arrow_table())


@cache
def _views() -> duckdb.DuckDBPyConnection:
    """The one database of this process, with the views, and all tables empty: making it takes longer than asking."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    relations = load_relations()
    make_empty_tables(connection, relations)
    for relation in relations:
        if relation.name in _VIEWS:
            connection.execute(f"DROP TABLE {relation.full_name}")
            connection.execute(f"CREATE VIEW {relation.full_name} AS {relation.sql}")
    return connection


def at(day: dt.date) -> dt.datetime:
    """Noon of a day."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def answers(chance: random.Random, n: int, share: float) -> list[bool]:
    """`n` answers, each right with probability `share`."""
    return [chance.random() < share for _ in range(n)]


def _only(rows: Iterable[dict[str, Any]], *, without: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in without} for row in rows]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.register("planted_rows", pa.Table.from_pylist(rows))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM planted_rows")
        connection.unregister("planted_rows")
