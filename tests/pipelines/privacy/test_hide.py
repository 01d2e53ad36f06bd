"""Hiding: everything that stands of a student by then goes in one transaction, and of several as of each alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.fence import REFRESH
from learnloom.pipelines.privacy.erase_find import find_standing
from learnloom.pipelines.privacy.erase_hide import Leaving, hide
from learnloom.pipelines.privacy.erase_request import request_erasures
from learnloom.pipelines.privacy.erase_sought import Sought
from learnloom.pipelines.privacy.erase_state import Erasure, read_secret
from learnloom.pipelines.privacy.subject import find_subject, find_subjects
from tests.pipelines.privacy.making import (
    HOME,
    NOW,
    OTHERS,
    TOKENS,
    ZOE,
    answer,
    asked,
    copied,
    fill_zoes_class,
    line,
    run,
    settings_of,
)
from tests.pipelines.refresh.school import land

pytestmark = pytest.mark.slow


def test_who_is_asked_for_together_is_hidden_as_one_by_one(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two students who stand in one statement: what is left and what each erasure says of itself is the same."""
    wanted = ["zz-901", f"{HOME} u-102"]
    outcomes = []
    for at_once in (wanted,), [[each] for each in wanted]:
        with copied(tmp_path_factory, "school", tmp_path / str(len(at_once)), fill_zoes_class) as warehouse:
            done = [
                each
                for some in at_once
                for each in request_erasures(
                    warehouse, settings_of(warehouse), some, reason="asked", clock=lambda: NOW
                )
            ]
            said = "\n".join(
                row[0] for row in warehouse.rows("SELECT raw FROM landing.statement ORDER BY raw")
            )
            for each in done:
                said = said.replace(each.pseudonym, f"erased {each.n_statements}")
            assert not [token for token in (*TOKENS, "u-102", "Student Number2") if token in said]
            assert (said.count("erased 16"), said.count("erased 10")) == (3, 1)
            rows = [read_secret(warehouse.folder, each.erasure_id).rows for each in done]
            outcomes.append((sorted(said), [each[6:] for each in done], rows))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("few", [0, 10_000])
def test_what_is_put_back_is_staged_once(
    few: int, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements of others without the student stand staged in the place of those with, however many they are."""
    monkeypatch.setattr("learnloom.pipelines.refresh.stage._FEW", few)
    with copied(tmp_path_factory, "school", tmp_path / "copy", fill_zoes_class) as warehouse:
        assert asked(warehouse, f"{HOME} u-102").n_mentions
        landed, staged = (
            warehouse.rows(f"SELECT statement_id FROM {name} ORDER BY ALL")
            for name in ("landing.statement", "staging.stg_statement")
        )
        assert landed == staged


def test_who_is_who_is_read_once_for_all(tmp_path: Path) -> None:
    """However many students are asked for, what was told of people is read as often as for one."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        students = (ZOE, *OTHERS[:2])
        lines = [line(answer(number, each)) for number, each in enumerate(students)]
        land(warehouse, tmp_path / "first.jsonl", lines)
        warehouse.run("CALL enable_logging('QueryLog')")
        wanted = [f"{HOME} {each['account']['name']}" for each in students]
        found = find_subjects(warehouse, settings_of(warehouse), wanted, NOW)
        assert [each.identifiers for each in found.values()] == [(each,) for each in wanted]
        told = "message LIKE '%FROM landing.person_event%' AND message NOT LIKE '%duckdb_logs%'"
        assert warehouse.rows(f"SELECT count(*) FROM duckdb_logs WHERE {told}") == [(1,)]


class _Overtaken(Warehouse):
    """Somebody writes a student's rows once more before each of the first transactions."""

    left = 3

    @contextmanager
    def transaction(self, lock: str = REFRESH) -> Iterator[None]:
        """Let the other one come first."""
        if self.left:
            self.left -= 1
            with self.another() as refresh:
                refresh.run(_MORE)
        with super().transaction(lock):
            yield

    def another(self) -> Warehouse:
        """One whom nobody overtakes."""
        return Warehouse(self.folder)


_MORE = "INSERT INTO dimensional.fact_day FROM dimensional.fact_day LIMIT 1"


@pytest.mark.long
def test_what_is_written_after_counting_is_counted(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Several are counted before others wait: where a refresh writes then, receipts say what was taken out."""
    with copied(tmp_path_factory, "school", tmp_path / "copy", fill_zoes_class) as school:
        folder, settings = school.folder, settings_of(school)
        n_rows = school.one("SELECT count(*) FROM dimensional.fact_day")[0]
    wanted = ["zz-901", *(f"{HOME} {each['account']['name']}" for each in OTHERS)]
    with _Overtaken(folder) as warehouse:
        done = request_erasures(warehouse, settings, wanted, reason="asked", clock=lambda: NOW)
        left = warehouse.one("SELECT count(*) FROM dimensional.fact_day")[0]
        rows = [read_secret(folder, each.erasure_id).rows["dimensional.fact_day"][0] for each in done]
    assert (warehouse.left, sum(rows)) == (0, n_rows + 3 - left)


def test_what_lands_between_finding_and_hiding_is_hidden_too(tmp_path: Path) -> None:
    """Statements and refused records that land after the student was looked for go in the same transaction."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", [line(answer(1, ZOE)), line(answer(2, OTHERS[0]))])
        subject = find_subject(warehouse, settings_of(warehouse), f"{HOME} zz-901", NOW)
        scanned = warehouse.snapshot()
        (found,) = find_standing(warehouse, [Sought(subject, "erased-1")])
        later = [line(answer(3, ZOE)), line(answer(4, OTHERS[0])), b"zz-901 is no JSON\n"]
        land(warehouse, tmp_path / "later.jsonl", later)
        erasure = Erasure("1", NOW, "asked", "erased-1", "hidden", NOW)
        students = [Leaving(erasure, subject, found)]
        (done,) = hide(warehouse, students, scanned=scanned, source="/learnloom")
        assert (done.erasure.n_statements, done.erasure.n_dead_letters) == (2, 1)
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (2,)


_NAMESAKE = {**OTHERS[0], "name": ZOE["name"]}


def test_a_name_that_others_have_stays_theirs(tmp_path: Path) -> None:
    """What is known to be another student's name, too, is not looked for because something lands meanwhile."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", [line(answer(1, ZOE)), line(answer(2, _NAMESAKE))])
        subject = find_subject(warehouse, settings_of(warehouse), f"{HOME} zz-901", NOW)
        subject = subject._replace(names=(ZOE["name"],))
        scanned = warehouse.snapshot()
        (found,) = find_standing(warehouse, [Sought(subject, "erased-1")])
        thanks = line(answer(3, OTHERS[1], f"{ZOE['name']} and zz-901 helped me"))
        land(warehouse, tmp_path / "later.jsonl", [line(answer(4, ZOE)), thanks])
        erasure = Erasure("1", NOW, "asked", "erased-1", "hidden", NOW)
        (done,) = hide(warehouse, [Leaving(erasure, subject, found)], scanned=scanned, source="/learnloom")
        assert {token.text for token in done.found.shared} == {ZOE["name"]}
        assert ZOE["name"] not in {token.text for token in done.found.tokens}
        said = warehouse.rows("SELECT raw ->> '$.result.response' FROM landing.statement ORDER BY ALL")
        assert (f"{ZOE['name']} and erased-1 helped me",) in said


def test_a_name_that_turns_out_to_be_anothers_keeps_no_receipt_back(tmp_path: Path) -> None:
    """Before any refresh a student's name is read from their statements: the next run learns who else has it."""
    with Warehouse(tmp_path / "warehouse") as warehouse:
        land(warehouse, tmp_path / "first.jsonl", [line(answer(1, ZOE)), line(answer(2, _NAMESAKE))])
        asked(warehouse, f"{HOME} zz-901")
        (first,) = run(warehouse)
        assert first.waits_for is not None
        (second,) = run(warehouse)
        assert second.waits_for is None
        assert warehouse.one("SELECT count(*) FROM landing.statement") == (1,)
