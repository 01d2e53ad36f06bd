"""What a text of the catalogue is, and what may go into it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from learnloom.pipelines.feedback.errors import ParameterError
from learnloom.schemas.message import Message
from learnloom.schemas.signal import Audience

STUDENT: Final = Audience.STUDENT
TEACHER: Final = Audience.TEACHER


class Form(StrEnum):
    """How a parameter is shown, in the way of the language."""

    NAME = "name"
    """As it is: a name is not translated."""
    NAMES = "names"
    """Names, all of them: "A, B and C"."""
    OPTIONS = "options"
    """Names to choose from: "A, B or C"."""
    COUNT = "count"
    """A whole number."""
    NUMBER = "number"
    """A number with one or two decimals."""
    PERCENT = "percent"
    """A share, 0 to 1, in whole per cent: never all or nothing where it is not."""
    OF_TEN = "of ten"
    """A probability, 0 to 1: "about 7 of 10"."""
    DURATION = "duration"
    """Seconds, in the unit that one would use: "1 h 20 min"."""
    DAY = "day"
    """A day: "24 November 2026"."""
    WEEKDAY = "weekday"
    """A day with its name: "Tuesday, 24 November 2026"."""
    MESSAGE = "message"
    """Another message: a whole sentence, or words that the catalogue translates."""
    MESSAGES = "messages"
    """Words of the catalogue, all of them: "A, B and C"."""
    FACTS = "facts"
    """Words of the catalogue one after the other: "A, B, C"."""
    SENTENCES = "sentences"
    """Whole sentences, one after the other; there may be none."""


_CONVERTED: Final = frozenset(
    {Form.DAY, Form.WEEKDAY, Form.NAMES, Form.OPTIONS, Form.MESSAGES, Form.FACTS, Form.SENTENCES}
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What goes into a text."""

    form: Form
    example: Any
    """A value, for the page of messages; of messages, the texts in whose own examples they are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One text of the catalogue, in English. `{name}` is where a parameter stands."""

    text_id: str
    audience: Audience | None
    """Who reads it; None: both, as a part of other texts."""
    text: str
    """Where the language has several forms, that for one of `counted`."""
    parameters: Mapping[str, Parameter]
    plural: str | None
    """The form for many; None where the text does not hang on a number."""
    counted: str | None
    """The parameter by which the form is chosen."""
    converted: tuple[str, ...]
    """Parameters whose values JSON holds otherwise: days and lists."""

    def __call__(self, **values: Any) -> Message:
        """Make the message with these values.

        Raises:
            ParameterError: a value is missing, or there is one that the text has no place for; or a day is a moment.
        """
        if values.keys() != self.parameters.keys():
            raise ParameterError(
                f"message {self.text_id} takes {sorted(self.parameters)}, and was given {sorted(values)}"
            )
        for name in self.converted:
            values[name] = self._plain(name, values[name])
        return Message(self.text_id, values)

    def _plain(self, name: str, value: Any) -> Any:
        """A value as JSON holds it: days as text, lists as tuples."""
        if isinstance(value, datetime):
            # Which day a moment is of hangs on where the school is, and most moments are told in UTC.
            raise ParameterError(
                f"message {self.text_id} takes a day as {name}, and was given the moment {value.isoformat()}: give "
                "the day of the school"
            )
        if isinstance(value, date):
            return value.isoformat()
        return value if isinstance(value, str) else tuple(value)


def text(
    text_id: str,
    audience: Audience | None,
    words: str,
    plural: str | None = None,
    *,
    counted: str | None = None,
    **parameters: Parameter,
) -> Text:
    """Write a text of the catalogue.

    Args:
        text_id: its id; stored with every signal, so it never changes.
        audience: who reads it; None: both, as a part of other texts.
        words: what it says, of one where there are several forms.
        plural: what it says of many.
        counted: the parameter that is counted. Without `plural` English says the same of one and of many, or always
            speaks of many; other languages may not.
        parameters: what goes into it.
    """
    converted = tuple(name for name, each in parameters.items() if each.form in _CONVERTED)
    many = (plural or words) if counted else None
    return Text(text_id, audience, words, parameters, many, counted, converted)


def named(example: str) -> Parameter:
    """A name, with an example of it."""
    return Parameter(Form.NAME, example)


def message(example: Text) -> Parameter:
    """Another message, with one that it may be."""
    return Parameter(Form.MESSAGE, example)


def messages(*examples: Text) -> Parameter:
    """Words of the catalogue, with some that they may be."""
    return Parameter(Form.MESSAGES, examples)


def facts(*examples: Text) -> Parameter:
    """Words of the catalogue one after the other, with some that they may be."""
    return Parameter(Form.FACTS, examples)


def sentences(*examples: Text) -> Parameter:
    """Whole sentences, with some that they may be."""
    return Parameter(Form.SENTENCES, examples)


def texts_of(constants: Mapping[str, Any]) -> list[Text]:
    """The texts among a module's constants, also those within mappings and tuples, in order."""
    return [found for value in constants.values() for found in _texts_in(value)]


def _texts_in(value: Any) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Mapping | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts_in(one)


SKILL: Final = named("Fractions")
COUNT: Final = Parameter(Form.COUNT, 8)
FEW: Final = Parameter(Form.COUNT, 3)
SHARE: Final = Parameter(Form.PERCENT, 0.74)
USUAL: Final = Parameter(Form.PERCENT, 0.58)
CHANCE: Final = Parameter(Form.OF_TEN, 0.74)
DAY: Final = Parameter(Form.DAY, "2026-11-24")
TIME: Final = Parameter(Form.DURATION, 4_800.0)
USUAL_TIME: Final = Parameter(Form.DURATION, 9_000.0)


def names(*examples: str) -> Parameter:
    """Names, with some examples."""
    return Parameter(Form.NAMES, tuple(examples))


def options(examples: Sequence[str]) -> Parameter:
    """Names to choose from, with some examples."""
    return Parameter(Form.OPTIONS, tuple(examples))
