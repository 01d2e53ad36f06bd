"""The words of the pages: each language is complete, and says what English says."""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.pages.render import render
from learnloom.pipelines.pages.student.verbs import WORDS, told_as
from learnloom.pipelines.pages.texts import LANGUAGES, words_of
from learnloom.schemas.vocabulary import SIGNAL_ENDED, SIGNAL_RAISED, VERBS
from tests.sources import sources

_OTHERS = LANGUAGES[1:]


def _in_templates() -> Iterator[str]:
    for path in files("learnloom.pipelines.pages.templates").iterdir():
        for _, _, found, _ in babel_extract(BytesIO(path.read_bytes()), ("_", "ngettext"), [], {}):
            yield found if isinstance(found, str) else next(each for each in found or () if each)
    for path in sources("pipelines"):
        if "/pages/" in path.as_posix():
            with path.open("rb") as opened:
                for _, said, _, _ in extract("python", opened, {"N_": None}):
                    yield str(said)


def _read(room: str, code: str) -> Catalog:
    with files(f"learnloom.pipelines.{room}.locales").joinpath(f"{code}.po").open("rb") as opened:
        return read_po(opened, locale=code)


@pytest.mark.slow
@pytest.mark.parametrize("code", _OTHERS)
def test_every_word_of_the_pages_is_translated(code: str) -> None:
    """Nothing is left in English, and nothing is kept that no page says any more."""
    catalog = _read("pages", code)
    known = {
        each.id if isinstance(each.id, str) else each.id[0] for each in catalog if each.id and each.string
    }
    assert known == set(_in_templates())


@pytest.mark.parametrize("code", _OTHERS)
def test_every_sentence_of_signals_is_translated(code: str) -> None:
    """The catalogue of messages is whole in each language, with the same values in each."""
    catalog = _read("feedback", code)
    found = {each.context: each for each in catalog if each.id and each.string}
    assert found.keys() == CATALOGUE.keys()
    for text_id, text in CATALOGUE.items():
        told = found[text_id].string
        forms = (told,) if isinstance(told, str) else told or ()
        assert all(set(re.findall(r"\{(\w+)\}", form)) == set(text.parameters) for form in forms), text_id


def test_the_nearest_language_is_spoken() -> None:
    """A region or an unknown language finds the one that is there."""
    assert [words_of(each).code for each in ("de", "de-AT", "en-US", "pt-BR", "")] == [
        "de",
        "de",
        "en",
        "en",
        "en",
    ]


def test_what_is_unknown_is_said_in_the_readers_language() -> None:
    """A profile says it in English; a page says it again; what is no text of ours stays."""
    assert words_of("de").gap("mastery of any skill") == "Beherrschung irgendeiner Fertigkeit"
    assert words_of("de").gap("something else") == "something else"


def test_what_a_student_did_is_said_in_words() -> None:
    """Verbs of the vocabulary have a text, of whatever kind a student may have; others are the platform's own word."""
    of_students = VERBS - {SIGNAL_RAISED, SIGNAL_ENDED}
    assert of_students == WORDS.keys()
    assert told_as("https://w3id.org/xapi/dod-isd/verbs/looked-up") == ("looked up", False)


def test_what_comes_from_data_is_escaped() -> None:
    """A name that is markup is shown as text."""
    text = render("error_part", "en", status=400, detail="<script>alert(1)</script>", reader=None)
    assert "<script>" not in text


def test_the_script_is_the_one_that_was_looked_at() -> None:
    """What is vendored is that very file, with its licence beside it."""
    static = files("learnloom.pipelines.pages.static")
    digest = hashlib.sha256(static.joinpath("htmx-4.0.1.min.js").read_bytes()).hexdigest()
    assert digest == "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    assert "Zero-Clause BSD" in static.joinpath("htmx-LICENSE.txt").read_text(encoding="utf-8")
