"""How a language shows the values of a message."""

from datetime import date

import pytest

from learnloom.pipelines.feedback.errors import ParameterError
from learnloom.pipelines.feedback.language import ENGLISH
from learnloom.pipelines.feedback.texts import content_texts, growth_texts, process_texts, why_texts
from learnloom.schemas.measure import Measure
from tests.pipelines.feedback.make import TODAY


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_570, "1 h"), (3_600, "1 h"), (4_800, "1 h 20 min")],
)
def test_durations(seconds: float, said: str) -> None:
    """In the unit that one would use."""
    message = process_texts.TIME_TO_STUDENT(time=seconds)
    assert ENGLISH.say(message) == f"You have spent {said} on learning in the last seven days."


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.001, "1 %"), (0.5, "50 %"), (0.999, "99 %"), (1, "100 %")]
)
def test_shares_are_all_or_nothing_only_where_they_are(share: float, said: str) -> None:
    """Nearly all is not all."""
    assert ENGLISH.say(why_texts.AFTER_MISS(share=share)) == f"one miss: {said}"


@pytest.mark.parametrize(
    ("p", "said"), [(0.02, "fewer than 1 of 10"), (0.74, "about 7 of 10"), (0.97, "more than 9 of 10")]
)
def test_probabilities_promise_nothing(p: float, said: str) -> None:
    """Never that all or none will be right."""
    assert f"({said} right)" in ENGLISH.say(content_texts.WHY_EITHER_WAY(chance=p))


def test_lists_and_days() -> None:
    """With commas and a last word, and days as one writes them."""
    offered = content_texts.PRACTISE_NEXT(skills=["a", "b", "c"], remark=[])
    assert ENGLISH.say(offered) == "Pick what you want to practise next: a, b or c."
    review = why_texts.REVIEW_DAY(day=TODAY, skills=["a"])
    assert ENGLISH.say(review) == "Friday, 20 November 2026: a"
    later = why_texts.REVIEW_DAY(day=date(2027, 3, 1), skills=["a", "b"])
    assert ENGLISH.say(later) == "Monday, 1 March 2027: a and b"


@pytest.mark.parametrize(("n", "words"), [(1, "1 try on"), (2, "2 tries on"), (1_200, "1,200 tries on")])
def test_one_is_said_otherwise_than_many(n: int, words: str) -> None:
    """The form of a text follows the number that it counts."""
    assert f"after {words}" in ENGLISH.say(growth_texts.RECOVERED_TO_STUDENT(tries=n, skill="Ratios"))


def test_a_name_is_shown_as_it_is() -> None:
    """Braces and per cent signs in the name of a skill are no places for values."""
    odd = "{n} of 100 %s"
    assert odd in ENGLISH.say(content_texts.REVIEW_DUE(skill=odd, day=TODAY, remark=[]))


def test_a_message_takes_just_what_its_text_says() -> None:
    """A value that is missing, or that the text has no place for, is found where the message is made."""
    for values in ({"skill": "Ratios"}, {"skill": "Ratios", "chance": 0.5, "share": 0.5}):
        with pytest.raises(ParameterError, match=r"choice\.why\.step"):
            content_texts.WHY_STEP(**values)


def test_every_measure_has_words() -> None:
    """A new measure cannot reach a profile without."""
    assert set(growth_texts.TAKEN) == set(Measure)
