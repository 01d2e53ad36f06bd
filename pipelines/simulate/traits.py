"""Traits: what is true of a student from the first day to the last, and how it is drawn."""

import math
import unicodedata
from random import Random
from typing import Final, NamedTuple

from learnloom.pipelines.simulate.config import SimulationConfig
from learnloom.pipelines.simulate.lists import FAMILY_NAMES, FORMS, GIVEN_NAMES, TOPICS

SCHOOL_HOME: Final = "https://lms.campus.example"
PARTNER_HOME: Final = "https://lms.partner.example"
# Each so-manyth student has the account name of the student before, at the partner school.
_NAMESAKE_EVERY: Final = 25
_MBOX_EVERY: Final = 20


class Traits(NamedTuple):
    """What a reader of the statements has to find out, and the identifiers by which they name the student."""

    number: int
    name: str
    home_page: str | None
    account_name: str | None
    mbox: str | None
    ability: float
    """General ability, standard normal."""
    learning_rate: float
    """Share of what is left to learn that one serious answer teaches."""
    memory_days: float
    """Days after which exp(-1) of what was learned is left, before any spaced use."""
    effort: float
    """0 to 1: time given, work begun, work done."""
    persistence: float
    """Probability of another try after a wrong answer."""
    help_seeking: float
    """Probability of asking for a hint where the answer is not known."""
    is_hint_abuser: bool
    """Takes all hints at once."""
    guessing: float
    """Probability of answering a question without reading it."""
    curiosity: float
    """Most pieces of optional material in a week, about."""
    sociability: float
    """Probability of a forum contribution a week."""
    pace: float
    """Multiplier of the time that answers take; below 1 is quick."""
    favourite_hour: int
    weekend: float
    """Multiplier of the readiness to work on Saturday and Sunday."""
    punctuality: float
    """0 to 1: how early before the due date work is handed in."""
    device: str
    best_form: str
    """One of FORMS: in which work comes out best."""
    interests: tuple[float, ...]
    """Weight of each of TOPICS; they sum to 1."""
    engagement_drop_day: int | None
    """Day (from 0) from which the student does far less; None: never."""


def _draw_name(config: SimulationConfig, number: int) -> tuple[str, str]:
    rng = Random(f"{config.seed}/name/{number}")
    given, family = rng.choice(GIVEN_NAMES), rng.choice(FAMILY_NAMES)
    plain = unicodedata.normalize("NFKD", f"{given}.{family}".lower()).encode("ascii", "ignore").decode()
    return f"{given} {family}", f"{plain}{number + 1}"


def _identify(config: SimulationConfig, number: int) -> tuple[str, str | None, str | None, str | None]:
    """Name, home page, account name and mbox."""
    name, handle = _draw_name(config, number)
    if number % _NAMESAKE_EVERY == _NAMESAKE_EVERY - 1:
        return name, PARTNER_HOME, _draw_name(config, number - 1)[1], None
    if number % _MBOX_EVERY == _MBOX_EVERY - 1:
        return name, None, None, f"mailto:{handle}@campus.example"
    return name, SCHOOL_HOME, handle, None


def draw_traits(config: SimulationConfig, number: int, rng: Random) -> Traits:
    """Draw the traits of the student with this number (from 0)."""
    name, home_page, account_name, mbox = _identify(config, number)
    effort = rng.betavariate(3.0, 2.0)
    weights = [rng.gammavariate(0.6, 1.0) + 0.005 for _ in TOPICS]
    total = sum(weights)
    drops = rng.random() < 0.1  # noqa: PLR2004 - a share of the class
    drop_day = rng.randrange(7, max(8, config.days)) if drops else None
    is_guesser = rng.random() < 0.06  # noqa: PLR2004
    return Traits(
        number=number,
        name=name,
        home_page=home_page,
        account_name=account_name,
        mbox=mbox,
        ability=rng.gauss(0.0, 1.0),
        learning_rate=0.06 * math.exp(rng.gauss(0.0, 0.4)),
        memory_days=rng.uniform(30.0, 120.0),
        effort=effort,
        persistence=0.2 + 0.5 * effort + 0.3 * rng.random(),
        help_seeking=rng.betavariate(1.5, 3.0),
        is_hint_abuser=rng.random() < 0.05,  # noqa: PLR2004
        guessing=min(0.9, max(0.01, 0.25 - 0.35 * effort) + (0.3 if is_guesser else 0.0)),
        curiosity=rng.uniform(1.0, 4.0),
        sociability=rng.betavariate(2.0, 3.0),
        pace=math.exp(rng.gauss(0.0, 0.25)),
        favourite_hour=rng.choice((7, 8, 10, 12, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 21, 22)),
        weekend=rng.choice((0.3, 0.6, 1.0, 1.4)),
        punctuality=min(1.0, max(0.0, 0.6 * effort + 0.4 * rng.random())),
        device=rng.choice(("laptop", "laptop", "phone", "tablet")),
        best_form=rng.choice(FORMS),
        interests=tuple(weight / total for weight in weights),
        engagement_drop_day=drop_day,
    )
