"""All commands, as they are typed."""

from learnloom.pipelines.cli.main import _COMMANDS

_OF_SEVERAL = [
    "skills",
    "vocabulary",
    "models",
    "deliver",
    "plan",
    "people",
    "vault",
    "roster",
    "login",
    "erase",
]
COMMANDS = [
    *([name] for name in _COMMANDS if name not in _OF_SEVERAL and name != "serve"),
    *(["dead", name] for name in ("list", "show", "export", "replay")),
    *(["skills", name] for name in ("import", "missing", "suggest")),
    *(["people", name] for name in ("import", "merge", "split", "undo", "list", "suggest", "history")),
    *(["vault", name] for name in ("import", "show", "consent", "rotate", "forget")),
    *(["vocabulary", name] for name in ("import", "list", "show", "check", "missing")),
    *(["deliver", name] for name in ("run", "list", "replay", "resume")),
    ["plan", "import"],
    *(["models", name] for name in ("list", "use", "compare")),
    *(["roster", name] for name in ("import", "show", "match", "fetch", "unmatched")),
    *(["login", name] for name in ("invite", "platforms")),
    # Last: nothing can be said of a student who was erased.
    *(["erase", name] for name in ("request", "list", "run", "receipt")),
]
"""Those below others by two words."""
