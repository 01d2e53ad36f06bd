"""The catalogue of messages: every text that students and teachers read, by its id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnloom.pipelines.feedback.texts import (
    content_texts,
    declared_texts,
    figure_texts,
    gap_texts,
    growth_texts,
    process_texts,
    profile_texts,
    record_texts,
    risk_texts,
    support_texts,
    why_texts,
)
from learnloom.pipelines.feedback.texts.text import Text, texts_of

FAMILIES: Final = MappingProxyType(
    {
        "What to learn": texts_of(vars(content_texts)),
        "How it goes": texts_of(vars(process_texts)),
        "What was done well": texts_of(vars(growth_texts)),
        "Others, and whom to look after": texts_of(vars(support_texts)),
        "Who may not pass": texts_of(vars(risk_texts)),
        "Goals, choices, likings, what goes well": texts_of(vars(declared_texts)),
        "Why an estimate is what it is, and reviews": texts_of(vars(why_texts)),
        "A profile, line by line": texts_of(vars(profile_texts)),
        "How often it is right": texts_of(vars(record_texts)),
        "What is unknown": texts_of(vars(gap_texts)),
        "Words within figures": texts_of(vars(figure_texts)),
    }
)
"""The texts as they are reviewed, under a heading each."""

CATALOGUE: Final[Mapping[str, Text]] = MappingProxyType(
    {each.text_id: each for family in FAMILIES.values() for each in family}
)
