"""My goals: to set one, to see how far it is, to drop it."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind


def _show(asked: PageRequest) -> dict[str, Any]:
    profile, own = asked.profile_if_any(), str(asked.student_key)
    keys = dict(asked.model.pairs("SELECT skill_id, skill_key FROM skill"))
    goals = [
        {"goal": goal, "key": keys.get(goal.target_id), "waiting": asked.waiting.on(own, goal.target_id)}
        for goal in (profile.goals if profile else ())
        if goal.status.value != "dropped"
    ]
    taken = {goal.target_id for goal in (profile.goals if profile else ()) if goal.status.value != "dropped"}
    names = {skill.skill_id: skill.skill_name for skill in (profile.skills if profile else ())}
    return {
        "goals": goals,
        "open": sorted((name, keys.get(skill, "")) for skill, name in names.items() if skill not in taken),
        "new": [
            names.get(answer.target, answer.target)
            for answer in asked.waiting.of(own)
            if answer.act == "set-goal" and answer.target not in taken
        ],
    }


PAGE: Final = Page("goals", "/goals", Kind.OWN, N_("My goals"), _show)
