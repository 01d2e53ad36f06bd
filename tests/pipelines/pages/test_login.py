"""From a learning platform to the pages: a launch opens the pages of whoever comes, and answers carry their session."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.applications import Starlette

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.pages.log import AnswerLog
from learnloom.pipelines.pages.model import folder_of
from learnloom.pipelines.pages.opening import open_pages
from tests.conftest import SmallClass
from tests.pipelines.login.browser import Browser
from tests.pipelines.login.playing import CLAIM, MEMBERSHIP, Player, playing

_HERE = "https://learnloom.school.example"
_LEARNER = {f"{CLAIM}roles": [f"{MEMBERSHIP}Learner"]}


class School(NamedTuple):
    """A platform that is played, and the pages that it launches."""

    player: Player
    app: Starlette
    settings: Settings
    student: str
    """The name of a student's account, which the platform has, too."""

    def launched(self, sub: str, **claims: Any) -> Browser:
        """Give the browser of whoever has launched."""
        browser = Browser(self.app, _HERE)
        values = {"iss": self.player.address, "login_hint": sub, "target_link_uri": f"{_HERE}/"}
        location = browser.post("/lti/login", data=values).headers["location"]
        asked = dict(parse_qsl(urlsplit(location).query))
        token = self.player.signed(self.player.claims(asked, sub=sub, **claims))
        answer = browser.post("/lti/launch", data={"state": asked["state"], "id_token": token})
        assert answer.status_code == 303, answer.text
        return browser


@pytest.fixture(scope="module")
def school(small_class: SmallClass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """The small class, whose course is one of a platform."""
    folder = tmp_path_factory.mktemp("school") / "warehouse"
    shutil.copytree(small_class.folder, folder)
    with Warehouse(folder, read_only=True) as warehouse:
        ((course_id,),) = warehouse.rows("SELECT course_id FROM dimensional.dim_course LIMIT 1")
        (identifier,) = warehouse.one(
            "SELECT identifier FROM dimensional.dim_student WHERE identifier_kind = 'account' ORDER BY 1 LIMIT 1"
        )
    home_page, _, student = identifier.partition(" ")
    noon = dt.datetime.combine(small_class.day, dt.time(12), dt.UTC)
    with playing() as player:
        player.now = int(noon.timestamp())
        platform = player.platform(home_page, course_id)
        login = LoginBounds(address=_HERE, platforms=(platform,))
        settings = Settings(warehouse=folder, lock_wait_seconds=20, login=login)
        with open_pages(settings, clock=lambda: noon) as app:
            yield School(player, app, settings, student)


def test_a_teacher_reads_and_answers(school: School) -> None:
    """From a course a teacher comes to its week; an answer with the session's token is taken, and no other."""
    teacher = school.launched("29")
    week = teacher.get("/").headers["location"]
    page = teacher.get(week)
    assert page.status_code == 200
    assert (
        school.player.address in page.headers["content-security-policy"]
    )  # it may stand in the platform's frame
    form = page.text[page.text.index("<form") : page.text.index("</form>")]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"act": "noted"}
    assert school.launched("28").post("/answers", data=fields).status_code == 403
    assert (
        teacher.post("/answers", data=fields, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert AnswerLog(folder_of(school.settings)).ids() == []
    assert teacher.post("/answers", data=fields).headers["location"] == week
    assert len(AnswerLog(folder_of(school.settings)).ids()) == 1


def test_a_student_reads_their_own(school: School) -> None:
    """The account of the platform is that of statements: the student has pages, and a teacher's are not theirs."""
    student = school.launched(school.student, **_LEARNER)
    assert student.get("/").headers["location"] == "/today"
    assert student.get("/known").status_code == 200
    week = school.launched("29").get("/").headers["location"]
    assert student.get(week).status_code == 404


def test_who_is_not_matched_is_told_so(school: School) -> None:
    """A learner of whom no statement tells reads what to do, and nobody's page."""
    stranger = school.launched("nobody-4711", **_LEARNER)
    assert "wer du bist" in stranger.get("/").text
    assert stranger.get("/today").status_code == 404


def test_who_is_not_logged_in_comes_back_after_the_login(school: School) -> None:
    """The login knows where somebody wanted to go."""
    answer = Browser(school.app, _HERE).get("/today")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?to=/today")
