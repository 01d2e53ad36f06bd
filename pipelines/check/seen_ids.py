"""The ids and accounts that a check has seen, to find what only two statements together show; bounded."""

from typing import Any, Final

from learnloom.pipelines.check.find_warnings import StatementView, WarningFinding, text
from learnloom.schemas.xapi.equality import comparable

# Statement ids remembered; ids that come later are compared to these.
_MAX_IDS: Final = 200_000
_MAX_ACCOUNTS: Final = 100_000


class SeenIds:
    """Ids and accounts that have been seen, as 64-bit hashes of this process: nothing outlives it."""

    def __init__(self) -> None:
        self._contents: dict[int, int] = {}
        self._home_pages: dict[int, int] = {}
        self.repeated = 0
        """Statements that came before with the same id and content, or without id with the same bytes and time: they do
        no harm."""

    @property
    def is_full(self) -> bool:
        """Whether there were more ids than are remembered."""
        return len(self._contents) >= _MAX_IDS

    def find_warnings(
        self, view: StatementView, raw: bytes | None, *, is_valid: bool
    ) -> list[WarningFinding]:
        """Compare a statement, and its bytes, with the earlier ones, and remember it."""
        found = []
        if is_valid and view.statement.get("id") is None:
            if self._came_before(raw, has_time="timestamp" in view.statement):
                found.append(WarningFinding("repeated-without-time", ""))
        elif is_valid and self._is_taken(view.statement):
            found.append(WarningFinding("id-used-again", "/id"))
        if self._is_elsewhere(view.actor.get("account")):
            found.append(WarningFinding("account-on-two-systems", "/actor/account/homePage"))
        return found

    def _came_before(self, raw: bytes | None, *, has_time: bool) -> bool:
        """Whether a statement without id came before byte for byte, and no time tells whether it happened twice."""
        content = hash(raw)
        is_known = _first(self._contents, content, content, _MAX_IDS) == content
        self.repeated += is_known and has_time
        return is_known and not has_time

    def _is_taken(self, statement: dict[str, Any]) -> bool:
        """Whether another statement has this id: one of other content (xAPI-Data 1.0.3, 2.3.1)."""
        own = statement["id"]
        content = hash(comparable(statement))
        known = _first(self._contents, hash(own.lower()), content, _MAX_IDS)
        self.repeated += known == content
        return known is not None and known != content

    def _is_elsewhere(self, account: Any) -> bool:
        if not isinstance(account, dict):
            return False
        name, home_page = text(account, "name"), text(account, "homePage")
        if not name or not home_page:
            return False
        page = hash(home_page)
        known = _first(self._home_pages, hash(name), page, _MAX_ACCOUNTS)
        return known is not None and known != page


def _first(known: dict[int, int], key: int, value: int, limit: int) -> int | None:
    """What was first remembered under a key; `value` is remembered, and None given, where nothing was."""
    earlier = known.get(key)
    if earlier is None and len(known) < limit:
        known[key] = value
    return earlier
