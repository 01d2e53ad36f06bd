"""How the text of a statement falls into fragments, and when a fragment is right wherever it stands.

Actors, verbs, activities and the like repeat from statement to statement, byte for byte. What is judged here
hangs on nothing but the fragment itself, so that it need be judged once only. What must hold between
fragments (voiding, revision and platform, the version) is left to whoever puts them together.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter

from learnloom.schemas.vocabulary import VOIDED
from learnloom.schemas.xapi.activity import Activity, StatementRef, Verb, check_activity
from learnloom.schemas.xapi.agent import Actor, Group, check_actor, check_authority
from learnloom.schemas.xapi.atoms import (
    Duration,
    ExtensionKey,
    LanguageTag,
    StrictTimestamp,
    Timestamp,
    Uuid,
    Version,
)
from learnloom.schemas.xapi.attachment import Attachment, check_attachments
from learnloom.schemas.xapi.context import (
    ContextActivities,
    ContextAgent,
    ContextGroup,
    check_context_agents,
    check_context_groups,
    check_related,
)
from learnloom.schemas.xapi.many import Many
from learnloom.schemas.xapi.result import Score, check_score
from learnloom.schemas.xapi.rule import Breach, Path

_ABSENT: Any = None
"""Default of what a statement need not have. As the types know no null, None means absent and nothing else."""


class ResultParts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A result; what has parts of its own is left as text."""

    score: msgspec.Raw = _ABSENT
    success: bool = _ABSENT
    completion: bool = _ABSENT
    response: str = _ABSENT
    duration: str = _ABSENT
    extensions: msgspec.Raw = _ABSENT


class ContextParts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A context, likewise."""

    registration: str = _ABSENT
    instructor: msgspec.Raw = _ABSENT
    team: msgspec.Raw = _ABSENT
    contextActivities: msgspec.Raw = _ABSENT
    revision: str = _ABSENT
    platform: str = _ABSENT
    language: str = _ABSENT
    statement: msgspec.Raw = _ABSENT
    extensions: msgspec.Raw = _ABSENT
    contextAgents: msgspec.Raw = _ABSENT
    contextGroups: msgspec.Raw = _ABSENT


class StatementParts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A statement, likewise; of two properties with one name the last is kept."""

    actor: msgspec.Raw
    verb: msgspec.Raw
    object: msgspec.Raw
    id: str = _ABSENT
    result: ResultParts = _ABSENT
    context: ContextParts = _ABSENT
    timestamp: str = _ABSENT
    stored: str = _ABSENT
    authority: msgspec.Raw = _ABSENT
    version: str = _ABSENT
    attachments: msgspec.Raw = _ABSENT


split: Final = msgspec.json.Decoder(StatementParts).decode
"""Cut the text of a statement into its parts. The bytes of a fragment are not looked into, only skipped.

Raises msgspec.DecodeError, UnicodeDecodeError or RecursionError for a text with other parts than these.
"""

Fits = Callable[[Any], bool]
"""Says of a parsed value whether it is right by itself."""


def _fits(kind: Any, check: Callable[[Any, Path, list[Breach]], None] | None = None) -> Fits:
    has_shape: Fits = TypeAdapter(kind).validator.isinstance_python
    if check is None:
        return has_shape

    def fits(value: Any) -> bool:
        found: list[Breach] = []
        if has_shape(value):
            check(value, (), found)
            return not found
        return False

    return fits


is_uuid: Final = _fits(Uuid)
is_timestamp: Final = _fits(Timestamp)
is_strict_timestamp: Final = _fits(StrictTimestamp)
is_duration: Final = _fits(Duration)
is_language: Final = _fits(LanguageTag)
is_version: Final = _fits(Version)
is_extension_key: Final = _fits(ExtensionKey)
is_actor: Final = _fits(Actor, check_actor)
is_team: Final = _fits(Group, check_actor)
is_authority: Final = _fits(Actor, check_authority)
is_activity: Final = _fits(Activity, check_activity)
is_reference: Final = _fits(StatementRef)
is_context_activities: Final = _fits(ContextActivities, check_related)
is_context_agents: Final = _fits(Many[ContextAgent], check_context_agents)
is_context_groups: Final = _fits(Many[ContextGroup], check_context_groups)
is_score: Final = _fits(Score, check_score)
is_attachments: Final = _fits(Many[Attachment], check_attachments)
_is_verb: Final = _fits(Verb)


def is_common_verb(value: Any) -> bool:
    """Whether a value is a verb that asks for no certain object: any but voided (2.3.2.s2.b1)."""
    return _is_verb(value) and value["id"] != VOIDED
