"""What pages read from and write to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.answering import Fields
from learnloom.pipelines.pages.log import Waiting
from learnloom.pipelines.pages.page import Names
from learnloom.pipelines.roster.reader import Reader

Note = Callable[[str, str, Iterable[str]], None]
Takes = Callable[[Reader, CopyCursor, Fields], object]
"""Keeps what a form of a reader says; raises BadAnswerError, ForbiddenAnswerError."""


def _unnamed(_logins: Iterable[str]) -> dict[str, str]:
    """Know nobody's name."""
    return {}


@dataclass(frozen=True)
class PagesContext:
    """What pages read from and write to."""

    model: Callable[[], CopyCursor]
    """Gives the newest read model."""
    waiting: Callable[[], Waiting]
    """Gives the answers that no refresh has counted yet."""
    answers: Takes
    matches: Takes
    """Takes who the members of a platform's list are."""
    warehouse: Callable[[], Any]
    """Lends the warehouse, as a context manager."""
    thresholds: Thresholds
    """The school's."""
    names: Names = _unnamed
    note: Note | None = None
    """Keeps who is about to be shown a page, its name, and keys of the students on it; then alone it is shown.
    None: the school does not keep it."""
