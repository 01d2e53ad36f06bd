"""Why an estimate is what it is: the answers behind it, what each ground adds, and what would change it."""

from itertools import pairwise
from typing import Any, Final

from learnloom.pipelines.feedback.why import describe_why
from learnloom.pipelines.pages.page import N_, NotFoundError, Page, PageRequest
from learnloom.pipelines.refresh.why import why
from learnloom.pipelines.roster.access import Kind


def _show(asked: PageRequest) -> dict[str, Any]:
    profile = asked.profile()
    row = asked.model.one(
        "SELECT skill_id FROM skill WHERE skill_key = $skill",
        {"skill": asked.values.get("skill", "")},
    )
    found = [skill for skill in profile.skills if row and skill.skill_id == row["skill_id"]]
    if not found:
        raise NotFoundError
    with asked.warehouse() as warehouse:
        explained = why(warehouse, profile, found[0], thresholds=asked.thresholds)
    return {
        "explained": explained,
        "parts": _parts(describe_why(explained, language=asked.language)),
        "student_key": profile.student_key,
        "student_name": profile.student_name or profile.student_key,
    }


def _parts(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Title and lines of each part; the first has none. An empty line stands before a title, as on a terminal."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for before, line in pairwise(["-", *lines]):
        if line and not before:
            parts.append((line, []))
        elif line:
            parts[-1][1].append(line.strip())
    return parts


_TITLE: Final = N_("Why this estimate")
PAGE: Final = Page(
    "why", "/s/{student}/why", Kind.PERSONS, _TITLE, _show, in_menu=False, reads_warehouse=True
)
OWN: Final = Page("why_own", "/known/why", Kind.OWN, _TITLE, _show, in_menu=False, reads_warehouse=True)
