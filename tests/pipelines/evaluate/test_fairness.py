"""The audit by groups: what it must find, and what it must not find."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from learnloom.pipelines.evaluate.abroca import abroca
from learnloom.pipelines.evaluate.answer_set import NamedTable
from learnloom.pipelines.evaluate.fairness import (
    FairnessAudit,
    Flags,
    Grouping,
    GroupsError,
    fairness,
    groupings_of,
)
from learnloom.pipelines.evaluate.measures import Predictions
from tests.pipelines.evaluate.make import any_predictions, some

_QUICK = FairnessAudit(n_resamples=50, n_permutations=50)


def _worse_for(members: NDArray[np.int64], *, n: int = 6_000, n_clusters: int = 120) -> Predictions:
    """Predictions that know nothing of the members, and are true of the others."""
    found = some(n, n_clusters=n_clusters)
    is_in = np.isin(found.cluster, members)
    shuffled = found.p.copy()
    shuffled[is_in] = np.random.default_rng(1).permutation(found.p[is_in])
    return Predictions(found.label, shuffled, found.cluster)


# ABROCA ------------------------------------------------------------------------------------------------------


@given(any_predictions)
def test_equal_groups_have_no_area_between_them(found: Predictions) -> None:
    """Two groups with the same rows have the same curve, and no division at random is closer."""
    twice = Predictions(
        np.tile(found.label, 2), np.tile(found.p, 2), np.concatenate([found.cluster, found.cluster + 10])
    )
    area = abroca(twice, np.arange(10), n_permutations=10)
    if 0 < found.label.sum() < len(found):
        assert area.value == 0.0
        assert area.p_value in {None, 1.0}
    else:
        assert area.value is None


def test_area_is_that_between_the_curves_of_scikit_learn() -> None:
    """The area is the same as from scikit-learn's curves on a fine grid."""
    members = np.arange(40)
    found = _worse_for(members)
    rates = np.linspace(0.0, 1.0, 100_001)
    curves = []
    for is_in in (np.isin(found.cluster, members), ~np.isin(found.cluster, members)):
        false, true, _ = roc_curve(found.label[is_in], found.p[is_in])
        curves.append(np.interp(rates, false, true))
    expected = np.abs(curves[0] - curves[1]).mean()
    assert abroca(found, members, n_permutations=10).value == pytest.approx(expected, abs=5e-4)


def test_a_group_that_is_ranked_worse_is_found() -> None:
    """Where nothing is known of the members the area is large, and no dealing at random comes near it."""
    members = np.arange(40)
    area = abroca(_worse_for(members), members, n_permutations=200)
    assert area.value is not None
    assert area.value > 0.15
    assert area.p_value == pytest.approx(1 / 201)
    assert (area.by_chance or 1.0) < area.value / 3


@pytest.mark.slow
def test_p_values_are_even_where_there_is_no_difference() -> None:
    """Of groups dealt out at random one in ten has p of .1 or less, and half of .5 or less."""
    p_values = []
    for seed in range(150):
        found = some(400, n_clusters=40, seed=seed)
        members = np.random.default_rng(seed).permutation(40)[:15]
        p_values.append(abroca(found, members, n_permutations=60, seed=seed).p_value or 0.0)
    assert np.mean(np.array(p_values) <= 0.1) == pytest.approx(0.1, abs=0.07)
    assert np.mean(np.array(p_values) <= 0.5) == pytest.approx(0.5, abs=0.13)


@pytest.mark.slow
def test_students_are_dealt_out_and_not_rows() -> None:
    """Students whose answers hang together do not make a difference of groups: p stays even."""
    small = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(30), 40)
        # The model is of no use for some students and good for others, whichever group they are in.
        logits = rng.normal(0.0, 1.5, len(cluster))
        p = 1.0 / (1.0 + np.exp(-logits * rng.choice([-1.0, 1.0], 30)[cluster]))
        found = Predictions(rng.random(len(cluster)) < 1.0 / (1.0 + np.exp(-logits)), p, cluster)
        small += (abroca(found, np.arange(12), n_permutations=60, seed=seed).p_value or 0.0) <= 0.05
    assert small <= 9


# Figures of groups -------------------------------------------------------------------------------------------


def _groupings(n_clusters: int, size: int) -> list[Grouping]:
    return [Grouping("site", {n: "north" if n < size else "south" for n in range(n_clusters)})]


def _flags(found: Predictions) -> Flags:
    return Flags(found.p < 0.7, ~found.label, "p below 0.70")


def test_rates_of_a_group_by_hand() -> None:
    """Flag rate, true and false positive rate and gap of each group are those of its rows."""
    found = some(4_000)
    north, south = fairness(found, _flags(found), _groupings(100, 40), _QUICK)
    is_in = found.cluster < 40
    label, flagged = found.label[is_in], found.p[is_in] < 0.7
    assert (north.group, south.group, north.n, north.n_students) == ("north", "south", 1_600, 40)
    assert north.flag_rate.value == pytest.approx(flagged.mean())
    assert north.true_positive_rate.value == pytest.approx(flagged[~label].mean())
    assert north.false_positive_rate.value == pytest.approx(flagged[label].mean())
    assert north.gap.value == pytest.approx((label - found.p[is_in]).mean())
    assert south.abroca.value == pytest.approx(north.abroca.value)


def test_what_is_said_too_much_of_one_group_shows_as_its_gap() -> None:
    """Where a group gets less right than is said of it its gap lies below 0, with its whole interval."""
    found = some(6_000)
    said = np.where(found.cluster < 40, np.minimum(found.p + 0.1, 1.0), found.p)
    north, south = fairness(
        Predictions(found.label, said, found.cluster), _flags(found), _groupings(100, 40), _QUICK
    )
    assert (north.gap.high or 0.0) < 0.0
    assert south.gap.low is not None
    assert south.gap.high is not None
    assert south.gap.low < 0.0 < south.gap.high


def test_a_small_group_is_unknown() -> None:
    """Of nineteen students nothing is told, and of their rest no area against them."""
    found = some(4_000)
    north, south = fairness(found, _flags(found), _groupings(100, 19), _QUICK)
    told = "too few students (19 of at least 20)"
    for figure in (north.auc, north.ece, north.gap, north.flag_rate, north.true_positive_rate):
        assert figure.unknown == told
    assert (north.abroca.unknown, south.abroca.unknown) == (f"{told} of the group", f"{told} of the rest")
    assert south.auc.value is not None


@pytest.mark.slow
def test_students_of_unknown_group_are_no_rest() -> None:
    """A student of whom no group is told counts neither for a group nor against it."""
    found = some(4_000)
    few = [Grouping("site", {n: "north" if n < 40 else "south" for n in range(80)})]
    known = found.where(found.cluster < 80)
    of_all = list(fairness(found, _flags(found), few, _QUICK))
    assert of_all == list(fairness(known, _flags(known), few, _QUICK))


# Reading -----------------------------------------------------------------------------------------------------


def _named(**columns: list[str | None]) -> NamedTable:
    return NamedTable("groups.csv", pa.table({name: pa.array(v, pa.string()) for name, v in columns.items()}))


def test_groups_are_read_by_student() -> None:
    """Each column divides the students; strangers are left out, and an empty cell is an unknown group."""
    table = _named(student=["mila", "leo", "who"], site=["north", None, "south"], year=["1", "2", "3"])
    site, year = groupings_of(table, {"mila": 0, "leo": 1})
    assert (site.name, site.group_of, year.group_of) == ("site", {0: "north"}, {0: "1", 1: "2"})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (_named(pupil=["mila"], site=["north"]), "needs the column student .* there are: pupil, site"),
        (_named(student=["mila"]), "needs the column student and one or more"),
        (_named(student=["who"], site=["north"]), "names no student who has an answer; its first is 'who'"),
        (
            _named(student=["mila", "mila"], site=["a", "b"]),
            "row 2 .* column site: the student is in 'b' and",
        ),
        (_named(student=[f"s{n}" for n in range(21)], id=[str(n) for n in range(21)]), "has 21 groups"),
    ],
)
def test_a_wrong_table_of_groups_is_refused(table: NamedTable, told: str) -> None:
    """What is wrong, where, and what to do."""
    codes = {"mila": 0, **{f"s{n}": n for n in range(21)}}
    with pytest.raises(GroupsError, match=told):
        groupings_of(table, codes)
