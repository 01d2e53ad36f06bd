"""One whole story in a real browser, from launches of a learning platform to what came of it."""

import datetime as dt
import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.lake.reading_copy import ReadingCopy
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.pages.opening import open_pages
from servers.ports import free_port
from servers.waiting import wait_until
from tests.conftest import SmallClass, land
from tests.pipelines.login.playing import CLAIM, MEMBERSHIP, Player, playing
from tests.pipelines.pages.conftest import refresh_again

pytestmark = [pytest.mark.slow, pytest.mark.long]

_TEACHER = "29"
_PATIENCE_MS = 120_000


class School(NamedTuple):
    """A platform that is played, and the pages that it launches on a port of this machine."""

    player: Player
    settings: Settings
    day: dt.date
    student: str
    """The name of a student's account, which the platform has, too."""
    student_key: str

    @property
    def address(self) -> str:
        """Where browsers reach the pages."""
        return self.player.tool

    def launch(self, page: Page, sub: str) -> None:
        """Open the pages from the platform, where somebody is logged in."""
        page.context.clear_cookies()
        page.goto(f"{self.player.address}/launch/{sub}")
        page.wait_for_url(f"{self.address}/**")

    def n_since(self) -> int:
        """Answers of the student since practice was set, as pages have it."""
        copy = ReadingCopy(folder_of(self.settings))
        (row,) = copy.cursor().rows(
            "SELECT n_since FROM voice WHERE voice_kind = 'assigned' AND student_key = $key",
            {"key": self.student_key},
        )
        copy.close()
        return int(row["n_since"])

    def refresh(self) -> None:
        """Refresh once what was answered has landed, and wait until pages read of it."""
        log, copy = AnswerLog(folder_of(self.settings)), ReadingCopy(folder_of(self.settings))
        wait_until(lambda: not log.to_land(), lambda: None)
        before = copy.name
        refresh_again(self.settings, self.day)
        wait_until(lambda: copy.name != before and not log.ids(), lambda: None)


@pytest.fixture
def school(small_class: SmallClass, tmp_path: Path) -> Iterator[School]:
    """The small class, whose course is one of a platform; the clock stands at noon of its last day."""
    folder = tmp_path / "warehouse"
    shutil.copytree(small_class.folder, folder)
    with Warehouse(folder, read_only=True) as warehouse:
        ((course_id,),) = warehouse.rows("SELECT course_id FROM dimensional.dim_course LIMIT 1")
        key, identifier = warehouse.one(
            "SELECT student_key, identifier FROM dimensional.dim_student "
            "INNER JOIN feedback.signal USING (student_key) "
            "WHERE identifier_kind = 'account' AND signal_kind = 'practise_next' ORDER BY ALL LIMIT 1"
        )
    home_page, _, student = identifier.partition(" ")
    noon, port = dt.datetime.combine(small_class.day, dt.time(12), dt.UTC), free_port()
    with playing() as player:
        player.now, player.tool = int(noon.timestamp()), f"http://127.0.0.1:{port}"
        usual = {
            f"{CLAIM}target_link_uri": f"{player.tool}/",
            f"{CLAIM}launch_presentation": {"locale": "en"},
        }
        player.launches = {_TEACHER: usual, student: {**usual, f"{CLAIM}roles": [f"{MEMBERSHIP}Learner"]}}
        login = LoginBounds(address=player.tool, platforms=(player.platform(home_page, course_id),))
        settings = Settings(warehouse=folder, lock_wait_seconds=20, login=login)
        with open_pages(settings, clock=lambda: noon) as app:
            server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
            thread = threading.Thread(target=server.run)
            thread.start()
            try:
                wait_until(lambda: server.started, lambda: None if thread.is_alive() else "the server ended")
                yield School(player, settings, small_class.day, student, key)
            finally:
                server.should_exit = True
                thread.join()


def _answers(school: School, skill: str) -> None:
    """Let the student answer a question of a skill that they have answered before, half an hour after noon."""
    with open_to_read(school.settings) as warehouse:
        (raw,) = warehouse.one(
            "SELECT raw FROM landing.statement INNER JOIN dimensional.fact_attempt_skill AS answer "
            "ON landing.statement.statement_id = answer.attempt_id "
            "INNER JOIN dimensional.dim_skill USING (skill_id) WHERE student_key = ? AND skill_name = ? LIMIT 1",
            [school.student_key, skill],
        )
    moment = dt.datetime.combine(school.day, dt.time(12, 30), dt.UTC).isoformat()
    answer = {**orjson.loads(raw), "id": str(uuid.uuid4()), "timestamp": moment}
    file = school.settings.warehouse.parent / "answer.jsonl"
    file.write_bytes(orjson.dumps(answer) + b"\n")
    with Warehouse(school.settings.warehouse) as warehouse:
        land(warehouse, file)


def _read_what_came(
    page: Page, school: School, week: str, skill: str, n_before: int, *, row_id: str | None
) -> None:
    """The teacher launches again, and reads what came of each."""
    school.launch(page, _TEACHER)
    assert page.url == week
    asked = page.locator("section[aria-labelledby=talk]")
    assert asked.locator(f"a[href='/s/{school.student_key}']").count() == 1
    page.goto(week.replace("/week", "/practice"))
    line = page.locator("tbody tr").filter(
        has=page.locator(f"a[href='/s/{school.student_key}']"), has_text=skill
    )
    (since,) = line.locator("td.n").all_inner_texts()
    assert since.startswith(f"{n_before + 1} ")
    assert "They chose it on" in since
    page.goto(f"{school.address}/s/{school.student_key}")
    assert "A teacher says: does not know this." in page.inner_text(f"#{row_id}")
    assert "Says: I know this." in page.inner_text(f"#{row_id}")


def test_a_story_from_a_launch_to_what_came_of_it(browser: Browser, school: School) -> None:
    """A teacher reads, sets practice and says what they saw; the student chooses, practises, contests and asks to talk.

    The teacher then reads of each of these.
    """
    page = browser.new_context().new_page()
    page.set_default_timeout(_PATIENCE_MS)
    # The teacher launches, reads, sets practice, and says of another skill what they saw.
    school.launch(page, _TEACHER)
    week = page.url
    assert page.inner_text("h1") == "This week"
    assert page.locator("article.card").count() > 0
    page.goto(f"{school.address}/s/{school.student_key}")
    rows = page.locator("tbody tr:has(button[value=set])").filter(has=page.locator("a.target"))
    set_row, said_row = rows.last, rows.first
    skill, other = set_row.locator("th").inner_text(), said_row.locator("th").inner_text()
    assert skill != other
    ids = set_row.get_attribute("id"), said_row.get_attribute("id")
    set_row.locator("button[value=set]").click()
    page.locator(f"#{ids[0]} .waiting", has_text="You have set it as practice.").wait_for()
    row = page.locator(f"#{ids[1]}")
    row.locator("summary").click()
    row.locator("button[value=not-known]").click()
    page.locator(f"#{ids[1]} .waiting", has_text="You said: not known.").wait_for()
    school.refresh()

    # The student launches, is offered it, chooses it, contests the other, and asks to talk.
    school.launch(page, school.student)
    assert page.url == f"{school.address}/today"
    offered = page.locator("article.card").filter(has=page.locator(f"input[value='{(ids[0] or '')[2:]}']"))
    assert "Your teacher asks you to practise it." in offered.inner_text()
    offered.locator("button[value=choose]").click()
    page.locator("article .waiting", has_text="You have chosen it.").wait_for()
    page.locator("button[value=talk]").click()
    page.locator("#ask .waiting").wait_for()
    page.goto(f"{school.address}/known")
    contested = page.locator(f"#{ids[1]}")
    contested.locator("summary").click()
    contested.locator("button[value=known]").click()
    page.locator(f"#{ids[1]} .waiting", has_text="You said: known.").wait_for()
    assert page.goto(week).status == 404  # type: ignore[union-attr]
    # They practise: the platform tells of an answer.
    n_before = school.n_since()
    _answers(school, skill)
    school.refresh()

    _read_what_came(page, school, week, skill, n_before, row_id=ids[1])
    page.context.close()
