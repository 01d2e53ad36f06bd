"""What was known of students before the first answer that is kept, between its tables and the learner model."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from learnloom.pipelines.learner.prior import SkillPrior, StudentPrior
from learnloom.pipelines.learner.review import ReviewState

STUDENT: Final = "staging.stg_student_prior"
SKILL: Final = "staging.stg_skill_prior"
_FIGURES: Final = ("theta", "weight", "wins", "misses", "recent")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US: Final = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Carried:
    """Rows of the two tables, by student."""

    of_student: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    of_skills: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def students_after(self, students: Sequence[str]) -> list[str]:
        """These students, and behind them those of whom nothing but this is known."""
        return [*students, *sorted(self.of_student.keys() - set(students))]

    def skills_after(self, skills: Sequence[str]) -> list[str]:
        """These skills, and behind them those of which nothing but this is known."""
        told = {row["skill_id"] for rows in self.of_skills.values() for row in rows}
        return [*skills, *sorted(told - set(skills))]

    def priors(self, students: Sequence[str], skills: Sequence[str]) -> dict[int, StudentPrior]:
        """The same by the codes of students and skills."""
        code_of = {key: code for code, key in enumerate(skills)}
        found = {}
        for code, key in enumerate(students) if self.of_student else ():
            row = self.of_student.get(key)
            if row is not None:
                known = {code_of[each["skill_id"]]: _skill(each) for each in self.of_skills.get(key, ())}
                general = {name: row[name] for name in _FIGURES}
                found[code] = StudentPrior(**general, last_us=_microseconds(row["last_at"]), skills=known)
        return found


def read_carried(read: Callable[[str], pa.Table], condition: str) -> Carried:
    """Read what is known of the students for whom a condition in SQL holds."""
    skills: dict[str, list[Mapping[str, Any]]] = {}
    for row in read(f"FROM {SKILL} WHERE {condition} ORDER BY student_key, skill_id").to_pylist():
        skills.setdefault(row["student_key"], []).append(row)
    students = read(f"FROM {STUDENT} WHERE {condition} ORDER BY student_key").to_pylist()
    return Carried({row["student_key"]: row for row in students}, skills)


def carried_tables(
    priors: Mapping[str, StudentPrior], skills: Sequence[str], now: dt.datetime
) -> tuple[pa.Table, pa.Table]:
    """Put what is known of students into rows of landing.student_prior and landing.skill_prior.

    Args:
        priors: by the key of the identifier under which each is kept.
        skills: what the codes of skills stand for.
        now: when it is carried.
    """
    general = [
        {
            "identifier_key": key,
            **{name: getattr(prior, name) for name in _FIGURES},
            "last_at": _time(prior.last_us),
            "carried_at": now,
        }
        for key, prior in priors.items()
    ]
    of_skills = [
        {
            "identifier_key": key,
            "skill_id": skills[code],
            **{name: getattr(known, name) for name in _FIGURES},
            "last_score": known.last,
            "last_at": _time(known.last_us),
            "information": known.information,
            "band": known.band,
            "level_since_at": _time(known.since_us),
            "mastered_at": None if known.mastered_us is None else _time(known.mastered_us),
            "review": None if known.review is None else json.dumps(known.review),
            "carried_at": now,
        }
        for key, prior in priors.items()
        for code, known in prior.skills.items()
    ]
    return _table(general), _table(of_skills)


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    for place, name in enumerate(table.column_names):
        if pa.types.is_null(table.column(name).type):
            kind = pa.string() if name == "review" else pa.timestamp("us", "UTC")
            table = table.set_column(place, name, table.column(name).cast(kind))
    return table


def _skill(row: Mapping[str, Any]) -> SkillPrior:
    mastered_at, review = row["mastered_at"], row["review"]
    return SkillPrior(
        **{name: row[name] for name in _FIGURES},
        last=row["last_score"],
        last_us=_microseconds(row["last_at"]),
        information=row["information"],
        band=row["band"],
        since_us=_microseconds(row["level_since_at"]),
        mastered_us=None if mastered_at is None else _microseconds(mastered_at),
        review=None if review is None else ReviewState(*json.loads(review)),
    )


def _microseconds(at: dt.datetime) -> int:
    return (at - _EPOCH) // _US


def _time(microseconds: int) -> dt.datetime:
    return _EPOCH + microseconds * _US
