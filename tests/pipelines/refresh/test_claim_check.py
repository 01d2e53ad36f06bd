"""Claims through the whole path: beside the estimates, which stay, and with a question where they disagree."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.serve.students import read_profile, read_signals
from learnloom.schemas.profile import SkillProfile
from learnloom.schemas.signal import Signal, SignalKind
from tests.pipelines.refresh.claims import claims_in
from tests.pipelines.refresh.school import differences, land, lines_of, refreshed, tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("claims")]

_OF_THE_MODEL = (
    "estimates.attempt_estimate",
    "estimates.skill_estimate",
    "estimates.student_skill",
    "marts.mart_student_skill",
)
Place = tuple[Warehouse, dict[str, list[str]]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A class whose every skill is claimed by student and teacher alike; and its tables before the claims."""
    folder: Path = tmp_path_factory.mktemp("claims")
    lines = lines_of(folder / "class", students=8)
    with Warehouse(folder / "warehouse") as warehouse:
        land(warehouse, folder / "all.jsonl", lines)
        refreshed(warehouse)
        before = tables(warehouse)
        land(warehouse, folder / "claims.jsonl", claims_in(lines))
        assert refreshed(warehouse).full_because is None
        yield warehouse, before


def _skills(warehouse: Warehouse) -> dict[tuple[str, str], SkillProfile]:
    keys = warehouse.rows("SELECT student_key FROM feedback.student_profile")
    return {(key, skill.skill_id): skill for (key,) in keys for skill in read_profile(warehouse, key).skills}


def _checks(warehouse: Warehouse) -> list[Signal]:
    found = read_signals(warehouse, kind=SignalKind.CHECK.value, limit=1_000)
    return [signal for signal, _ in found]


def test_claims_change_no_estimate(place: Place) -> None:
    """What the model says of answers, skills and students is the same, row by row, as before anything was claimed."""
    warehouse, before = place
    after = tables(warehouse)
    assert {name: rows for name, rows in after.items() if name in _OF_THE_MODEL} == {
        name: rows for name, rows in before.items() if name in _OF_THE_MODEL
    }
    assert all(skill.stated for skill in _skills(warehouse).values() if skill.n_attempts)


def test_a_question_is_offered_where_claim_and_estimate_disagree(place: Place) -> None:
    """Every check is about a claim that disagrees and has few answers since, and offers a question on that skill."""
    warehouse, _ = place
    skills, checks = _skills(warehouse), _checks(warehouse)
    assert checks
    for signal in checks:
        skill = skills[signal.student_key, signal.subject or ""]
        assert any(not claim.is_in_agreement and claim.n_attempts_since < 3 for claim in skill.stated)
        (choice,) = signal.choices
        assert warehouse.rows(
            "SELECT 1 FROM dimensional.dim_activity_skill WHERE activity_id = ? AND skill_id = ?",
            [choice.activity_id, skill.skill_id],
        )


def test_no_question_is_put_again_that_was_just_answered(place: Place) -> None:
    """What was answered in the week before the claim, or since, is remembered rather than known."""
    warehouse, _ = place
    assert warehouse.one("SELECT count(*) FROM estimates.student_check")[0] > 0
    assert not warehouse.rows(
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


def test_a_version_from_before_questions_were_kept_offers_none(place: Place) -> None:
    """Without the version's list of questions nothing is offered, and the claims are told all the same."""
    warehouse, _ = place
    kept = warehouse.arrow(f"FROM {LAKE}.norms.item_skill")
    told = tables(warehouse)
    warehouse.run(f"DELETE FROM {LAKE}.norms.item_skill")
    refreshed(warehouse, full=True)
    assert _checks(warehouse) == []
    assert any(skill.stated for skill in _skills(warehouse).values())
    with warehouse.holding(kept=kept):
        warehouse.run(f"INSERT INTO {LAKE}.norms.item_skill BY NAME SELECT * FROM kept")
    refreshed(warehouse, full=True)
    assert differences(told, tables(warehouse)) == {}
