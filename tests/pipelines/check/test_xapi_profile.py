"""xAPI Profiles: which statements a template speaks of, what its rules ask, and what is no profile."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnloom.pipelines.check.templates import ProfileChecker
from learnloom.pipelines.check.xapi_profile import ProfileFileError, XapiProfile, read_xapi_profile
from tests.pipelines.check.samples import GOOD, numbered, raw, report

_ID = "https://school.example/profiles/quiz"
_ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
_QUESTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
_COURSE = "http://adlnet.gov/expapi/activities/course"
_OBJECTIVE = "http://adlnet.gov/expapi/activities/objective"


def _profile(
    *templates: dict[str, Any], concepts: list[dict[str, Any]] | None = None, **more: Any
) -> XapiProfile:
    return XapiProfile.model_validate(
        {
            "id": _ID,
            "type": "Profile",
            "prefLabel": {"de": "Quiz", "en": "Quizzes"},
            "versions": [{"id": f"{_ID}/v1"}],
            "templates": list(templates),
            "concepts": concepts or [],
            **more,
        }
    )


def _template(*rules: dict[str, Any], **determining: Any) -> dict[str, Any]:
    return {"id": f"{_ID}/answer", "prefLabel": {"en": "An answer"}, "rules": list(rules), **determining}


def _asked(rule: dict[str, Any], statement: dict[str, Any] = GOOD) -> bool:
    """Whether a statement follows a rule."""
    return not ProfileChecker(_profile(_template(rule))).hold(statement).failures


@pytest.mark.parametrize(
    ("determining", "speaks"),
    [
        ({"verb": _ANSWERED}, True),
        ({"verb": "https://other.example/verb"}, False),
        ({"objectActivityType": _QUESTION, "verb": _ANSWERED}, True),
        ({"objectActivityType": _COURSE}, False),
        ({"contextGroupingActivityType": [_COURSE]}, True),
        ({"contextGroupingActivityType": [_COURSE, _OBJECTIVE]}, False),
        ({"contextParentActivityType": [_COURSE]}, False),
        ({"contextCategoryActivityType": [_OBJECTIVE]}, True),
        ({"contextOtherActivityType": [_OBJECTIVE]}, False),
        ({"attachmentUsageType": ["https://school.example/usage/photo"]}, False),
        ({}, True),
    ],
)
def test_template_speaks_of_statements_with_all_its_determining_properties(
    determining: dict[str, Any], speaks: bool
) -> None:
    """Verb, object type, and all context and attachment types have to be there (section 8)."""
    held = ProfileChecker(
        _profile(_template({"location": "$.nowhere", "presence": "included"}, **determining))
    ).hold(GOOD)
    assert held.is_matched is speaks
    assert bool(held.failures) is speaks


def test_attachment_types_determine() -> None:
    """A statement with more usage types than the template names is spoken of."""
    attachments = [
        {"usageType": "https://school.example/usage/photo"},
        {"usageType": "https://x.example/other"},
    ]
    template = _template(attachmentUsageType=["https://school.example/usage/photo"])
    assert ProfileChecker(_profile(template)).hold({**GOOD, "attachments": attachments}).is_matched


@pytest.mark.parametrize(
    ("rule", "follows"),
    [
        ({"location": "$.result.duration", "presence": "included"}, True),
        ({"location": "result.duration", "presence": "included"}, True),
        ({"location": "$.result.score", "presence": "included"}, False),
        ({"location": "$.result.score", "presence": "excluded"}, True),
        ({"location": "$.result.duration", "presence": "excluded"}, False),
        ({"location": "$.result.score", "presence": "recommended"}, True),
        ({"location": "$.result.score.raw", "presence": "recommended", "any": [1]}, True),
        ({"location": "$.result.response", "presence": "recommended", "any": ["a"]}, False),
        ({"location": "$.result.response", "any": ["a", "b"]}, True),
        ({"location": "$.result.response", "any": ["a"]}, False),
        ({"location": "$.nowhere", "any": ["a"]}, False),
        ({"location": "$.result['response','duration']", "all": ["b", "PT18.5S"]}, True),
        ({"location": "$.result.response | $.result.duration", "all": ["b"]}, False),
        ({"location": "$.nowhere", "all": ["b"]}, True),
        ({"location": "$.result.response", "none": ["b"]}, False),
        ({"location": "$.result.response", "none": ["c"]}, True),
        ({"location": "$.result.success", "any": [1]}, False),
        ({"location": "$.result.success", "any": [True]}, True),
        (
            {
                "location": "$.context.contextActivities.category[*]",
                "selector": "$.definition.type",
                "all": [_OBJECTIVE],
            },
            True,
        ),
        (
            {
                "location": "$.context.contextActivities.*[*]",
                "selector": "$.definition.name",
                "presence": "included",
            },
            False,
        ),
        (
            {"location": "$.context.contextActivities.*[*]", "selector": "$.nowhere", "presence": "excluded"},
            True,
        ),
        (
            {
                "location": "$.context.contextActivities.*[*]",
                "selector": "$.definition.name.en",
                "all": ["Fractions"],
            },
            False,
        ),
        ({"location": "$.result.response", "selector": "$.inner", "presence": "included"}, False),
    ],
)
def test_rule_is_followed_as_the_specification_says(rule: dict[str, Any], follows: bool) -> None:
    """Location, selector, presence, any, all and none (section 8.1; part three, 2.1)."""
    assert _asked(rule) is follows


def test_numbers_are_compared_as_numbers() -> None:
    """1 and 1.0 are one value, also deep inside."""
    statement = {"result": {"score": {"raw": 1, "max": 10.0}}}
    assert _asked({"location": "$.result.score.raw", "any": [1.0]}, statement)
    assert _asked({"location": "$.result.score", "any": [{"max": 10, "raw": 1.0}]}, statement)


def test_single_context_activity_is_an_array_of_one() -> None:
    """Context activities are normalised before a template looks at them (section 8.1)."""
    around = {role: listed[0] for role, listed in GOOD["context"]["contextActivities"].items()}
    statement = {**GOOD, "context": {"contextActivities": around}}
    checker = ProfileChecker(
        _profile(
            _template(
                {"location": "$.context.contextActivities.grouping[*].id", "presence": "included"},
                contextGroupingActivityType=[_COURSE],
            )
        )
    )
    held = checker.hold(statement)
    assert (held.is_matched, held.failures) == (True, ())
    assert statement["context"]["contextActivities"]["grouping"] == around["grouping"]


def test_reference_is_asked_for() -> None:
    """A template that asks for a StatementRef fails a statement without one."""
    checker = ProfileChecker(
        _profile(_template(objectStatementRefTemplate=["x"]), _template(contextStatementRefTemplate=["x"]))
    )
    reference = {"objectType": "StatementRef", "id": GOOD["id"]}
    assert len(checker.hold(GOOD).failures) == 2
    assert checker.hold({**GOOD, "object": reference, "context": {"statement": reference}}).failures == ()


def test_concepts_are_used_where_they_belong_and_while_they_last() -> None:
    """A deprecated verb and a result extension in the context are told, each with its place."""
    extension = f"{_ID}/ext/confidence"
    checker = ProfileChecker(
        _profile(
            concepts=[
                {"id": _ANSWERED, "type": "Verb", "prefLabel": {"en": "answered"}, "deprecated": True},
                {"id": extension, "type": "ResultExtension", "prefLabel": {"en": "confidence"}},
            ]
        )
    )
    right = {**GOOD, "result": {"extensions": {extension: 0.5}}}
    wrong = {**GOOD, "context": {"extensions": {extension: 0.5}}}
    assert [one.path for one in checker.hold(right).failures] == ["/verb/id"]
    told = [one.path for one in checker.hold(wrong).failures]
    assert told == ["/verb/id", "/context/extensions/" + extension.replace("/", "~1")]


@pytest.mark.parametrize("name", [_ID, f"{_ID}/v1"])
def test_statement_names_a_profile_by_its_own_iri_or_a_version(name: str) -> None:
    """Either in the category counts as naming it (section 5)."""
    context = {"contextActivities": {"category": [{"id": name}]}}
    assert ProfileChecker(_profile()).hold({**GOOD, "context": context}).is_naming


def test_failing_a_profile_is_told_beside_the_verdict() -> None:
    """The report counts who fails what, with a sample; the statements stay valid."""
    profile = _profile(
        _template({"location": "$.result.duration", "presence": "included"}, verb=_ANSWERED),
        patterns=[{"id": "p"}],
    )
    slow = numbered(2, result={"success": True, "response": "b"})
    found = report(raw(numbered(1)), raw(slow), b"{", profiles=[profile])
    (told,) = found.profiles
    assert (found.valid, found.fails_profile) == (2, True)
    assert (told.name, told.checked, told.matched, told.naming, told.failing) == ("Quizzes", 2, 2, 0, 1)
    (failure,) = told.failures
    assert (failure.name, failure.requirement) == ("An answer", "$.result.duration must be present.")
    assert failure.samples[0].where == "lms.jsonl:2"
    assert any("patterns (1) are not checked" in note for note in told.notes)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "a"]), inner),
    max_leaves=5,
)


@pytest.mark.slow
@given(place=st.sampled_from(["verb", "object", "result", "context", "attachments"]), value=_ANY)
def test_no_statement_makes_the_check_fail(place: str, value: Any) -> None:
    """Whatever stands in a statement, it keeps to a profile or does not, and nothing is raised."""
    template = _template(
        {"location": "$..id", "selector": "$.a", "all": ["x"]}, {"location": "$.result.*", "none": [None]},
        attachmentUsageType=[], objectStatementRefTemplate=["x"],
    )  # fmt: skip
    extension = {"id": "id", "type": "ContextExtension", "prefLabel": {"en": "e"}}
    ProfileChecker(_profile(template, concepts=[extension])).hold({**GOOD, place: value})
    ProfileChecker(_profile(template)).hold({place: {"extensions": value, "contextActivities": value}})


def _ruled(**rule: str) -> str:
    """The document of a profile with one template of one rule."""
    return json.dumps({"id": "x", "type": "Profile", "templates": [_template(rule)]})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not an xAPI Profile"),
        ('{"id": "x", "type": "Course", "prefLabel": {}}', "type Input should be 'Profile'"),
        (_ruled(location="$.a[?@.b]"), "filter"),
        (_ruled(location="$.a | $.b[?@.c]"), "filter"),
        (_ruled(location="$.["), "not a JSONPath"),
        (_ruled(location="a", presence="?"), "rules/0/presence"),
    ],
)
def test_what_is_no_profile_is_said(text: str, told: str, tmp_path: Path) -> None:
    """The message names the file, the place in it and what is wrong there."""
    path = tmp_path / "profile.jsonld"
    path.write_text(text)
    with pytest.raises(ProfileFileError, match=r"profile\.jsonld") as raised:
        read_xapi_profile(path)
    assert told in str(raised.value)


def test_missing_profile_is_said(tmp_path: Path) -> None:
    """A mistyped path is named."""
    with pytest.raises(ProfileFileError, match=r"nowhere\.jsonld: the profile cannot be read"):
        read_xapi_profile(tmp_path / "nowhere.jsonld")
