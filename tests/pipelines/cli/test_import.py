"""`learnloom import`."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom


@pytest.mark.slow
def test_second_import_lands_nothing(tmp_path: Path) -> None:
    """The same file a second time is not read again, and the same statements in another file are known already."""
    Path("one.jsonl").write_bytes(lines(*(answer(n) for n in range(5))))
    first = learnloom("import", "one.jsonl")
    assert first.code == Exit.DONE
    assert "5 records read: 5 new statements landed, 0 duplicates skipped, 0 refused." in first.out
    second = learnloom("import", "one.jsonl")
    assert (second.code, "There are no new records." in second.out) == (Exit.DONE, True)
    Path("copy.jsonl").write_bytes(Path("one.jsonl").read_bytes())
    assert "0 new statements landed, 5 duplicates skipped" in learnloom("import", "copy.jsonl").out


@pytest.mark.slow
def test_import_says_it_to_machines_in_one_line() -> None:
    """With --json an import prints one object with counts, and nothing else."""
    Path("one.jsonl").write_bytes(lines(answer(1), answer(2), answer(3, verb={"id": "answered"})))
    ran = learnloom("import", "one.jsonl", "--json")
    assert ran.code == Exit.SOME_REFUSED
    (told,) = ran.values()
    assert (told["read"], told["accepted"], told["duplicates"], told["refused"]) == (
        3,
        2,
        0,
        {"iri-format": 1},
    )
    assert told["is_interrupted"] is False


@pytest.mark.slow
def test_bad_line_costs_only_itself() -> None:
    """A broken line between good ones is refused with its rule; the others land; the code says so."""
    Path("one.jsonl").write_bytes(lines(answer(1)) + b"{broken\n" + lines(answer(2)))
    ran = learnloom("import", "one.jsonl")
    assert ran.code == Exit.SOME_REFUSED
    assert "2 new statements landed, 0 duplicates skipped, 1 refused." in ran.out
    assert "json-syntax" in ran.out
    assert "learnloom dead" in ran.out


@pytest.mark.slow
def test_import_from_standard_input() -> None:
    """`-` reads standard input."""
    ran = learnloom("import", "-", stdin=lines(answer(1), answer(2)))
    assert (ran.code, "2 new statements landed" in ran.out) == (Exit.DONE, True)


@pytest.mark.slow
def test_import_of_a_folder_with_arrays_and_gzip() -> None:
    """A folder gives all its files: JSON arrays and compressed JSON lines."""
    Path("in").mkdir()
    Path("in/array.json").write_text(json.dumps([answer(1), answer(2)]))
    Path("in/more.jsonl.gz").write_bytes(gzip.compress(lines(answer(3))))
    assert "3 new statements landed" in learnloom("import", "in").out


@pytest.mark.slow
def test_missing_file_is_said_and_costs_only_itself() -> None:
    """A path that does not exist is named on standard error with code 3; the other file lands."""
    Path("one.jsonl").write_bytes(lines(answer(1)))
    ran = learnloom("import", "absent.jsonl", "one.jsonl")
    assert ran.code == Exit.SOME_REFUSED
    assert "absent.jsonl: there is no such file" in ran.err
    assert "1 new statements landed" in ran.out


@pytest.mark.slow
def test_warehouse_option_wins_over_the_environment(tmp_path: Path) -> None:
    """--warehouse names the folder, whatever the environment says."""
    ran = learnloom("import", "-", "-w", "here", stdin=lines(answer(1)), env={"LEARNLOOM_WAREHOUSE": "there"})
    assert ran.code == Exit.DONE
    assert Path("here/catalog.sqlite").exists()
    assert not Path("there").exists()


@pytest.mark.slow
def test_interrupted_import_goes_on_where_it_was(tmp_path: Path) -> None:
    """Ctrl-C lands the batch in hand and leaves with 130; the same command then completes the rest."""
    n = 40_000
    Path("many.jsonl").write_bytes(lines(*(answer(number) for number in range(n))))
    process = subprocess.Popen(
        [sys.executable, "-c", _TELLING_IMPORT], stdout=subprocess.PIPE, text=True, env=_small_batches()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "a batch has landed\n"
    process.send_signal(signal.SIGINT)
    assert process.wait() == Exit.INTERRUPTED
    process.stdout.close()
    rest = learnloom("import", "many.jsonl")
    assert rest.code == Exit.DONE
    assert f" {n:,} new statements landed" not in rest.out
    (count,) = learnloom("query", "SELECT count(*) AS n FROM landing.statement", "--json").values()
    assert count == {"n": n}


# The first batch is told from within: where there is no terminal, progress is told to nobody.
_TELLING_IMPORT = """
import sys
from learnloom.pipelines.cli import output
told = []
def tell(detail):
    if not told:
        told.append(detail)
        sys.__stdout__.write("a batch has landed\\n")
        sys.__stdout__.flush()
output._say_nothing = tell
sys.argv = ["learnloom", "import", "many.jsonl"]
from learnloom.pipelines.cli.main import main
main()
"""


def _small_batches() -> dict[str, str]:
    return {**os.environ, "LEARNLOOM_BATCH_RECORDS": "500"}


def _row(number: int) -> dict[str, Any]:
    return {"event_id": str(number), "event": json.dumps(answer(number), indent=1)}


@pytest.mark.slow
def test_repair_lands_what_rows_of_a_store_hold() -> None:
    """The report names rows once with a command, and that command lands all of them with the bytes that were sent."""
    Path("rows.jsonl").write_bytes(lines(*(_row(number) for number in range(5))))
    checked = learnloom("check", "rows.jsonl")
    assert checked.out.count("`learnloom import --repair unwrap rows.jsonl` lands them.") == 1
    ran = learnloom("import", "--repair", "unwrap", "rows.jsonl")
    assert ran.code == Exit.DONE
    assert "5 new statements landed, 0 duplicates skipped, 0 refused." in ran.out
    assert "5 of these statements are valid because of --repair." in ran.out
    (landed,) = learnloom(
        "query", "SELECT list(raw ORDER BY raw) AS raws FROM landing.statement", "--json"
    ).values()
    assert landed["raws"] == sorted(json.dumps(answer(number), indent=1) for number in range(5))


@pytest.mark.slow
def test_repair_goes_on_where_an_import_stopped(tmp_path: Path) -> None:
    """A file is read once: with a repair too, the second import reads what is new, and says where the rest waits."""
    file = Path("rows.jsonl")
    file.write_bytes(lines(_row(1), _row(2)))
    assert learnloom("import", "rows.jsonl").code == Exit.SOME_REFUSED
    again = learnloom("import", "rows.jsonl", "--repair", "unwrap")
    assert (again.code, "learnloom dead replay --repair unwrap" in again.out) == (Exit.DONE, True)
    with file.open("ab") as more:
        more.write(lines(_row(3)))
    assert "1 new statements landed" in learnloom("import", "rows.jsonl", "--repair", "unwrap").out
    replayed = learnloom("dead", "replay", "--repair", "unwrap")
    assert "2 replayed: 2 landed" in replayed.out


@pytest.mark.slow
def test_repair_keeps_what_came_of_what_stays_refused() -> None:
    """A dead letter has the bytes as they came, also where a repair has helped a part of the way."""
    wrapped = {"statement": answer(1, verb={"id": "answered"})}
    Path("one.jsonl").write_bytes(lines(wrapped, answer(2)))
    ran = learnloom("import", "one.jsonl", "--repair", "unwrap", "--json")
    assert ran.code == Exit.SOME_REFUSED
    (told,) = ran.values()
    assert (told["accepted"], told["refused"], told["repaired"]) == (1, {"iri-format": 1}, 0)
    (letter,) = learnloom("dead", "list", "--json").values()
    assert letter["path"] == "/statement/verb/id"
    assert json.dumps(wrapped) in learnloom("dead", "show", letter["id"]).out


@pytest.mark.slow
def test_conflict_of_a_mended_statement_keeps_what_came() -> None:
    """Where another statement has the id of one that was taken out of its wrapper, the wrapper is the dead letter."""
    wrapped = {"statement": answer(1, result={"success": True})}
    Path("one.jsonl").write_bytes(lines(answer(1), wrapped))
    assert learnloom("import", "one.jsonl", "--repair", "unwrap").code == Exit.SOME_REFUSED
    (letter,) = learnloom("dead", "list", "--rule", "id-conflict", "--json").values()
    assert json.dumps(wrapped) in learnloom("dead", "show", letter["id"]).out


def test_unknown_repair_is_a_usage_error() -> None:
    """A repair that there is not, or that fits no import, is refused before anything is read."""
    for name in ("unwarp", "new-id"):
        ran = learnloom("import", "one.jsonl", "--repair", name)
        assert (ran.code, "utf8, unwrap" in ran.err) == (Exit.USAGE, True)


@pytest.mark.slow
def test_duplicates_that_may_be_acts_of_their_own_are_counted() -> None:
    """Equal bytes with neither id nor timestamp count once, and the import says how many it has left out."""
    timeless = {name: value for name, value in answer(1).items() if name not in {"id", "timestamp"}}
    timed = timeless | {"timestamp": "2026-09-07T10:00:00Z"}
    Path("one.jsonl").write_bytes(lines(timeless, timeless, timed, timed, timeless))
    ran = learnloom("import", "one.jsonl")
    assert "2 new statements landed, 3 duplicates skipped, 0 refused." in ran.out
    assert "Duplicates with neither id nor timestamp: 2." in ran.out
