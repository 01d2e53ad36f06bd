"""A language: says messages of the catalogue as its texts and its way of writing numbers, days and lists have it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from gettext import NullTranslations
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from learnloom.pipelines.feedback.formatting import whole_percent
from learnloom.pipelines.feedback.texts import figure_texts
from learnloom.pipelines.feedback.texts.catalogue import CATALOGUE
from learnloom.pipelines.feedback.texts.text import Form
from learnloom.schemas.message import Message

_MINUTE: Final = 60
_HOUR: Final = 3_600
_MOST: Final = 10
_KEPT: Final = 4_096
"""Figures whose text is remembered: there are few different ones among millions of signals."""


class Language:
    """One language. It looks nothing up but what it is given: texts come with `translations`."""

    def __init__(self, locale: Locale, translations: NullTranslations) -> None:
        """Take a language.

        Args:
            locale: how it writes numbers, days and lists.
            translations: its texts by id and English text; what they lack is said in English.
        """
        self.locale = locale
        self._translations = translations
        # As everywhere in our English: a space, as other languages have it, too.
        self._percent_pattern = "#,##0 %" if locale.language == "en" else None
        remembered = lru_cache(_KEPT)
        self._shown: Mapping[Form, Callable[[Any], str]] = {
            Form.NAME: str,
            Form.NAMES: lambda names: self._list(names, "standard"),
            Form.OPTIONS: lambda names: self._list(names, "or"),
            Form.COUNT: remembered(self._count),
            Form.NUMBER: remembered(self._number),
            Form.PERCENT: remembered(self.percent),
            Form.OF_TEN: remembered(self._of_ten),
            Form.DURATION: remembered(self._duration),
            Form.DAY: remembered(lambda day: self._day(day, "long")),
            Form.WEEKDAY: remembered(lambda day: self._day(day, "full")),
            Form.MESSAGE: self.say,
            Form.MESSAGES: lambda found: self._list([self.say(one) for one in found], "standard"),
            Form.FACTS: lambda found: self._list([self.say(one) for one in found], "unit"),
            Form.SENTENCES: lambda found: " ".join(self.say(one) for one in found),
        }

    def say(self, message: Message) -> str:
        """Say a message of the catalogue.

        Raises:
            KeyError: the catalogue has no such message, or a value is missing.
        """
        text = CATALOGUE[message.message_id]
        values = message.parameters
        if text.counted is None or text.plural is None:
            words = self._translations.pgettext(text.text_id, text.text)
        else:
            n: Any = values[text.counted]
            words = self._translations.npgettext(text.text_id, text.text, text.plural, n)
        if not text.parameters:
            return words
        shown = {name: self._shown[each.form](values[name]) for name, each in text.parameters.items()}
        # The last part may be left out: a remark for which there is no reason.
        return words.format_map(shown).rstrip()

    def percent(self, share: float) -> str:
        """Say a share in whole per cent: what is not all or nothing is never said to be."""
        return format_percent(whole_percent(share) / 100, self._percent_pattern, locale=self.locale)

    def _count(self, n: int) -> str:
        return format_decimal(n, locale=self.locale)

    def _number(self, value: float) -> str:
        return format_decimal(value, "#,##0.0#", locale=self.locale)

    def _day(self, day: str, form: str) -> str:
        return format_date(date.fromisoformat(day), form, locale=self.locale)

    def _list(self, items: Any, style: Any) -> str:
        return format_list(list(items), style, self.locale)

    def _of_ten(self, probability: float) -> str:
        """Say a probability as a count, never that all or none will be."""
        n = round(probability * _MOST)
        if n >= _MOST:
            return self.say(figure_texts.MOST_OF_TEN())
        return self.say(figure_texts.ABOUT_OF_TEN(n=n) if n else figure_texts.LEAST_OF_TEN())

    def _duration(self, seconds: float) -> str:
        """Say a duration in the unit that one would use."""
        if seconds < _MINUTE:
            return self.say(figure_texts.SECONDS(seconds=round(seconds)))
        minutes = round(seconds / _MINUTE)
        if minutes < _MINUTE:
            return self.say(figure_texts.MINUTES(minutes=minutes))
        hours, rest = divmod(minutes, _MINUTE)
        if rest:
            return self.say(figure_texts.HOURS_MINUTES(hours=hours, minutes=rest))
        return self.say(figure_texts.HOURS(hours=hours))


ENGLISH: Final = Language(Locale("en", "GB"), NullTranslations())
"""What is said where nothing else is asked for: the texts of the catalogue as they stand."""
