"""My weeks: time, days and answers, against my own past and nobody else's."""

import datetime as dt
from typing import Any, Final

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.roster.access import Kind

_WEEKS: Final = 8
_DAYS: Final = """
    SELECT date_trunc('week', local_day)::DATE AS week, sum(active_seconds)::DOUBLE AS seconds, count(*) AS n_days,
        sum(n_attempts)::BIGINT AS n_answers
    FROM day WHERE student_key = $student GROUP BY ALL
"""


def _show(asked: PageRequest) -> dict[str, Any]:
    found = {row["week"]: row for row in asked.model.rows(_DAYS, {"student": asked.student_key})}
    today = asked.as_of.date()
    this_week = today - dt.timedelta(days=today.weekday())
    # Weeks before the first one say nothing of the student: they were not here yet.
    first = min(found, default=this_week)
    weeks = [this_week - dt.timedelta(weeks=n) for n in range(_WEEKS)]
    weeks = [week for week in weeks if week >= min(first, this_week)]
    nothing = {"seconds": 0.0, "n_days": 0, "n_answers": 0}
    rows = [{"week": week, **nothing, **found.get(week, {})} for week in weeks]
    return {"rows": rows, "most": max((row["seconds"] for row in rows), default=0.0) or 1.0}


PAGE: Final = Page("weeks", "/weeks", Kind.OWN, N_("My weeks"), _show)
