"""One platform, one warehouse and one login for all tests of this room."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.applications import Starlette

from learnloom.pipelines.config.login import LoginBounds, SchoolLogin
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_write
from learnloom.pipelines.login.app import Login
from learnloom.pipelines.login.opening import open_login
from learnloom.pipelines.login.store import LoginStore, open_login_store
from learnloom.pipelines.roster.member import Member, import_members
from tests.pipelines.login.browser import Browser
from tests.pipelines.login.playing import Player, playing
from tests.pipelines.people.make import TELLER

HOME = "https://lms.school.example"
HERE = "https://learnloom.school.example"
NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> dt.datetime:
        """Give the moment."""
        return self.moment


class Place(NamedTuple):
    """A login, and all that it stands between."""

    login: Login
    player: Player
    settings: Settings
    store: LoginStore
    clock: Clock

    def browser(self) -> Browser:
        """Give a browser with no cookies."""
        return Browser(Starlette(routes=self.login.routes), HERE)

    def asked(self, browser: Browser, **changed: str) -> dict[str, str]:
        """Begin a launch; returns what the platform is asked."""
        values = {"iss": self.player.address, "login_hint": "29", "target_link_uri": f"{HERE}/me", **changed}
        answer = browser.post("/lti/login", data=values)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def settings_of(folder: Path, player: Player) -> Settings:
    """Give the settings of a school with one platform and a login of its own."""
    platform = player.platform(HOME, f"{HOME}/course/{{context}}")
    school = SchoolLogin(
        issuer=player.address, client_id="pages", match="username", home_page=HOME, name="Our school"
    )
    login = LoginBounds(
        address=HERE,
        platforms=(platform,),
        school=school,
        leads=(f"{HOME} lena",),
        operators=(f"{player.address}#ops",),
    )
    return Settings(warehouse=folder / "warehouse", login=login)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A roster with a teacher of maths and two students, and the login over it."""
    with playing() as player:
        settings, clock = settings_of(tmp_path_factory.mktemp("login"), player), Clock()
        members = [
            Member(f"{HOME}/course/maths", "student", f"{HOME} ann"),
            Member(f"{HOME}/course/maths", "student", f"{HOME} 30"),
            Member(f"{HOME}/course/maths", "teacher", f"{HOME} tina"),
            Member(f"{HOME}/course/art", "teacher", f"{HOME} 29"),
        ]
        with open_to_write(settings) as warehouse:
            import_members(warehouse, "a", members, TELLER, left_out=0, wait_seconds=20)
        with open_login_store(settings, now=clock) as store, open_login(settings, now=clock) as login:
            yield Place(login, player, settings, store, clock)


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    """The same at noon, with nobody logged in."""
    shared.clock.moment = NOON
    shared.player.now = int(NOON.timestamp())
    yield shared
    with shared.store.database.transaction() as connection:
        for table in ("begun", "session", "came", "member_list", "invitation", "platform"):
            connection.execute(f"DELETE FROM {table}")
