"""What is erased when it is old: a deployment's choices. Without a rule nothing is."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

RetainedKind = Literal["statements", "dead_letters", "carried", "events", "exports", "backups"]
KINDS: Final[tuple[RetainedKind, ...]] = get_args(RetainedKind)
_FILES: Final = ("exports", "backups")
_MOST: Final = 100
_Pattern = Annotated[str, Field(min_length=1, max_length=500)]


class RetentionRule(BaseModel):
    """One of [[retention.rules]] in learnloom.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="By what the rule is named in receipts."
    )
    what: RetainedKind = Field(
        default="statements",
        description="statements (with what is computed of them), dead_letters (their content), carried (what was known "
        "of a student's skills from statements that are erased), events (of signals that have ended), exports or "
        "backups (files of a folder).",
    )
    days: int = Field(ge=1, le=36_500, description="After how many days.")
    counted_from: Literal["itself", "course_end"] = Field(
        default="itself",
        description="From when the days count: itself (when it happened, was refused, carried, told or written), or "
        "for statements course_end, the last day of the course's last run by the course plan; of a course without one "
        "nothing is erased.",
    )
    sources: tuple[_Pattern, ...] = Field(
        default=(),
        max_length=_MOST,
        description="Only what these have sent: the sender's name, else the topic or file; * stands for any "
        "characters.",
    )
    courses: tuple[_Pattern, ...] = Field(
        default=(), max_length=_MOST, description="Only statements in these courses, by id; * likewise."
    )
    folder: Path | None = Field(
        default=None, description="Of exports and backups: the folder in which they lie."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.folder is not None) != (self.what in _FILES):
            raise ValueError(f"rule {self.name}: folder belongs to exports and backups, and these need it")
        if self.what != "statements" and (self.courses or self.counted_from != "itself"):
            raise ValueError(f"rule {self.name}: courses and counted_from are of statements alone")
        if self.sources and self.what not in ("statements", "dead_letters"):
            raise ValueError(f"rule {self.name}: sources are of statements and dead_letters alone")
        return self


class Retention(BaseModel):
    """Under [retention] in learnloom.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[RetentionRule, ...] = Field(
        default=(),
        max_length=_MOST,
        description="What goes when it is old, each a [[retention.rules]]; of a statement the first that fits counts. "
        "Maintenance follows them; `learnloom retention` shows what would go. None: nothing goes because it is old.",
    )
    carry: bool = Field(
        default=True,
        description="Whether what was known of a student's skills is kept, with its date, when answers are erased.",
    )

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("two rules have one name: give each its own")
        return self
