"""Statements without names: identifiers become pseudonyms, and whatever else tells who somebody is goes.

A pseudonym is an account: its home page is the school's IRI with the id of the key, its name the first 128 bits of
HMAC-SHA256 (RFC 2104) of the whole identifier. Without the key nobody finds the one from the other, however few
identifiers there are to try.
"""

import hmac
import re
from functools import lru_cache
from typing import Any, Final

import orjson

from learnloom.pipelines.pseudonyms.traces import Scrubber, Tokens, standing_in, tokens_of
from learnloom.schemas.vocabulary import RESPONSE_LENGTH
from learnloom.schemas.xapi.identity import whole_identifier

_KEPT: Final = 100_000
"""Pseudonyms that are remembered: some 20 MB."""
_CHARS: Final = 32
_NAME: Final = re.compile(r"[0-9a-f]{32}")
_IDENTIFIERS: Final = frozenset({"mbox", "mbox_sha1sum", "openid", "account"})
_NESTED: Final = (dict, list)
_PLACES: Final = frozenset({"actor", "authority", "instructor", "team"})
"""Properties that hold an agent or a group, whatever it looks like."""
_RELATED: Final = frozenset({"contextAgents", "contextGroups"})
"""Properties whose entries hold an agent or a group each."""
_SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"

Json = dict[str, Any]


class Pseudonyms:
    """Gives pseudonyms by one key; may be called from many threads."""

    def __init__(self, key: bytes, *, home_page: str, key_id: str, response_chars: int | None = None) -> None:
        """Give pseudonyms.

        Args:
            key: the secret; whoever has it can tell whose a pseudonym is, by trying.
            home_page: the school's IRI, of all pseudonyms.
            key_id: names the key; another key has another id.
            response_chars: longest response that is kept; of a longer one only its length is. None: all are kept.
        """
        self._key = key
        self._root = home_page.rstrip("/") + "/"
        self._home_page = self._root + key_id
        self._response_chars = response_chars
        self.name_of = lru_cache(maxsize=_KEPT)(self._name_of)
        """Gives the name of the pseudonym of a whole identifier."""

    @property
    def home_page(self) -> str:
        """The home page of the pseudonyms that are given now."""
        return self._home_page

    def _name_of(self, whole: str) -> str:
        return hmac.digest(self._key, whole.encode("utf-8", "surrogatepass"), "sha256").hex()[:_CHARS]

    def is_pseudonym(self, agent: Any) -> bool:
        """Whether an agent is a pseudonym, by this key or by another of the school's, and nothing else."""
        account = agent.get("account") if isinstance(agent, dict) else None
        return (
            isinstance(account, dict)
            and agent.keys() <= {"objectType", "account", "member"}
            and account.keys() == {"homePage", "name"}
            and isinstance(account["homePage"], str)
            and account["homePage"].startswith(self._root)
            and isinstance(account["name"], str)
            and _NAME.fullmatch(account["name"]) is not None
        )

    def agent(self, agent: Json) -> Json:
        """Give an agent or a group under its pseudonym, and a group's members under theirs; one of no name stays so."""
        given: Json = {"objectType": agent["objectType"]} if "objectType" in agent else {}
        if (account := self._account(agent)) is not None:
            given["account"] = account
        if isinstance(members := agent.get("member"), list):
            given["member"] = [self.agent(one) for one in members if isinstance(one, dict)]
        return given

    def _account(self, agent: Json) -> Json | None:
        if self.is_pseudonym({name: value for name, value in agent.items() if name != "name"}):
            return dict(agent["account"])
        whole = whole_identifier(agent)
        if whole is None:
            return None
        return {"homePage": self._home_page, "name": self.name_of(whole)}

    def statement(self, statement: Json) -> Json:
        """Give a statement, valid or not, without identifiers, names and addresses of people.

        What identifies an agent of it is looked for in all its texts, too, and replaced there.
        """
        tokens: Tokens = {}
        hidden: Json = self._hidden(statement, tokens, place="")
        if found := standing_in(orjson.dumps(hidden).decode(), tokens):
            own = {"id": hidden["id"]} if "id" in hidden else {}
            hidden = Scrubber(found, self.is_pseudonym).value(hidden) | own
        return hidden

    def _hidden(self, value: Any, tokens: Tokens, *, place: str) -> Any:
        """Rewrite an object or an array that stands at the property `place`, and collect what it tells of people."""
        if isinstance(value, list):
            return [
                self._hidden(part, tokens, place=place) if isinstance(part, _NESTED) else part
                for part in value
            ]
        if _is_agent(value, place):
            for one in (value, *_members(value)):
                if not self.is_pseudonym(one):
                    name = (self._account(one) or {}).get("name")
                    tokens.update(tokens_of(one, name))
            return self.agent(value)
        # What is neither object nor array is most of a statement, and stays: this is where the time goes.
        is_related = place in _RELATED
        found = {
            name: self._hidden(part, tokens, place="actor" if is_related else name)
            if isinstance(part, _NESTED)
            else part
            for name, part in value.items()
        }
        if not _PLACES.isdisjoint(found):
            found |= {name: None for name in _PLACES & found.keys() if not isinstance(found[name], _NESTED)}
        if isinstance(attached := found.get("attachments"), list):
            # A signature signs the statement as it came, and holds it whole.
            found["attachments"] = [one for one in attached if not is_signature(one)]
            if not found["attachments"]:
                del found["attachments"]
        if "result" in found:
            found["result"] = self._shortened(found["result"])
        return found

    def _shortened(self, result: Any) -> Any:
        response = result.get("response") if isinstance(result, dict) else None
        if self._response_chars is None or not isinstance(response, str):
            return result
        if len(response) <= self._response_chars:
            return result
        extensions = result.get("extensions")
        told = {**(extensions if isinstance(extensions, dict) else {}), RESPONSE_LENGTH: len(response)}
        return {**{name: part for name, part in result.items() if name != "response"}, "extensions": told}


def is_signature(attachment: Any) -> bool:
    """Whether an attachment is the signature of its statement (Data 1.0.3, 2.6)."""
    return isinstance(attachment, dict) and attachment.get("usageType") == _SIGNATURE


def _is_agent(value: Json, place: str) -> bool:
    if place in _PLACES or value.get("objectType") in ("Agent", "Group"):
        return True
    if _IDENTIFIERS.isdisjoint(value):
        return False
    account = value.get("account")
    is_account = isinstance(account, dict) and isinstance(account.get("name"), str)
    return is_account or any(isinstance(value.get(name), str) for name in _IDENTIFIERS - {"account"})


def _members(agent: Json) -> list[Any]:
    members = agent.get("member")
    return [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []
