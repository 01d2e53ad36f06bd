"""What is withheld by lot: who decides, for how long, and that nobody can tell."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from learnloom.pipelines.config.holdout import Holdout, HoldoutKind
from learnloom.pipelines.evaluate.trial import Trial
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.ingest.land.student_keys import take_secret
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.student_secret import FILE, read_secret
from learnloom.pipelines.refresh.withhold import DRAW_DAYS, WITHHELD_DAYS, Draw, Lots, Thing
from learnloom.pipelines.serve.export import export
from learnloom.schemas.level import Confidence
from learnloom.schemas.signal import Audience, Part, Signal, SignalKind, signal_id
from learnloom.schemas.xapi.identity import person_key
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.refresh.conftest import RefreshedClass
from tests.pipelines.refresh.school import (
    LAST_DAY,
    NOW,
    WITHHOLDING,
    differences,
    land,
    lines_of,
    refreshed,
    tables,
)

_DAY = dt.date(2026, 9, 14)
"""A Monday."""
_KEY = SecretStr("0123456789abcdef")
_HALF = Holdout(shares={"practise_next": 0.5, "wheel_spinning": 0.5}, key=_KEY)


def _signal(
    student: str, *, kind: SignalKind = SignalKind.PRACTISE_NEXT, subject: str | None = None, state: str = "a"
) -> Signal:
    audience = Audience.STUDENT
    moment = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)
    return Signal(
        signal_id=signal_id(student, kind, audience, subject, [state]),
        student_key=student,
        kind=kind,
        audience=audience,
        part=Part.CONTENT,
        subject=subject,
        n=1,
        window_from=moment,
        window_to=moment,
        confidence=Confidence.LOW,
        urgency=0.5,
        created_at=moment,
        expires_at=moment,
        sentence="Practise.",
        model_version="1",
    )


def _withheld(
    said: Sequence[Signal],
    *,
    holdout: Holdout = _HALF,
    day: dt.date = _DAY,
    stands: Iterable[Thing] = (),
    drawn: Sequence[Draw] = (),
) -> tuple[set[str], list[Draw]]:
    """Students of whom something is withheld, and the draws in force."""
    lots = Lots(holdout, day, stands=set(stands), drawn=drawn)
    ids = lots.withheld(said)
    rows = [Draw(**row) for row in lots.rows().to_pylist()]
    return {signal.student_key for signal in said if signal.signal_id in ids}, rows


_CLASS = [_signal(f"student {number}") for number in range(400)]


def test_about_the_share_is_withheld() -> None:
    """Of many students the share chosen is withheld; each draw is kept with it, said or not."""
    held, drawn = _withheld(_CLASS, holdout=Holdout(shares={"practise_next": 0.25}, key=_KEY))
    assert 70 < len(held) < 130
    assert {draw.student_key for draw in drawn if draw.is_withheld} == held
    assert {(draw.share, draw.drawn_on) for draw in drawn} == {(0.25, _DAY)}
    assert len(drawn) == 400


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(30)), later=st.integers(0, 6))
def test_the_draw_is_the_same_all_week(order: list[int], later: int) -> None:
    """Whoever is computed first, and whichever day of the week it is, the same students are drawn."""
    first, _ = _withheld(_CLASS[:30])
    again, _ = _withheld([_CLASS[number] for number in order], day=_DAY + dt.timedelta(later))
    assert first == again


def test_other_weeks_kinds_and_keys_draw_others() -> None:
    """Who is drawn in one week, kind or by one key says nothing of the next."""
    first, _ = _withheld(_CLASS)
    other = [_signal(each.student_key, kind=SignalKind.WHEEL_SPINNING) for each in _CLASS]
    for found in (
        _withheld(_CLASS, day=_DAY + dt.timedelta(7))[0],
        _withheld(other)[0],
        _withheld(_CLASS, holdout=Holdout(shares=_HALF.shares, key=SecretStr("another key, as long")))[0],
    ):
        assert 150 < len(found ^ first) < 250


def test_a_draw_holds_four_weeks_and_withholds_two() -> None:
    """New evidence in a later week draws nothing anew: withheld stays so for two weeks, and is said in the next two."""
    for is_withheld in (True, False):
        draw = Draw("student 0", "practise_next", None, _DAY, 0.5, is_withheld)
        for days in (0, WITHHELD_DAYS - 1, WITHHELD_DAYS, DRAW_DAYS - 1):
            new = _signal("student 0", state=str(days))
            held, drawn = _withheld([new], day=_DAY + dt.timedelta(days), drawn=[draw])
            assert bool(held) == (is_withheld and days < WITHHELD_DAYS)
            assert drawn == [draw]
    held, drawn = _withheld(_CLASS, day=_DAY + dt.timedelta(DRAW_DAYS), drawn=[draw])
    assert drawn[0].drawn_on == _DAY + dt.timedelta(DRAW_DAYS)


def test_what_stands_is_never_taken_back() -> None:
    """What was said before the lot was switched on is said on, and no draw is made of it."""
    stands = {(each.student_key, "practise_next", None) for each in _CLASS}
    assert _withheld(_CLASS, stands=stands) == (set(), [])


def test_only_kinds_named_are_drawn() -> None:
    """Of other kinds everything is said; without shares nothing is drawn."""
    other = [_signal(each.student_key, kind=SignalKind.REVIEW_DUE) for each in _CLASS]
    assert _withheld(other) == (set(), [])
    assert _withheld(_CLASS, holdout=Holdout()) == (set(), [])


def test_care_and_good_words_cannot_be_withheld() -> None:
    """No setting withholds who needs somebody, or what was done well."""
    kinds = {SignalKind(kind) for kind in get_args(HoldoutKind)}
    assert not kinds & {SignalKind.AT_RISK, SignalKind.CHECK_IN, SignalKind.ENGAGEMENT_CHANGE}
    assert not [kind for kind in kinds if SIGNAL_KINDS[kind].is_good_word]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"shares": {"practise_next": 0.2}}, "LEARNLOOM_HOLDOUT__KEY"),
        ({"shares": {"at_risk": 0.2}, "key": "0123456789abcdef"}, "practise_next"),
        ({"shares": {"practise_next": 0.9}, "key": "0123456789abcdef"}, "0.5"),
        ({"shares": {"practise_next": 0.2}, "key": "short"}, "16"),
    ],
)
def test_what_cannot_be_set_says_so(given: dict[str, object], told: str) -> None:
    """Without a key, of care, of more than half, or with a key that can be guessed, nothing is withheld."""
    with pytest.raises(ValueError, match=told):
        Holdout.model_validate(given)


@pytest.mark.long
@pytest.mark.slow
def test_whole_path(tmp_path: Path) -> None:
    """Day by day equals in full, also when the withheld is said; until then it is not raised, shown or exported."""
    lines = lines_of(tmp_path / "class", students=6, faults=0.0)
    half = len(lines) // 2
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", lines[:half])
        refreshed(warehouse, day=LAST_DAY - dt.timedelta(7), settings=WITHHOLDING)
        land(warehouse, tmp_path / "second.jsonl", lines[half:])
        for days in (0, WITHHELD_DAYS + 1):
            day = LAST_DAY + dt.timedelta(days)
            refreshed(warehouse, day=day, settings=WITHHOLDING)
            _nobody_can_tell(warehouse, day)
            after = tables(warehouse)
            refreshed(warehouse, day=day, settings=WITHHOLDING, full=True)
            assert differences(after, tables(warehouse)) == {}
        drawn = warehouse.rows(
            "SELECT is_withheld, count(*) FROM feedback.holdout_draw GROUP BY ALL ORDER BY ALL"
        )
        assert [row[0] for row in drawn] == [False, True]
        assert warehouse.one("SELECT count(*) > 0 FROM feedback.signal_trial") == (True,)
        written = {name for name, _ in export(warehouse, tmp_path / "export", everything=False)}
        assert "feedback.signal" in written
        assert not written & {"feedback.holdout_draw", "feedback.signal_draw"}
    told = learnloom("effect", "--withheld", "--json", "--warehouse", str(tmp_path / "warehouse")).values()
    assert {tuple(row) for row in told} == {Trial._fields}
    shown = learnloom("effect", "--withheld", "--warehouse", str(tmp_path / "warehouse"))
    assert "Draws needed" in shown.out


@pytest.mark.slow
def test_a_draw_holds_under_another_key(tmp_path: Path) -> None:
    """With a new secret, what was drawn of a student stays in force, and its outcome is told of the present key."""
    day = LAST_DAY - dt.timedelta(3)
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "all.jsonl", lines_of(tmp_path / "class", students=3, faults=0.0))
        refreshed(warehouse, day=day, settings=WITHHOLDING)
        before = _draws(warehouse)
        assert before
        take_secret(warehouse, renew=False, now=NOW, wait_seconds=20.0)
    secret = read_secret(tmp_path / "warehouse" / FILE)
    assert secret is not None
    with Warehouse(tmp_path / "warehouse") as warehouse:
        refreshed(warehouse, day=day + dt.timedelta(1), settings=WITHHOLDING)
        drawn = _draws(warehouse)
        present = {(person_key(key, secret.value), *thing): told for (key, *thing), told in before.items()}
        assert drawn.keys() & present.keys()
        assert {thing: drawn[thing] for thing in drawn.keys() & present.keys()}.items() <= present.items()
        told = warehouse.rows("SELECT DISTINCT student_key FROM feedback.signal_drawn")
        assert {key for (key,) in told} == {key for key, *_ in {**present, **drawn}}


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("n_buckets", [1, 2])
def test_what_stands_under_another_key_is_not_drawn(
    refreshed_class: RefreshedClass, n_buckets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a new secret, what is said stays said: a draw might withhold it, and so take it back."""
    folder = refreshed_class(students=3, faults=0.0).folder
    with Warehouse(folder) as warehouse:
        stood = warehouse.rows(
            "SELECT DISTINCT student_key, signal_kind, json_extract_string(signal, '$.subject') FROM feedback.signal "
            "WHERE signal_kind IN (SELECT unnest(?))",
            [list(get_args(HoldoutKind))],
        )
        take_secret(warehouse, renew=False, now=NOW, wait_seconds=20.0)
    secret = read_secret(folder / FILE)
    assert secret is not None
    monkeypatch.setattr("learnloom.pipelines.refresh.carry_out.count_buckets", lambda *_: n_buckets)
    with Warehouse(folder) as warehouse:
        refreshed(warehouse, settings=WITHHOLDING)
        there = {(person_key(key, secret.value), *thing) for key, *thing in stood}
        assert there
        assert not _draws(warehouse).keys() & there


def _draws(warehouse: Warehouse) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """When each thing was drawn, and whether it is withheld."""
    rows = warehouse.rows(
        "SELECT student_key, signal_kind, subject, drawn_on, is_withheld FROM feedback.signal_draw"
    )
    return {row[:3]: row[3:] for row in rows}


def _nobody_can_tell(warehouse: Warehouse, day: dt.date) -> None:
    """Nothing that is withheld stands or was raised since it was drawn, and the outbox counts without gaps."""
    told = warehouse.rows(
        "SELECT signal_kind FROM feedback.signal_draw AS drawn SEMI JOIN ("
        "FROM feedback.signal UNION ALL BY NAME "
        "SELECT student_key, signal_kind, json_extract_string(event, '$.data.subject') AS subject FROM feedback.outbox "
        "WHERE change = 'raised') AS told ON drawn.student_key = told.student_key "
        "AND drawn.signal_kind = told.signal_kind AND drawn.subject IS NOT DISTINCT FROM told.subject "
        f"WHERE is_withheld AND drawn_on + {WITHHELD_DAYS} > ?",
        [day],
    )
    assert told == []
    assert warehouse.one("SELECT count(*) = max(sequence) FROM feedback.outbox") == (True,)
    offered = warehouse.rows(
        "SELECT student_key FROM feedback.student_profile ANTI JOIN ("
        "FROM feedback.signal WHERE signal_kind = 'practise_next') USING (student_key) "
        "WHERE json_array_length(profile, '$.practise_next') > 0"
    )
    assert offered == []
