"""Finding the warnings of the table in one parsed statement, valid or not.

Nothing is assumed about the shape of the statement: a part of the wrong type is a fault with its own rule, and no
warning is added to it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from learnloom.pipelines.check.advice import About
from learnloom.pipelines.check.score import disagreement
from learnloom.pipelines.ingest.catalogue.vocabulary_meaning import meaning_of, preset_meanings
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.schemas import vocabulary as words

_ZONE: Final = re.compile(r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)$")
_RANDOM_UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_DATE: Final = re.compile(r"[0-9]{4}-")
_EARLIEST: Final = "2000"
_SKILL_TYPES: Final = frozenset({words.OBJECTIVE, words.COMPETENCY})
# Verbs of work in a course; a wish, a post in a forum or an enrolment need neither course nor registration.
_WORK: Final = frozenset(
    {
        words.ANSWERED,
        words.ATTEMPTED,
        words.COMPLETED,
        words.PASSED,
        words.FAILED,
        words.SCORED,
        words.SUBMITTED,
        words.VIDEO_PLAYED,
        words.VIDEO_PAUSED,
        words.VIDEO_SEEKED,
    }
)
# Verbs with which the video profile sends the length, and the played segments: once for a viewing is enough.
_SENDS_LENGTH: Final = frozenset({words.INITIALIZED, words.COMPLETED, words.TERMINATED})
_SENDS_SEGMENTS: Final = frozenset({words.VIDEO_PAUSED, words.COMPLETED, words.TERMINATED})


class WarningFinding(NamedTuple):
    """One warning about one statement."""

    advice: str
    path: str
    """JSON Pointer to what it is about; to what should hold it, where it is missing."""
    value: str = ""
    """The word that is not in the vocabulary, where the warning is about one."""


class StatementView:
    """A parsed statement, looked at part by part; a part that is absent or of another kind is empty."""

    def __init__(self, statement: dict[str, Any]) -> None:
        self.statement = statement
        self.actor = _object(statement, "actor")
        self.verb = _object(statement, "verb")
        self.verb_id = text(self.verb, "id")
        self.thing = _object(statement, "object")
        self.is_activity = bool(self.thing) and self.thing.get("objectType", "Activity") == "Activity"
        self.definition = _object(self.thing, "definition") if self.is_activity else {}
        self.type = text(self.definition, "type")
        self.result = _object(statement, "result")
        self.context = _object(statement, "context")
        self._platform = text(self.context, "platform") or None
        self._verb_rules, self._type_rules = self._rules()
        self.meant_verb = meaning_of(self.verb_id, self._verb_rules)
        """The verb that is meant, by the presets; empty where nobody knows."""
        self.meant_type = self._meant_type(self._type_rules)
        """Likewise the type of the object."""
        self.presets = frozenset(rule.vocabulary for rule in (*self._verb_rules, *self._type_rules))
        """Presets with a rule for its verb, or for the type of its object."""
        self.about = self._about()
        """Which warnings can apply."""

    def _rules(self) -> tuple[tuple[RuleRow, ...], tuple[RuleRow, ...]]:
        """The rules of presets that fit the verb, and those that fit the object's type, the one that counts first."""
        meanings = preset_meanings()
        around = [text(_object(activity, "definition"), "type") for activity in self.surroundings()]
        of_verb = meanings.verb_rules(
            self.verb_id, self.type or None, self._platform, frozenset(filter(None, around))
        )
        if not self.type:
            return of_verb, tuple(meanings.category_rules(self._categories()))
        of_type = meanings.type_rules(self.type, text(self.thing, "id"), self._platform)
        if not meanings.is_part(self.type):
            return of_verb, of_type
        return of_verb, (*meanings.lift_rules(self.type, (kind for _, kind in self._parents())), *of_type)

    def meant_by(self, preset: str) -> tuple[str, str]:
        """The verb, and the type of the object, that one preset says are meant; empty where it does not know."""
        of_verb, of_type = (
            tuple(rule for rule in rules if rule.vocabulary == preset)
            for rules in (self._verb_rules, self._type_rules)
        )
        return meaning_of(self.verb_id, of_verb), self._meant_type(of_type, preset)

    def _meant_type(self, rules: tuple[RuleRow, ...], preset: str | None = None) -> str:
        """The type that is meant by rules, of which the first counts: that of a parent if the object is part of it."""
        if not rules or rules[0].form != "lift":
            return meaning_of(self.type, rules)
        whole, kind = next(parent for parent in self._parents() if parent[1] == rules[0].to_id)
        of_whole = preset_meanings().type_rules(kind, whole, self._platform)
        return meaning_of(
            kind, tuple(rule for rule in of_whole if preset is None or rule.vocabulary == preset)
        )

    def _about(self) -> frozenset[About]:
        kinds = {About.STATEMENT}
        if self.is_activity:
            kinds.add(About.ACTIVITY)
            if self.meant_verb in _WORK:
                kinds.add(About.IN_COURSE)
            if self.meant_verb == words.ANSWERED:
                kinds.add(About.ANSWER)
            if self.meant_verb == words.SUBMITTED:
                kinds.add(About.SUBMISSION)
            if self.meant_type == words.VIDEO and self.meant_verb in _SENDS_LENGTH:
                kinds.add(About.VIEWING)
            if self.meant_type == words.VIDEO and self.meant_verb in _SENDS_SEGMENTS:
                kinds.add(About.PLAYED)
        if "score" in self.result:
            kinds.add(About.SCORED)
        return frozenset(kinds)

    def surroundings(self) -> Iterator[dict[str, Any]]:
        """The activities of the context, whatever their role."""
        for around in _object(self.context, "contextActivities").values():
            for activity in around if isinstance(around, list) else [around]:
                if isinstance(activity, dict):
                    yield activity

    def _around(self, role: str) -> Iterator[dict[str, Any]]:
        """The activities of the context in one role."""
        around = _object(self.context, "contextActivities").get(role)
        for activity in around if isinstance(around, list) else [around]:
            if isinstance(activity, dict):
                yield activity

    def _categories(self) -> Iterator[str]:
        """Ids of the categories."""
        return (text(activity, "id") for activity in self._around("category"))

    def _parents(self) -> Iterator[tuple[str, str]]:
        """Ids and types of the parents."""
        return (
            (text(activity, "id"), text(_object(activity, "definition"), "type"))
            for activity in self._around("parent")
        )

    def has_around(self, types: frozenset[str]) -> bool:
        """Whether the context has an activity whose type means one of `types`."""
        return any(
            meaning_of(kind, preset_meanings().type_rules(kind, text(activity, "id"), self._platform))
            in types
            for activity in self.surroundings()
            if (kind := text(_object(activity, "definition"), "type"))
        )


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def text(holder: dict[str, Any], name: str) -> str:
    """The text at a name, empty where there is none."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def find_warnings(view: StatementView, *, latest: str) -> Iterator[WarningFinding]:
    """Yield the warnings about one statement, each once.

    Args:
        view: the statement.
        latest: a timestamp in UTC (YYYY-MM-DDThh:mm) after which a statement cannot have happened.
    """
    yield from _identity(view)
    yield from _time(view, latest)
    yield from _actor(view)
    if view.verb_id == words.VOIDED:
        return  # it voids a statement and has no content of its own
    yield from _words(view)
    yield from _extensions(view)
    about = view.about
    if About.IN_COURSE in about:
        yield from _place(view)
    if About.ANSWER in about:
        yield from _answer(view)
    if About.SCORED in about:
        yield from _score(view)
    yield from _video(view, about)
    if About.SUBMISSION in about and words.DUE_AT not in _object(view.definition, "extensions"):
        yield WarningFinding("due-date-missing", "/object")


def _identity(view: StatementView) -> Iterator[WarningFinding]:
    own = view.statement.get("id")
    if own is None:
        yield WarningFinding("id-missing", "")
    elif isinstance(own, str) and not _RANDOM_UUID.fullmatch(own):
        yield WarningFinding("id-not-random", "/id")


def _time(view: StatementView, latest: str) -> Iterator[WarningFinding]:
    timestamp = view.statement.get("timestamp")
    if timestamp is None:
        yield WarningFinding("timestamp-missing", "")
    elif isinstance(timestamp, str) and _DATE.match(timestamp):
        # Texts of this form are in the order of time; an offset of some hours is less than the margin.
        if not _EARLIEST <= timestamp <= latest:
            yield WarningFinding("timestamp-implausible", "/timestamp")
        if not _ZONE.search(timestamp):
            yield WarningFinding("timestamp-without-zone", "/timestamp")


def _actor(view: StatementView) -> Iterator[WarningFinding]:
    if view.actor.get("objectType") == "Group":
        yield WarningFinding("actor-group", "/actor")
    elif "account" in view.actor:
        if "@" in text(_object(view.actor, "account"), "name"):
            yield WarningFinding("account-is-address", "/actor/account/name")
    elif view.actor:
        yield WarningFinding("actor-not-account", "/actor")


def _words(view: StatementView) -> Iterator[WarningFinding]:
    if view.verb_id and not view.meant_verb:
        yield WarningFinding("verb-unknown", "/verb/id", view.verb_id)
    if view.verb and not _object(view.verb, "display"):
        yield WarningFinding("verb-display-missing", "/verb")
    if not view.is_activity:
        return
    if not view.type and not view.meant_type:
        yield WarningFinding("type-missing", "/object")
    elif not view.meant_type and not preset_meanings().is_known_type(view.type):
        yield WarningFinding("type-unknown", "/object/definition/type", view.type)
    if not _object(view.definition, "name"):
        yield WarningFinding("name-missing", "/object")


def _place(view: StatementView) -> Iterator[WarningFinding]:
    if "registration" not in view.context:
        yield WarningFinding("registration-missing", "/context" if view.context else "")
    if view.meant_type != words.COURSE and not view.has_around(frozenset({words.COURSE})):
        yield WarningFinding("course-missing", "/context" if view.context else "")


def _answer(view: StatementView) -> Iterator[WarningFinding]:
    where = "/result" if view.result else ""
    if "success" not in view.result and "score" not in view.result:
        yield WarningFinding("outcome-missing", where)
    if not view.has_around(_SKILL_TYPES):
        yield WarningFinding("skill-missing", "/context" if view.context else "")
    for name in ("duration", "response"):
        if name not in view.result:
            yield WarningFinding(f"{name}-missing", where)


def _score(view: StatementView) -> Iterator[WarningFinding]:
    score = _object(view.result, "score")
    if score and "scaled" not in score and not {"raw", "min", "max"} <= score.keys():
        yield WarningFinding("score-without-scale", "/result/score")
    if how := disagreement(score):
        yield WarningFinding("score-disagrees", "/result/score", how)


def _extensions(view: StatementView) -> Iterator[WarningFinding]:
    for where, holder in (
        ("/result", view.result),
        ("/context", view.context),
        ("/object/definition", view.definition),
    ):
        names = [name for name in _object(holder, "extensions") if "&46;" in name]
        if names:
            yield WarningFinding("dots-escaped", f"{where}/extensions", names[0])
            return


def _video(view: StatementView, about: frozenset[About]) -> Iterator[WarningFinding]:
    extensions = _object(view.result, "extensions")
    if (
        About.VIEWING in about
        and words.VIDEO_LENGTH not in extensions
        and words.VIDEO_LENGTH not in _object(view.context, "extensions")
    ):
        yield WarningFinding("video-length-missing", "/context" if view.context else "")
    if About.PLAYED in about and words.VIDEO_SEGMENTS not in extensions:
        yield WarningFinding("video-segments-missing", "/result" if view.result else "")
