"""JSON arrays, and those in answers of stores, cut into elements without parsing them or holding the whole.

The scanner looks only at quotes and brackets, by regular expressions. So every element keeps its bytes, and one that is
no valid JSON costs only itself as long as its quotes and brackets balance.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from learnloom.pipelines.ingest.sources.lines import (
    KEPT_BYTES,
    UNFINISHED,
    Frame,
    FrameBuffer,
    TruncatedRecord,
)
from learnloom.schemas.record import Fault

_QUOTE, _BACKSLASH = b'"\\'
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1, ord(","): 0}
"""How each mark changes the depth."""
_DEEPEST: Final = 8
"""Brackets in brackets of an element that is passed over as a whole."""


def _nested(deepest: int) -> bytes:
    """Describe what stands in brackets, with strings and other such things in it; nothing is tried twice."""
    within = _TEXT if deepest == 1 else _TEXT + b"|" + _nested(deepest - 1)
    return rb'[\[{][^"\\\[\]{}]*+(?:(?:' + within + rb')[^"\\\[\]{}]*+)*+[\]}]'


_TEXT: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NESTED: Final = re.compile(_nested(_DEEPEST), re.DOTALL)
_INSIDE: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BETWEEN: Final = re.compile(rb'[^"\\,\[\]{}]*+(?:(?:\\.|' + _TEXT + rb')[^"\\,\[\]{}]*+)*+', re.DOTALL)

_STRING = rb'"(?:[^"\\]|\\.)*"'
_FLAT = rb"\{(?:[^{}]|\{[^{}]*\})*\}|\[[^\[\]]*\]"
_PROPERTY = _STRING + rb"\s*:\s*(?:" + _STRING + rb"|[-+.\w]+|" + _FLAT + rb")\s*"
_ARRAY_GAP = re.compile(rb"\s*")


class Envelope(NamedTuple):
    """How an answer looks around the array of its records."""

    form: str
    """What files of it are called where their positions are kept; empty for the first one that there was."""
    start: re.Pattern[bytes]
    """How it begins, up to the bracket of the array."""
    gap: re.Pattern[bytes]
    """What stands between the arrays of two, before the first, and after the last."""
    depth: int
    """Objects around the array."""


def _envelope(form: str, *names: bytes) -> Envelope:
    """Describe objects in each other, each of which has the next under one of these names, whatever comes first."""
    head = b"".join(rb"\s*\{\s*(?:" + _PROPERTY + rb',\s*)*"(?:' + name + rb')"\s*:\s*' for name in names)
    tail = (rb"\s*(?:,\s*" + _PROPERTY + rb")*\}") * len(names) + rb"\s*"
    gap = re.compile(rb"(?:" + tail + rb")?(?:" + head + rb")?")
    return Envelope(form, re.compile(head + rb"\["), gap, len(names))


RESULT: Final = _envelope("", b"statements")
"""An LRS's answer (StatementResult, xAPI 1.0.3 Data section 2.5)."""
ENVELOPES: Final = (
    RESULT,
    _envelope("search", b"hits", b"hits"),
    _envelope("data", b"data|results|items|records|documents|edges"),
)
"""Also an answer of Elasticsearch to a search, and one of ClickHouse, Learning Locker and other web services."""

_OTHER_ARRAYS: Final = 100
"""Arrays in envelopes that are passed over, since none of the names that count stands before them."""
Marks = list[tuple[int, int, int]]
"""Position in the chunk, depth before and depth after, of each mark that bounds an element."""


class Scanner:
    r"""Finds, chunk by chunk, the marks that bound what stands directly inside the outermost brackets.

    Of commas and brackets those within strings are left out, and so are quotes that a backslash escapes; the depth
    changes at brackets, and at the outermost brackets and the commas at depth 1 an element begins or ends:

        chunk    [ { "a,\"" : 1 } , { } ]
        outside  [ {            } , { } ]
        depth    1 2            1 1 2 1 0
        bounds   ^                ^     ^

    An element in brackets is passed over as a whole where it ends in the chunk and is not nested too deeply, else
    bracket by bracket.
    """

    def __init__(self, depth: int = 0) -> None:
        """Start at `depth`: 0 outside of everything, -1 where the brackets wanted stand inside others, and so on."""
        self._depth = depth
        self._in_string = False
        self._escapes_next = False

    def marks(self, chunk: bytes) -> Marks:
        """Give the opening and closing of the outermost brackets and the commas directly inside them."""
        bounds: Marks = []
        depth, at, size = self._depth, self._resume(chunk), len(chunk)
        while (at := _to_mark(chunk, at)) < size:
            mark = chunk[at]
            step = _STEPS.get(mark)
            if step is None:  # a string or an escape that the chunk cuts
                self._escapes_next = mark == _BACKSLASH or _to_quote(chunk, at + 1) < size
                self._in_string = mark == _QUOTE
                break
            if step == depth == 1 and (nested := _NESTED.match(chunk, at)):
                at = nested.end()
                continue
            before, depth = depth, depth + step
            if before <= 0 or depth <= 0 or depth == before == 1:
                bounds.append((at, before, depth))
            at += 1
        self._depth = depth
        return bounds

    def _resume(self, chunk: bytes) -> int:
        """Pass over what an escape or a string of the chunk before still takes; give where that ends."""
        at = min(int(self._escapes_next), len(chunk))
        if chunk:
            self._escapes_next = False
        if not self._in_string:
            return at
        end = _to_quote(chunk, at)
        if end == len(chunk):
            return end
        self._escapes_next = chunk[end] == _BACKSLASH
        self._in_string = self._escapes_next
        return end + 1


def _to_mark(chunk: bytes, at: int) -> int:
    """Where the next comma or bracket outside strings is, or what the chunk cuts; its length where none is."""
    passed = _BETWEEN.match(chunk, at)
    return passed.end() if passed else at


def _to_quote(chunk: bytes, at: int) -> int:
    """Where the string that `at` is in ends, or the backslash at the chunk's end; its length where neither is."""
    passed = _INSIDE.match(chunk, at)
    return passed.end() if passed else at


class ArraySplitter:
    """Cuts the elements out of one array, or of several that follow each other."""

    def __init__(self, max_bytes: int, envelope: Envelope | None = None) -> None:
        """Expect arrays with only white space between them, or in envelopes."""
        self._max_bytes = max_bytes
        self._gap = envelope.gap if envelope else _ARRAY_GAP
        self._depth = envelope.depth if envelope else 0
        self._passed_over = _OTHER_ARRAYS if envelope else 0
        self.form = envelope.form if envelope else ""
        self.open_bytes: int | None = None

    def frames(self, chunks: Iterator[bytes]) -> Iterator[Frame]:
        """Yield every element; what stands where none can stand ends the reading as one truncated frame."""
        scanner = Scanner(-self._depth)
        element, gap = FrameBuffer(self._max_bytes), FrameBuffer(KEPT_BYTES)
        is_inside, has_comma = False, False
        for chunk in chunks:
            start = 0
            for at, before, after in scanner.marks(chunk):
                if not is_inside:
                    if (before, after) == (0, 1) and chunk[at] == b"["[0]:
                        gap.add(chunk[start:at])
                        start = at
                        if not (truncated := self._judge_gap(gap)):
                            is_inside, has_comma, start = True, False, at + 1
                        elif not self._passed_over:
                            yield truncated
                            return
                        else:
                            self._passed_over -= 1  # an array of something else in the envelope
                    continue
                element.add(chunk[start:at])
                start = at + 1
                is_closing = after == 0
                frame = element.take()
                if frame or has_comma or not is_closing:
                    yield frame
                has_comma, is_inside = not is_closing, not is_closing
            (element if is_inside else gap).add(chunk[start:])
        yield from self._rest(element, gap, is_inside=is_inside)

    def _rest(self, element: FrameBuffer, gap: FrameBuffer, *, is_inside: bool) -> Iterator[Frame]:
        """Yield what the text ended with, where it is not a proper end."""
        if not is_inside:
            if truncated := self._judge_gap(gap):
                self.open_bytes = UNFINISHED
                yield truncated
            return
        self.open_bytes = UNFINISHED
        kept = element.take()
        text = kept if isinstance(kept, bytes) else kept.kept
        yield _undelimited(text, "The text ends before its array is closed with ]: send the whole of it.")

    def _judge_gap(self, gap: FrameBuffer) -> TruncatedRecord | None:
        """Refuse what stands between arrays, or after the last, unless it belongs there; it is kept then."""
        text = gap.take()
        kept = text if isinstance(text, bytes) else text.kept
        if self._gap.fullmatch(kept):
            return None
        gap.add(kept)
        return _undelimited(
            kept,
            "What stands here follows the end of an array, so the bounds of its records cannot be told: "
            "balance the brackets of the record before it, or send JSON lines.",
        )


class ObjectSplitter:
    """Cuts objects that are written over several lines, one after the other, without an array around them."""

    form = ""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.open_bytes: int | None = None

    def frames(self, chunks: Iterator[bytes]) -> Iterator[Frame]:
        """Yield every object with its brackets, and what stands between objects as records of their own."""
        scanner = Scanner()
        element = FrameBuffer(self._max_bytes)
        for chunk in chunks:
            start = 0
            for at, before, after in scanner.marks(chunk):
                if (before, after) not in {(0, 1), (1, 0)}:
                    continue
                end = at if after == 1 else at + 1
                element.add(chunk[start:end])
                start = end
                if frame := element.take():
                    yield frame
            element.add(chunk[start:])
        kept = element.take()
        text = kept if isinstance(kept, bytes) else kept.kept
        if text:
            self.open_bytes = UNFINISHED
            yield _undelimited(
                text, "The text ends before its last object is closed with }: send the whole of it."
            )


def _undelimited(text: bytes, message: str) -> TruncatedRecord:
    return TruncatedRecord(
        text[:KEPT_BYTES], Fault("undelimited", "", text[:80].decode(errors="replace"), message)
    )
