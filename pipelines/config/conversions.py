"""What is no xAPI, and how it becomes statements: a deployment's choices for the inbox and for topics."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_FOLDER = r"^[^/\\.][^/\\]*$"
RepairName = Literal[
    "utf8", "unwrap", "no-nulls", "mailto", "object-type", "iri-uuid", "score-0-of-0", "compound"
]
"""A correction that fits whatever an import refuses; a test holds these names to the repairs themselves."""


class Conversion(BaseModel):
    """One under [[conversions]] in learnloom.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str = Field(min_length=1, description="Name of the format: `learnloom convert --list`.")
    folder: str | None = Field(
        default=None,
        pattern=_FOLDER,
        description="Folder in the inbox whose files are of this format. None: the one named like the format.",
    )
    topics: tuple[str, ...] = Field(
        default=(),
        description="Topics whose messages are of this format; they are landed like `flows.topics`.",
    )
    home_page: str = Field(
        default="", description="homePage of the accounts that the source's identifiers name."
    )
    source: str = Field(
        default="",
        description="Name of the sending system, part of every id; it must never change. "
        "None: format and home page.",
    )
    course: str | None = Field(default=None, description="IRI of the course, where records name none.")
    quiz: str | None = Field(default=None, description="IRI of the quiz, where records name none.")
    time_zone: str | None = Field(
        default=None, description="IANA name, of times without an offset. None: the setting `time_zone`."
    )
    map: Path | None = Field(
        default=None, description="TOML file that says which column means what, for formats that need one."
    )

    @property
    def inbox_folder(self) -> str:
        """The folder in the inbox."""
        return self.folder or self.format


def _each_its_own(given: tuple[Conversion, ...]) -> tuple[Conversion, ...]:
    folders = [each.inbox_folder for each in given]
    topics = [topic for each in given for topic in each.topics]
    for what, names in (("folder", folders), ("topic", topics)):
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two conversions have the {what} {twice[0]}: give each its own")
    return given


Conversions = Annotated[tuple[Conversion, ...], AfterValidator(_each_its_own)]
"""Of which no two mean one folder or topic."""
