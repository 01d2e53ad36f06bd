"""Where a reader can go from a page, and where they begin."""

from typing import NamedTuple

from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.page import NotFoundError, Page, PageRequest
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.roster.access import Kind, roles_for
from learnloom.pipelines.roster.reader import Reader, Role


class MenuEntry(NamedTuple):
    """A line of the menu."""

    title: str
    path: str
    is_here: bool


def _courses(model: CopyCursor, reader: Reader) -> list[dict[str, str]]:
    return model.rows(
        "SELECT course_key, coalesce(course_name, course_id) AS course_name FROM course "
        "WHERE list_contains($courses, course_id) ORDER BY course_name, course_key",
        {"courses": sorted(reader.courses)},
    )


def _is_in_menu(page: Page, role: Role) -> bool:
    """Whether a role finds a page in its menu: teachers have persons there, and no figures beside them."""
    is_beside = role is Role.TEACHER and page.kind is Kind.AGGREGATE
    return page.in_menu and role in roles_for(page.kind) and not is_beside


def home_of(reader: Reader, model: CopyCursor) -> str:
    """Address of the page that a reader begins with.

    Raises:
        NotFoundError: there is none: a teacher without a course, a student who is not matched.
    """
    pages = [page for page in PAGES if _is_in_menu(page, reader.role)]
    if reader.role is Role.STUDENT and reader.student_key is None:
        raise NotFoundError
    if reader.role is not Role.TEACHER:
        return pages[0].path
    courses = _courses(model, reader)
    if not courses:
        raise NotFoundError
    return pages[0].path.format(course=courses[0]["course_key"])


def menu_of(asked: PageRequest, here: Page) -> dict[str, list[MenuEntry]]:
    """Give the pages of this reader, and of a teacher the courses."""
    reader, course = asked.reader, asked.values.get("course")
    courses = _courses(asked.model, reader) if reader.role is Role.TEACHER else []
    if courses and course is None:
        course = courses[0]["course_key"]
    pages = [page for page in PAGES if _is_in_menu(page, reader.role)]
    return {
        "pages": [
            MenuEntry(asked.gettext(page.title), page.path.format(course=course), page is here)
            for page in pages
        ],
        "courses": [
            MenuEntry(
                each["course_name"],
                (here if here.in_menu else pages[0]).path.format(course=each["course_key"]),
                each["course_key"] == course,
            )
            for each in courses
        ],
    }
