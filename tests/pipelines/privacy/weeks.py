"""Answers of two weeks of three students, and rules by which the first week goes."""

import datetime as dt
from pathlib import Path
from typing import Any

from learnloom.pipelines.config.retention import Retention, RetentionRule
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.privacy.making import NOW, account, answer, line, settings_of
from tests.pipelines.refresh.school import land, refreshed

CUT = dt.datetime(2026, 9, 8, 12, tzinfo=dt.UTC)
STUDENTS = [account(f"u-10{number}", f"Student Number{number}") for number in range(3)]
SAID = "the oldest answer of them all, nobody else gave it"
QUIZ = {"contextActivities": {"parent": [{"id": "https://school.example/quiz", "objectType": "Activity"}]}}


def rule(name: str, **more: Any) -> RetentionRule:
    """A rule by which the first of the two weeks goes."""
    return RetentionRule(**{"name": name, "days": (NOW - CUT).days, **more})


def settings_with(warehouse: Warehouse, *rules: RetentionRule) -> Settings:
    """The settings of a warehouse, with rules."""
    return settings_of(warehouse, retention=Retention(rules=rules))


def lines_of_weeks() -> list[bytes]:
    """Answers of two weeks, of which one week is old; of u-102 all is."""
    said = [
        answer(number, STUDENTS[number % 2], SAID if number == 14 else "", context=QUIZ)
        for number in range(14, 56)
    ]
    return [line(each) for each in (*said, answer(57, STUDENTS[2], context=QUIZ))]


def fill_weeks(warehouse: Warehouse, folder: Path) -> None:
    """The answers land and are refreshed."""
    land(warehouse, folder / "class.jsonl", lines_of_weeks())
    refreshed(warehouse)


def void(number: int, target: int, day: int) -> bytes:
    """A void of a statement, by the first student."""
    made = answer(number, STUDENTS[0], timestamp=f"2026-09-{day:02d}T10:00:00Z")
    del made["result"]
    made["verb"] = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    made["object"] = {"objectType": "StatementRef", "id": answer(target, {})["id"]}
    return line(made)
