"""What a simulated class is made of: the numbers that a caller may choose."""

from datetime import UTC, date, datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

# Milliseconds in a day.
DAY_MS: Final = 86_400_000
# Milliseconds in an hour.
HOUR_MS: Final = 3_600_000
# Our own vocabulary, from which the other dialects are translated.
OWN_DIALECT: Final = "learnloom"
DialectName = Literal[
    "learnloom",
    "moodle-5",
    "moodle-4",
    "openedx",
    "h5p",
    "scorm",
    "cmi5",
    "articulate",
    "adapt",
    "jisc",
]
WorldName = Literal["gradual", "sudden"]


class SimulationConfig(BaseModel):
    """The size, the length and the seed of a simulated class; equal configurations give equal bytes.

    All simulated times are UTC: a student whose favourite hour is 19 works at 19:00Z.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    students: int = Field(default=60, ge=1, le=1_000_000)
    weeks: int = Field(default=8, ge=1, le=52)
    """Length of the course in weeks; one module a week."""
    courses: int = Field(default=1, ge=1, le=50)
    skills_per_course: int = Field(default=8, ge=1, le=100)
    start: date = Field(default=date(2026, 9, 7), ge=date(1970, 1, 5), le=date(2200, 1, 1))
    """First day; a Monday keeps due dates on Sundays."""
    faults: float = Field(default=0.02, ge=0.0, le=0.5)
    """Share of statements that are sent twice, late, broken or voided later."""
    skills_in_statements: bool = True
    """Whether contextActivities.category names the skills; else only skills.csv knows them."""
    statements: int | None = Field(default=None, ge=1, le=100_000_000)
    """Roughly how many statements are wanted; overrides `students` (at least one student is simulated)."""
    compress: Literal["none", "gzip", "zstd"] = "none"
    world: WorldName = "gradual"
    """How students learn, answer and spend their weeks: docs/explanation/worlds.md."""
    heeds: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of suggestions that students do, where somebody makes them any (`Classroom.heed`)."""
    dialect: DialectName = "learnloom"
    """Whose statements tell of the class: students, days and answers are the same in every dialect."""

    @property
    def start_ms(self) -> int:
        """First instant, milliseconds since 1970 in UTC."""
        return int(datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC).timestamp()) * 1000

    @property
    def days(self) -> int:
        """Length of the simulated time in days."""
        return self.weeks * 7

    @property
    def end_ms(self) -> int:
        """End of the simulated time, milliseconds since 1970: the instant to which the truth refers."""
        return self.start_ms + self.days * DAY_MS
