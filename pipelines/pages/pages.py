"""All pages, in the order of the menu."""

from typing import Final

from learnloom.pipelines.pages.page import Page
from learnloom.pipelines.pages.school import figures, running
from learnloom.pipelines.pages.student import goals, kept, known, today, weeks
from learnloom.pipelines.pages.teacher import (
    members,
    practice,
    questions,
    risk,
    skills,
    student,
    unseen,
    week,
    why,
    work,
)

PAGES: Final[tuple[Page, ...]] = (
    week.PAGE,
    skills.PAGE,
    skills.GROUPS,
    questions.PAGE,
    work.PAGE,
    risk.PAGE,
    practice.PAGE,
    unseen.PAGE,
    members.PAGE,
    why.PAGE,
    why.OWN,
    student.PAGE,
    today.PAGE,
    known.PAGE,
    goals.PAGE,
    weeks.PAGE,
    kept.PAGE,
    kept.EXPORT,
    figures.PAGE,
    running.PAGE,
)
"""The pages; the first of a role's is where it begins."""
