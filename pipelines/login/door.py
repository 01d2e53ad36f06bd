"""What every way to log in ends with: a reader, a session, a cookie, and a page to go to."""

import logging
from typing import Any

from starlette.responses import RedirectResponse, Response

from learnloom.pipelines.config.login import LoginBounds
from learnloom.pipelines.login.cookies import Cookies
from learnloom.pipelines.login.errors import LoginRefusedError
from learnloom.pipelines.login.received import Received, path_on
from learnloom.pipelines.login.resolve import Resolver
from learnloom.pipelines.login.sessions import Identity, Sessions
from learnloom.pipelines.login.store import Begun, LoginStore, Visitor
from learnloom.pipelines.login.words import N_
from learnloom.pipelines.roster.reader import Role

_log = logging.getLogger(__name__)


class LoginDoor:
    """May be used from many threads."""

    def __init__(self, store: LoginStore, bounds: LoginBounds, resolver: Resolver, address: str) -> None:
        """Take the store, the settings, what finds readers, and where browsers reach us."""
        self.store = store
        self.sessions = Sessions(store, bounds)
        self.resolver = resolver
        self.cookies = Cookies(address)
        self.address = address.rstrip("/")
        self.leeway_seconds = bounds.leeway_seconds

    def began(self, kind: str, received: Received, document: dict[str, Any]) -> tuple[str, str, Response]:
        """Begin a login in this browser; returns state, nonce, and an answer that lacks its destination."""
        answer = Response(status_code=302, headers={"cache-control": "no-store"})
        browser = self.cookies.set_browser(answer, self.cookies.browser(received.cookies))
        state, nonce = self.store.begin(kind, browser, document)
        return state, nonce, answer

    def ended(self, kind: str, received: Received) -> Begun:
        """Take the login that this request ends.

        Raises:
            LoginRefusedError: none has begun, it is over, or it has begun in another browser.
        """
        browser = self.cookies.browser(received.cookies)
        begun = self.store.end(kind, received.value("state"), browser)
        if begun is None:
            raise LoginRefusedError(
                "state",
                N_("this login was used before, or has taken too long: begin again from your platform"),
            )
        if not begun.is_here:
            # Without any cookie the browser keeps none in frames; with another one somebody else has begun.
            retry = begun.document.get("retry") if browser is None else None
            raise LoginRefusedError(
                "browser",
                N_("this login has not begun in this browser, or the browser keeps no cookies here"),
                retry=retry,
            )
        return begun

    def let_in(self, identity: Identity, received: Received, target: str) -> Response:
        """Begin a session, and send the browser on to a page of ours.

        Raises:
            LoginRefusedError: there is nothing that this person may see.
        """
        identity = identity._replace(came=self.store.moment())
        try:
            reader, is_found = self.resolver.reader(identity)
        except LoginRefusedError as refused:
            self._note(identity, is_settled=refused.check not in ("roster", "warehouse"))
            raise
        # Who teaches or leads needs no match.
        self._note(identity, is_settled=is_found or reader.role is not Role.STUDENT)
        for before in self.cookies.sessions(received.cookies):
            self.sessions.end(before)
        session = self.sessions.begin(identity, reader, is_framed=received.is_framed)
        # 303: the page is asked for by GET, whatever has led here.
        answer = RedirectResponse(path_on(target, self.address) or "/", 303, {"cache-control": "no-store"})
        self.cookies.set_session(answer, session, is_framed=received.is_framed, before=received.cookies)
        _log.info("login as %s", reader.role)
        return answer

    def _note(self, identity: Identity, *, is_settled: bool) -> None:
        self.store.note(
            Visitor(identity.subject, identity.name, identity.identifier, identity.role, is_settled)
        )
