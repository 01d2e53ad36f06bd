"""What the Dockerfile says, and what .dockerignore lets into a build."""

import re
from fnmatch import fnmatch
from pathlib import Path

from tests.documents import page


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", page("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    """The instructions of what becomes the image."""
    return stages()[-1]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, from its FROM on."""
    found = instructions()
    starts = [index for index, (name, _) in enumerate(found) if name == "FROM"]
    return [found[start:end] for start, end in zip(starts, [*starts[1:], len(found)], strict=True)]


def gets_in(path: str) -> bool:
    """Whether .dockerignore lets a path of this folder into a build; the last rule that fits decides."""
    is_in = True
    for line in page(".dockerignore").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *(str(parent) for parent in Path(path).parents)]
        deep = [Path(part).name for part in parts] if line.startswith("**/") else []
        if any(fnmatch(part, pattern) for part in [*parts, *deep] if part != "."):
            is_in = line.startswith("!")
    return is_in
