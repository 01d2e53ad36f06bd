"""The members of a course as its platform lists them (1EdTech LTI Names and Role Provisioning Services 2.0)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from learnloom.pipelines.config.login import Platform, is_safe_address
from learnloom.pipelines.login.launch import identifier_of, role_of
from learnloom.pipelines.login.own_key import assertion
from learnloom.pipelines.login.received import origin_of
from learnloom.pipelines.login.register import LIST_SCOPE
from learnloom.pipelines.login.store import MemberList
from learnloom.pipelines.lrs.fetch import Fetcher, FetchError
from learnloom.pipelines.roster.match import subject_of
from learnloom.pipelines.roster.member import PARTS, Member

_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_PAGES: Final = 1_000
_GONE: Final = frozenset({"Deleted", "Inactive"})


class Lists:
    """Asks platforms for members; for one thread."""

    def __init__(
        self, key: str, fetcher: Fetcher, *, now: Callable[[], int], known: Mapping[str, str]
    ) -> None:
        """Ask nothing yet.

        Args:
            key: our own.
            fetcher: asks.
            now: gives the present moment, in seconds since 1970.
            known: identifiers of subjects who have launched: a list does not hold all that a launch does.
        """
        self._known = known
        self._key = key
        self._fetcher = fetcher
        self._now = now
        self._tokens: dict[tuple[str, str], str] = {}

    def members(self, told: MemberList, platform: Platform) -> tuple[list[Member], int]:
        """Read the members of a course; returns them, and how many are left out: neither student nor teacher.

        Raises:
            FetchError: the platform does not give them.
        """
        members: list[Member] = []
        n_rows = 0
        for row in self._rows(told, platform):
            n_rows += 1
            member = self._member(row, platform, told.course_id)
            if member is not None:
                members.append(member)
        return members, n_rows - len(members)

    def _member(self, row: Mapping[str, Any], platform: Platform, course_id: str) -> Member | None:
        sub, roles = row.get("user_id"), row.get("roles")
        if not isinstance(sub, str) or not sub or not isinstance(roles, list) or row.get("status") in _GONE:
            return None
        role = role_of([each for each in roles if isinstance(each, str)])
        if role not in PARTS:
            return None
        named = {"sub": sub, "email": row.get("email"), "username": row.get("ext_user_username")}
        subject = subject_of(platform.issuer, sub)
        identifier = identifier_of(platform, named) or self._known.get(subject)
        return Member(course_id, role, identifier, None, subject)

    def _rows(self, told: MemberList, platform: Platform) -> Iterator[Mapping[str, Any]]:
        address: str | None = told.address
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            # Our token goes to the platform alone, wherever a page says that the next one is.
            if not is_safe_address(address) or origin_of(address) != origin_of(told.address):
                raise FetchError(f"{told.address} leads on to {address}, which is another host")
            found = self._fetcher.get(address, accept=_TYPE, token=self._token(platform))
            try:
                yield from [row for row in found.value["members"] if isinstance(row, dict)]
            except (KeyError, TypeError) as error:
                raise FetchError(f"{address} gives no list of members") from error
            address = found.next_address
        raise FetchError(f"{told.address} has more than {_MOST_PAGES} pages")

    def _token(self, platform: Platform) -> str:
        """Give an access token (RFC 6749, 4.4; RFC 7523, 2.2), asked for once."""
        name = (platform.issuer, platform.client_id)
        if name not in self._tokens:
            if platform.token_address is None:
                raise FetchError(f"the platform {platform.issuer} has no token_address: set it")
            signed = assertion(
                self._key, client_id=platform.client_id, audience=platform.token_address, now=self._now()
            )
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": _ASSERTION,
                "client_assertion": signed,
                "scope": LIST_SCOPE,
            }
            answer = self._fetcher.post(platform.token_address, form=form)
            if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
                raise FetchError(f"{platform.token_address} gives no access token")
            self._tokens[name] = answer["access_token"]
        return self._tokens[name]
