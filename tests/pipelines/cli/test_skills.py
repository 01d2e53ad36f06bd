"""`learnloom skills`: a map from several files, and what it lacks."""

import csv
import json
from pathlib import Path

import pytest
from sklearn.metrics import adjusted_rand_score

from learnloom.pipelines.cli.options import Exit
from learnloom.schemas.vocabulary import ASSESSMENT
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_ADD = "https://case.example/add"
_Q1, _Q2 = "https://school.example/quiz/q1", "https://school.example/quiz/q2"
_FRAMEWORK = {
    "CFDocument": {"identifier": "d", "uri": "https://case.example/d", "title": "Mathematics"},
    "CFItems": [{"identifier": "add", "uri": _ADD, "fullStatement": "Adds"}],
    "CFAssociations": [
        {
            "associationType": "isRelatedTo",
            "originNodeURI": {"identifier": "add", "uri": _ADD},
            "destinationNodeURI": {"identifier": "q1", "uri": _Q1},
        }
    ],
}


def _land() -> None:
    """One answer to a question, two to another in a course, refreshed."""
    course = {
        "contextActivities": {
            "grouping": [
                {
                    "id": "https://school.example/course",
                    "definition": {
                        "type": "http://adlnet.gov/expapi/activities/course",
                        "name": {"en": "Sums"},
                    },
                }
            ]
        }
    }
    second = {"object": {"id": _Q2, "definition": {"name": {"en": "Q two"}}}, "context": course}
    statements = [answer(1), answer(2, **second), answer(3, **second)]
    assert learnloom("import", "-", stdin=lines(*statements)).code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE


@pytest.mark.long
def test_activities_without_skills_are_listed_until_the_map_names_them() -> None:
    """Most answers come first, a course narrows the list; a framework and a CSV together empty it."""
    _land()
    missing = learnloom("skills", "missing", "--json").values()
    assert [(row["activity_id"], row["n_answers"], row["course_name"]) for row in missing] == [
        (_Q2, 2, "Sums"),
        (_Q1, 1, None),
    ]
    told = learnloom("skills", "missing", "--limit", 1)
    assert "2 activities without a skill; 3 answers (100 % of all)" in told.out
    assert "only the first 1 are shown" in told.err
    (one,) = learnloom("skills", "missing", "--course", "https://school.example/course", "--json").values()
    assert (one["activity_name"], one["n_students"]) == ("Q two", 2)

    Path("framework.json").write_text(json.dumps(_FRAMEWORK))
    Path("map.csv").write_text(f"activity,skill\n{_Q2},{_ADD}\n")
    ran = learnloom("skills", "import", "framework.json", "map.csv")
    assert "1 skills, 2 activities that exercise them" in ran.out
    learnloom("refresh", "--as-of", "2026-09-08")
    assert learnloom("skills", "missing", "--json").out == ""
    assert "Every activity has a skill: all 3 answers count" in learnloom("skills", "missing").out


@pytest.mark.slow
def test_missing_skills_need_a_refresh() -> None:
    """Before anything was computed the message says what to run."""
    learnloom("import", "-", stdin=lines(answer(1)))
    ran = learnloom("skills", "missing")
    assert (ran.code, "learnloom refresh" in ran.err) == (Exit.FAILED, True)


@pytest.mark.long
@pytest.mark.slow
def test_a_quiz_stands_for_a_skill_and_says_so() -> None:
    """Answers in a quiz count for it under its marked name, and still lack a skill; the setting ends it."""
    quiz = {
        "id": "https://school.example/week-3",
        "definition": {"type": ASSESSMENT, "name": {"en": "Week 3"}},
    }
    statements = [
        answer(number, context={"contextActivities": {"parent": [quiz]}}) for number in range(3, 33)
    ]
    assert learnloom("import", "-", stdin=lines(*statements)).code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE
    (profile,) = learnloom("profile", "s1", "--json").values()
    assert [(skill["skill_name"], skill["told_by"]) for skill in profile["skills"]] == [
        ("Week 3 (quiz)", "fallback")
    ]
    assert profile["skills"][0]["p_mastery"] is not None
    told = learnloom("signals", "--json").values()
    named = [signal["sentence"] for signal in told if signal["subject"] == quiz["id"]]
    assert named
    assert not [sentence for sentence in named if "Week 3" in sentence.replace("Week 3 (quiz)", "")]
    (missing,) = learnloom("skills", "missing", "--json").values()
    assert missing["n_answers"] == 30
    assert "count for no skill, but for their quiz" in learnloom("skills", "missing").out

    without = {"LEARNLOOM_SKILL_FALLBACK": "none"}
    assert learnloom("refresh", "--as-of", "2026-09-08", env=without).code == Exit.DONE
    (profile,) = learnloom("profile", "s1", "--json").values()
    assert profile["skills"] == []
    assert (
        "30 answers (100 % of all) count for no skill. Add" in learnloom("skills", "missing", env=without).out
    )


@pytest.mark.slow
def test_a_proposal_is_a_map_and_is_never_taken_by_itself(own_school: SmallClass) -> None:
    """Sure groups are written in the form of the map, once; they are close to the true skills, by names and answers."""
    ran = learnloom("skills", "suggest", "proposal.csv", "--all")
    assert ran.code == Exit.DONE, ran.err
    assert "sure enough to be proposed" in ran.out
    with Path("proposal.csv").open(encoding="utf-8", newline="") as file:
        proposed = {row["activity"]: row["skill"] for row in csv.DictReader(file)}
    main: dict[str, tuple[float, str]] = {}
    with own_school.skill_map.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            main[row["activity"]] = max(
                main.get(row["activity"], (0.0, "")), (float(row["weight"] or 1), row["skill"])
            )
    both = sorted(proposed.keys() & main.keys())
    assert len(both) > 30
    assert adjusted_rand_score([main[each][1] for each in both], [proposed[each] for each in both]) > 0.9
    assert learnloom("skills", "missing", "--json").out == ""
    again = learnloom("skills", "suggest", "proposal.csv", "--all")
    assert (again.code, "proposal.csv" in again.err) == (Exit.FAILED, True)
    assert learnloom("skills", "import", "proposal.csv").code == Exit.DONE
    too_few = learnloom("skills", "suggest", "--course", "https://nowhere.example")
    assert "there are 0 questions without a skill" in too_few.err
