"""A student whose address is given as its SHA-1 sum is erased, in whichever letters it is written."""

import hashlib
from pathlib import Path
from typing import Final

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from tests.pipelines.privacy.making import account, answer, asked, left_of, line, run
from tests.pipelines.refresh.school import land, refreshed

pytestmark = pytest.mark.slow

_MAIL: Final = "mailto:ada@school.example"
_SUM: Final = hashlib.sha1(_MAIL.encode(), usedforsecurity=False).hexdigest()
_MIXED: Final = _SUM[:20].upper() + _SUM[20:]


@pytest.mark.parametrize(
    ("wanted", "is_refreshed"),
    [(_MAIL, False), (_SUM, False), pytest.param(_SUM, True, marks=pytest.mark.long)],
    ids=["address", "sum", "sum, refreshed"],
)
def test_a_sum_is_found_in_any_letters(tmp_path: Path, wanted: str, is_refreshed: bool) -> None:
    """Without a name, in large letters, small ones or both: her own statements go, and others lose her."""
    written = [_SUM, _SUM.upper(), _MIXED]
    others = [account("u-101", "Bo Beside")] * 3
    lines = [line(answer(number, {"mbox_sha1sum": each})) for number, each in enumerate(written)]
    lines += [
        line(answer(number, bo, context={"instructor": {"mbox_sha1sum": each}}))
        for number, (bo, each) in enumerate(zip(others, written, strict=True), 10)
    ]
    lines.append(line(answer(20, others[0], f"see {_SUM.upper()}")))
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "class.jsonl", lines)
        if is_refreshed:
            refreshed(warehouse)
        erasure = asked(warehouse, wanted)
        assert (erasure.n_statements, erasure.n_mentions) == (3, 4)
        assert [each.waits_for for each in run(warehouse)] == [None]
    assert left_of(tmp_path / "warehouse", written) == set()
