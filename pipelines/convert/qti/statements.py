"""What a result says: an `answered` of each item, and how the test went.

By QTI Results Reporting 2.1 and 3.0: variables by the names that the specification reserves (SCORE, MAXSCORE,
duration, numAttempts, completionStatus). What a candidate wrote beside their answers is not read, nor is their name.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from learnloom.pipelines.convert.format import ConvertError
from learnloom.pipelines.convert.origin import Activity, Origin, Statement, activity, statement, within
from learnloom.pipelines.convert.values import duration, moment, number, score, seconds_of
from learnloom.schemas import vocabulary as xapi

_RESERVED: Final = frozenset({"duration", "numAttempts", "completionStatus"})
_NOT_ANSWERED: Final = frozenset({"initial", "pendingSubmission"})
"""States of an item that was not begun, or not handed in yet (2.1, sessionStatus)."""
_NOT_SCORED: Final = "pendingResponseProcessing"
"""State of an item that was handed in, and whose outcomes are still those of before."""
_EXECUTION: Final = re.compile(r"(?:.*#)?(?:i[0-9a-f]{10,}|kve_de_.*)")
"""Identifiers that TAO gives to a candidate's execution of a test, and writes where the test's should stand."""
_CLOSED: Final = frozenset({"identifier", "boolean", "integer", "pair", "directedPair"})
"""Base types of which nothing else than the right response is right."""
_TOTALS: Final = (("SCORE", "MAXSCORE"), ("SCORE_TOTAL", "SCORE_TOTAL_MAX"))
"""Names of a test's score and its most: the specification's, and those of TAO."""


def candidate_of(result: ET.Element) -> str:
    """Give the candidate's id: by the system that keeps people, else by a session.

    Raises:
        ConvertError: none is given.
    """
    context = result.find("context")
    if context is not None:
        if found := (context.get("sourcedId") or "").strip():
            return found
        for session in context.iterfind("sessionIdentifier"):
            if session.get("sourceID", "").lower().endswith("candidateid") and session.get("identifier"):
                return session.get("identifier", "").strip()
    raise ConvertError(
        "convert-student",
        "The result has no <context sourcedId=…>, so it is unknown whose it is: let the test system send it.",
        path="/assessmentResult/context",
    )


def statements_of(result: ET.Element, student: str, origin: Origin) -> dict[str, Statement]:
    """Make the statements of a result, each by its name within it.

    Raises:
        ConvertError: an item has no identifier, or does not say when.
    """
    test = result.find("testResult")
    quiz = _quiz(test, origin)
    made: dict[str, Statement] = {}
    counted: Counter[str] = Counter()
    for place, item in enumerate(result.iterfind("itemResult"), start=1):
        identifier = item.get("identifier", "").strip()
        counted[identifier] += 1
        if _is_answered(item):
            path = f"/assessmentResult/itemResult[{place}]"
            made[f"{identifier} {counted[identifier]}"] = statement(
                origin.student(student),
                xapi.ANSWERED,
                _question(item, identifier, path, quiz, origin),
                _moment(item, test, path, origin),
                result=_answer(item),
                course=origin.course,
                parent=quiz,
            )
    if test is not None and quiz is not None and (verb := _test_verb(test)):
        made["test"] = statement(
            origin.student(student),
            verb,
            quiz,
            _moment(test, None, "/assessmentResult/testResult", origin),
            result={"score": _total(test), "duration": _taken(test)},
            course=origin.course,
        )
    return made


def _test_verb(test: ET.Element) -> str | None:
    """How the test went, in a word: completed, or scored at least; None where neither is told."""
    status = _variable(test, "completionStatus")
    if status is not None and _value(status) == "completed":
        return xapi.COMPLETED
    return xapi.SCORED if _total(test) else None


def _total(test: ET.Element) -> dict[str, float] | None:
    return next(filter(None, (_points(test, *names) for names in _TOTALS)), None)


def _quiz(test: ET.Element | None, origin: Origin) -> Activity | None:
    identifier = test.get("identifier", "").strip() if test is not None else ""
    if not origin.quiz and _EXECUTION.fullmatch(identifier):
        raise ConvertError(
            "convert-item",
            f"The test's identifier {identifier!r:.60} is that of one candidate's attempt, as TAO has it, and not the "
            "test's: say which test it is with --quiz.",
            value=identifier,
            path="/assessmentResult/testResult/@identifier",
        )
    iri = origin.quiz or (origin.iri_of(identifier, "qti", "tests") if identifier else None)
    return activity(iri, xapi.ASSESSMENT) if iri else None


def _question(
    item: ET.Element, identifier: str, path: str, quiz: Activity | None, origin: Origin
) -> Activity:
    if not identifier:
        raise ConvertError(
            "convert-item",
            f"{path} has no identifier, so it is unknown what was answered: let the test system send it.",
            path=f"{path}/@identifier",
        )
    corrects = [
        _joined(found) for each in _responses(item) if (found := each.find("correctResponse")) is not None
    ]
    # Several responses of one item are one answer; a pattern of the whole is unknown where one is.
    whole = "[,]".join(each for each in corrects if each is not None)
    return activity(
        within(quiz["id"], identifier) if quiz else origin.iri_of(identifier, "qti", "items"),
        xapi.INTERACTION,
        interactionType="other",
        correctResponsesPattern=[whole] if corrects and None not in corrects else None,
    )


def _is_answered(item: ET.Element) -> bool:
    if item.get("sessionStatus") in _NOT_ANSWERED:
        return False
    attempts = _variable(item, "numAttempts")
    return attempts is None or number(_value(attempts)) != 0


def _answer(item: ET.Element) -> dict[str, Any]:
    given = [
        _joined(found) for each in _responses(item) if (found := each.find("candidateResponse")) is not None
    ]
    is_scored = item.get("sessionStatus") != _NOT_SCORED
    points = _points(item, *_TOTALS[0]) if is_scored else None
    return {
        "score": points,
        "success": _is_right(item) if is_scored and points is None else None,
        "response": "[,]".join(each for each in given if each is not None) or None,
        "duration": _taken(item),
    }


def _is_right(item: ET.Element) -> bool | None:
    """Compare with the right response, where no share is told: None where it is not told, or not the only right one.

    A text that differs may be right all the same (another spelling, a pattern): then a score of 0 has to say it is not.
    """
    is_equal, is_closed, responses = True, True, _responses(item)
    for each in responses:
        right, given = each.find("correctResponse"), each.find("candidateResponse")
        if right is None or given is None:
            return None
        base = each.get("baseType", each.get("base-type"))
        told, wanted = ([_plain(value, base) for value in _values(side)] for side in (given, right))
        is_ordered = each.get("cardinality") == "ordered"
        is_equal = is_equal and (told == wanted if is_ordered else sorted(told) == sorted(wanted))
        is_closed = is_closed and base in _CLOSED
    if not responses or is_equal:
        return bool(responses) or None
    scored = _variable(item, "SCORE")
    points = number(_value(scored)) if scored is not None else None
    return False if points == 0 or (points is None and is_closed) else None


def _plain(value: str, base: str | None) -> str:
    """Write equal values of a base type alike: a pair has no direction, and a whole number may begin with zeros."""
    if base == "pair":
        return " ".join(sorted(value.split()))
    if base == "integer" and (read := number(value)) is not None:
        return str(read)
    return value


def _points(holder: ET.Element, name: str, most_name: str) -> dict[str, float] | None:
    """A score where its most is told: by a variable of its own, else as the score's own bound."""
    found = _variable(holder, name)
    raw = number(_value(found)) if found is not None else None
    if found is None or raw is None:
        return None
    told = _variable(holder, most_name)
    most = number(_value(told)) if told is not None else number(found.get("normalMaximum"))
    return score(raw, most, number(found.get("normalMinimum")) or 0)


def _taken(holder: ET.Element) -> str | None:
    """How long it took: a variable of seconds (QTI's base type), or an ISO 8601 duration as TAO writes it."""
    found = _variable(holder, "duration")
    return duration(seconds_of(_value(found))) if found is not None else None


def _moment(holder: ET.Element, instead: ET.Element | None, path: str, origin: Origin) -> datetime:
    stamp = holder.get("datestamp") or (instead.get("datestamp") if instead is not None else None)
    return moment(stamp, origin.zone, f"{path}/@datestamp")


def _responses(item: ET.Element) -> list[ET.Element]:
    return [each for each in item.iterfind("responseVariable") if each.get("identifier") not in _RESERVED]


def _variable(holder: ET.Element, name: str) -> ET.Element | None:
    return next(
        (each for each in holder if each.get("identifier") == name and each.tag.endswith("Variable")), None
    )


def _value(variable: ET.Element) -> str | None:
    """The first value of an outcome, or of what a candidate responded."""
    return next((value for each in variable.iter("value") if (value := (each.text or "").strip())), None)


def _values(response: ET.Element) -> list[str]:
    return [(each.text or "").strip() for each in response.iterfind("value")] or [
        (response.text or "").strip()
    ]


def _joined(response: ET.Element) -> str | None:
    """Several values, as xAPI joins them; None of none, and of a file."""
    values = [value for value in _values(response) if value]
    return "[,]".join(values) or None
