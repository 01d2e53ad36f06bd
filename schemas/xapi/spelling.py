"""The names of the specification's properties, to tell a misspelt one from an unknown one."""

from typing import Final

_NAMES: Final = (
    *("id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority", "version"),
    *("attachments", "objectType", "name", "mbox", "mbox_sha1sum", "openid", "account", "member", "homePage"),
    *("display", "definition", "description", "type", "moreInfo", "extensions", "interactionType"),
    *("correctResponsesPattern", "choices", "scale", "source", "target", "steps", "score", "success"),
    *("completion", "response", "duration", "scaled", "raw", "min", "max", "registration", "instructor"),
    *("team", "contextActivities", "revision", "platform", "language", "statement", "parent", "grouping"),
    *("category", "other", "contextAgents", "contextGroups", "agent", "group", "relevantTypes"),
    *("usageType", "contentType", "length", "sha2", "fileUrl"),
)
_BY_LOWER: Final = {name.lower(): name for name in _NAMES}


def right_spelling(name: str) -> str:
    """The property that differs from `name` in nothing but case; empty where there is none or it is right."""
    right = _BY_LOWER.get(name.lower(), name)
    return "" if right == name else right
