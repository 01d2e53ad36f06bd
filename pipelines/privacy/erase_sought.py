"""Students who are looked for, and what is found of each while what has landed is read once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from learnloom.pipelines.ingest.land.erased import Erased
from learnloom.pipelines.privacy.content import agents_in
from learnloom.pipelines.privacy.erase_attachments import attachments_named
from learnloom.pipelines.privacy.mentions import Nearby, Redaction
from learnloom.pipelines.privacy.subject import Subject
from learnloom.pipelines.privacy.tokens import Token, tokens_of
from learnloom.schemas.xapi.identity import student_key

_TEXTS: Final = 20
_FEWEST_CHARS: Final = 12


class Sought(NamedTuple):
    """A student who is looked for."""

    subject: Subject
    pseudonym: str
    """Stands in their place in the statements of others."""
    shared: Sequence[Token] = ()
    """Texts of which it is known that others have them, too."""


class StatementHit(NamedTuple):
    """A landed statement of the student's own."""

    statement_id: str
    record: Erased


class Mention(NamedTuple):
    """A statement of somebody else, and what it says without the student."""

    statement_id: str
    record: Erased
    raw: str


class Letter(NamedTuple):
    """A refused record in which a student stands."""

    dead_letter_id: str
    record: Erased


class Whereabouts(NamedTuple):
    """Where a student stands."""

    own: list[StatementHit]
    mentions: list[Mention]
    letters: list[Letter]
    tokens: list[Token]
    """Their texts; those that others have, too, left out."""
    shared: list[Token]
    """Texts that others have, too, such as the same name: nothing tells whose they are."""
    attachments: frozenset[str] = frozenset()
    """Hashes of the attachments of their own statements, and of refused records that name them."""

    def joined(self, later: "Whereabouts") -> "Whereabouts":
        """This, with what was found later; what stands in both once, and what others have by either is theirs, too."""
        shared = dict.fromkeys((*self.shared, *later.shared))
        tokens = dict.fromkeys((*self.tokens, *later.tokens))
        return Whereabouts(
            list({each.statement_id: each for each in (*self.own, *later.own)}.values()),
            list({each.statement_id: each for each in (*self.mentions, *later.mentions)}.values()),
            list({each.dead_letter_id: each for each in (*self.letters, *later.letters)}.values()),
            [token for token in tokens if token not in shared],
            list(shared),
            self.attachments | later.attachments,
        )


class Candidate(NamedTuple):
    """A statement in which one of the students may stand."""

    statement_id: str
    record: Erased
    raw: str


class One:
    """What is found of one student."""

    def __init__(self, sought: Sought) -> None:
        self.sought = sought
        self.keys = frozenset(sought.subject.keys)
        self.names = set(sought.subject.names)
        self.own: list[StatementHit] = []
        self.said: dict[str, None] = {}
        self.attachments: set[str] = set()

    def take(self, each: Candidate, statement: Any) -> None:
        """Take a statement of the student's own."""
        self.own.append(StatementHit(each.statement_id, each.record))
        self.attachments |= attachments_named([each.raw])
        response = statement.get("result", {}).get("response")
        if isinstance(response, str) and len(response) >= _FEWEST_CHARS and len(self.said) < _TEXTS:
            self.said[response] = None

    def tokens(self) -> list[Token]:
        """Texts by which the student could be told."""
        subject = self.sought.subject
        return tokens_of((*subject.identifiers, *subject.logins), self.names, subject.keys)

    def shared(self, bearers: Mapping[str, set[str]]) -> list[Token]:
        """Texts that others have, too."""
        return [
            token
            for token in self.tokens()
            if token in self.sought.shared
            or (token.kind != "key" and bearers.get(token.text, self.keys) - self.keys)
        ]

    def told(self, bearers: Mapping[str, set[str]]) -> list[Token]:
        """Texts that the student alone has."""
        shared = set(self.shared(bearers))
        return [token for token in self.tokens() if token not in shared]

    def mentions(self, everybody: "Everybody", raws: Nearby) -> list[Mention]:
        """Statements of those who are not sought, with a pseudonym in the student's place; `raws`: their bytes."""
        told, shared = self.told(everybody.bearers), self.shared(everybody.bearers)
        redaction = Redaction(self.keys, told, self.sought.pseudonym, shared=shared)
        near = redaction.near(raws)
        found = []
        for each in everybody.others:
            if each.raw in near:
                raw = redaction.of(each.raw)
                if raw is not None:
                    record = each.record._replace(is_gone=False)
                    found.append(Mention(each.statement_id, record, raw))
        return found


class Everybody:
    """What is found of all students."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        self.all = [One(each) for each in sought]
        self.by_key = {key: one for one in self.all for key in one.keys}
        self.bearers: dict[str, set[str]] = {}
        """Who has a name or an account's name, by key."""
        self.others: list[Candidate] = []
        """Statements of those who are not sought."""

    def take(self, each: Candidate) -> None:
        """Take a statement that may be of one of them, or may mention some."""
        statement = orjson.loads(each.raw)
        for key, agent in agents_in(statement):
            account = agent.get("account")
            texts = (agent.get("name"), account.get("name") if isinstance(account, dict) else None)
            for text in texts:
                if isinstance(text, str):
                    self.bearers.setdefault(text, set()).add(key)
            if key in self.by_key and isinstance(texts[0], str) and texts[0].strip():
                self.by_key[key].names.add(texts[0])
        owner = self.by_key.get(student_key(statement.get("actor")) or "")
        if owner is not None:
            owner.take(each, statement)
        else:
            self.others.append(each)

    def told(self) -> list[list[Token]]:
        """Of each student the texts that they alone have."""
        return [one.told(self.bearers) for one in self.all]
