"""Which tables a statement reaches, judged by itself: what a refresh makes of it, where no other tells more.

A refresh knows more: types and courses from any statement, a quiz behind an attempt at it, the school's own rules. A
test holds the conditions here to those of sql/dimensional.
"""

from collections import Counter
from functools import cache
from typing import Any, Final

from learnloom.pipelines.check.find_warnings import StatementView
from learnloom.pipelines.check.report import PresetReport, TableReport
from learnloom.pipelines.ingest.catalogue.vocabulary_meaning import meaning_of
from learnloom.schemas import vocabulary as words

TABLES: Final = {
    "fact_attempt": "answers",
    "fact_hint": "hints",
    "fact_video": "videos watched",
    "fact_completion": "completed, passed, failed, scored",
    "fact_submission": "work handed in and scored",
    "fact_product": "work with a score",
    "fact_contribution": "words to others",
    "fact_enrolment": "enrolments",
    "fact_goal": "goals",
    "fact_voice": "what students and teachers state",
    "fact_response": "answers to signals",
}
"""The tables of the layer dimensional that tell more of a statement than that somebody was at work."""
_QUESTIONS: Final = frozenset({words.INTERACTION, words.QUESTION})
_SKILLS: Final = frozenset({words.OBJECTIVE, words.COMPETENCY})
_COURSES: Final = frozenset({words.COURSE, words.MODULE, words.LESSON})
_NOT_ANSWERED: Final = frozenset({*_COURSES, *_SKILLS, words.ASSESSMENT, words.FORUM_TOPIC})
_NO_PRODUCT: Final = frozenset({*_COURSES, *_SKILLS, *_QUESTIONS})
_NO_WORD: Final = frozenset({*_COURSES, *_SKILLS, *_QUESTIONS, words.ASSESSMENT})
_TO_OTHERS: Final = frozenset({words.ASKED, words.COMMENTED, words.RESPONDED, words.SHARED, words.REVIEWED})
_TOLD_NO_PRODUCT: Final = _TO_OTHERS | {
    words.ANSWERED,
    words.INTERACTED,
    words.INITIALIZED,
    words.EXPERIENCED,
    words.SET_GOAL,
}
_ENDS: Final = frozenset({words.COMPLETED, words.PASSED, words.FAILED, words.SCORED})
_BY_VERB: Final = {
    words.REQUESTED_HINT: "fact_hint",
    words.SET_GOAL: "fact_goal",
    words.DROPPED_GOAL: "fact_goal",
    words.PREFERRED: "fact_voice",
    words.STATED_KNOWN: "fact_voice",
    words.ACKNOWLEDGED_SIGNAL: "fact_response",
    words.DISMISSED_SIGNAL: "fact_response",
    words.FOLLOWED_SIGNAL: "fact_response",
}


def tables_of(view: StatementView, verb: str, kind: str) -> frozenset[str]:
    """Give the tables that a statement reaches if its verb and the type of its object mean these.

    Args:
        view: the statement.
        verb: IRI of the verb of the vocabulary; empty where it has none.
        kind: IRI of the type likewise.
    """
    if not view.is_activity:
        return frozenset()
    score = view.result.get("score")
    return _tables(
        verb,
        kind,
        has_score=isinstance(score, dict) and ("scaled" in score or {"raw", "min", "max"} <= score.keys()),
        has_success="success" in view.result,
        is_completion=view.result.get("completion") is True,
    )


@cache
def _tables(
    verb: str, kind: str, *, has_score: bool, has_success: bool, is_completion: bool
) -> frozenset[str]:
    """Give the tables by words of the vocabulary, of which there are few."""
    reached = {
        _BY_VERB.get(verb, ""): verb in _BY_VERB,
        "fact_attempt": verb == words.ANSWERED and kind not in _NOT_ANSWERED and (has_score or has_success),
        "fact_video": kind == words.VIDEO,
        "fact_completion": verb in _ENDS or is_completion,
        "fact_submission": kind == words.ASSIGNMENT and verb in (words.SUBMITTED, words.SCORED),
        "fact_product": has_score and kind not in _NO_PRODUCT and verb not in _TOLD_NO_PRODUCT,
        "fact_contribution": verb in _TO_OTHERS and kind not in _NO_WORD,
        "fact_enrolment": verb in (words.REGISTERED, words.UNREGISTERED) and kind == words.COURSE,
    }
    return frozenset(table for table, is_reached in reached.items() if is_reached)


class DestinationCounts:
    """How many statements reach which table: by our own words alone, with all presets, and with each."""

    def __init__(self) -> None:
        self._alone: Counter[str] = Counter()
        self._meant: Counter[str] = Counter()
        self._reached_alone = self._reached = self._statements = 0
        self._known: Counter[str] = Counter()
        self._gained: Counter[str] = Counter()

    def add(self, view: StatementView) -> None:
        """Count one statement, right or wrong."""
        presets = view.presets
        alone = tables_of(view, meaning_of(view.verb_id, ()), meaning_of(view.type, ()))
        meant = tables_of(view, view.meant_verb, view.meant_type) if presets else alone
        self._statements += 1
        self._alone.update(alone)
        self._meant.update(meant)
        self._reached_alone += bool(alone)
        self._reached += bool(meant)
        for preset in presets:
            by_preset = meant if len(presets) == 1 else tables_of(view, *view.meant_by(preset))
            self._known[preset] += 1
            self._gained[preset] += bool(by_preset) - bool(alone)

    def tables(self) -> tuple[TableReport, ...]:
        """The tables that any statement reaches, in their order."""
        return tuple(
            TableReport(table, what, self._alone[table], self._meant[table])
            for table, what in TABLES.items()
            if self._alone[table] or self._meant[table]
        )

    def presets(self, top: int) -> tuple[PresetReport, ...]:
        """The presets that bring most statements into a table; where none brings any, that which knows most words."""
        ranked = sorted(self._known, key=lambda name: (-self._gained[name], -self._known[name], name))
        helping = [name for name in ranked if self._gained[name] > 0] or ranked[:1]
        return tuple(
            PresetReport(name, self._known[name], self._reached_alone + self._gained[name])
            for name in helping[:top]
        )

    def totals(self) -> dict[str, Any]:
        """Statements, and those that reach a table: alone, and with all presets."""
        return {
            "statements": self._statements,
            "reached_alone": self._reached_alone,
            "reached": self._reached,
        }
