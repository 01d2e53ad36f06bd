"""How it runs, for its operators: what came, what was refused, how fresh it is. No person."""

from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_PLACES: Final = """
    SELECT CASE WHEN contains(topic, '/') THEN 'file' ELSE topic END AS topic, sum(accepted)::BIGINT AS accepted,
        sum(duplicates)::BIGINT AS duplicates, sum(dead)::BIGINT AS dead, max(updated_at) AS updated_at
    FROM position GROUP BY ALL ORDER BY updated_at DESC
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    return {
        "about": asked.model.one("SELECT * FROM about"),
        # A file's path may hold a name: of files the count is enough.
        "places": asked.model.rows(_PLACES),
        "refused": asked.model.rows("SELECT rule, n, last_at FROM refused ORDER BY n DESC, rule"),
        "n_waiting": len(asked.waiting.all()),
    }


PAGE: Final = Page("running", "/running", Kind.HEALTH, N_("How it runs"), _show)
