"""Explanations from the warehouse: they agree with the profile, whatever kind of model is in use."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.connection import LAKE, Warehouse
from learnloom.pipelines.learner.calibrator import ModelKind
from learnloom.pipelines.learner.features import extract_before
from learnloom.pipelines.learner.fit_calibrator import fit_calibrator
from learnloom.pipelines.refresh.answers import read_answers
from learnloom.pipelines.refresh.model_tables import read_model
from learnloom.pipelines.refresh.why import why
from learnloom.pipelines.serve.students import read_profile
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.why import AnswerOutcome, SkillWhy
from tests.pipelines.refresh.conftest import made_class
from tests.pipelines.refresh.school import land, refreshed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("why")]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse of a class, refreshed."""
    place: Path = tmp_path_factory.mktemp("why")
    shutil.copytree(made_class(tmp_path_factory, students=3), place, dirs_exist_ok=True)
    with Warehouse(place / "warehouse") as opened:
        yield opened


def _use(warehouse: Warehouse, kind: ModelKind) -> None:
    """Put a calibrator of this kind into the version in use, fitted on the class, and tell everything by it."""
    kept = read_model(warehouse.arrow)
    history = read_answers(warehouse.arrow, known_items=kept.items, known_skills=kept.skills).history
    features = extract_before(kept.model.parameters, history)
    calibrator = fit_calibrator(kind, features, history.score, history.weight)
    warehouse.run(
        f"UPDATE {LAKE}.estimates.model_version SET model_kind = $kind, head = $head",
        {"kind": kind.value, "head": calibrator.to_json()},
    )
    refreshed(warehouse, full=True)


def _profiles(warehouse: Warehouse) -> list[StudentProfile]:
    keys = warehouse.rows("SELECT student_key FROM feedback.student_profile ORDER BY ALL")
    return [read_profile(warehouse, key) for (key,) in keys]


def _why(warehouse: Warehouse, profile: StudentProfile) -> list[SkillWhy]:
    return [why(warehouse, profile, skill, thresholds=Thresholds()) for skill in profile.skills]


Explained = Callable[[ModelKind], list[tuple[StudentProfile, list[SkillWhy]]]]


@pytest.fixture(scope="module")
def explained(warehouse: Warehouse) -> Explained:
    """Gives what is explained of every student by a kind of model: made once of each, for it takes seconds."""

    @cache
    def explain(kind: ModelKind) -> list[tuple[StudentProfile, list[SkillWhy]]]:
        _use(warehouse, kind)
        return [(profile, _why(warehouse, profile)) for profile in _profiles(warehouse)]

    return explain


@pytest.mark.parametrize(
    "kind",
    [
        ModelKind.LOGISTIC,
        *(pytest.param(kind, marks=pytest.mark.long) for kind in ModelKind if kind != ModelKind.LOGISTIC),
    ],
)
def test_an_explanation_agrees_with_the_profile(explained: Explained, kind: ModelKind) -> None:
    """Of every student and skill the same estimate is explained as the profile gives, and the terms add up to it."""
    n = 0
    for profile, reasons in explained(kind):
        for skill, found in zip(profile.skills, reasons, strict=True):
            expected = skill.p_mastery if skill.p_mastery is not None else skill.p_expected
            if found.p is None or found.start is None:
                assert not any(each.n_attempts for each in profile.skills)
                continue
            n += skill.p_mastery is not None
            assert found.model_kind == kind.value
            assert found.p == pytest.approx(expected, abs=1e-9)
            assert found.start + sum(term.adds for term in found.terms) == pytest.approx(found.p, abs=1e-9)
    assert n > 5


def test_the_evidence_is_the_students_own(explained: Explained) -> None:
    """The answers shown are the latest on the skill, latest first, and the figures those of the profile."""
    n = 0
    for profile, reasons in explained(ModelKind.LOGISTIC):
        for skill, found in zip(profile.skills, reasons, strict=True):
            assert tuple(answer.statement_id for answer in found.answers) == skill.evidence_ids
            assert (found.n_attempts, found.last_attempt_at) == (skill.n_attempts, skill.last_attempt_at)
            if skill.share_right is not None:
                assert found.n_right == round(skill.share_right * skill.n_attempts)
            n += any(answer.outcome is AnswerOutcome.WRONG for answer in found.answers)
    assert n > 0


def test_of_a_student_without_any_answer_nothing_is_explained(warehouse: Warehouse, tmp_path: Path) -> None:
    """Who only looked around has no estimate: neither terms nor a way ahead are made up."""
    (course,) = warehouse.one("SELECT min(course_id) FROM dimensional.dim_course_skill")
    line = (
        '{"actor":{"account":{"homePage":"https://lms.school.example","name":"guest"}},"verb":{"id":'
        f'"http://adlnet.gov/expapi/verbs/registered"}},"object":{{"id":"{course}","definition":{{"type":'
        '"http://adlnet.gov/expapi/activities/course"}},"timestamp":"2026-09-09T10:00:00Z"}\n'
    )
    land(warehouse, tmp_path / "guest.jsonl", [line.encode()])
    refreshed(warehouse)
    (key,) = warehouse.one("SELECT student_key FROM dimensional.dim_student WHERE identifier LIKE '%guest'")
    found = _why(warehouse, read_profile(warehouse, key))
    assert found
    assert {(each.p, each.start, each.terms, each.ahead, each.model_kind) for each in found} == {
        (None, None, (), None, None)
    }
