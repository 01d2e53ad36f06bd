"""How often signals that said the same were right, in plain words."""

from typing import Final

from learnloom.pipelines.feedback.texts.text import CHANCE, COUNT, text

RIGHT_HERE: Final = text(
    "right.school",
    None,
    "Here such hints were right {chance} times: {n} was looked at.",
    "Here such hints were right {chance} times: {n} were looked at.",
    counted="n",
    chance=CHANCE,
    n=COUNT,
)
RIGHT_SIMULATED: Final = text(
    "right.simulated",
    None,
    "In simulated classes such hints were right {chance} times. How often they are here is not known yet.",
    chance=CHANCE,
)
