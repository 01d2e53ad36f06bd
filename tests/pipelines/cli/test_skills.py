"""`learnloom skills`: a map from several files, and what it lacks."""

import json
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
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


@pytest.mark.slow
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


def test_missing_skills_need_a_refresh() -> None:
    """Before anything was computed the message says what to run."""
    learnloom("import", "-", stdin=lines(answer(1)))
    ran = learnloom("skills", "missing")
    assert (ran.code, "learnloom refresh" in ran.err) == (Exit.FAILED, True)
