"""Every warning is found where it belongs and nowhere else, whatever a statement looks like."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.check.advice import ADVICE, About
from learnloom.pipelines.check.find_warnings import StatementView, find_warnings
from learnloom.pipelines.check.origin import source_of
from learnloom.pipelines.check.seen_ids import SeenIds
from learnloom.pipelines.check.suggestion import suggestion_for
from learnloom.schemas import vocabulary as words
from tests.documents import blocks
from tests.pipelines.check.samples import GOOD, numbered

_LATEST = "2026-11-25T12:00"
_BY_TWO = {"id-used-again", "repeated-without-time", "account-on-two-systems"}
"""Warnings that only two statements together show; test_checker.py has them."""
_COURSE_OF_MOODLE = "https://w3id.org/xapi/cmi5/activitytype/course"


def _example(verb: str) -> dict[str, Any]:
    found = [json.loads(block.text) for block in blocks("docs/how-to/vendor.md", "json")]
    (one,) = [statement for statement in found if statement["verb"]["id"] == verb]
    return dict(one)


def _without(statement: dict[str, Any], *path: str) -> dict[str, Any]:
    made = json.loads(json.dumps(statement))
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return dict(made)


def _having(path: str, value: Any) -> dict[str, Any]:
    made = json.loads(json.dumps(GOOD))
    *steps, last = path.split("/")
    inner = made
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return dict(made)


def _advice(statement: dict[str, Any]) -> set[str]:
    """The warnings about a statement."""
    return {finding.advice for finding in find_warnings(StatementView(statement), latest=_LATEST)}


def _cases() -> dict[str, dict[str, Any]]:
    video, work = _example(words.TERMINATED), _example(words.SUBMITTED)
    extensions = ("result", "extensions")
    return {
        "timestamp-missing": _without(GOOD, "timestamp"),
        "timestamp-implausible": _having("timestamp", "2027-01-01T00:00:00Z"),
        "timestamp-without-zone": _having("timestamp", "2026-09-07T10:00:00"),
        "id-missing": _without(GOOD, "id"),
        "id-not-random": _having("id", "6fa459ea-ee8a-11e8-9f32-f2801f1b9fd1"),
        "actor-group": _having("actor", {"objectType": "Group", "member": [GOOD["actor"]]}),
        "actor-not-account": _having("actor", {"mbox": "mailto:mila@school.example"}),
        "account-is-address": _having("actor/account/name", "mila@school.example"),
        "outcome-missing": _without(GOOD, "result", "success"),
        "skill-missing": _without(GOOD, "context", "contextActivities", "category"),
        "duration-missing": _without(GOOD, "result", "duration"),
        "response-missing": _without(GOOD, "result", "response"),
        "score-without-scale": _having("result/score", {"raw": 7}),
        "score-disagrees": _having("result/score", {"scaled": 0, "raw": 50, "min": 0, "max": 100}),
        "dots-escaped": _having("context/extensions", {"https://school&46;example/room": 7}),
        "course-missing": _without(GOOD, "context", "contextActivities", "grouping"),
        "registration-missing": _without(GOOD, "context", "registration"),
        "video-length-missing": _without(video, "context", "extensions", words.VIDEO_LENGTH),
        "video-segments-missing": _without(video, *extensions, words.VIDEO_SEGMENTS),
        "due-date-missing": _without(work, "object", "definition", "extensions"),
        "verb-unknown": _having("verb/id", "https://lms.example/verbs/liked"),
        "type-missing": _without(GOOD, "object", "definition", "type"),
        "type-unknown": _having("object/definition/type", "https://lms.example/types/game"),
        "name-missing": _without(GOOD, "object", "definition", "name"),
        "verb-display-missing": _without(GOOD, "verb", "display"),
    }


def test_every_warning_has_a_case() -> None:
    """No warning of the table is left untried."""
    assert set(_cases()) | _BY_TWO == set(ADVICE)


@pytest.mark.parametrize("advice", _cases())
def test_warning_is_found_alone_and_where_it_belongs(advice: str) -> None:
    """The one thing that is missing draws its warning, no other, among the statements it can apply to."""
    view = StatementView(_cases()[advice])
    assert [finding.advice for finding in find_warnings(view, latest=_LATEST)] == [advice]
    assert ADVICE[advice].about in view.about


def test_warning_points_into_the_statement() -> None:
    """Every path of a finding leads to a value of the statement."""
    for statement in _cases().values():
        for finding in find_warnings(StatementView(statement), latest=_LATEST):
            inner: Any = statement
            for step in finding.path.split("/")[1:]:
                inner = inner[step]


@pytest.mark.parametrize(
    ("score", "how"),
    [
        ({"scaled": 0, "raw": 50, "min": 0, "max": 100}, "scaled from -1 to 1"),
        ({"scaled": -1, "raw": 2, "min": 2, "max": 4}, "scaled from -1 to 1"),
        ({"scaled": 0.75, "raw": 3, "min": 2, "max": 4}, "scaled is raw / max"),
        ({"scaled": 0.3, "raw": 50, "min": 0, "max": 100}, "scaled is another share"),
    ],
)
def test_score_that_disagrees_with_itself_is_told_how(score: dict[str, Any], how: str) -> None:
    """Where scaled is no share of raw between min and max, the warning says by which bounds it goes."""
    found = find_warnings(StatementView(_having("result/score", score)), latest=_LATEST)
    (told,) = [finding.value for finding in found if finding.advice == "score-disagrees"]
    assert told.startswith(how)


@pytest.mark.parametrize(
    "score",
    [
        {"scaled": 1, "raw": 100, "min": 0, "max": 100},
        {"scaled": 0.67, "raw": 2, "min": 0, "max": 3},
        {"scaled": 0.5, "raw": 3, "min": 2, "max": 4},
        {"scaled": 0.2, "raw": 50, "max": 100},
        {"scaled": 0.2, "raw": 0, "min": 0, "max": 0},
        {"scaled": 0.2, "raw": 500, "min": 0, "max": 100},
        {"scaled": "0.2", "raw": 50, "min": 0, "max": 100},
        {"scaled": True, "raw": 0, "min": 0, "max": 100},
    ],
)
def test_score_that_agrees_or_is_refused_draws_no_warning(score: dict[str, Any]) -> None:
    """Rounding is no disagreement; what is missing cannot disagree; what breaks a rule is told by that."""
    found = find_warnings(StatementView(_having("result/score", score)), latest=_LATEST)
    assert "score-disagrees" not in [finding.advice for finding in found]


def test_single_context_activity_counts_as_a_list_of_one() -> None:
    """Skill and course are found where one object stands for an array (xAPI-Data 2.4.6.2)."""
    around = {role: listed[0] for role, listed in GOOD["context"]["contextActivities"].items()}
    assert (
        list(find_warnings(StatementView(_having("context/contextActivities", around)), latest=_LATEST)) == []
    )


def test_known_mean_alike() -> None:
    """A word is suggested for another of its name only, and of its own kind."""
    assert suggestion_for("verb-unknown", "https://lms.example/verbs/Set_Goal/") == words.SET_GOAL
    assert suggestion_for("verb-unknown", "https://lms.example/verbs/submitted") == words.SUBMITTED
    assert suggestion_for("type-unknown", "http://activitystrea.ms/schema/1.0/video") == words.VIDEO
    assert suggestion_for("type-unknown", "https://lms.example/answered") == ""
    assert suggestion_for("verb-unknown", "https://lms.example/unanswered") == ""
    assert suggestion_for("verb-unknown", "") == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_PLACES = [
    "actor", "actor/account", "actor/account/name", "verb", "verb/id", "verb/display", "object",
    "object/definition", "object/definition/type", "object/definition/extensions", "object/objectType", "result",
    "result/score", "result/extensions", "context", "context/contextActivities", "context/extensions",
    "context/contextActivities/category", "context/registration", "timestamp", "id", "authority", "context/platform",
]  # fmt: skip


@pytest.mark.slow
@given(place=st.sampled_from(_PLACES), value=_JSON, verb=st.sampled_from(sorted(words.VERBS)))
def test_no_statement_makes_the_search_fail(place: str, value: Any, verb: str) -> None:
    """Whatever stands in whatever place, warnings are found or not, and nothing is raised."""
    statement = numbered(1, verb={"id": verb})
    *steps, last = place.split("/")
    inner = statement
    for step in steps:
        inner = inner.setdefault(step, {})
    inner[last] = value
    found = list(find_warnings(StatementView(statement), latest=_LATEST))
    assert {finding.advice for finding in found} <= set(ADVICE)
    assert len({finding.advice for finding in found}) == len(found)
    SeenIds().find_warnings(StatementView(statement), b"", is_valid=False)
    assert source_of(statement, "a file").name


@pytest.mark.slow
def test_real_statements_draw_the_warnings_that_are_known_of_them() -> None:
    """The MOOC's statements lack registrations, and nothing that its videos tell is said to be missing."""
    real = Path(__file__).resolve().parents[3] / "../shared/data/statements/fun-mooc-video.jsonl.gz"
    if not real.exists():
        pytest.skip("the real statements are not on this machine")
    with gzip.open(real) as lines:
        found = {
            one.advice
            for line in lines
            for one in find_warnings(StatementView(json.loads(line)), latest=_LATEST)
        }
    assert found == {"registration-missing", "verb-unknown"}


def test_a_platform_s_words_are_read_by_the_presets() -> None:
    """What Open edX evaluates is an answer, Moodle's course is a course, H5P's category tells the type."""
    moodle = {
        "parent": [
            {"id": "https://m.example/course/view.php?id=2", "definition": {"type": _COURSE_OF_MOODLE}}
        ]
    }
    statement = _having("context/contextActivities", GOOD["context"]["contextActivities"] | moodle)
    statement |= {"verb": {"id": "https://w3id.org/xapi/acrossx/verbs/evaluated"}}
    view = StatementView(statement)
    assert (view.meant_verb, view.verb_id) == (words.ANSWERED, statement["verb"]["id"])
    assert About.ANSWER in view.about
    assert "openedx" in view.presets
    del statement["context"]["contextActivities"]["grouping"]
    assert {"verb-unknown", "course-missing"} & _advice(statement) == set()

    h5p = {"id": "http://h5p.org/libraries/H5P.QuestionSet-1.20"}
    statement = {
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://h.example/1"},
    }
    assert "type-missing" in _advice(statement)
    for category in (h5p, [h5p]):
        statement["context"] = {"contextActivities": {"category": category}}
        assert "type-missing" not in _advice(statement)


def test_what_a_preset_knows_to_be_of_no_kind_draws_no_warning() -> None:
    """A site is no activity of a kind that could be told apart; a type that nobody knows is warned of."""
    for kind, is_warned in (
        ("http://id.tincanapi.com/activitytype/lms", False),
        ("https://s.example/t", True),
    ):
        found = _advice(_having("object/definition/type", kind))
        assert ("type-unknown" in found) == is_warned
