"""How it went: results and scores (xAPI-Data 2.4.5)."""

from typing import Any, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict  # pydantic asks for it below Python 3.12

from learnloom.schemas.xapi.atoms import FORBID, Duration, Extensions, Number
from learnloom.schemas.xapi.rule import Breach, Path


@with_config(FORBID)
class Score(TypedDict):
    """Points, and the same as a share between -1 and 1; the two need not agree (2.4.5.1)."""

    scaled: NotRequired[Number]
    raw: NotRequired[Number]
    min: NotRequired[Number]
    max: NotRequired[Number]


@with_config(FORBID)
class Result(TypedDict):
    """A measured outcome; every part of it may be unknown, and a response may be empty."""

    score: NotRequired[Score]
    success: NotRequired[bool]
    completion: NotRequired[bool]
    response: NotRequired[str]
    duration: NotRequired[Duration]
    extensions: NotRequired[Extensions]


def check_result(result: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the properties of a result."""
    if isinstance(result, dict) and "score" in result:
        check_score(result["score"], (*path, "score"), found)


def check_score(score: Any, path: Path, found: list[Breach]) -> None:
    """Add to `found` what is wrong between the numbers of a score; zero is a number like any other."""
    if not isinstance(score, dict):
        return
    scaled, raw = _number(score, "scaled"), _number(score, "raw")
    low, high = _number(score, "min"), _number(score, "max")
    if scaled is not None and not -1 <= scaled <= 1:
        found.append(Breach("score-scaled-range", (*path, "scaled"), scaled))
    if low is not None and high is not None and low >= high:
        found.append(Breach("score-min-below-max", path, score, f"has min {low} and max {high}"))
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        lead = f"is {raw}, but min is {low} and max is {high}"
        found.append(Breach("score-raw-range", (*path, "raw"), raw, lead.replace("None", "unknown")))


def _number(score: dict[str, Any], name: str) -> float | None:
    value = score.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
