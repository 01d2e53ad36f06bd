"""Pseudonyms: nothing that tells who somebody is goes through, and whatever else a statement says does."""

import hashlib
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnloom.pipelines.pseudonyms.pseudonyms import Pseudonyms
from learnloom.schemas.vocabulary import RESPONSE_LENGTH
from learnloom.schemas.xapi.identity import student_key
from learnloom.schemas.xapi.statement import find_breaches
from tests.schemas.xapi.samples import FULL, MINIMAL, Json

_HOME = "https://school.example/pseudonyms"
_PSEUDONYMS = Pseudonyms(b"k" * 32, home_page=_HOME, key_id="1")

_WORDS = st.text("aZ09äßÉ", min_size=6, max_size=8).map(lambda word: f"zq{word}")
_ACCOUNTS = st.builds(
    lambda name: {"account": {"homePage": "https://lms.school.example", "name": name}}, _WORDS
)
_MAILBOXES = st.from_regex(r"zq[a-z.]{6,12}@school\.example", fullmatch=True).map(
    lambda address: {"mbox": f"mailto:{address}"}
)
_OPENIDS = st.from_regex(r"https://zq[a-z]{6,12}\.openid\.example/", fullmatch=True).map(
    lambda iri: {"openid": iri}
)
_AGENTS = st.builds(
    lambda identifier, name: {"objectType": "Agent", "name": name, **identifier},
    st.one_of(_ACCOUNTS, _MAILBOXES, _OPENIDS),
    st.builds(lambda one, other: f"{one} {other}", _WORDS, _WORDS),
)
_GROUPS = st.builds(
    lambda members, name: {"objectType": "Group", "name": name, "member": members},
    st.lists(_AGENTS, min_size=1, max_size=2),
    _WORDS,
)


def _tokens(agent: Json) -> list[str]:
    """The texts of an agent that tell who it is."""
    told = [agent.get("name"), agent.get("openid"), agent.get("account", {}).get("name")]
    told += [agent.get("mbox", "").removeprefix("mailto:")]
    return [text for text in told if text] + [t for one in agent.get("member", []) for t in _tokens(one)]


def _placed(actor: Json, others: list[Json], instructor: Json, team: Json) -> Json:
    """A valid statement with agents wherever they can stand, and with their names in its texts."""
    told = " and ".join(text for one in (actor, *others, instructor) for text in _tokens(one))
    address = quote(_tokens(actor)[0], safe="")
    return {
        **MINIMAL,
        "version": "2.0.0",
        "actor": actor,
        "authority": instructor,
        "object": {
            "objectType": "SubStatement",
            "actor": team,
            "verb": {"id": "urn:example:praised"},
            "object": {**others[0], "objectType": "Agent"},
            "context": {"instructor": instructor, "team": team},
        },
        "context": {
            "instructor": instructor,
            "team": team,
            "contextAgents": [{"objectType": "contextAgent", "agent": others[0]}],
            "contextGroups": [{"objectType": "contextGroup", "group": team}],
            "contextActivities": {
                "other": {
                    "id": f"https://lms.school.example/user/{address}",
                    "definition": {"name": {"en": told}},
                }
            },
            "extensions": {"https://lms.school.example/ext/who": {"user": actor, "said": [told.upper()]}},
        },
        "result": {
            "response": f"I am {told}",
            "extensions": {f"https://lms.school.example/ext/{address}": told},
        },
    }


_STATEMENTS = st.builds(_placed, _AGENTS, st.lists(_AGENTS, min_size=1, max_size=2), _AGENTS, _GROUPS)


@pytest.mark.slow
@settings(max_examples=25)
@given(_STATEMENTS)
def test_nothing_that_tells_who_somebody_is_goes_through(statement: Json) -> None:
    """No identifier and no name stands in the output, at any depth and in whatever case, and it is valid still."""
    assert find_breaches(statement) == []
    hidden = _PSEUDONYMS.statement(statement)
    written = orjson.dumps(hidden).decode().casefold()
    agents = [
        statement["actor"],
        statement["authority"],
        statement["object"]["object"],
        statement["context"]["team"],
    ]
    for token in [text for agent in agents for text in _tokens(agent)]:
        assert token.casefold() not in written
        assert quote(token, safe="").casefold() not in written
    assert find_breaches(hidden) == []


@settings(max_examples=25)
@given(_STATEMENTS)
def test_a_pseudonym_stays_as_it_is(statement: Json) -> None:
    """Doing it twice is doing it once, also under the next key."""
    hidden = _PSEUDONYMS.statement(statement)
    assert _PSEUDONYMS.statement(hidden) == hidden
    next_key = Pseudonyms(b"n" * 32, home_page=_HOME, key_id="2")
    assert next_key.statement(hidden) == hidden


@given(_AGENTS, _AGENTS)
def test_equal_students_have_equal_pseudonyms(one: Json, other: Json) -> None:
    """Two actors have one pseudonym where they have one key, whatever they are called."""
    hidden = [_PSEUDONYMS.agent({**agent, "name": "x"}) for agent in (one, other)]
    assert (hidden[0] == hidden[1]) == (student_key(one) == student_key(other))


def test_what_says_nothing_of_people_is_kept() -> None:
    """A statement that uses everything the specification offers loses names and identifiers, and a signature."""
    hidden = _PSEUDONYMS.statement(FULL)
    for name in ("id", "verb", "timestamp", "stored", "version"):
        assert hidden.get(name) == FULL.get(name)
    assert hidden["context"]["registration"] == FULL["context"]["registration"]
    assert hidden["context"]["contextActivities"] == FULL["context"]["contextActivities"]
    assert hidden["result"] == FULL["result"]
    assert find_breaches(hidden) == []


def test_an_address_and_its_sum_are_one() -> None:
    """Both have one pseudonym, as they are one identifier (Data 2.4.2.3)."""
    address = "mailto:ada@school.example"
    digest = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    known = _PSEUDONYMS.agent({"mbox": address})
    assert (
        known
        == _PSEUDONYMS.agent({"mbox_sha1sum": digest})
        == _PSEUDONYMS.agent({"mbox_sha1sum": digest.upper()})
    )


@pytest.mark.parametrize("name", ["1", "12", "2026", "quiz"])
def test_a_short_account_is_found_as_a_whole_text_only(name: str) -> None:
    """A row's number stands in every address and date: there it means something else."""
    place = "https://lms.school.example/quiz/12/2026"
    statement: Json = {
        **MINIMAL,
        "actor": {"account": {"homePage": "https://lms.school.example", "name": name}},
        "object": {"id": place},
        "context": {"extensions": {"urn:ext:user": name, "urn:ext:attempt": 12}},
    }
    hidden = _PSEUDONYMS.statement(statement)
    assert hidden["object"] == {"id": place}
    pseudonym = hidden["actor"]["account"]["name"]
    assert hidden["context"]["extensions"] == {"urn:ext:user": pseudonym, "urn:ext:attempt": 12}


def test_a_long_response_leaves_its_length() -> None:
    """Over the setting, a response goes; one up to it stays."""
    short_only = Pseudonyms(b"k" * 32, home_page=_HOME, key_id="1", response_chars=5)
    kept = short_only.statement({**MINIMAL, "result": {"response": "12345", "success": True}})
    assert kept["result"] == {"response": "12345", "success": True}
    cut = short_only.statement({**MINIMAL, "result": {"response": "123456", "success": True}})
    assert cut["result"] == {"success": True, "extensions": {RESPONSE_LENGTH: 6}}


@pytest.mark.parametrize(
    "actor",
    [
        {"name": "Ada Lovelace"},
        {"objectType": "Group", "name": "Lovelace's", "member": []},
        {"mbox": 5, "name": "Ada Lovelace", "email": "ada.lovelace@school.example"},
        {"account": {"homePage": f"{_HOME}/1", "name": "Lovelace"}},
        {"account": {"homePage": f"{_HOME}/1", "name": "0" * 32}, "name": "Ada Lovelace"},
        "Lovelace",
    ],
)
def test_what_is_no_agent_tells_nothing_either(actor: Any) -> None:
    """Names go also where they identify nobody, are wrong, or pretend to be pseudonyms."""
    hidden = _PSEUDONYMS.statement({**MINIMAL, "actor": actor, "context": {"platform": "Ada Lovelace's"}})
    assert b"lovelace" not in orjson.dumps(hidden["actor"]).lower()
