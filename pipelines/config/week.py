"""To how many students a teacher is called in a week: a school's choice."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Week(BaseModel):
    """Under [week] in learnloom.toml, or LEARNLOOM_WEEK__<NAME> in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    students: int = Field(
        default=8,
        ge=1,
        le=1_000,
        description="Students of a course to whom each of its teachers, by the roster, is called in a week, from "
        "Monday on, at the most; the others wait. A course without a roster counts as having one teacher.",
    )
    students_of: dict[str, Annotated[int, Field(ge=1, le=1_000)]] = Field(
        default={},
        description="Of courses of their own, by IRI, all teachers together: "
        '`{"https://school.example/course/7" = 20}`.',
    )
    urgent: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Urgency from which a call is told however many were told in the week: by default, of all calls, "
        "that a student asked to talk, and that a course is almost sure not to be passed.",
    )
