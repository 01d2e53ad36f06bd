"""Statements to feed to commands."""

import json
import uuid
from typing import Any


def answer(number: int, **changes: Any) -> dict[str, Any]:
    """A valid answer to a quiz question; the number makes its id."""
    return {
        "id": str(uuid.UUID(int=number)),
        "actor": {"account": {"homePage": "https://lms.school.example", "name": f"s{number % 3}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {"id": "https://school.example/quiz/q1"},
        "result": {"success": number % 2 == 0},
        "timestamp": f"2026-09-07T10:{number % 60:02}:00Z",
        **changes,
    }


def lines(*statements: dict[str, Any]) -> bytes:
    """JSON lines."""
    return "".join(json.dumps(statement) + "\n" for statement in statements).encode()
