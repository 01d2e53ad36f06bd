"""Ready for other languages: a translation is read, its plural forms are kept, and the template holds every text."""

import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message as Translated
from babel.messages.pofile import read_po

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.language import Language
from learnloom.pipelines.feedback.signals import signals
from learnloom.pipelines.feedback.texts import content_texts, process_texts
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.feedback.translation import read_translation, template
from learnloom.schemas.level import Level
from learnloom.schemas.message import Message
from learnloom.schemas.signal import SignalKind
from tests.pipelines.feedback.make import TODAY, profile_of, rich_student, said

_GERMAN = Path(__file__).with_name("de.po").read_bytes()
_POLISH = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\n"

msgctxt "regularity.student"
msgid "You have been learning for {n} week in a row. Practising regularly helps more than doing a lot at once."
msgid_plural "You have been learning for {n} weeks in a row. Practising regularly helps more than doing a lot at once."
msgstr[0] "{n} tydzień"
msgstr[1] "{n} tygodnie"
msgstr[2] "{n} tygodni"
"""


@pytest.fixture(scope="module")
def german() -> Language:
    """The small German catalogue of the tests."""
    return read_translation("de", _GERMAN)


def _catalog(text: bytes | str) -> Catalog:
    return read_po(BytesIO(text.encode() if isinstance(text, str) else text))


@pytest.mark.parametrize(("n", "words"), [(1, "seit 1 Woche ohne"), (3, "seit 3 Wochen ohne")])
def test_german_has_its_plural(german: Language, n: int, words: str) -> None:
    """One week is one form, several are the other."""
    assert words in german.say(process_texts.REGULARITY(n=n))


@pytest.mark.parametrize(("n", "told"), [(1, "1 tydzień"), (3, "3 tygodnie"), (5, "5 tygodni")])
def test_polish_has_three_forms(n: int, told: str) -> None:
    """A language may have more forms than English."""
    assert read_translation("pl", _POLISH.encode()).say(process_texts.REGULARITY(n=n)) == told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            content_texts.PRACTISE_NEXT(skills=["Brüche", "Prozente"], remark=[content_texts.PRACTISE_FEW()]),
            (
                "Such dir aus, was du als Nächstes üben möchtest: Brüche oder Prozente. Alles andere sitzt, ist zur "
                "Wiederholung fällig, braucht einen anderen Weg oder kommt später."
            ),
        ),
        (
            content_texts.REVIEW_DUE(skill="Brüche", day=TODAY, remark=[]),
            (
                "Es ist Zeit, Brüche zu wiederholen: Zuletzt war es am 20. November 2026 richtig. Zwei oder drei "
                "Fragen jetzt halten es länger frisch."
            ),
        ),
        (
            process_texts.TIME_BEFORE_TO_STUDENT(time=3_600.0, usual=7_200.0),
            (
                "Du hast in den letzten sieben Tagen 1 Stunde gelernt. In den vier Wochen davor waren es 2 Stunden pro "
                "Woche."
            ),
        ),
        (content_texts.CLAIM_ANSWERS(share=0.38), "Die bisherigen Antworten sagen 38\N{NO-BREAK SPACE}%."),
        (
            content_texts.MASTERY_TO_STUDENT[Level.NEAR](skill="Brüche", chance=0.74),
            (
                "Du beherrschst Brüche fast: Du kannst damit rechnen, etwa 7 von 10 Fragen richtig zu beantworten. Mit "
                "etwas mehr Übung sitzt es."
            ),
        ),
    ],
    ids=lambda value: value.message_id if isinstance(value, Message) else "",
)
def test_german_is_written_as_german_is(german: Language, message: Message, told: str) -> None:
    """Lists, days, durations, shares and messages within messages are those of the language."""
    assert german.say(message) == told


def test_what_is_not_translated_is_said_in_english(german: Language) -> None:
    """A translation that has not come so far is better than none."""
    assert german.say(process_texts.SPACING_MORE()).startswith("You have spread your practice")


def test_a_student_is_told_in_their_language(german: Language) -> None:
    """Signals of another language have the same ids and messages: what stands is what stood, in other words."""
    student = rich_student()
    own = signals(student, profile_of(student), thresholds=Thresholds(), language=german)
    (regular,) = [signal for signal in own if signal.kind is SignalKind.REGULARITY]
    (english,) = said(student, SignalKind.REGULARITY)
    assert regular.sentence.startswith("Du lernst seit 9 Wochen")
    assert regular == english.model_copy(update={"sentence": regular.sentence})


def test_the_template_holds_every_text() -> None:
    """A translator finds each text of the catalogue, under its id, in each of its forms; and no other."""
    found = {entry.context: entry.id for entry in _catalog(template()) if entry.id}
    assert found == {
        text_id: text.text if text.plural is None else (text.text, text.plural)
        for text_id, text in CATALOGUE.items()
    }


def test_a_translation_says_what_is_there_to_be_said() -> None:
    """Each text of the German catalogue is one of the template, and no translation asks for an unknown value."""
    current = _catalog(template())
    translated = [entry for entry in _catalog(_GERMAN) if entry.id]
    assert len(translated) == 9
    for entry in translated:
        now = current.get(entry.id, entry.context)
        assert now is not None, entry.context
        assert now.id == entry.id
        places = {name for form in _forms(entry) for _, name, _, _ in string.Formatter().parse(form) if name}
        assert places <= set(CATALOGUE[str(entry.context)].parameters), entry.context


def _forms(entry: Translated) -> list[str]:
    """What a translation says, in each of its forms."""
    return [entry.string] if isinstance(entry.string, str) else [str(form) for form in entry.string or ()]
