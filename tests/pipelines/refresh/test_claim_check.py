"""Claims through the whole path: beside the estimates, which stay, and with a question where they disagree."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.serve.students import read_profile, read_signals
from learnloom.schemas.profile import SkillProfile
from learnloom.schemas.signal import Signal, SignalKind
from tests.pipelines.refresh.claims import claims_in
from tests.pipelines.refresh.conftest import made_class
from tests.pipelines.refresh.school import comparable, land, refreshed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("claims")]

_OF_THE_MODEL = (
    "estimates.attempt_estimate",
    "estimates.skill_estimate",
    "estimates.student_skill",
    "marts.mart_student_skill",
)
Place = tuple[Path, dict[str, list[str]]]


def _of_the_model(warehouse: Warehouse) -> dict[str, list[str]]:
    return {name: comparable(warehouse.rows(f"FROM {name}")) for name in _OF_THE_MODEL}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A class whose every skill is claimed by student and teacher alike; and what the model said before the claims."""
    folder: Path = tmp_path_factory.mktemp("claims")
    shutil.copytree(made_class(tmp_path_factory, students=12), folder, dirs_exist_ok=True)
    lines = (folder / "all.jsonl").read_bytes().splitlines()
    with Warehouse(folder / "warehouse") as warehouse:
        before = _of_the_model(warehouse)
        land(warehouse, folder / "claims.jsonl", claims_in(lines))
        assert refreshed(warehouse).full_because is None
    return folder / "warehouse", before


@pytest.fixture
def claimed(place: Place) -> Iterator[Warehouse]:
    """That class, to read."""
    with Warehouse(place[0], read_only=True) as warehouse:
        yield warehouse


def _skills(warehouse: Warehouse) -> dict[tuple[str, str], SkillProfile]:
    keys = warehouse.rows("SELECT student_key FROM feedback.student_profile")
    return {(key, skill.skill_id): skill for (key,) in keys for skill in read_profile(warehouse, key).skills}


def _checks(warehouse: Warehouse) -> list[Signal]:
    found = read_signals(warehouse, kind=SignalKind.CHECK.value, limit=1_000)
    return [signal for signal, _ in found]


def test_claims_change_no_estimate(place: Place, claimed: Warehouse) -> None:
    """What the model says of answers, skills and students is the same, row by row, as before anything was claimed."""
    assert _of_the_model(claimed) == place[1]
    assert all(skill.stated for skill in _skills(claimed).values() if skill.n_attempts)


def test_a_question_is_offered_where_claim_and_estimate_disagree(claimed: Warehouse) -> None:
    """Every check is about a claim that disagrees and has few answers since, and offers a question on that skill."""
    skills, checks = _skills(claimed), _checks(claimed)
    assert checks
    for signal in checks:
        skill = skills[signal.student_key, signal.subject or ""]
        assert any(not claim.is_in_agreement and claim.n_attempts_since < 3 for claim in skill.stated)
        (choice,) = signal.choices
        assert claimed.rows(
            "SELECT 1 FROM dimensional.dim_activity_skill WHERE activity_id = ? AND skill_id = ?",
            [choice.activity_id, skill.skill_id],
        )


def test_no_question_is_put_again_that_was_just_answered(claimed: Warehouse) -> None:
    """What was answered in the week before the claim, or since, is remembered rather than known."""
    assert claimed.one("SELECT count(*) FROM estimates.student_check")[0] > 0
    assert not claimed.rows(
        """
        SELECT 1
        FROM estimates.student_check AS offered
        INNER JOIN dimensional.fact_attempt AS answer
            ON offered.student_key = answer.student_key AND offered.activity_id = answer.activity_id
        INNER JOIN dimensional.fact_voice AS claim
            ON offered.student_key = claim.student_key AND offered.skill_id = claim.target_id AND claim.is_current
        GROUP BY offered.student_key, offered.skill_id
        HAVING max(answer.occurred_at) >= max(claim.occurred_at) - INTERVAL 7 DAY
        """
    )


@pytest.mark.long
def test_a_version_from_before_questions_were_kept_offers_none(place: Place, tmp_path: Path) -> None:
    """Without the version's list of questions nothing is offered, and the claims are told all the same."""
    shutil.copytree(place[0], tmp_path / "warehouse")
    with Warehouse(tmp_path / "warehouse") as warehouse:
        told = {key: skill.stated for key, skill in _skills(warehouse).items()}
        assert _checks(warehouse) != []
        warehouse.run(f"DELETE FROM {LAKE}.norms.item_skill")
        refreshed(warehouse, full=True)
        assert _checks(warehouse) == []
        assert any(told.values())
        assert {key: skill.stated for key, skill in _skills(warehouse).items()} == told
