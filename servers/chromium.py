"""A browser for tests: the one that is named, else one that is installed."""

import shutil
from collections.abc import Mapping

NAMED = "LEARNLOOM_TEST_CHROMIUM"
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium(environment: Mapping[str, str]) -> str | None:
    """Path of the program; None: there is none.

    Args:
        environment: LEARNLOOM_TEST_CHROMIUM is a path; PATH as usual.
    """
    installed = (shutil.which(name, path=environment.get("PATH")) for name in _PROGRAMS)
    return environment.get(NAMED) or next((found for found in installed if found), None)
