"""What is hidden in batches, night after night: dates that stay, voids that wait, what a receipt looks for."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.ingest.land import landing_schema
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.learner.prior import SkillPrior, StudentPrior
from learnloom.pipelines.privacy.erase_state import read_erasures, read_secret
from learnloom.pipelines.privacy.retention import _Run, follow
from learnloom.pipelines.privacy.retention_carry import write_known
from learnloom.pipelines.privacy.retention_plan import going_now
from learnloom.pipelines.refresh.carried import carried_tables
from tests.pipelines.privacy.making import NOW, answer, copied
from tests.pipelines.privacy.weeks import CUT, fill_weeks, rule, settings_with, void
from tests.pipelines.refresh.school import land, refreshed

pytestmark = pytest.mark.slow

_KEY = "a" * 16
_DAY = dt.timedelta(days=1)


def _known(*last: int) -> dict[str, StudentPrior]:
    """A student with a skill for each of these moments of a last answer."""
    skills = {
        code: SkillPrior(0.1, 1.0, 1.0, 0.0, 1.0, 1.0, at, 0.2, 1, at, None, None)
        for code, at in enumerate(last)
    }
    return {_KEY: StudentPrior(0.1, 1.0, 1.0, 0.0, 1.0, max(last), skills)}


def test_what_no_later_answer_comes_to_keeps_its_date(tmp_path: Path) -> None:
    """Carried again the next night, a skill has the date of before, unless a later answer on it went."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        landing_schema.prepare(warehouse, wait_seconds=20)
        for night, last in enumerate(((1, 2), (1, 3))):
            tables = carried_tables(_known(*last), ["old", "new"], NOW + night * _DAY)
            with warehouse.transaction():
                write_known(warehouse, [_KEY], tables)
        assert warehouse.rows("SELECT skill_id, carried_at FROM landing.skill_prior ORDER BY skill_id") == [
            ("new", NOW + _DAY),
            ("old", NOW),
        ]
        assert warehouse.rows("SELECT carried_at FROM landing.student_prior") == [(NOW + _DAY,)]


@pytest.mark.long
def test_a_void_goes_with_its_statement_whoever_voids(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Statements go by students: a void by one is with those of the student whose statement it voids."""
    with copied(tmp_path_factory, "weeks", tmp_path, fill_weeks) as warehouse:
        land(warehouse, tmp_path / "voids.jsonl", [void(80, 14, 2), void(81, 15, 2)])
        refreshed(warehouse)
        going = going_now(warehouse, [rule("old")], NOW).to_pylist()
        student_of = {row["statement_id"]: row["student_key"] for row in going}
    assert student_of[answer(80, {})["id"]] == student_of[answer(14, {})["id"]]
    assert student_of[answer(81, {})["id"]] == student_of[answer(15, {})["id"]]


@pytest.mark.long
def test_ended_behind_a_batch_the_texts_to_look_for_are_kept(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another rule has hidden something before, what statements said is known once they are hidden."""
    done = _Run._done  # noqa: SLF001

    def ended(run: _Run, rows: dict[str, int], **counted: int) -> None:
        if "n_statements" in counted:
            raise KeyboardInterrupt
        done(run, rows, **counted)

    with copied(tmp_path_factory, "weeks", tmp_path, fill_weeks) as warehouse:
        land(warehouse, tmp_path / "bad.jsonl", [b"none\n"], at=CUT - _DAY)
        settings = settings_with(warehouse, rule("letters", what="dead_letters"), rule("old"))
        monkeypatch.setattr(_Run, "_done", ended)
        with pytest.raises(KeyboardInterrupt):
            follow(warehouse, settings, clock=lambda: NOW)
        (erasure,) = read_erasures(warehouse)
        secret: Any = read_secret(warehouse.folder, erasure.erasure_id)
    assert "answer number 16" in {token.text for token in secret.tokens}
