"""The login speaks the reader's language: every text of its pages is there, and what is data stays as it is."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from babel.messages.extract import extract

from learnloom.pipelines.login.words import LANGUAGES, words_asked, words_of
from tests.pipelines.login.conftest import Place
from tests.sources import sources


def _marked() -> Iterator[str]:
    for path in sources("pipelines"):
        if "/login/" in path.as_posix():
            with path.open("rb") as opened:
                for _, said, _, _ in extract("python", opened, {"N_": None}):
                    yield str(said)


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_every_text_of_the_login_is_translated(code: str) -> None:
    """What is marked is there, with the same values in it, and nothing that no page says any more."""
    texts = words_of(code).texts
    template = files("learnloom.pipelines.login").joinpath("page.html.jinja").read_text(encoding="utf-8")
    in_template = {text for text in texts if f'say("{text}")' in template}
    assert texts.keys() - in_template == set(_marked())
    assert in_template == {"Open in a new window"}
    assert all(text.count("%(") == told.count("%(") for text, told in texts.items())


def test_the_browser_says_in_which_language_a_stranger_reads(place: Place) -> None:
    """A page before the login, and one that refuses, are in it; another language than ours gets English."""
    assert [words_asked({"accept-language": each}).code for each in ("de-AT,en", "fr", "")] == [
        "de",
        "en",
        "en",
    ]
    assert words_asked({}).code == "en"
    german = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
    page = place.browser().get("/login", headers=german)
    assert '<html lang="de">' in page.text
    assert "Anmelden" in page.text
    refused = place.browser().post("/logout", data={}, headers=german)
    assert refused.status_code == 403
    assert "Sie sind nicht angemeldet" in refused.text
    assert "Sie sind noch angemeldet" in refused.text
    assert '<html lang="en">' in place.browser().get("/login").text
