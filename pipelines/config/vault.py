"""Where names, consent and looks are kept, apart from the warehouse: a deployment's choices."""

from pathlib import Path
from typing import Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Purpose = Literal["support", "evaluation", "training", "research"]
"""For what data of a student may be used."""
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)


class VaultBounds(BaseModel):
    """Under [vault] in learnloom.toml, or LEARNLOOM_VAULT__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Path | None = Field(
        default=None,
        description="SQLite file of names, identifiers and consent, outside of the warehouse's folder. Whoever may "
        "read it sees names where others see keys. None: there is none.",
    )
    database: SecretStr | None = Field(
        default=None,
        description="PostgreSQL database of the same instead, for several machines: postgresql://user@host/name. Not "
        "the catalogue's: whoever has this address sees names.",
    )
    purposes: tuple[Purpose, ...] = Field(
        default=PURPOSES,
        description="For what data of a student may be used of whom nothing else was told: support, evaluation, "
        "training (of models), research (exports).",
    )
    student_signals_from_age: int | None = Field(
        default=None,
        ge=1,
        le=30,
        description="Whoever turns this old this year or later, by the vault, is sent no signals themselves: only what "
        "is for teachers goes out. Of whom no year of birth is known, all goes out. None: of everybody.",
    )
    audit_file: Path | None = Field(
        default=None,
        description="SQLite file that keeps who looked at which student, when and through what. None: it is not kept.",
    )
    audit_days: int = Field(
        default=1_095,
        ge=1,
        le=36_500,
        description="How long a look is kept; what is older goes with the next one, and the chain begins behind it.",
    )

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        if self.file is not None and self.database is not None:
            raise ValueError("file and database exclude each other: set one of them")
        return self
