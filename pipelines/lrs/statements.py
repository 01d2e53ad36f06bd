"""The resource /statements (Communication 1.0.3, 2.1)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from learnloom.pipelines.lrs.attachments import AttachedParts
from learnloom.pipelines.lrs.filters import flag
from learnloom.pipelines.lrs.finder import Finder
from learnloom.pipelines.lrs.message import JSON, Call, HttpAnswer, RefusedError, as_json, needed, only
from learnloom.pipelines.lrs.multipart import MIXED, BodyPart, read_parts
from learnloom.pipelines.lrs.receive import Receiver, cut

PARTIAL: Final = "partial"
"""Our own: take the good statements of a batch, though others are refused."""


class Statements:
    """Takes statements in, and gives them back."""

    def __init__(self, receiver: Receiver, finder: Finder, *, max_statements: int) -> None:
        """Answer for /statements.

        Args:
            receiver: takes them in.
            finder: gives them back.
            max_statements: of one body.
        """
        self._receiver = receiver
        self._finder = finder
        self._max_statements = max_statements

    def answer(self, call: Call) -> HttpAnswer:
        """Carry out GET, PUT or POST."""
        if call.method == "GET":
            return self._finder.answer(call)
        if call.method == "PUT":
            return self._put(call)
        if call.method == "POST":
            return self._post(call)
        raise RefusedError(405, f"{call.method} is not allowed here", Allow="GET, HEAD, POST, PUT, OPTIONS")

    def _put(self, call: Call) -> HttpAnswer:
        only(call.parameters, frozenset({"statementId"}))
        put_id = needed(call.parameters, "statementId")
        raws, parts = self._cut(call)
        if len(raws) != 1:
            raise RefusedError(400, "PUT takes one statement: POST several, or PUT each to its own id")
        self._receiver.receive(call, raws, AttachedParts(parts), put_id=put_id)
        return HttpAnswer(204, statements=1)

    def _post(self, call: Call) -> HttpAnswer:
        only(call.parameters, frozenset({PARTIAL}))
        raws, parts = self._cut(call)
        if flag(call.parameters, PARTIAL):
            return self._post_good(call, raws, parts)
        ids = self._receiver.receive(call, raws, AttachedParts(parts))
        return replace(as_json(ids), statements=len(ids))

    def _post_good(self, call: Call, raws: Sequence[bytes], parts: Sequence[BodyPart]) -> HttpAnswer:
        """Take the good statements of a batch, and say which were refused and why."""
        if parts:
            raise RefusedError(
                400, f"{PARTIAL}=true is for statements without parts: send attachments without it"
            )
        ids, refused = self._receiver.receive_good(call, raws)
        told = [
            {"index": index, "status": error.status, "error": str(error), "faults": error.faults}
            for index, error in refused.items()
        ]
        status = 400 if len(refused) == len(ids) and ids else 200
        answer = as_json({"ids": ids, "refused": told}, status)
        return replace(answer, statements=len(ids) - len(refused))

    def _cut(self, call: Call) -> tuple[list[bytes], list[BodyPart]]:
        if call.content_type == JSON:
            return cut(call.body, most=self._max_statements), []
        if call.content_type != MIXED:
            raise RefusedError(
                400,
                f"the Content-Type is {call.content_type[:60]!r}: send {JSON}, or {MIXED} with attachments",
            )
        parts = read_parts(call.headers["content-type"], call.body)
        if not parts or parts[0].headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise RefusedError(400, f"the first part of {MIXED} is the statements: Content-Type: {JSON}")
        return cut(parts[0].content, most=self._max_statements), parts[1:]
