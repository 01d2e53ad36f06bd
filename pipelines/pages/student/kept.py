"""What is kept of me: what statements tell, who is told what, and all of it to take away."""

from typing import Any, Final

import orjson
from starlette.responses import Response

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.pages.student.verbs import told_as
from learnloom.pipelines.roster.access import Kind

_MOST: Final = 50_000
_KEPT: Final = (
    "SELECT verb_id, n, first_at, last_at FROM kept WHERE student_key = $student ORDER BY n DESC, verb_id"
)
_STATEMENTS: Final = """
    SELECT statement.raw FROM landing.statement AS statement
    INNER JOIN staging.stg_statement AS staged ON statement.statement_id = staged.statement_id
    WHERE staged.student_key = $student ORDER BY staged.occurred_at, staged.statement_id LIMIT $most
"""
_OTHERS: Final = {"skills": "against_class", "measures": "class_share", "likings": "above_class"}
"""Parts of a profile that tell of others: what a student is never shown beside themselves."""


def _show(asked: PageRequest) -> dict[str, Any]:
    told = asked.signals("student") + asked.signals("teacher", *_SHAREABLE)
    return {
        "kept": [
            (told_as(row["verb_id"]), row) for row in asked.model.rows(_KEPT, {"student": asked.student_key})
        ],
        "told": [(signal.audience.value, asked.say(signal), signal.created_at) for signal in told],
    }


_SHAREABLE: Final = ("goal", "choice", "interest", "preference", "wants_to_talk")
"""What teachers are told that the student has said: shown here. What warns a teacher is not shown to students."""


def _export(asked: PageRequest) -> Response:
    known = asked.profile_if_any()
    profile = known.model_dump(mode="json") if known else {part: [] for part in _OTHERS}
    for part, field in _OTHERS.items():
        for each in profile[part]:
            each.pop(field, None)
    with asked.warehouse() as warehouse:
        rows = warehouse.rows(_STATEMENTS, {"student": asked.student_key, "most": _MOST})
    told = [signal.model_dump(mode="json") for signal in asked.signals("student")]
    raws = [orjson.Fragment(bytes(row[0]) if not isinstance(row[0], str) else row[0]) for row in rows]
    body = orjson.dumps({"profile": profile, "signals": told, "statements": raws})
    return Response(
        body,
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="learnloom-export.json"'},
    )


PAGE: Final = Page("kept", "/kept", Kind.OWN, N_("What is kept of me"), _show)
EXPORT: Final = Page(
    "export", "/kept/export", Kind.OWN, N_("Export"), _export, in_menu=False, reads_warehouse=True
)
