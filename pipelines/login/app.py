"""The login of the pages: its routes, and who a request is of.

Pages take `routes`, `reader_of`, `form_token`, `is_own_form` and `origins` of `Login`, and know nothing of how people
log in.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.resources import files
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.login import lti, oidc
from learnloom.pipelines.login.door import LoginDoor
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.own_key import make_key, public_set
from learnloom.pipelines.login.page import page
from learnloom.pipelines.login.platforms import Platforms
from learnloom.pipelines.login.received import Received, RequestHead, route
from learnloom.pipelines.login.register import PATH as REGISTER_PATH
from learnloom.pipelines.login.register import Registration
from learnloom.pipelines.login.resolve import Resolver
from learnloom.pipelines.login.sessions import Session, csrf_of
from learnloom.pipelines.login.store import LoginStore
from learnloom.pipelines.login.words import N_, LoginWords, words_asked, words_of
from learnloom.pipelines.roster.access import Kind, roles_for
from learnloom.pipelines.roster.reader import Reader, Role

_log = logging.getLogger(__name__)
KEYS_PATH: Final = "/.well-known/jwks"
UNMATCHED_PATH: Final = "/login/unmatched"
_FILES: Final = {"style.css": "text/css", "close.js": "text/javascript"}
FORM_FIELD: Final = "form_token"
"""The field of a form that has `Login.form_token`."""
_ROLES: Final = {
    Role.TEACHER: N_("teacher"),
    Role.STUDENT: N_("student"),
    Role.LEAD: N_("lead"),
    Role.OPERATOR: N_("operator"),
}
_UNMATCHED: Final = N_("%(unfound)s of %(came)s not matched; %(unnamed)s of them without what is looked for")


_UNLISTED: Final = N_("members of its courses not matched: %(n)s")


class Login:
    """Lets people in; may be used from many threads."""

    def __init__(self, store: LoginStore, bounds: LoginBounds, address: str, resolver: Resolver) -> None:
        """Put together what lets people in; `open_login` does.

        Args:
            store: keeps what has begun, and sessions.
            bounds: a school's choices.
            address: where browsers reach the pages.
            resolver: finds readers.
        """
        self._bounds = bounds
        self._store = store
        self._platforms = Platforms(store, bounds)
        self.door = LoginDoor(store, bounds, resolver, address)
        self._lti = lti.Lti(self.door, self._platforms)
        self._school = None if bounds.school is None else oidc.Oidc(self.door, bounds.school)
        self._registration = Registration(store, address)
        self._told = 0
        self.routes: list[Route] = self._made_routes()
        """For the application of the pages, before its own."""

    def close(self) -> None:
        """Close the connections to platforms and providers."""
        self._platforms.close()
        self._registration.close()
        if self._school is not None:
            self._school.close()

    # What pages ask ------------------------------------------------------------------------------------------
    def reader_of(self, request: RequestHead) -> Reader | None:
        """Give who reads; None: nobody is logged in, or no longer.

        It may ask the warehouse, once in `roster_seconds` and after `look_up_again`: call it from a thread that may
        wait.
        """
        readers = (self._reader_in(cookie) for cookie in self.door.cookies.sessions(request.cookies))
        return next((reader for reader in readers if reader is not None), None)

    def _reader_in(self, cookie: str) -> Reader | None:
        session = self.door.sessions.find(cookie)
        if session is None:
            return None
        is_new = self._store.moment() - session.looked_up < self._bounds.roster_seconds * 1_000
        if is_new and session.looked_up > self._told:
            return session.reader
        return self._looked_up(cookie, session)

    def look_up_again(self) -> None:
        """Ask at the next request of each reader what they may see: rosters say something else."""
        self._told = self._store.moment()

    def names(self, subjects: Iterable[str]) -> dict[str, str]:
        """Give the names of those of some subjects (issuer#sub) who have come, where their platform gave one."""
        return self._store.names(subjects)

    def form_token(self, request: RequestHead) -> str:
        """Give what each form of a page carries in the field FORM_FIELD; empty where nobody is logged in."""
        return next(self._form_tokens(request), "")

    def _form_tokens(self, request: RequestHead) -> Iterator[str]:
        return map(csrf_of, self.door.cookies.sessions(request.cookies))

    def is_own_form(self, request: RequestHead, token: str) -> bool:
        """Whether a form was sent from a page of the same browser (OWASP: synchroniser token), and from here."""
        is_here = request.headers.get("origin", self._origin) in (self._origin, "null")
        return is_here and any(
            hmac.compare_digest(token.encode(), expected.encode()) for expected in self._form_tokens(request)
        )

    def secret(self, purpose: str) -> bytes:
        """Give a secret for a purpose: the same in all processes of this warehouse, as long as our own key is."""
        return hashlib.sha256(f"learnloom {purpose} {self._store.own_key(make_key)}".encode()).digest()

    def origins(self) -> list[str]:
        """Give the origins for `frame-ancestors`: platforms in whose frames pages may stand."""
        return self._platforms.origins()

    def login_address(self, request: Request) -> str:
        """Where to send whoever is not logged in; after a login they come back to where they were."""
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return f"/login?to={quote(back, safe='/')}"

    # Routes --------------------------------------------------------------------------------------------------
    @property
    def _origin(self) -> str:
        parts = urlsplit(self.door.address)
        return f"{parts.scheme}://{parts.netloc}"

    def _looked_up(self, cookie: str, session: Session) -> Reader | None:
        try:
            reader, _ = self.door.resolver.reader(session.identity)
        except LoginRefusedError as refused:
            if refused.check == "warehouse":
                return session.reader
            self.door.sessions.end(cookie)
            return None
        self.door.sessions.update(cookie, session.identity, reader)
        return reader

    def _made_routes(self) -> list[Route]:
        handlers = [
            (lti.BEGIN_PATH, self._lti.begin, ("GET", "POST")),
            (lti.LAUNCH_PATH, self._lti.launch, ("POST",)),
            (REGISTER_PATH, self._register, ("GET",)),
            (KEYS_PATH, self._keys, ("GET",)),
            ("/login", self._choose, ("GET",)),
            ("/logout", self._log_out, ("POST",)),
        ]
        if self._school is not None:
            handlers += [
                (oidc.BEGIN_PATH, self._school.begin, ("GET",)),
                (oidc.ANSWER_PATH, self._school.answer, ("GET",)),
            ]
        return [
            *(route(path, handler, self._refused, methods) for path, handler, methods in handlers),
            Route("/me", self._me, methods=["GET"]),
            Route(UNMATCHED_PATH, self._unmatched, methods=["GET"]),
            *(Route(f"/login/{name}", partial(_file, name), methods=["GET"]) for name in _FILES),
        ]

    def _register(self, received: Received) -> Response:
        platform = self._registration.register(received)
        return page(
            N_("The platform is registered"),
            words=words_asked(received.headers),
            origins=self.origins(),
            sentences=[N_("Close this window; then open learnloom from a course.")],
            lines=[(N_("Platform"), platform.issuer), (N_("Client id"), platform.client_id)],
            close=True,
        )

    def _keys(self, _: Received) -> Response:
        return JSONResponse(
            public_set(self._store.own_key(make_key)), headers={"cache-control": "max-age=300"}
        )

    def _choose(self, received: Received) -> Response:
        words = words_asked(received.headers)
        sentences, links = [N_("Open learnloom from a course of your learning platform.")], []
        if self._bounds.school is not None:
            target = received.values.get("to", "/")
            name = self._bounds.school.name or urlsplit(self._bounds.school.issuer).hostname
            links = [
                (
                    f"{oidc.BEGIN_PATH}?to={quote(target, safe='/')}",
                    words.say(N_("Log in with %(name)s")) % {"name": name},
                )
            ]
            sentences = [
                *(
                    [N_("Or open it from a course of your learning platform.")]
                    if self._platforms.all()
                    else []
                )
            ]
        return page(N_("Log in"), words=words, origins=self.origins(), sentences=sentences, links=links)

    def _refused(self, refused: LoginRefusedError, words: LoginWords) -> Response:
        _log.warning("login refused, check %s", refused.check)
        return page(
            N_("You are not logged in"),
            words=words,
            origins=self.origins(),
            status=refused.status,
            sentences=[
                f"{words.say(str(refused)[:1_000])}.",
                words.say(N_("Check: %(check)s.")) % {"check": refused.check},
            ],
            retry=refused.retry,
        )

    def _me(self, request: Request) -> Response:
        reader = self.reader_of(request)
        if reader is None:
            return RedirectResponse(self.login_address(request), 303)
        lines = [(N_("Name"), reader.name or N_("not told")), (N_("You are here as"), _ROLES[reader.role])]
        if reader.role == "student":
            lines.append(
                (N_("Your learning record"), N_("found") if reader.student_key else N_("not found yet"))
            )
        if reader.role == "teacher":
            lines.append((N_("Courses"), ", ".join(sorted(reader.courses)) or N_("none by roster or launch")))
        form = {"action": "/logout", "name": N_("Log out"), "token": self.form_token(request)}
        return page(
            N_("Who you are"), words=words_of(reader.language), origins=self.origins(), lines=lines, form=form
        )

    def _unmatched(self, request: Request) -> Response:
        """How many logins match nobody, for operators: where nearly all do, a setting is wrong. Nobody is named."""
        reader = self.reader_of(request)
        if reader is None:
            return RedirectResponse(self.login_address(request), 303)
        if reader.role not in roles_for(Kind.HEALTH):
            return page(
                N_("There is no such page"),
                words=words_of(reader.language),
                origins=self.origins(),
                status=404,
            )
        words = words_of(reader.language)
        lines = [
            (
                issuer,
                words.say(_UNMATCHED) % {"unfound": n_unfound, "came": n_came, "unnamed": n_unnamed},
            )
            for issuer, (n_came, n_unfound, n_unnamed) in sorted(self._store.count_came().items())
        ]
        lines += [
            (issuer, words.say(_UNLISTED) % {"n": n})
            for issuer, n in sorted(self.door.resolver.count_unmatched().items())
        ]
        sentences = [
            N_("Where nearly all of a platform are not matched, its match, home_page or course_id is wrong."),
            N_("learnloom roster unmatched lists them, and learnloom roster match says whose a login is."),
        ]
        return page(
            N_("Logins that match nobody"),
            words=words,
            origins=self.origins(),
            sentences=sentences,
            lines=lines,
        )

    def _log_out(self, received: Received) -> Response:
        if not self.is_own_form(received, received.values.get(FORM_FIELD, "")):
            raise LoginRefusedError(
                "form", N_("you are still logged in: log out by the button on a page of ours")
            )
        for cookie in self.door.cookies.sessions(received.cookies):
            self.door.sessions.end(cookie)
        answer = page(
            N_("You are logged out"),
            words=words_asked(received.headers),
            origins=self.origins(),
            links=[("/login", N_("Log in again"))],
        )
        self.door.cookies.drop_sessions(answer)
        return answer


async def _file(name: str, _: Request) -> Response:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return Response(text, headers={"cache-control": "max-age=3600"}, media_type=_FILES[name])
