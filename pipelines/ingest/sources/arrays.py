"""JSON arrays, and those in answers of stores, cut into elements without parsing them or holding the whole.

The scanner looks only at quotes and brackets, many at a time with numpy. So every element keeps its bytes, and
one that is no valid JSON costs only itself as long as its quotes and brackets balance.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from learnloom.pipelines.ingest.sources.lines import (
    KEPT_BYTES,
    UNFINISHED,
    Frame,
    FrameBuffer,
    TruncatedRecord,
)
from learnloom.schemas.record import Fault

_QUOTE, _BACKSLASH, _COMMA = b'"'[0], b"\\"[0], b","[0]
_IS_MARK = np.zeros(256, dtype=np.bool_)
_IS_MARK[list(b'"\\,[]{}')] = True
_DEPTH_STEP = np.zeros(256, dtype=np.int32)
_DEPTH_STEP[list(b"[{")] = 1
_DEPTH_STEP[list(b"]}")] = -1

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

    Of quotes, backslashes, commas and brackets (all others are of no interest) those within strings are left out; the
    depth changes at brackets, and at the outermost brackets and the commas at depth 1 an element begins or ends:

        chunk    [ { "a,\"" : 1 } , { } ]
        marks    [ { " ,\""     } , { } ]
        outside  [ {            } , { } ]
        depth    1 2            1 1 2 1 0
        bounds   ^                ^     ^
    """

    def __init__(self, depth: int = 0) -> None:
        """Start at `depth`: 0 outside of everything, -1 where the brackets wanted stand inside others, and so on."""
        self._depth = depth
        self._in_string = False
        self._escapes_next = False

    def marks(self, chunk: bytes) -> Marks:
        """Give the opening and closing of the outermost brackets and the commas directly inside them."""
        text = np.frombuffer(chunk, dtype=np.uint8)
        at = np.flatnonzero(_IS_MARK[text])
        code = text[at]
        at, code = self._without_escapes(at, code, len(chunk))
        quotes = code == _QUOTE
        opened = np.cumsum(quotes) + self._in_string
        self._in_string = bool(opened[-1] & 1) if len(opened) else self._in_string
        outside = (opened & 1 == 0) & ~quotes
        at, code = at[outside], code[outside]
        step = _DEPTH_STEP[code]
        after = np.cumsum(step) + self._depth
        before = after - step
        self._depth = int(after[-1]) if len(after) else self._depth
        bounds = np.minimum(before, after) <= 0
        bounds |= (code == _COMMA) & (after == 1)
        return list(zip(at[bounds].tolist(), before[bounds].tolist(), after[bounds].tolist(), strict=True))

    def _without_escapes(
        self, at: npt.NDArray[np.intp], code: npt.NDArray[np.uint8], size: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint8]]:
        """Drop backslashes and the quotes that they escape; remember one that stands at the chunk's end."""
        if self._escapes_next and len(at) and at[0] == 0:
            at, code = at[1:], code[1:]
        slash_places = at[code == _BACKSLASH]
        self._escapes_next = False
        if not len(slash_places):
            return at, code
        # In a run of backslashes the first, third, … escape what follows them.
        starts_run = np.ones(len(slash_places), dtype=np.bool_)
        starts_run[1:] = np.diff(slash_places) != 1
        run_start = np.maximum.accumulate(np.where(starts_run, slash_places, 0))
        escapes = slash_places[(slash_places - run_start) % 2 == 0]
        self._escapes_next = bool(escapes[-1] == size - 1)
        keep = (code != _BACKSLASH) & ~np.isin(at, escapes + 1)
        return at[keep], code[keep]


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
