"""Pages in a real browser: by keyboard and by finger, with and without scripts, without a fault that axe finds."""

import datetime as dt
import re
import shutil
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FloatRect, Page, ViewportSize

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.demo import MARK, reader_as
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.pages.opening import open_demo
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.roster.access import roles_for
from learnloom.pipelines.roster.member import Member, import_members
from learnloom.pipelines.roster.reader import Role
from servers.ports import free_port
from servers.waiting import wait_until
from tests.conftest import SmallClass
from tests.pipelines.pages.conftest import COURSE
from tests.pipelines.people.make import TELLER

pytestmark = pytest.mark.slow

_PATIENCE_MS = 120_000
_WIDE: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 800}
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # else axe describes each of thousands of nodes that are right
}


class Served(NamedTuple):
    """The demo's pages on a port."""

    address: str
    settings: Settings


@pytest.fixture(scope="module")
def served(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small class as a demo, with its own login."""
    place = tmp_path_factory.mktemp("demo")
    (place / MARK).touch()
    shutil.copytree(small_class.folder, place / "warehouse")
    settings = Settings(warehouse=place / "warehouse", lock_wait_seconds=20)
    with open_to_write(settings) as warehouse:
        nobody = Member(COURSE, "student", subject="https://lms.example#8a7b")
        import_members(warehouse, "list", [nobody], TELLER, left_out=0, wait_seconds=20)
    port = free_port()
    with open_demo(settings, clock=lambda: dt.datetime.now(dt.UTC)) as app:
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the server ended")
            yield Served(f"http://127.0.0.1:{port}", settings)
        finally:
            server.should_exit = True
            thread.join()


def _log_in(page: Page, served: Served, role: Role, language: str = "en") -> None:
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{served.address}/login")
    page.locator(f"form[action*='role={role}&language={language}'] button").click()


def _addresses(served: Served, role: Role) -> list[str]:
    """Addresses of all pages of a role, of the login, and of what is not there."""
    copy = ReadingCopy(folder_of(served.settings))
    model = copy.cursor()
    student = reader_as(role, model, "en").student_key
    found = model.one(
        "SELECT course_key, skill_key, student_key FROM student_skill INNER JOIN course USING (course_id) "
        "WHERE n_attempts > 0 AND ($student IS NULL OR student_key = $student) ORDER BY ALL LIMIT 1",
        {"student": student},
    )
    copy.close()
    assert found is not None
    values = {name.removesuffix("_key"): key for name, key in found.items()}
    pages = [page for page in PAGES if role in roles_for(page.kind) and page.name != "export"]
    addresses = [
        page.path.format(**values) + (f"?skill={values['skill']}" if page.name.startswith("why") else "")
        for page in pages
    ]
    weeks = [f"{each}?all=1" for each in addresses if each.endswith("/week")]
    return [*addresses, *weeks, "/login", "/nothing"]


@pytest.mark.parametrize("role", list(Role))
def test_no_page_keeps_anybody_out(browser: Browser, served: Served, role: Role) -> None:
    """Axe finds no fault at a desk and on a phone, nothing is wider than a phone, and the console stays empty."""
    context = browser.new_context()
    page, told = context.new_page(), []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    _log_in(page, served, role, "de" if role is Role.STUDENT else "en")
    faults = []
    for address in _addresses(served, role):
        answer = page.goto(served.address + address)
        assert answer is not None
        assert answer.ok or address == "/nothing", address
        # What can be unfolded is looked at, too.
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for size in (_WIDE, _PHONE):
            page.set_viewport_size(size)
            found = Axe().run(page, options=_RULES).response["violations"]
            faults += [(address, size["width"], each["id"], each["nodes"][0]["html"]) for each in found]
            width = page.evaluate("document.documentElement.scrollWidth")
            faults += [(address, size["width"], "wide", width)] if width > size["width"] else []
    context.close()
    assert (faults, [each for each in told if "404" not in each]) == ([], [])


def test_a_printed_page_has_what_it_is_printed_for(browser: Browser, served: Served) -> None:
    """On paper stand the groups of a skill with their names, and neither buttons nor the menu."""
    context = browser.new_context()
    page = context.new_page()
    _log_in(page, served, Role.TEACHER)
    (groups,) = [
        each for each in _addresses(served, Role.TEACHER) if re.fullmatch(r"/c/\w+/skills/\w+", each)
    ]
    page.goto(served.address + groups)
    page.emulate_media(media="print")
    names = page.locator("fieldset li")
    assert names.count() > 5
    assert all(each.is_visible() for each in names.all())
    assert not page.locator("main button").first.is_visible()
    assert not page.locator("nav").first.is_visible()
    context.close()


def _box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


@pytest.mark.parametrize("size", [_WIDE, _PHONE])
def test_the_matrix_says_which_skill_and_whose_a_cell_is(
    browser: Browser, served: Served, size: ViewportSize
) -> None:
    """However far a class is scrolled, the skills, how many need help there, and the names stay in view."""
    context = browser.new_context(viewport=size)
    page = context.new_page()
    _log_in(page, served, Role.TEACHER)
    page.locator("nav a[href$='/skills']").click()
    n_need_help = [int(each) for each in page.locator("thead td").all_inner_texts()]
    in_need = page.locator("tbody .needs_work")
    assert sum(n_need_help) == in_need.count() > 0
    page.locator("tbody tr:last-child td:last-child").scroll_into_view_if_needed()
    places = (".long", "tbody tr:last-child td:last-child", "thead tr:first-child th:last-child")
    whole, cell, skill, name = (_box(page, each) for each in (*places, "tbody tr:last-child th"))
    assert (skill["x"], name["y"]) == (cell["x"], cell["y"])
    assert whole["y"] <= skill["y"] < cell["y"]
    assert whole["x"] <= name["x"] < cell["x"]
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_students_and_teachers_say_what_they_see_differently(
    browser: Browser, served: Served, scripts: bool
) -> None:
    """Behind a word to unfold are two buttons; what was said stands in their place, and in nobody else's."""
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    copy = ReadingCopy(folder_of(served.settings))
    student = reader_as(Role.STUDENT, copy.cursor(), "en").student_key
    copy.close()
    places = {Role.STUDENT: ("/known", "article"), Role.TEACHER: (f"/s/{student}", "tbody tr")}
    for role, (path, kind) in places.items():
        _log_in(page, served, role)
        for act, says in (("known", "You said: known."), ("not-known", "You said: not known.")):
            page.goto(served.address + path)
            row = page.locator(f"{kind}:has(button[value={act}])").first
            name, n_open = row.get_attribute("id"), page.locator(f"button[value={act}]").count()
            assert not row.locator(f"button[value={act}]").is_visible()
            row.locator("summary").click()
            row.locator(f"button[value={act}]").click()
            page.locator(f"#{name} .waiting").wait_for()
            assert says in page.inner_text(f"#{name} .waiting")
            assert page.locator(f"button[value={act}]").count() == n_open - 1
    context.close()


def test_the_first_key_leads_past_the_menu(browser: Browser, served: Served) -> None:
    """Whoever uses the keyboard reaches the content with two keys, and a button with some more."""
    context = browser.new_context()
    page = context.new_page()
    _log_in(page, served, Role.STUDENT)
    page.goto(f"{served.address}/today")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_is_shown_with_and_without_scripts(browser: Browser, served: Served, scripts: bool) -> None:
    """With scripts the row alone changes; without, the page comes back: both say that it waits."""
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    _log_in(page, served, Role.TEACHER)
    page.locator("main a[href^='/s/']").first.click()
    row = page.locator("tr:has(button[value=set])").first
    name = row.get_attribute("id")
    before = page.url
    row.locator("button[value=set]").click()
    page.locator(f"#{name} .waiting").wait_for()
    assert page.url == before
    context.close()
