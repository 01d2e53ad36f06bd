"""The words of the login's pages, in the language of the reader or of the browser."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, NamedTuple

from babel.messages.pofile import read_po

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de")
"""Those that are complete; the first is for everybody else."""


class LoginWords(NamedTuple):
    """One language."""

    code: str
    texts: Mapping[str, str]

    def say(self, text: str) -> str:
        """Say a text; what is no text of ours stays as it is."""
        return self.texts.get(text, text)


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a text that is translated where it is shown."""
    return text


def words_asked(headers: Mapping[str, str]) -> LoginWords:
    """Give the words for whoever is not known yet: in the language that the browser names first."""
    return words_of(headers.get("accept-language", ENGLISH).partition(",")[0].partition(";")[0].strip())


@cache
def words_of(language: str) -> LoginWords:
    """Give the words of a language (BCP 47), or English ones."""
    code = language.replace("_", "-").partition("-")[0].lower()
    if code not in LANGUAGES or code == ENGLISH:
        return LoginWords(ENGLISH, {})
    kept = files("learnloom.pipelines.login.locales").joinpath(f"{code}.po").read_bytes()
    catalog = read_po(BytesIO(kept), locale=code)
    return LoginWords(code, {str(each.id): str(each.string) for each in catalog if each.id and each.string})
