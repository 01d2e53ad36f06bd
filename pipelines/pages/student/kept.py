"""What is kept of me: what statements tell, who is told what, and all of it to take away."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

import orjson
from starlette.responses import Response, StreamingResponse

from learnloom.pipelines.pages.page import N_, Page, PageRequest
from learnloom.pipelines.pages.student.verbs import told_as
from learnloom.pipelines.roster.access import Kind

_AT_ONCE: Final = 5_000
"""Statements that are read together: there may be any number of them."""
_KEPT: Final = (
    "SELECT verb_id, n, first_at, last_at FROM kept WHERE student_key = $student ORDER BY n DESC, verb_id"
)
_STATEMENTS: Final = """
    SELECT statement.raw, staged.occurred_at, staged.statement_id FROM landing.statement AS statement
    INNER JOIN staging.stg_statement AS staged ON statement.statement_id = staged.statement_id
    WHERE staged.student_key = $student
        AND ($last IS NULL OR (staged.occurred_at, staged.statement_id) > ($at, $last::UUID))
    ORDER BY staged.occurred_at, staged.statement_id LIMIT $at_once
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
    told = [signal.model_dump(mode="json") for signal in asked.signals("student")]
    head = orjson.dumps({"profile": profile, "signals": told})
    pieces = _statements(asked)
    # What cannot be read is told before anything is sent.
    first = next(pieces, b"")
    body = chain((head[:-1] + b',"statements":[' + first,), (b"," + piece for piece in pieces), (b"]}",))
    return StreamingResponse(
        body,
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="learnloom-export.json"'},
    )


def _statements(asked: PageRequest) -> Iterator[bytes]:
    """Give all statements, some at a time; between them the warehouse is others'."""
    at, last, is_all = None, None, False
    while not is_all:
        values = {"student": asked.student_key, "at": at, "last": last, "at_once": _AT_ONCE}
        with asked.warehouse() as warehouse:
            rows = warehouse.rows(_STATEMENTS, values)
        is_all = len(rows) < _AT_ONCE
        if rows:
            _, at, last = rows[-1]
            yield b",".join(raw.encode() for raw, _, _ in rows)


PAGE: Final = Page("kept", "/kept", Kind.OWN, N_("What is kept of me"), _show)
EXPORT: Final = Page(
    "export", "/kept/export", Kind.OWN, N_("Export"), _export, in_menu=False, reads_warehouse=True
)
