"""What an import can mend by itself: the refused records that repairs make valid, grouped by what they are."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from learnloom.pipelines.check.report import MendableReport
from learnloom.pipelines.ingest.sources.wrapped import Wrapped
from learnloom.pipelines.ingest.validate.mending import FAILURES, mend_of
from learnloom.pipelines.ingest.validate.repairs import REPAIRS, Repair
from learnloom.schemas.record import Fault, Judge

_MAX_GROUPS: Final = 100
"""Kinds of records that are told apart; property names are the sender's to choose."""
_OFFERED: Final = tuple(repair for repair in REPAIRS.values() if repair.fits_import)


class _Group(NamedTuple):
    """Records that are told of together."""

    kind: str
    """What they are, as `Wrapped.kind`; empty for statements with faults."""
    path: tuple[str | int, ...]
    is_text: bool
    repairs: tuple[str, ...]
    """Those that these records need."""


class MendableCounts:
    """Counts refused records by what they are and by the repairs that make them valid."""

    def __init__(self, judge: Judge) -> None:
        """Start with nothing; `judge` says what is valid."""
        self._judge = judge
        self._records: Counter[_Group] = Counter()
        self._mended: Counter[_Group] = Counter()

    def add(self, raw: bytes | None, faults: Sequence[Fault], wrapped: Wrapped | None) -> None:
        """Count a refused record; `wrapped` is the statement that it holds instead of being one."""
        needed = _needed(faults)
        if raw is None or not needed:
            return
        group = _Group("", (), is_text=False, repairs=tuple(repair.name for repair in needed))
        if wrapped is not None:
            group = group._replace(kind=wrapped.kind, path=wrapped.path, is_text=wrapped.is_text)
        is_mended = self._is_mended(raw, needed)
        if (wrapped is None and not is_mended) or (
            group not in self._records and len(self._records) >= _MAX_GROUPS
        ):
            return
        self._records[group] += 1
        self._mended[group] += is_mended

    def _is_mended(self, raw: bytes, repairs: Sequence[Repair]) -> bool:
        try:
            mended = mend_of(repairs)(raw)
        except FAILURES:
            return False
        return mended != raw and self._judge(mended).is_valid

    def report(self) -> tuple[MendableReport, ...]:
        """The groups, the one with the most records first."""
        return tuple(
            MendableReport(
                kind=group.kind,
                where=_where(group),
                repairs=group.repairs,
                records=records,
                mended=self._mended[group],
            )
            for group, records in self._records.most_common()
        )


def _needed(faults: Sequence[Fault]) -> list[Repair]:
    rules = {fault.rule for fault in faults}
    return [repair for repair in _OFFERED if repair.rule in rules]


def _where(group: _Group) -> str:
    """Where the statement stands in each of the records, for people."""
    if not group.path:
        return ""
    if group.kind == "row of CSV":
        return f"column {int(group.path[0]) + 1}"
    return f"`{'.'.join(map(str, group.path))}`" + (" as text" if group.is_text else "")
