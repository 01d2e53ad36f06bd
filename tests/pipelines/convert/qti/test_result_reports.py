"""QTI's result reports, 2 and 3."""

import io
from dataclasses import replace

import pytest

from learnloom.pipelines.convert.format import ConvertError, SourceRecord
from learnloom.pipelines.convert.qti.result_reports import ResultReports
from learnloom.pipelines.ingest.sources.errors import InputError
from tests.pipelines.convert.format_contract import holds
from tests.pipelines.convert.samples import OPTIONS, SCHOOL, convert_all, places, verb

FORMAT = ResultReports(OPTIONS)
_2 = "http://www.imsglobal.org/xsd/imsqti_result_v2p1"
_3 = "http://www.imsglobal.org/xsd/imsqti_result_v3p0"
_TEST = (
    '<testResult identifier="test-1" datestamp="2026-09-07T10:10:00Z">'
    '<outcomeVariable identifier="SCORE"><value>3</value></outcomeVariable>'
    '<outcomeVariable identifier="MAXSCORE"><value>4</value></outcomeVariable></testResult>'
)


def item(*variables: str, identifier: str = "item-1", state: str = "final") -> str:
    """Make an item's result."""
    return (
        f'<itemResult identifier="{identifier}" datestamp="2026-09-07T10:01:00Z" sessionStatus="{state}">'
        f"{''.join(variables)}<candidateComment>private</candidateComment></itemResult>"
    )


def given(identifier: str, *values: str, right: tuple[str, ...] = (), base: str = "identifier") -> str:
    """Make a response variable."""
    correct = "".join(f"<value>{value}</value>" for value in right)
    candidate = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseVariable identifier="{identifier}" cardinality="multiple" baseType="{base}">'
        + (f"<correctResponse>{correct}</correctResponse>" if right else "")
        + f"<candidateResponse>{candidate}</candidateResponse></responseVariable>"
    )


def outcome(identifier: str, value: str, **bounds: str) -> str:
    """Make an outcome variable."""
    told = "".join(f' {name}="{bound}"' for name, bound in bounds.items())
    return f'<outcomeVariable identifier="{identifier}"{told}><value>{value}</value></outcomeVariable>'


def result(*parts: str, namespace: str = _2, context: str = '<context sourcedId="c-7">') -> bytes:
    """Make a result of candidate c-7."""
    name = '<sessionIdentifier sourceID="candidateName" identifier="Mila Lindqvist"/>'
    inner = f"{context}{name}</context>{''.join(parts)}"
    return f'<assessmentResult xmlns="{namespace}">{inner}</assessmentResult>'.encode()


@pytest.mark.parametrize("namespace", [_2, _3])
def test_format_keeps_the_contract(namespace: str) -> None:
    """QTI keeps what every format keeps, in both versions."""
    holds(ResultReports, OPTIONS, result(_TEST, item(outcome("SCORE", "1")), namespace=namespace))


def test_an_item_is_an_answer_within_its_test() -> None:
    """Candidate, item, test, response, share and duration arrive; neither the name nor the comment does."""
    parts = (
        given("RESPONSE", "b", "a"),
        given("duration", "PT12.34S"),
        outcome("SCORE", "1"),
        outcome("MAXSCORE", "2"),
    )
    ((answer, test),) = [each.statements for each in convert_all(FORMAT, result(_TEST, item(*parts)))]
    assert answer["actor"] == {"account": {"homePage": SCHOOL, "name": "c-7"}}
    assert answer["object"]["id"] == f"{SCHOOL}/qti/tests/test-1#item-1"
    assert answer["result"] == {
        "score": {"scaled": 0.5, "raw": 1, "min": 0, "max": 2},
        "response": "b[,]a",
        "duration": "PT12.34S",
    }
    assert places(answer, "parent") == [test["object"]["id"]] == [f"{SCHOOL}/qti/tests/test-1"]
    assert (verb(test), test["result"]["score"]["scaled"]) == ("scored", 0.75)
    assert not [word for word in ("Lindqvist", "private") if word in str((answer, test))]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            (outcome("SCORE", "3", normalMaximum="4"),),
            {"score": {"scaled": 0.75, "raw": 3, "min": 0, "max": 4}},
        ),
        ((given("R", "b", "a", right=("a", "b")),), {"success": True, "response": "b[,]a"}),
        ((given("R", "a", right=("a", "b")),), {"success": False, "response": "a"}),
        ((given("R", "a", right=("a", "b")), outcome("SCORE", "1")), {"response": "a"}),
        ((given("R", "a", right=("b",), base="string"),), {"response": "a"}),
        (
            (given("R", "a", right=("b",), base="string"), outcome("SCORE", "0")),
            {"success": False, "response": "a"},
        ),
        ((given("R", "a"), outcome("SCORE", "1")), {"response": "a"}),
        ((given("R", "B A", right=("A B",), base="pair"),), {"success": True, "response": "B A"}),
        ((given("R", "C A", right=("A B",), base="pair"),), {"success": False, "response": "C A"}),
        (
            (given("R", "B A", right=("A B",), base="directedPair"),),
            {"success": False, "response": "B A"},
        ),
        ((given("R", "01", right=("1",), base="integer"),), {"success": True, "response": "01"}),
        ((given("R", "103 113", right=("102 113",), base="point"),), {"response": "103 113"}),
        ((given("duration", "35.5"), outcome("SCORE", "1")), {"duration": "PT35.5S"}),
    ],
)
def test_right_and_wrong_follow_from_what_is_told(
    variables: tuple[str, ...], told: dict[str, object]
) -> None:
    """A share needs the most that could be had; else the right response decides; else it is unknown."""
    ((answer,),) = [each.statements for each in convert_all(FORMAT, result(item(*variables)))]
    assert answer["result"] == told


def test_what_waits_to_be_scored_is_neither_right_nor_wrong() -> None:
    """Before response processing the outcomes are those of before: the answer lands without them, later with them."""
    parts = (given("R", "a", right=("a",)), given("duration", "9"), outcome("SCORE", "0", normalMaximum="1"))
    waiting, scored = (
        convert_all(FORMAT, result(item(*parts, state=state)))[0]
        for state in ("pendingResponseProcessing", "final")
    )
    assert waiting.statements[0]["result"] == {"response": "a", "duration": "PT9S"}
    assert scored.statements[0]["result"]["score"]["scaled"] == 0
    assert (waiting.key, waiting.names) == (scored.key, scored.names)


@pytest.mark.parametrize(
    "untouched",
    [
        item(state="initial"),
        item(given("R", "a"), state="pendingSubmission"),
        item(given("numAttempts", "0")),
    ],
)
def test_what_was_not_answered_is_no_answer(untouched: str) -> None:
    """Items that were not begun or not handed in say nothing."""
    (made,) = convert_all(FORMAT, result(untouched))
    assert made.ignored == "nothing was answered, or scored"


def test_a_test_that_was_completed_says_so() -> None:
    """A completed test without a known share is completed all the same, in its time."""
    test = f'<testResult identifier="t" datestamp="2026-09-07T10:10:00Z">{given("duration", "600")}'
    (made,) = convert_all(FORMAT, result(f"{test}{outcome('completionStatus', 'completed')}</testResult>"))
    assert (verb(made.statements[0]), made.statements[0]["result"]) == ("completed", {"duration": "PT600S"})


@pytest.mark.parametrize("execution", ["rdf#i1505732150", "i5f0c8a9b7d6e", "kve_de_http://tao.example/1"])
def test_tao_has_to_be_told_which_test_it_is(execution: str) -> None:
    """Where the attempt's id stands for the test's, each candidate would have their own test: --quiz is needed."""
    raw = result(_TEST.replace("test-1", execution), item(outcome("SCORE", "1")))
    with pytest.raises(ConvertError, match="--quiz"):
        convert_all(FORMAT, raw)
    (made,) = convert_all(ResultReports(replace(OPTIONS, quiz=f"{SCHOOL}/quiz")), raw)
    assert made.statements[0]["object"]["id"] == f"{SCHOOL}/quiz#item-1"


def test_an_item_answered_twice_is_two_answers() -> None:
    """Two results of one item are told each by its own name."""
    twice = result(item(outcome("SCORE", "0")), item(outcome("SCORE", "1")))
    (made,) = convert_all(FORMAT, twice)
    assert list(made.names) == ["item-1 1", "item-1 2"]
    assert made.can_change


def test_a_result_scored_anew_is_known_by_its_session() -> None:
    """It keeps its key, whenever it was recorded; without a session the test's datestamp is part of the key."""
    session = '<context sourcedId="c-7"><sessionIdentifier sourceID="deliveryExecution" identifier="s-1"/>'
    for context, is_same in ((session, True), ('<context sourcedId="c-7">', False)):
        before, after = (
            convert_all(FORMAT, result(test, item(outcome("SCORE", "1")), context=context))[0].key
            for test in (_TEST, _TEST.replace("10:10:00", "11:00:00"))
        )
        assert (before == after) is is_same


def test_a_document_may_hold_many_results() -> None:
    """Each result of a document is a record."""
    document = b"<results>" + result(item(outcome("SCORE", "1"))) * 3 + b"</results>"
    assert len(list(FORMAT.read(io.BytesIO(document)))) == 3


def test_a_result_that_is_too_long_costs_itself_only() -> None:
    """It is refused with its place and size, whatever came before it, and what follows is read."""
    short, long = (
        result(item(outcome("SCORE", "1"))),
        result(item(given("FILE", "x" * 3_000_000, base="file"))),
    )
    records = list(FORMAT.read(io.BytesIO(b"<results>" + short + long + short + b"</results>")))
    assert [each.place for each in records] == [f"assessmentResult {number}" for number in (1, 2, 3)]
    assert [each.error and each.error.fault.rule for each in records] == [None, "convert-too-big", None]
    assert len(records[1].raw) < 1_000_000
    assert FORMAT.convert(records[2]).statements


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><assessmentResult/>', "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><assessmentResult/>', "document type"),
        (b"<a><b></a>", "no well-formed XML"),
        (b"", "no well-formed XML"),
        (b"<assessmentTest/>", "no <assessmentResult>"),
        (b"<a>" * 60, "deeper"),
    ],
)
def test_what_cannot_be_read_is_named(document: bytes, words: str) -> None:
    """Damaged, hostile and foreign documents end with what is wrong; no entity is ever resolved."""
    with pytest.raises(InputError, match=words):
        list(FORMAT.read(io.BytesIO(document)))


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"<a/>", "convert-xml"),
        (result(item(outcome("SCORE", "1")), context="<context>"), "convert-student"),
        (result(item(outcome("SCORE", "1"), identifier="")), "convert-item"),
        (result(item(outcome("SCORE", "1")).replace("2026-09-07T10:01:00Z", "")), "convert-time"),
    ],
)
def test_a_result_that_lacks_what_it_means_is_refused(raw: bytes, rule: str) -> None:
    """Whose, of what, and when have to be there."""
    with pytest.raises(ConvertError) as refusal:
        FORMAT.convert(SourceRecord(raw, "assessmentResult 1"))
    assert refusal.value.fault.rule == rule


def test_a_candidate_may_be_known_by_a_session_alone() -> None:
    """Where no system that keeps people is named, the candidate's id of the session serves, and never a name."""
    session = '<context><sessionIdentifier sourceID="candidateId" identifier="c-9"/>'
    (made,) = convert_all(FORMAT, result(item(outcome("SCORE", "1")), context=session))
    assert made.statements[0]["actor"]["account"]["name"] == "c-9"


def test_a_quiz_and_course_can_be_named_for_all() -> None:
    """Where a person names the quiz, it is that of every item, whatever the test is called."""
    named = ResultReports(replace(OPTIONS, quiz=f"{SCHOOL}/quiz", course=f"{SCHOOL}/maths"))
    (made,) = convert_all(named, result(_TEST, item(outcome("SCORE", "1"))))
    assert places(made.statements[0], "parent") == [f"{SCHOOL}/quiz"]
    assert places(made.statements[0], "grouping") == [f"{SCHOOL}/maths"]
