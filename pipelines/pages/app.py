"""The pages as an application: addresses, who may read them, and the answers that come back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from learnloom.pipelines.audit.looks import AuditError
from learnloom.pipelines.lake.errors import WarehouseError
from learnloom.pipelines.pages.answering import (
    BadAnswerError,
    ForbiddenAnswerError,
    fields_of,
    value_of,
)
from learnloom.pipelines.pages.guard import Forms, Secured
from learnloom.pipelines.pages.log import Waiting
from learnloom.pipelines.pages.menu import home_of, menu_of
from learnloom.pipelines.pages.model import course_of, students_of
from learnloom.pipelines.pages.page import NotFoundError, Page, PageRequest
from learnloom.pipelines.pages.pages import PAGES
from learnloom.pipelines.pages.place import PagesContext, Takes
from learnloom.pipelines.pages.render import render
from learnloom.pipelines.pages.texts import words_of
from learnloom.pipelines.roster.access import Access, Kind
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.pipelines.vault.errors import VaultError

_MAX_BODY: Final = 65_536
_SEE_OTHER: Final = 303
_AT_ONCE: Final = 4
"""Pages that are made at once: more threads would wait for Python's lock, and all of them end late."""
_NOTHING: Final = {
    Role.TEACHER: "no course",
    Role.STUDENT: "no student",
    Role.LEAD: "",
    Role.OPERATOR: "",
}
"""Why a reader has no page to begin with."""
ReaderOf = Callable[[Request], Reader | None]


def make_pages(
    place: PagesContext,
    reader_of: ReaderOf,
    *,
    forms: Forms,
    login: Sequence[BaseRoute] = (),
    login_address: Callable[[Request], str] = lambda _: "/login",
    ancestors: Callable[[], Sequence[str]] = tuple,
    account: str = "/login",
) -> Starlette:
    """Make the application.

    Args:
        place: what pages read, and where answers go.
        reader_of: who asks; None: nobody who is logged in.
        forms: knows the forms of a reader's pages.
        login: the routes of whatever logs readers in, /login among them.
        login_address: where whoever is not logged in is sent.
        ancestors: gives the origins that may show pages in a frame.
        account: where readers see who they are, and leave.
    """
    pages = _Pages(place, reader_of, forms, login_address, account)
    routes: list[BaseRoute] = [
        Route("/", pages.in_turn(pages.begin)),
        Route("/answers", pages.takes(place.answers), methods=["POST"]),
        Route("/matches", pages.takes(place.matches), methods=["POST"]),
        *(Route(page.path, pages.answers(page), name=page.name) for page in PAGES),
        *login,
        Mount("/static", StaticFiles(packages=[("learnloom.pipelines.pages", "static")])),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Secured, ancestors=ancestors)],
        exception_handlers={
            HTTPException: pages.refused,
            NotFoundError: pages.missing,
            WarehouseError: pages.unavailable,
            AuditError: pages.unavailable,
            VaultError: pages.unavailable,
            500: pages.failed,
        },
    )


class _Pages:
    """Answers requests; what takes time runs in threads."""

    def __init__(
        self,
        place: PagesContext,
        reader_of: ReaderOf,
        forms: Forms,
        login_address: Callable[[Request], str],
        account: str,
    ) -> None:
        self._place = place
        self._reader_of = reader_of
        self._forms = forms
        self._login_address = login_address
        self._account = account
        self._turns = CapacityLimiter(_AT_ONCE)

    def in_turn(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        """Make what answers requests a few at a time, whoever came first: many at once take turns in computing."""

        async def answered(request: Request) -> Response:
            return await to_thread.run_sync(answer, request, limiter=self._turns)

        return answered

    def answers(self, page: Page) -> Callable[[Request], Response | Awaitable[Response]]:
        """Make what answers requests for a page; one that may wait for the warehouse keeps no other from its turn."""
        return self.shows(page) if page.reads_warehouse else self.in_turn(self.shows(page))

    def begin(self, request: Request) -> Response:
        """Send a reader to the page that is for them."""
        reader = self._reader_of(request)
        if reader is None:
            return RedirectResponse(self._login_address(request), _SEE_OTHER)
        try:
            return RedirectResponse(home_of(reader, self._place.model()), _SEE_OTHER)
        except NotFoundError:
            return self._told(request, 404, "unseen course" if reader.courses else _NOTHING[reader.role])

    def shows(self, page: Page) -> Callable[[Request], Response]:
        """Make what answers a request for a page."""

        def show(request: Request) -> Response:
            reader = self._reader_of(request)
            if reader is None:
                return RedirectResponse(self._login_address(request), _SEE_OTHER)
            asked = self._asked(request, reader, page)
            self._note(page, asked)
            given = page.show(asked)
            if isinstance(given, Response):
                return given
            return HTMLResponse(self._rendered(request, page, asked, given))

        return show

    def _asked(self, request: Request, reader: Reader, page: Page) -> PageRequest:
        model, values = self._place.model(), {**request.query_params, **request.path_params}
        course_id, student_key = None, values.get("student")
        if "course" in request.path_params:
            course_id = course_of(model, values["course"])
            if course_id is None:
                raise NotFoundError
        access = Access(reader, model.rows)
        if not access.may_see(page.kind, course_id=course_id, student_key=student_key):
            raise NotFoundError
        words = words_of(reader.language)
        own = reader.student_key if reader.role is Role.STUDENT else None
        return PageRequest(
            reader=reader,
            model=model,
            language=words.language,
            gettext=words.translations.gettext,
            waiting=self._waiting(reader),
            warehouse=self._place.warehouse,
            thresholds=self._place.thresholds,
            names=self._place.names,
            values=values,
            course_id=course_id,
            student_key=student_key or own,
            is_told=own is None
            or not model.rows("SELECT 1 FROM untold WHERE student_key = $own", {"own": own}),
        )

    def _waiting(self, reader: Reader) -> Waiting:
        waiting = self._place.waiting()
        is_teacher = reader.role is Role.TEACHER
        return waiting.by(teachers=is_teacher) if is_teacher or reader.role is Role.STUDENT else waiting

    def _note(self, page: Page, asked: PageRequest) -> None:
        """Keep that somebody is about to look at students who are not themselves."""
        if self._place.note is None or page.kind is not Kind.PERSONS:
            return
        students = [asked.student_key] if asked.student_key else students_of(asked.model, asked.course_id)
        self._place.note(asked.reader.subject, page.name, students)

    def _rendered(self, request: Request, page: Page, asked: PageRequest, given: dict[str, Any]) -> str:
        about = asked.model.one("SELECT as_of, time_zone FROM about") or {}
        return render(
            page.name,
            asked.reader.language,
            **about,
            asked=asked,
            reader=asked.reader,
            title=asked.gettext(page.title),
            page=page.name,
            account=self._account,
            menu=menu_of(asked, page),
            csrf=self._forms.token(request, asked.reader),
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            course_key=request.path_params.get("course"),
            **given,
        )

    def takes(self, take: Takes) -> Callable[[Request], Awaitable[Response]]:
        """Make what takes a form, and sends the reader back to where it was filled in."""

        async def answer(request: Request) -> Response:
            reader = await run_in_threadpool(self._reader_of, request)
            if reader is None:
                return RedirectResponse(self._login_address(request), _SEE_OTHER)
            body = b""
            async for part in request.stream():
                body += part
                if len(body) > _MAX_BODY:
                    raise HTTPException(413, "the form is too long")
            return await run_in_threadpool(self._take, take, request, reader, body)

        return answer

    def _take(self, take: Takes, request: Request, reader: Reader, body: bytes) -> Response:
        try:
            fields = fields_of(body)
            if not self._forms.is_ours(request, reader, value_of(fields, "csrf") or ""):
                raise HTTPException(403, "this form is too old: load the page again, and answer again")
            take(reader, self._place.model(), fields)
        except BadAnswerError as error:
            raise HTTPException(400, str(error)) from error
        except ForbiddenAnswerError:
            raise NotFoundError from None
        return RedirectResponse(_local(value_of(fields, "back")), _SEE_OTHER)

    def refused(self, request: Request, error: Exception) -> Response:
        """Say what is wrong with a request."""
        status = error.status_code if isinstance(error, HTTPException) else 400
        return self._told(request, status, str(getattr(error, "detail", error)))

    def missing(self, request: Request, _: Exception) -> Response:
        """Say that there is nothing, whether or not another might see it."""
        return self._told(request, 404, "")

    def unavailable(self, request: Request, error: Exception) -> Response:
        """Say that nothing can be read now."""
        return self._told(request, 503, str(error))

    def failed(self, request: Request, _: Exception) -> Response:
        """Say that it is our fault; what happened stands in the log."""
        return self._told(request, 500, "")

    def _told(self, request: Request, status: int, detail: str) -> Response:
        reader = None if status >= 500 else self._reader_of(request)  # noqa: PLR2004
        is_part = request.headers.get("hx-request") == "true"
        language = (
            reader.language if reader else request.headers.get("accept-language", "en").partition(",")[0]
        )
        text = render(
            "error_part" if is_part else "error",
            language or "en",
            status=status,
            detail=detail,
            reader=reader,
        )
        headers = (
            {"HX-Retarget": "#notice", "HX-Reselect": "#error", "HX-Reswap": "innerHTML"} if is_part else {}
        )
        return HTMLResponse(text, status, headers=headers)


def _local(back: str | None) -> str:
    """Where to go back to: an address of ours alone."""
    if back is None or not back.startswith("/") or back.startswith("//") or "\\" in back:
        return "/"
    return back
