"""The demo's login: whoever is at this machine reads as a made-up teacher, student, lead or operator."""

import hashlib
import hmac
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.reading_copy import CopyCursor
from learnloom.pipelines.pages.render import render
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.schemas.errors import LearnloomError

MARK: Final = ".learnloom-demo"
"""In the folder of a demo, beside its warehouse."""
_COOKIE: Final = "learnloom-demo"
_SEE_OTHER: Final = 303
_LANGUAGES: Final = ("en", "de")
_SHOWN: Final = """
    SELECT student.student_key, student_name FROM student
    INNER JOIN signal ON student.student_key = signal.student_key
    WHERE audience = 'student' AND expires_at > (SELECT as_of FROM about)
    GROUP BY ALL ORDER BY max(signal_kind = 'practise_next') DESC, count(DISTINCT signal_kind) DESC, student.student_key
    LIMIT 1
"""


class NoDemoError(LearnloomError):
    """The demo's login is asked for where real people are."""


def must_be_demo(settings: Settings, host: str) -> None:
    """Refuse the demo's login where anybody else could be read, or could read.

    Raises:
        NoDemoError: the warehouse is not that of `learnloom demo`, or others reach the address.
    """
    if settings.catalog is not None or not (settings.warehouse.parent / MARK).is_file():
        raise NoDemoError(
            f"{settings.warehouse} is not the warehouse of a demo: its pages need a login. Make a demo with "
            "`learnloom demo`"
        )
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise NoDemoError(f"the demo's login knows no passwords: it is for 127.0.0.1 alone, not for {host}")


class DemoLogin:
    """Lets anybody in, as whom they like."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret that signs cookies."""
        self._secret = secret

    def reader_of(self, request: Request, model: CopyCursor) -> Reader | None:
        """Tell whom a cookie names."""
        role, _, rest = request.cookies.get(_COOKIE, "").partition(".")
        language, _, signature = rest.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signed(role, language).encode()):
            return None
        return reader_as(Role(role), model, language)

    def routes(self) -> list[BaseRoute]:
        """The page that lets readers in, and what its buttons do."""
        return [
            Route("/login", self._page, methods=["GET"]),
            Route("/login", self._enter, methods=["POST"]),
        ]

    def _page(self, request: Request) -> Response:
        asked = request.headers.get("accept-language", "en").partition(",")[0]
        return HTMLResponse(render("demo", asked, roles=[role.value for role in Role], languages=_LANGUAGES))

    async def _enter(self, request: Request) -> Response:
        role, language = request.query_params.get("role", ""), request.query_params.get("language", "en")
        if role not in list(Role) or language not in _LANGUAGES:
            return RedirectResponse("/login", _SEE_OTHER)
        answer = RedirectResponse("/", _SEE_OTHER)
        answer.set_cookie(
            _COOKIE, f"{role}.{language}.{self._signed(role, language)}", httponly=True, samesite="strict"
        )
        return answer

    def _signed(self, role: str, language: str) -> str:
        return hmac.new(self._secret, f"demo {role} {language}".encode(), hashlib.sha256).hexdigest()


def reader_as(role: Role, model: CopyCursor, language: str) -> Reader:
    """Make the reader of the demo who has this role: the teacher of all courses, one student with much to read."""
    student = model.one(_SHOWN) if role is Role.STUDENT else None
    courses = [row["course_id"] for row in model.rows("SELECT course_id FROM course")]
    names = {Role.TEACHER: "Ada Demo", Role.LEAD: "Lea Demo", Role.OPERATOR: "Otis Demo"}
    return Reader(
        subject=f"https://demo.learnloom.example#{role}",
        name=student["student_name"] if student else names.get(role, ""),
        role=role,
        student_key=student["student_key"] if student else None,
        courses=frozenset(courses) if role is Role.TEACHER else frozenset(),
        language=language,
    )
