"""The profile's contract."""

import pytest
from pydantic import ValidationError

from learnloom.schemas.profile import SkillProfile, StudentProfile


def test_the_schema_is_published_with_its_version() -> None:
    """A vendor can generate code from the JSON Schema and see for which version it is."""
    schema = StudentProfile.model_json_schema()
    assert schema["properties"]["schema_version"]["const"] == "1.0"
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("p_mastery", [float("nan"), -0.1, 1.1])
def test_a_probability_is_one(p_mastery: float) -> None:
    """What is no probability is refused, rather than shown to a teacher."""
    with pytest.raises(ValidationError):
        SkillProfile.model_validate(
            {
                "skill_id": "s",
                "skill_name": "S",
                "course_id": None,
                "level": "near",
                "p_mastery": p_mastery,
                "confidence": "low",
                "n_attempts": 1,
                "is_unlocked": None,
            }
        )
