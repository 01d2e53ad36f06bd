"""The log of answers: what was confirmed is there after a crash, and lands once."""

import datetime as dt
from pathlib import Path

from learnloom.pipelines.pages.log import Answer, AnswerLog

_NOON = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)


def _answer(number: int) -> Answer:
    return Answer(f"id-{number}", "ann", "noted", f"signal-{number}", _NOON, b"{}")


def test_what_was_confirmed_is_there_for_another_process(tmp_path: Path) -> None:
    """A log that is opened anew, as after a crash, has all that was added."""
    AnswerLog(tmp_path).add([_answer(1), _answer(2)])
    assert AnswerLog(tmp_path).to_land() == [_answer(1), _answer(2)]


def test_an_answer_goes_once_it_has_landed_and_was_counted(tmp_path: Path) -> None:
    """It waits while it has landed only, and one that has not landed is never let go of."""
    log = AnswerLog(tmp_path)
    log.add([_answer(1), _answer(2)])
    log.landed([_answer(1)])
    assert log.to_land() == [_answer(2)]
    assert log.waiting().on("ann", "signal-1") == _answer(1)
    log.counted(["id-1", "id-2"])
    assert log.ids() == ["id-2"]


def test_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    """Other users of the machine do not read it."""
    AnswerLog(tmp_path)
    assert (tmp_path / "answers.sqlite").stat().st_mode & 0o077 == 0
