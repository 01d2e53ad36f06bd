"""`learnloom refresh`, `query`, `export`, `status`, `doctor`, `skills` and `simulate`."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from learnloom.pipelines.cli.options import Exit
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_SKILLS = """activity,skill,weight,skill_name,prerequisites
https://school.example/quiz/q1,https://school.example/skill/adding,1,Adding,
,https://school.example/skill/times,,Multiplying,https://school.example/skill/adding
"""


@pytest.mark.slow
def test_refresh_says_what_it_did() -> None:
    """A first refresh builds everything, a second one finds nothing new; both name the day and the model.

    Long after the newest statement, a refresh without a day names the one to ask for.
    """
    learnloom("import", "-", stdin=lines(*(answer(n) for n in range(6))))
    first = learnloom("refresh", "--as-of", "2026-09-08")
    assert first.code == Exit.DONE
    assert "6 new statements, 3 students computed" in first.out
    assert "As of 2026-09-08 23:59 UTC, model version 1, fitted just now." in first.out
    (second,) = learnloom("refresh", "--as-of", "2026-09-08", "--json").values()
    assert (second["staged"], second["students"], second["full_because"]) == (0, 0, None)
    assert "learnloom refresh --as-of 2026-09-07" in learnloom("refresh", "--as-of", "2026-11-01").err


@pytest.mark.slow
@pytest.mark.usefixtures("answered")
def test_backfill_is_told_and_goes_alone() -> None:
    """`refresh --from` tells whom it computed; a day to come is refused, and so is asking for everybody besides."""
    told = learnloom("refresh", "--as-of", "2026-09-08", "--from", "2026-09-01").out
    assert "3 students computed" in told
    assert "everything was built, because nothing had landed before 2026-09-01" in told
    late = learnloom("refresh", "--from", "2999-01-01")
    assert (late.code, "nothing can have landed since 2999-01-01" in late.err) == (Exit.FAILED, True)
    for other in ("--full", "--refit"):
        ran = learnloom("refresh", "--from", "2026-09-01", other)
        assert (ran.code, "use --from without" in ran.err) == (Exit.USAGE, True)


def test_refresh_of_a_wrong_day_is_a_usage_error() -> None:
    """A day that is none: code 2."""
    assert learnloom("refresh", "--as-of", "yesterday").code == Exit.USAGE


@pytest.mark.parametrize("command", [["refresh"], ["dead", "replay"]])
def test_a_mistyped_warehouse_is_not_made(command: list[str]) -> None:
    """Commands that need statements make no warehouse where there is none: a mistyped path would go unseen."""
    ran = learnloom(*command, "-w", "mistyped")
    assert (ran.code, Path("mistyped").exists()) == (Exit.FAILED, False)
    assert "no warehouse at mistyped" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ["students"],
        ["profile", "x"],
        ["signals"],
        ["dead"],
        ["dead", "list"],
        ["query", "SELECT 1"],
        ["status"],
        ["export", "out"],
    ],
)
def test_missing_warehouse_is_said_with_the_way_out(command: list[str]) -> None:
    """Whoever reads where there is no warehouse is told so with code 1, and what to do."""
    ran = learnloom(*command)
    assert (ran.code, ran.out) == (Exit.FAILED, "")
    assert ran.err.startswith("learnloom: no warehouse at learnloom-warehouse: import statements first")


def test_query_answers_people_and_machines(school: SmallClass) -> None:
    """A SELECT gives a table, or one object a row; unknown is a dash, or null."""
    sql = "SELECT 1 AS a, NULL AS b, 'x' AS c"
    assert learnloom("query", sql).out.split() == ["a", "b", "c", "1", "-", "x"]
    assert learnloom("query", sql, "--json").values() == [{"a": 1, "b": None, "c": "x"}]
    assert learnloom("query", "-", "--json", stdin=b"SELECT 2 AS a").values() == [{"a": 2}]


def test_query_says_when_it_cuts(school: SmallClass) -> None:
    """More rows than --limit: the first are shown and it is said."""
    ran = learnloom("query", "FROM range(5)", "--limit", 2, "--json")
    assert (len(ran.values()), "only the first 2 rows" in ran.err) == (2, True)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM feedback.signal",
        "DROP TABLE feedback.signal",
        "CREATE TABLE marts.x AS SELECT 1",
        "UPDATE landing.fence SET transactions = 0",
        "SELECT 1; DELETE FROM feedback.signal",
        "COPY feedback.signal TO 'signals.csv'",
        "ATTACH 'other.duckdb'",
        "SET memory_limit = '1GB'",
        "CALL lake.set_option('parquet_compression', 'zstd')",
    ],
)
def test_query_refuses_everything_that_is_no_question(school: SmallClass, sql: str) -> None:
    """Whatever writes, here or elsewhere, is refused with code 1."""
    ran = learnloom("query", sql)
    assert (ran.code, ran.out) == (Exit.FAILED, "")
    assert ran.err.startswith("learnloom: ")
    assert not Path("signals.csv").exists()


def test_query_points_at_the_fault(school: SmallClass) -> None:
    """A misspelt name gives DuckDB's message with the place, and no traceback."""
    ran = learnloom("query", "SELECT nonsense FROM marts.mart_item")
    assert (ran.code, "nonsense" in ran.err, "Traceback" in ran.err) == (Exit.FAILED, True, False)


def test_export_to_one_file_opens_with_plain_duckdb(school: SmallClass) -> None:
    """A .duckdb file opens without extensions and holds the same rows; what is there is not overwritten."""
    ran = learnloom("export", "school.duckdb")
    assert (ran.code, "The export is in school.duckdb." in ran.out) == (Exit.DONE, True)
    with duckdb.connect("school.duckdb", read_only=True) as plain:
        exported = plain.execute("SELECT count(*) FROM feedback.signal").fetchone()
    (row,) = learnloom("query", "SELECT count(*) AS n FROM feedback.signal", "--json").values()
    assert exported == (row["n"],)
    again = learnloom("export", "school.duckdb")
    assert (again.code, "choose another path" in again.err) == (Exit.FAILED, True)


def test_export_to_parquet(school: SmallClass) -> None:
    """A folder gets one Parquet file a table, with the rows that were told."""
    told = {row["table"]: row["rows"] for row in learnloom("export", "out", "--json").values()}
    assert told["marts.mart_item"] > 0
    for name, rows in told.items():
        assert pq.read_metadata(Path("out", *name.split(".")).with_suffix(".parquet")).num_rows == rows
    assert not any(name.startswith("landing") for name in told)


def test_status_counts_what_is_there(school: SmallClass) -> None:
    """Status tells rows, dead letters, the day, sources with positions; for machines in one object."""
    (told,) = learnloom("status", "--json").values()
    (count,) = learnloom("query", "SELECT count(*) AS n FROM landing.statement", "--json").values()
    assert (told["statements"], told["students"], told["statements_not_staged"]) == (count["n"], 20, 0)
    assert told["as_of"].startswith(school.day.isoformat())
    shown = learnloom("status").out
    assert "statements landed" in shown
    assert str(school.statements) in shown


@pytest.mark.slow
def test_status_before_the_first_refresh() -> None:
    """After an import alone status says what waits."""
    learnloom("import", "-", stdin=lines(answer(1), answer(2)))
    (told,) = learnloom("status", "--json").values()
    assert (told["statements"], told["statements_not_staged"], told["as_of"]) == (2, 2, None)


def test_doctor_says_to_machines_what_is_well() -> None:
    """With --json each finding is an object that says whether all is well; no warehouse yet is no fault."""
    ran = learnloom("doctor", "--json")
    assert ran.code == Exit.DONE
    assert all(finding["is_passed"] for finding in ran.values())


def test_doctor_names_the_setting_that_is_wrong() -> None:
    """A setting out of range is found, named with its value, and leaves code 1."""
    ran = learnloom("doctor", env={"LEARNLOOM_BATCH_RECORDS": "0"})
    assert (ran.code, "batch_records = '0'" in ran.out) == (Exit.FAILED, True)
    ran = learnloom("doctor", env={"LEARNLOOM_TIME_ZONE": "Atlantis"})
    assert (ran.code, "Atlantis" in ran.out) == (Exit.FAILED, True)


@pytest.mark.parametrize(
    ("held", "told"), [(None, "HOOK_SECRET, which is not set"), ("whsec_short", "a secret is whsec_")]
)
def test_doctor_names_the_secret_that_a_subscription_lacks(held: str | None, told: str) -> None:
    """A subscription whose secret is missing, or is none, is found before anything is to be delivered."""
    Path("learnloom.toml").write_text(
        '[[subscriptions]]\nname = "hook"\nto = "webhook"\nurl = "https://a.example/"\n'
        'secret_variable = "HOOK_SECRET"\n'
    )
    ran = learnloom("doctor", env={"HOOK_SECRET": held} if held else {})
    assert (ran.code, "subscription hook" in ran.out, told in ran.out) == (Exit.FAILED, True, True)


def test_wrong_time_zone_stops_any_command() -> None:
    """A time zone that is none is told with the setting before anything is done."""
    ran = learnloom("refresh", env={"LEARNLOOM_TIME_ZONE": "Atlantis"})
    assert (ran.code, "time_zone = 'Atlantis'" in ran.err, "Traceback" in ran.err) == (
        Exit.FAILED,
        True,
        False,
    )


def test_place_that_cannot_be_written_is_named() -> None:
    """A file where a folder should be made: code 1 and its name, no traceback."""
    Path("taken").write_text("a file")
    ran = learnloom("simulate", "taken", "--students", 1, "--weeks", 1)
    assert (ran.code, ran.err) == (Exit.FAILED, "learnloom: taken/truth: Not a directory\n")


def test_wrong_setting_stops_any_command() -> None:
    """A setting out of range is told with name and value before anything is done."""
    ran = learnloom("import", "-", env={"LEARNLOOM_BATCH_RECORDS": "0"})
    assert (ran.code, "batch_records = '0'" in ran.err) == (Exit.FAILED, True)


@pytest.mark.slow
def test_settings_file_in_the_working_folder_is_read() -> None:
    """learnloom.toml names the warehouse; an unknown name in it is refused."""
    Path("learnloom.toml").write_text('warehouse = "from-file"\n[thresholds]\nquiet_days = 7\n')
    assert learnloom("import", "-", stdin=lines(answer(1))).code == Exit.DONE
    assert Path("from-file/catalog.sqlite").exists()
    Path("learnloom.toml").write_text("warehose = 'x'\n")
    ran = learnloom("status")
    assert (ran.code, "warehose" in ran.err) == (Exit.FAILED, True)


@pytest.mark.slow
def test_skills_import_is_used_by_the_next_refresh() -> None:
    """A skill map gives answers their skills, and the order of skills."""
    Path("skills.csv").write_text(_SKILLS)
    learnloom("import", "-", stdin=lines(answer(1), answer(2)))
    ran = learnloom("skills", "import", "skills.csv")
    assert (ran.code, "2 skills, 1 activities that exercise them, 1 prerequisites." in ran.out) == (
        Exit.DONE,
        True,
    )
    learnloom("refresh", "--as-of", "2026-09-08")
    rows = learnloom("query", "SELECT DISTINCT skill_name FROM marts.mart_student_skill", "--json").values()
    assert {"skill_name": "Adding"} in rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("activity,skil\nx,y\n", "skil"),
        ("activity,skill\nhttps://school.example/q1,not an iri\n", "line 2"),
        ("activity,skill,weight\nhttps://school.example/q1,https://school.example/s1,-1\n", "line 2"),
        ("", "skills.csv"),
    ],
)
def test_wrong_skill_map_is_refused_with_line_and_value(text: str, said: str) -> None:
    """A wrong map changes nothing; the message names the place."""
    learnloom("import", "-", stdin=lines(answer(1)))
    Path("skills.csv").write_text(text)
    ran = learnloom("skills", "import", "skills.csv")
    assert (ran.code, said in ran.err) == (Exit.FAILED, True)


def test_simulate_gives_the_same_bytes_for_the_same_seed() -> None:
    """Two runs with one seed agree to the byte; what was made is told."""
    for name in ("a", "b"):
        ran = learnloom("simulate", name, "--students", 2, "--weeks", 1, "--seed", 5, "--json")
        assert (ran.code, ran.values()[0]["students"]) == (Exit.DONE, 2)
    assert Path("a/statements.jsonl").read_bytes() == Path("b/statements.jsonl").read_bytes()


def test_demo_does_not_touch_what_is_not_its_own() -> None:
    """A folder with something else in it is left alone, with code 1."""
    Path("demo").mkdir()
    Path("demo/thesis.txt").write_text("years of work")
    ran = learnloom("demo", "demo")
    assert (ran.code, Path("demo/thesis.txt").read_text()) == (Exit.FAILED, "years of work")
    assert "choose another folder" in ran.err
