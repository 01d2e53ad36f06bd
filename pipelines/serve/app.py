"""The HTTP interface for tools that pull: profiles, signals, events since a cursor, and answers to signals.

Its description as OpenAPI stands at /openapi.json, a page to try it at /docs.
"""

import datetime as dt
import hmac
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response, status
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from learnloom.pipelines.audit.looks import AuditError
from learnloom.pipelines.audit.noting import note_look
from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.errors import WarehouseBusyError, WarehouseError, WarehouseUnavailableError
from learnloom.pipelines.lake.held import ReadingPool
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.operate.metrics import metrics_text, registry
from learnloom.pipelines.serve.pull import SignalMissingError, read_page
from learnloom.pipelines.serve.respond import WrongAudienceError, respond
from learnloom.pipelines.serve.students import StudentMissingError, key_now, read_profile, read_signals
from learnloom.pipelines.serve.traced import Traced
from learnloom.pipelines.tracing.span import is_on
from learnloom.pipelines.vault.names import too_young
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.event import SignalEvent
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Audience, Signal
from learnloom.schemas.signal_statement import Response as Answer
from learnloom.schemas.student_event import StudentErasedEvent

_MAX_SIGNALS = 1_000
_CONNECTIONS = 4
_WAIT_SECONDS = 30.0
"""For a connection that others use."""
_STATUS: dict[type[LearnloomError], int] = {
    StudentMissingError: status.HTTP_404_NOT_FOUND,
    SignalMissingError: status.HTTP_404_NOT_FOUND,
    WrongAudienceError: status.HTTP_403_FORBIDDEN,
    WarehouseBusyError: status.HTTP_503_SERVICE_UNAVAILABLE,
    WarehouseUnavailableError: status.HTTP_503_SERVICE_UNAVAILABLE,
    WarehouseError: status.HTTP_503_SERVICE_UNAVAILABLE,
    AuditError: status.HTTP_503_SERVICE_UNAVAILABLE,
}
"""What an error means to who asks; the first that fits."""
_bearer = HTTPBearer(auto_error=False, description="The setting api_token, or api_student_token.")


class ApiSettingsError(LearnloomError):
    """The interface cannot be offered with these settings."""


class EventPage(BaseModel):
    """Some events in order, and where to go on."""

    events: list[SignalEvent | StudentErasedEvent]
    next_sequence: int = Field(description="Ask with this as `since` for what comes next.")


class AnswerBody(BaseModel):
    """An answer to a signal."""

    model_config = ConfigDict(extra="forbid")

    response: Answer
    went_well: bool | None = Field(default=None, description="How following it went, where that is known.")
    note: str | None = Field(default=None, max_length=2_000, description="Words of whoever answers.")
    at: AwareDatetime | None = Field(default=None, description="When; default: now. The same again is known.")


class AnswerTaken(BaseModel):
    """An answer has landed; the next refresh takes it in."""

    statement_id: str
    is_new: bool = Field(description="False where the same answer had landed before.")


def make_app(settings: Settings, *, clock: Callable[[], dt.datetime]) -> FastAPI:
    """Make the application.

    Args:
        settings: a school's choices, with at least one token.
        clock: gives the present moment.

    Raises:
        ApiSettingsError: no token is set: what is known of students is not for everybody.
    """
    tokens = _tokens(settings)
    if not tokens:
        raise ApiSettingsError(
            "the HTTP interface needs a token: set LEARNLOOM_API_TOKEN, or LEARNLOOM_API_STUDENT_TOKEN for a tool "
            "that may see what is said to students alone"
        )
    pool = ReadingPool(partial(open_to_read, settings), size=_CONNECTIONS, wait_seconds=_WAIT_SECONDS)
    app = FastAPI(
        title="learnloom",
        summary="Profiles, signals and events of students; answers to signals.",
        lifespan=partial(_while_serving, pool),
        # Its own spans and logs hold addresses, and those hold the keys of students: see `Traced`.
        telemetry={"tracing": False, "logs": False, "metrics": False, "auto_configure": False},
    )
    app.add_exception_handler(LearnloomError, _told)
    if is_on():
        app.add_middleware(Traced)

    def audience(
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Audience | None:
        """For whom the caller speaks; None: for everybody."""
        token = given.credentials.encode() if given else b""
        for known, allowed in tokens:
            if hmac.compare_digest(token, known):
                return allowed
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED, "a token is missing or wrong", {"WWW-Authenticate": "Bearer"}
        )

    def warehouse() -> Iterator[Warehouse]:
        with pool.lent() as opened:
            yield opened

    _add_reading(app, audience, warehouse, _Care(settings, clock))
    _add_answering(app, audience, settings, clock)

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        return {"status": "up"}

    figures = registry(settings, clock=clock)

    @app.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(audience)])
    def metrics() -> str:
        """The figures for Prometheus."""
        return metrics_text(figures)

    return app


def _tokens(settings: Settings) -> list[tuple[bytes, Audience | None]]:
    """The tokens that are set, and for whom each speaks; None: for everybody."""
    # An empty variable is one that is not set; else whoever brings no token would bring the right one.
    return [
        (token.get_secret_value().encode(), allowed)
        for token, allowed in ((settings.api_token, None), (settings.api_student_token, Audience.STUDENT))
        if token is not None and token.get_secret_value()
    ]


@asynccontextmanager
async def _while_serving(pool: ReadingPool, _: FastAPI) -> AsyncIterator[None]:
    """Close the connections when the server ends."""
    with pool:
        yield


class _Care(NamedTuple):
    """What is done before a tool is shown something of students."""

    settings: Settings
    clock: Callable[[], dt.datetime]

    def note(self, speaks_for: Audience | None, what: str, students: Iterable[str]) -> None:
        """Keep that it is about to be."""
        who = "api_token" if speaks_for is None else "api_student_token"
        note_look(self.settings, self.clock(), who=who, through="api", what=what, students=students)

    def withheld(self, place: Warehouse, speaks_for: Audience | None) -> frozenset[str]:
        """Keys of students to whom themselves nothing is said; none where the tool speaks to teachers, too."""
        if speaks_for is not Audience.STUDENT:
            return frozenset()
        return too_young(self.settings, place, self.clock().year)


def _add_reading(
    app: FastAPI,
    audience: Callable[..., Any],
    warehouse: Callable[..., Any],
    care: _Care,
) -> None:
    allowed = Annotated[Audience | None, Depends(audience)]
    opened = Annotated[Warehouse, Depends(warehouse)]

    @app.get("/students/{student_key}/profile")
    def profile(student_key: str, place: opened, speaks_for: allowed) -> StudentProfile:
        """What is known of a student. Not for tools that speak for students alone: it holds what is for teachers."""
        if speaks_for is not None:
            raise HTTPException(status.HTTP_403_FORBIDDEN, "profiles need api_token")
        found = read_profile(place, key_now(place, student_key))
        care.note(speaks_for, "profile", [found.student_key])
        return found

    @app.get("/students/{student_key}/signals")
    def signals(student_key: str, place: opened, speaks_for: allowed) -> list[Signal]:
        """What stands of a student now, most urgent first."""
        key = key_now(place, student_key)
        if key in care.withheld(place, speaks_for):
            return []
        found = read_signals(place, student_key=key, audience=speaks_for, limit=_MAX_SIGNALS)
        care.note(speaks_for, "signals", [key])
        return [signal for signal, _ in found]

    @app.get("/events")
    def events(
        place: opened,
        speaks_for: allowed,
        since: Annotated[int, Query(ge=1, description="First sequence to look at.")] = 1,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        student_key: str | None = None,
    ) -> EventPage:
        """Signals raised and ended, in order. Keep `next_sequence` and ask from there the next time."""
        page = read_page(place, since=since, limit=limit, audience=speaks_for, student_key=student_key)
        withheld = care.withheld(place, speaks_for)
        told = [event for event in page.events if event.subject not in withheld]
        care.note(speaks_for, "events", {event.subject for event in told})
        return EventPage(events=told, next_sequence=page.next_sequence)


def _add_answering(
    app: FastAPI, audience: Callable[..., Any], settings: Settings, clock: Callable[[], dt.datetime]
) -> None:
    allowed = Annotated[Audience | None, Depends(audience)]

    @app.post("/signals/{signal_id}/responses", status_code=status.HTTP_202_ACCEPTED)
    def answer(
        signal_id: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
        body: AnswerBody,
        speaks_for: allowed,
    ) -> AnswerTaken:
        """Acknowledge, dismiss or follow a signal; it lands as a statement, and the next refresh takes it in."""
        done = respond(
            settings,
            signal_id,
            body.response,
            at=body.at or clock(),
            clock=clock,
            went_well=body.went_well,
            note=body.note,
            audience=speaks_for,
        )
        return AnswerTaken(statement_id=done.statement_id, is_new=done.is_new)


async def _told(_: Request, error: Exception) -> Response:
    code = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return JSONResponse({"detail": str(error)}, status_code=code)
