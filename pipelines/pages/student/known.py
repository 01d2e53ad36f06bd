"""What I know: each skill with its range and its evidence, and a way to see it otherwise. No class, no rank."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind


def _show(asked: PageRequest) -> dict[str, Any]:
    keys = dict(asked.model.pairs("SELECT skill_id, skill_key FROM skill"))
    profile = asked.profile_if_any()
    skills = [
        {
            "skill": skill,
            "key": keys.get(skill.skill_id, ""),
            "waiting": asked.waiting.on(str(asked.student_key), skill.skill_id),
            "stated": next((each for each in skill.stated if each.stated_by.value == "student"), None),
        }
        for skill in (profile.skills if profile else ())
    ]
    return {"skills": skills}


PAGE: Final = Page("known", "/known", Kind.OWN, N_("What I know"), _show)
