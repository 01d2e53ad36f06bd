"""The verb or activity type of the vocabulary that an unknown one may mean."""

import re
from typing import Final

from learnloom.schemas import vocabulary as words

_END: Final = re.compile(r"([^/#:]+)/*$")
# Names under which others publish the same.
_OTHERWISE: Final = {"submitted": words.SUBMITTED, "text": words.READING, "quiz": words.ASSESSMENT}


def _key(iri: str) -> str:
    """The last word of an IRI, without case, hyphens and underscores."""
    found = _END.search(iri)
    return re.sub(r"[-_. ]", "", found[1]).lower() if found else ""


_BY_KEY: Final = {
    kind: {_key(iri): iri for iri in sorted(known)}
    for kind, known in {"verb-unknown": words.VERBS, "type-unknown": words.ACTIVITY_TYPES}.items()
}


def suggestion_for(advice: str, iri: str) -> str:
    """Return the known IRI that has the same name as an unknown one; empty if there is none.

    Args:
        advice: the warning: verb-unknown or type-unknown.
        iri: the unknown verb or activity type.
    """
    known = _BY_KEY.get(advice, {})
    key = _key(iri)
    other = _OTHERWISE.get(key, "")
    return known.get(key, other if other in known.values() else "")
