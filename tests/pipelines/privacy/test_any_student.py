"""Whoever is erased, and however they stand in the warehouse, nothing is left of them, and all of everybody else."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.maintain import tidy
from learnloom.pipelines.people.events import MERGE, PersonChange, Teller, tell
from learnloom.pipelines.people.identifier import key_of
from tests.pipelines.privacy.making import HOME, NOW, account, answer, asked, left_of, line, run
from tests.pipelines.refresh.school import comparable, differences, land, refreshed, tables

pytestmark = pytest.mark.slow

_OTHERS = [account("mm-1", "Mia Middle"), account("nn-22", "Nils Next")]
_NAMES = st.sampled_from(["AA-00 First Of All", "zz~ Last Of All", "Ö'Brien / Æsa", "李小龙 <x>"])


@pytest.mark.long
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=_NAMES, account_name=st.from_regex(r"q[a-z]{1,2}-[0-9]{2,5}", fullmatch=True))
def test_any_student_is_gone(data: st.DataObject, name: str, account_name: str) -> None:
    """At either end of the alphabet, inlined or in files, refused, merged, mentioned by others."""

    def maybe(what: str) -> bool:
        return data.draw(st.booleans(), label=what)

    gone, mail = account(account_name, name), f"{account_name}@school.example"
    lines = [line(answer(number, _OTHERS[number % 2])) for number in range(12)]
    lines += [line(answer(number, gone), ascii_only=maybe("escaped")) for number in range(100, 106)]
    is_merged = maybe("merged")
    if is_merged:
        lines.append(line(answer(110, {"name": name, "mbox": f"mailto:{mail}"})))
    if maybe("refused"):
        lines.append(line({**answer(111, gone), "verb": None}))
    if maybe("mentioned"):
        lines.append(line(answer(112, _OTHERS[0], context={"instructor": gone})))
    tokens = [account_name, name, mail]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with Warehouse(folder / "warehouse") as warehouse:
            land(warehouse, folder / "class.jsonl", lines)
            if is_merged:
                _merge(warehouse, f"mailto:{mail}", f"{HOME} {account_name}")
            refreshed(warehouse)
            if maybe("in files"):
                tidy(warehouse, now=NOW, wait_seconds=20)
            others = _others(warehouse)
            asked(warehouse, f"{HOME} {account_name}")
            assert [each.waits_for for each in run(warehouse)] == [None]
            assert _others(warehouse) == others
            incremental = tables(warehouse)
            refreshed(warehouse, full=True)
            assert differences(incremental, tables(warehouse)) == {}
        assert left_of(folder / "warehouse", tokens) == set()


def _merge(warehouse: Warehouse, joining: str, staying: str) -> None:
    merge = PersonChange(MERGE, key_of(joining), joining, key_of(staying))
    tell(warehouse, lambda _: [merge], Teller(NOW, "head", None, "merge"), wait_seconds=20)


def _others(warehouse: Warehouse) -> list[Any]:
    """Statements of others that name nobody, and what is computed of the others."""
    keys = [key_of(f"{HOME} {each['account']['name']}") for each in _OTHERS]
    return [
        comparable(
            warehouse.rows("FROM landing.statement WHERE raw NOT LIKE '%instructor%' AND raw LIKE '%mm-1%'")
        ),
        comparable(
            warehouse.rows(
                "SELECT * EXCLUDE (as_of) FROM feedback.student_profile WHERE list_contains($keys, student_key)",
                {"keys": keys},
            )
        ),
        comparable(
            warehouse.rows(
                "FROM dimensional.fact_attempt WHERE list_contains($keys, student_key)", {"keys": keys}
            )
        ),
    ]
