"""For translators: the template of all texts, in the form of gettext, and reading a translation of it."""

from io import BytesIO
from typing import Final

from babel import Locale
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import Translations

from learnloom.pipelines.feedback.language import Language
from learnloom.pipelines.feedback.texts.catalogue import FAMILIES
from learnloom.pipelines.feedback.texts.text import Form, Parameter, Text

# Babel's own has the moment in it, and every template would be another one.
_HEAD: Final = """\
# Every text of learnloom that students and teachers read. Written by `make docs`: translate a copy of it.
msgid ""
msgstr ""
"Project-Id-Version: learnloom\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_TOLD: Final = {
    Form.NAME: "a name",
    Form.NAMES: "names, joined as the language joins them",
    Form.OPTIONS: "names to choose from",
    Form.COUNT: "a whole number",
    Form.NUMBER: "a number",
    Form.PERCENT: "a share, with its per cent sign",
    Form.OF_TEN: "a chance, see chance.about",
    Form.DURATION: "a duration, see duration.minutes",
    Form.DAY: "a day, such as 24 November 2026",
    Form.WEEKDAY: "a day with its name",
    Form.MESSAGE: "another message, see",
    Form.MESSAGES: "other messages, joined as the language joins them, see",
    Form.FACTS: "other messages, listed, see",
    Form.SENTENCES: "whole sentences, or nothing, see",
}


def template() -> str:
    """Write the template (.pot): every text with its id as context, and for each who reads it and what goes into it."""
    catalog = Catalog()
    for text in (text for family in FAMILIES.values() for text in family):
        catalog.add(
            text.text if text.plural is None else (text.text, text.plural),
            context=text.text_id,
            auto_comments=_comments(text),
        )
    written = BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    return _HEAD + written.getvalue().decode()


def _comments(text: Text) -> list[str]:
    reader = "Part of other texts." if text.audience is None else f"Read by the {text.audience.value}."
    parameters = [f"{{{name}}}: {told(each)}" for name, each in text.parameters.items()]
    return [reader, *parameters]


def told(parameter: Parameter) -> str:
    """What goes into a text, in words."""
    words = _TOLD[parameter.form]
    if parameter.form in {Form.MESSAGE, Form.MESSAGES, Form.FACTS, Form.SENTENCES}:
        examples = parameter.example if isinstance(parameter.example, tuple) else (parameter.example,)
        return f"{words} {', '.join(each.text_id for each in examples)}".removesuffix(", see ")
    return words


def read_translation(locale: str, translated: bytes) -> Language:
    """Read a translation of the template.

    Args:
        locale: the language, such as `de` or `pt_BR`.
        translated: the file (.po).

    Returns:
        The language; what the file lacks, or marks as fuzzy, is said in English.
    """
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(translated), locale=locale))
    compiled.seek(0)
    return Language(Locale.parse(locale), Translations(compiled))
