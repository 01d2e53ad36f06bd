"""Questions: their wording, their answers and how hard they are."""

import math
from random import Random
from typing import Any, Final, NamedTuple

from learnloom.pipelines.simulate.statements import SimulatedActivity, dumps, make_activity
from learnloom.schemas import vocabulary as xapi

# Probability that a student who knows it all still answers wrongly.
SLIP: Final = 0.02
_LETTERS: Final = ("a", "b", "c", "d")
_WORDS: Final = ("gradient", "membrane", "variable", "sample", "catalyst", "iterate", "median", "remainder")


class SimulatedSkill(NamedTuple):
    """A skill of a course."""

    number: int
    """Place in the list of all skills of the class."""
    activity: SimulatedActivity
    prerequisites: tuple[int, ...]
    """Numbers of the skills that should come first."""
    level: float
    """Mean difficulty of its items, in logits."""


class SimulatedItem(NamedTuple):
    """A question with its true parameters and the text of every result it can have."""

    activity: SimulatedActivity
    interaction_type: str
    skills: tuple[tuple[int, float], ...]
    """Number and weight of each skill; the weights sum to 1, the main skill stands first."""
    difficulty: float
    discrimination: float
    chance: float
    """Probability of being right by guessing."""
    seconds: float
    """Median time of a serious answer."""
    right: tuple[str, ...]
    """JSON of `result` up to the seconds of the duration, one per right response."""
    wrong: tuple[str, ...]


class _Question(NamedTuple):
    interaction: dict[str, Any]
    chance: float
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def p_right(item: SimulatedItem, ability: float) -> float:
    """Probability of a right answer at an ability in logits: four-parameter logistic model (guess, slip)."""
    logit = item.discrimination * (ability - item.difficulty)
    return item.chance + (1 - item.chance - SLIP) / (1 + math.exp(-logit))


def make_item(
    iri: str,
    name: str,
    *,
    skills: tuple[tuple[SimulatedSkill, float], ...],
    is_misleading: bool,
    places: dict[str, Any],
    rng: Random,
) -> SimulatedItem:
    """Draw a question on some skills.

    A misleading one is hard for everybody, whatever they know. `places` says where it stands: the keywords
    parent, grouping and category of `make_activity`.
    """
    main = skills[0][0]
    question = _draw_question(rng)
    description = f"What is right about {main.activity.name}?"
    activity = make_activity(
        iri,
        name,
        xapi.INTERACTION,
        definition={"description": {"en": description}, **question.interaction},
        **places,
    )
    return SimulatedItem(
        activity=activity,
        interaction_type=question.interaction["interactionType"],
        skills=tuple((skill.number, weight) for skill, weight in skills),
        difficulty=main.level + (1.6 if is_misleading else rng.gauss(0, 0.7)),
        discrimination=0.1 if is_misleading else math.exp(rng.gauss(0, 0.15)),
        chance=question.chance,
        seconds=20 + 60 * rng.random(),
        right=tuple(_result(True, response) for response in question.right),
        wrong=tuple(_result(False, response) for response in question.wrong),
    )


def _result(success: bool, response: str) -> str:
    points = int(success)
    head = {
        "success": success,
        "response": response,
        "score": {"scaled": points, "raw": points, "min": 0, "max": 1},
    }
    return f'"result":{dumps(head)[:-1]},"duration":"PT'


def _draw_question(rng: Random) -> _Question:
    draw = rng.random()
    if draw < 0.55:  # noqa: PLR2004 - shares of the kinds of question
        return _choice(rng)
    if draw < 0.7:  # noqa: PLR2004
        return _true_false(rng)
    if draw < 0.8:  # noqa: PLR2004
        return _numeric(rng)
    if draw < 0.87:  # noqa: PLR2004
        return _fill_in(rng)
    if draw < 0.94:  # noqa: PLR2004
        return _sequencing(rng)
    return _matching(rng)


def _options(texts: tuple[str, ...], ids: tuple[str, ...] = _LETTERS) -> list[dict[str, Any]]:
    return [{"id": key, "description": {"en": text}} for key, text in zip(ids, texts, strict=True)]


def _choice(rng: Random) -> _Question:
    right = rng.choice(_LETTERS)
    wrong = [letter for letter in _LETTERS if letter != right]
    rng.shuffle(wrong)
    return _Question(
        {
            "interactionType": "choice",
            "correctResponsesPattern": [right],
            "choices": _options(tuple(rng.sample(_WORDS, 4))),
        },
        0.25,
        (right,),
        # One distractor draws half of the wrong answers.
        (wrong[0], wrong[0], wrong[1], wrong[2]),
    )


def _true_false(rng: Random) -> _Question:
    right, wrong = rng.choice((("true", "false"), ("false", "true")))
    return _Question(
        {"interactionType": "true-false", "correctResponsesPattern": [right]}, 0.5, (right,), (wrong,)
    )


def _numeric(rng: Random) -> _Question:
    value = rng.randrange(2, 200)
    return _Question(
        {"interactionType": "numeric", "correctResponsesPattern": [str(value)]},
        0.02,
        (str(value),),
        (str(value - 1), str(value * 10), str(value + 1)),
    )


def _fill_in(rng: Random) -> _Question:
    right, *wrong = rng.sample(_WORDS, 4)
    return _Question(
        {"interactionType": "fill-in", "correctResponsesPattern": [f"{{case_matters=false}}{right}"]},
        0.02,
        (right, right.capitalize()),
        (*wrong, ""),
    )


def _sequencing(rng: Random) -> _Question:
    orders = ["[,]".join(rng.sample(_LETTERS, 4)) for _ in range(6)]
    right = orders[0]
    wrong = tuple(order for order in orders if order != right) or ("a",)
    return _Question(
        {
            "interactionType": "sequencing",
            "correctResponsesPattern": [right],
            "choices": _options(tuple(rng.sample(_WORDS, 4))),
        },
        0.04,
        (right,),
        wrong,
    )


def _matching(rng: Random) -> _Question:
    targets = ("1", "2", "3")
    sources = _LETTERS[:3]
    orders = [rng.sample(targets, 3) for _ in range(5)]
    pairs = ["[,]".join(f"{s}[.]{t}" for s, t in zip(sources, order, strict=True)) for order in orders]
    wrong = tuple(pair for pair in pairs if pair != pairs[0]) or ("a[.]1",)
    words = tuple(rng.sample(_WORDS, 6))
    return _Question(
        {
            "interactionType": "matching",
            "correctResponsesPattern": [pairs[0]],
            "source": _options(words[:3], sources),
            "target": _options(words[3:], targets),
        },
        0.15,
        (pairs[0],),
        wrong,
    )
