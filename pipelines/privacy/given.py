"""Where a student finds what is kept of them in what `learnloom access` writes, and why some of it is not there."""

from collections.abc import Mapping
from typing import Final

from learnloom.pipelines.lake.relation import Relation
from learnloom.pipelines.privacy.kept import Kept
from learnloom.pipelines.privacy.subject import whose

ROWS: Final = "rows/{place}.jsonl"
SAID_ELSEWHERE: Final = {
    "landing.statement": "statements.jsonl",
    "landing.dead_letter": "refused.jsonl",
    "feedback.outbox": "access.json, signals",
    "feedback.delivery": "access.json, signals",
}
"""Relations that are given in another form than as rows."""
_BESIDE: Final = {
    "lrs.entry": "statements.jsonl, refused.jsonl",
    **{
        place: ROWS.format(place=place)
        for place in (
            *("lrs.activity", "lrs.agent_name", "lrs.document", "lrs.learner", "lrs.session"),
            *("login.came", "login.session", "pages.answer", "vault.person", "vault.alias"),
        )
    },
    "vault.consent": "access.json, consent",
    "audit.look": "access.json, looks",
    "data": "as its relations",
    "lrs": "as its tables; attachments",
    "login": "as its tables",
}
_LEFT_OUT: Final = {
    "landing.position": "how far files are read; one that is called after the student stands with their statements",
    "lrs.entry_agent": "an index of the statements that are given",
    "login.begun": "nobody knows yet whose a login is that has only begun",
    "catalog.sqlite": "bounds of the values that are given",
    "refresh": "what is being computed anew of the statements that are given",
    "erasure": "whom an erasure under way is about is hidden already, and asks for nothing more",
    "pages": "a copy of what is given; answers as pages.answer",
}
"""Why what is kept is not given once more."""


def where_given(kept: Kept, relations: Mapping[str, Relation]) -> str:
    """Say in which file of the answer something that is kept of students stands, or why it is not in it.

    Args:
        kept: something personal.
        relations: those of the warehouse, by full name.

    Raises:
        KeyError: neither is known.
    """
    relation = relations.get(kept.place)
    if kept.place in SAID_ELSEWHERE:
        return SAID_ELSEWHERE[kept.place]
    if relation is not None and relation.stored == "view":
        return "nowhere: computed, when it is read, from what is given"
    if relation is not None and whose(kept.place, relation.columns, (), ""):
        return ROWS.format(place=kept.place)
    return _BESIDE.get(kept.place) or f"nowhere: {_LEFT_OUT[kept.place]}"
