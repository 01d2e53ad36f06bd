"""Real statements of a MOOC's videos go the whole way, and what they cannot tell is said to be unknown."""

import datetime as dt
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.refresh.checks import run_checks
from learnloom.pipelines.serve.students import read_profile, read_signals
from learnloom.schemas.signal import SignalKind
from tests.conftest import land, refresh_to

REAL = (
    Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "statements" / "fun-mooc-video.jsonl.gz"
)
_NEEDS_ANSWERS = {
    SignalKind.MASTERY,
    SignalKind.PRACTISE_NEXT,
    SignalKind.WHEEL_SPINNING,
    SignalKind.WEAKNESS,
}


@pytest.mark.skipif(not REAL.exists(), reason="the real statements are not on this machine")
@pytest.mark.long
def test_real_statements_go_the_whole_way(tmp_path: Path) -> None:
    """All 22,000 land once, every student gets a profile, and nothing is said of skills without an answer."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, REAL)
        land(warehouse, REAL)
        refresh_to(warehouse, dt.date(2021, 12, 1))
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (22_000,)
        assert warehouse.one("SELECT count(*) FROM landing.dead_letter") == (0,)
        assert warehouse.one("SELECT count(*) FROM feedback.student_profile") == (1_452,)
        busiest = warehouse.one(
            "SELECT student_key FROM dimensional.dim_student ORDER BY n_statements DESC, student_key LIMIT 1"
        )[0]
        profile = read_profile(warehouse, busiest)
        said = read_signals(warehouse, limit=100_000)
        watched = warehouse.one(
            "SELECT count(*), min(seen_share) >= 0, max(seen_share) <= 1 FROM dimensional.fact_video "
            "WHERE seen_share IS NOT NULL"
        )
        wrong = [result for result in run_checks(warehouse) if result.n_offending]
    assert profile.skills == ()
    assert any("mastery" in gap.what for gap in profile.unknown)
    assert {signal.kind for signal, _ in said} & _NEEDS_ANSWERS == set()
    assert watched[0] > 1_000
    assert watched[1:] == (True, True)
    assert wrong == []
