"""Judging with repairs: what is refused as it came is mended and judged again."""

from collections.abc import Sequence
from typing import Final

from learnloom.pipelines.ingest.validate.repairs import REPAIRS, Mend, Repair
from learnloom.schemas.errors import LearnloomError
from learnloom.schemas.record import Judge, Verdict

FAILURES: Final = (ValueError, TypeError, KeyError, RecursionError, OverflowError)
"""What a repair raises where the bytes cannot be read as what it mends."""


class UnknownRepairError(LearnloomError):
    """There is no repair of this name, or it is not for imports."""


def repairs_named(names: Sequence[str], *, of_import: bool) -> list[Repair]:
    """Give the repairs of these names in the order in which they are applied.

    Args:
        names: as in REPAIRS.
        of_import: leave out those that do not fit whatever an import refuses.

    Raises:
        UnknownRepairError: one of the names is none of these.
    """
    known = [name for name, repair in REPAIRS.items() if repair.fits_import or not of_import]
    for name in names:
        if name not in known:
            raise UnknownRepairError(f"--repair must be one of {', '.join(known)}, not {name!r}")
    return [REPAIRS[name] for name in known if name in names]


def mend_of(repairs: Sequence[Repair]) -> Mend:
    """Make one mend of several: each takes what the one before it gave."""

    def mend(raw: bytes) -> bytes:
        for repair in repairs:
            raw = repair.mend(raw)
        return raw

    return mend


def judge_mended(judge: Judge, repairs: Sequence[Repair]) -> Judge:
    """Make a judge that mends what `judge` refuses.

    A record that is valid as it came is left alone. One that the repairs make valid gets a verdict with the mended
    bytes: they land. One that they do not keeps its own faults, those that no repair mends first.
    """
    if not repairs:
        return judge
    mend = mend_of(repairs)

    def judged(raw: bytes | None, **version: str) -> Verdict:
        verdict = judge(raw, **version)
        if verdict.is_valid or raw is None:
            return verdict
        try:
            mended = mend(raw)
        except FAILURES:
            return verdict  # its own faults say what is wrong with it
        if mended == raw:
            return verdict
        again = judge(mended, **version)
        if again.is_valid:
            return Verdict(again.raw, (), again.statement_id, is_mended=True)
        left = {fault.rule for fault in again.faults}
        return Verdict(raw, tuple(sorted(verdict.faults, key=lambda fault: fault.rule not in left)))

    return judged
