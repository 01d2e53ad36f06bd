"""Which signals a school leaves out at random, to learn whether they help: off until the school says so."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

HoldoutKind = Literal[
    "practise_next",
    "review_due",
    "weakness",
    "wheel_spinning",
    "help_seeking",
    "rapid_guessing",
    "time_on_task",
    "pace",
    "spacing",
]
"""Kinds that may be left out: calls to do something about learning. Never care (at_risk, check_in, engagement_change,
which a check-in tells of, too), never a good word, never an answer to what the student has said."""
_Share = Annotated[float, Field(gt=0, le=0.5)]


class Holdout(BaseModel):
    """Under [holdout] in learnloom.toml, or LEARNLOOM_HOLDOUT__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shares: dict[HoldoutKind, _Share] = Field(
        default={},
        description="Share of students, drawn anew each week, to whom a kind of signal that comes up is not said for "
        "two weeks, so that `learnloom effect --withheld` can tell whether it helps: `{practise_next = 0.2}`. Empty: "
        "everything is said. Ask for consent first: docs/how-to/holdout.md.",
    )
    key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Secret by which it is drawn, 16 characters or more, so that nobody can work out who is drawn. "
        "Needed with `shares`. Set it in the environment.",
    )

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if self.shares and self.key is None:
            raise ValueError("shares need a key: set LEARNLOOM_HOLDOUT__KEY to 16 or more random characters")
        return self
