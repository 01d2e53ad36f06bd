"""The words of the pages by language, and how a language writes days and shares."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from learnloom.pipelines.feedback.language import ENGLISH, Language
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.feedback.translation import read_translation

_GAPS: Final = {text.text: text for text_id, text in CATALOGUE.items() if text_id.startswith("gap.")}
_COMMAND: Final = re.compile(r" \(`[^`]*`\)")
LANGUAGES: Final = ("en", "de")
"""Those that are complete; the first is for everybody else."""


@dataclass(frozen=True)
class PageWords:
    """One language, as the pages speak it."""

    code: str
    locale: Locale
    language: Language
    """Says the messages of the catalogue."""
    translations: NullTranslations
    """Those of the templates."""

    def day(self, moment: dt.datetime | dt.date, zone: str = "UTC") -> str:
        """Say a day: 24 Nov 2026."""
        day = moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, dt.datetime) else moment
        return format_date(day, "medium", locale=self.locale)

    def moment(self, moment: dt.datetime, zone: str = "UTC") -> str:
        """Say a day and a time, to the minute."""
        local = moment.astimezone(ZoneInfo(zone))
        return f"{format_date(local, 'medium', locale=self.locale)}, {format_time(local, 'short', locale=self.locale)}"

    def percent(self, share: float) -> str:
        """Say a share, never all or nothing where it is not."""
        return self.language.percent(share)

    def gap(self, told: str) -> str:
        """Say what is unknown, or by what it would be known, as a profile has it; no command, which readers lack."""
        text = _GAPS.get(told)
        return _COMMAND.sub("", self.language.say(text()) if text else told)

    def number(self, value: float) -> str:
        """Say a number with at the most one decimal."""
        return format_decimal(value, "#,##0.#", locale=self.locale)


@cache
def words_of(asked: str) -> PageWords:
    """Give the language that fits what is asked for (BCP 47) best."""
    code = (
        negotiate_locale([asked.replace("-", "_")], LANGUAGES)
        or asked.replace("_", "-").partition("-")[0].lower()
    )
    if code not in LANGUAGES or code == LANGUAGES[0]:
        return PageWords("en", Locale("en", "GB"), ENGLISH, NullTranslations())
    signals = files("learnloom.pipelines.feedback.locales").joinpath(f"{code}.po").read_bytes()
    own = files("learnloom.pipelines.pages.locales").joinpath(f"{code}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(own), locale=code))
    compiled.seek(0)
    return PageWords(code, Locale.parse(code), read_translation(code, signals), Translations(compiled))
