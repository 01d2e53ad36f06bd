"""Whether statements land under pseudonyms, and by which key: a deployment's choices."""

from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

LEAST_KEY_CHARS: Final = 32


class PseudonymBounds(BaseModel):
    """Under [pseudonyms] in learnloom.toml, or LEARNLOOM_PSEUDONYMS__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False,
        description="Whether whatever lands by `import`, `consume` and `lrs` is put under pseudonyms first, and "
        "`produce` sends pseudonyms.",
    )
    home_page: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+[^\s]*$",
        max_length=500,
        description="IRI of the school's, home page of all pseudonyms, such as https://school.example/pseudonyms: "
        "nobody else's accounts may have it.",
    )
    key_id: str = Field(
        default="1",
        pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$",
        description="Names the key, and ends the home page of its pseudonyms; another key has another one.",
    )
    key: SecretStr | None = Field(
        default=None,
        description="The key, at least 32 characters that nobody can guess (`openssl rand -hex 32`). Set it in the "
        "environment.",
    )
    key_file: Path | None = Field(
        default=None,
        description="File that holds the key instead; it must not lie in the warehouse's folder.",
    )
    response_chars: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="Longest response, in characters, that is kept; of a longer one its length is. None: all are kept.",
    )

    keyed_students: bool = Field(
        default=True,
        description="Whether the first refresh of a warehouse makes a secret for the keys of students, so that nobody "
        "finds a student by trying identifiers. With `catalog` only where student_key_file is set. A warehouse that "
        "has keys already keeps them: `learnloom rekey`.",
    )
    student_key_file: Path | None = Field(
        default=None,
        description="File of that secret, 64 hexadecimal digits; made where it is absent. Each machine that refreshes "
        "or erases needs it. None: student.key in the warehouse's folder. No backup holds it.",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.key is not None and self.key_file is not None:
            raise ValueError("key and key_file exclude each other: set one of them")
        if self.key is not None and len(self.key.get_secret_value()) < LEAST_KEY_CHARS:
            raise ValueError(
                f"key is too short: give at least {LEAST_KEY_CHARS} characters that nobody can guess"
            )
        if self.enabled and (self.home_page is None or (self.key is None and self.key_file is None)):
            raise ValueError("pseudonyms need home_page, and key or key_file: set them, or enabled = false")
        return self
