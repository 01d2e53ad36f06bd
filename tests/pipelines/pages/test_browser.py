"""Pages in a real browser: by keyboard and by finger, with and without scripts, without a fault that axe finds."""

import datetime as dt
import os
import shutil
import threading
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.demo import MARK, reader_as
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.pages.opening import open_demo
from learnloom.pipelines.roster.reader import Role
from servers.chromium import NAMED, find_chromium
from servers.ports import free_port
from servers.waiting import wait_until
from tests.conftest import SmallClass
from tests.pipelines.pages.conftest import refresh_again

pytestmark = pytest.mark.slow

_WIDE: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 800}
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Served(NamedTuple):
    """The demo's pages on a port."""

    address: str
    settings: Settings
    day: dt.date


@pytest.fixture(scope="module")
def served(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small class as a demo, with its own login."""
    place = tmp_path_factory.mktemp("demo")
    (place / MARK).touch()
    shutil.copytree(small_class.folder, place / "warehouse")
    settings = Settings(warehouse=place / "warehouse", lock_wait_seconds=20)
    port = free_port()
    with open_demo(settings, clock=lambda: dt.datetime.now(dt.UTC)) as app:
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the server ended")
            yield Served(f"http://127.0.0.1:{port}", settings, small_class.day)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the one of the environment, else the one that is installed."""
    program = find_chromium(os.environ)
    if program is None:
        pytest.skip(f"no Chromium: install chromium or chromium-headless-shell, or name one by {NAMED}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


def _log_in(page: Page, served: Served, role: Role, language: str = "en") -> None:
    page.goto(f"{served.address}/login")
    page.locator(f"form[action*='role={role}&language={language}'] button").click()


def _links(page: Page, served: Served, role: Role) -> list[str]:
    """Addresses of all pages of a role: the menu's, and one of each that hangs below one."""
    found = [str(link.get_attribute("href")) for link in page.locator("nav a").all()]
    if role is Role.TEACHER:
        page.goto(served.address + found[1])
        found += [str(page.locator(f"{place} a").first.get_attribute("href")) for place in ("thead", "tbody")]
        page.goto(served.address + found[-1])
    if role is Role.STUDENT:
        page.goto(served.address + "/known")
    if role in (Role.TEACHER, Role.STUDENT):
        found.append(str(page.locator("a.target").first.get_attribute("href")))
    return found


@pytest.mark.parametrize("role", list(Role))
def test_no_page_keeps_anybody_out(browser: Browser, served: Served, role: Role) -> None:
    """Axe finds no fault at a desk and on a phone, nothing is wider than a phone, and the console stays empty."""
    context = browser.new_context()
    page, told = context.new_page(), []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    _log_in(page, served, role, "de" if role is Role.STUDENT else "en")
    faults = []
    for link in _links(page, served, role):
        for size in (_WIDE, _PHONE):
            page.set_viewport_size(size)
            page.goto(served.address + link)
            found = Axe().run(page, options=_RULES).response["violations"]
            faults += [(link, size["width"], each["id"], each["nodes"][0]["html"]) for each in found]
            width = page.evaluate("document.documentElement.scrollWidth")
            faults += [(link, size["width"], "wide", width)] if width > size["width"] else []
    context.close()
    assert (faults, told) == ([], [])


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


def test_a_story_from_a_teacher_to_a_student_and_back(browser: Browser, served: Served) -> None:
    """A teacher sets practice; the student reads of it, chooses it and asks to talk; the teacher reads of that."""
    context = browser.new_context()
    page = context.new_page()
    copy = ReadingCopy(folder_of(served.settings))
    student = reader_as(Role.STUDENT, copy.cursor(), "en").student_key
    copy.close()

    _log_in(page, served, Role.TEACHER)
    week = page.url
    page.goto(f"{served.address}/s/{student}")
    row = page.locator("tr:has(button[value=set])").last
    skill = row.locator("th").inner_text()
    row.locator("button[value=set]").click()
    page.locator("tr .waiting").wait_for()
    _refresh(served)

    _log_in(page, served, Role.STUDENT)
    page.goto(f"{served.address}/today")
    assert "Your teacher asks you to practise it." in page.inner_text("main")
    page.locator(f"article:has(h3:text-is('{skill}')) button[value=choose]").click()
    page.locator("article .waiting").wait_for()
    page.locator("button[value=talk]").click()
    page.locator("#ask .waiting").wait_for()
    _refresh(served)

    _log_in(page, served, Role.TEACHER)
    page.goto(week)
    assert "They asked to talk to you" in page.inner_text("main")
    page.goto(week.replace("/week", "/practice"))
    assert skill in page.inner_text("table")
    context.close()


def _refresh(served: Served) -> None:
    """Refresh once what was answered has landed, and wait until pages read of it."""
    folder = folder_of(served.settings)
    log, copy = AnswerLog(folder), ReadingCopy(folder)
    wait_until(lambda: not log.to_land(), lambda: None)
    before = copy.name
    refresh_again(served.settings, served.day)
    wait_until(lambda: copy.name != before and not log.ids(), lambda: None)
