"""Names, looks and purposes at the command line: who may read the vault sees names, and a look leaves a trace."""

from pathlib import Path

import duckdb
import orjson
import pytest

from learnloom.pipelines.cli.options import Exit
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom

_HOME = {"LEARNLOOM_PSEUDONYMS__HOME_PAGE": "https://school.example/p"}


@pytest.fixture
def kept(school: SmallClass, monkeypatch: pytest.MonkeyPatch) -> str:
    """A vault that knows one student as Zora Quill, and an audit; gives the student's key."""
    monkeypatch.setenv("LEARNLOOM_VAULT__FILE", "apart/vault.sqlite")
    monkeypatch.setenv("LEARNLOOM_VAULT__AUDIT_FILE", "apart/looks.sqlite")
    sql = "SELECT identifier, student_key FROM staging.stg_identifier"
    sql += " SEMI JOIN dimensional.dim_student USING (student_key)"
    found = learnloom("query", sql + " ORDER BY ALL LIMIT 1", "--json").values()[0]
    Path("names.csv").write_text(f"identifier,name\n{found['identifier']},Zora Quill\n")
    assert learnloom("vault", "import", "names.csv").code == Exit.DONE
    return str(found["student_key"])


def test_a_name_of_the_vault_is_shown_and_found(kept: str) -> None:
    """Commands show it, find the student by it, and keep who looked at whom, until the student is forgotten."""
    (line,) = learnloom("students", "--search", "zora quill", "--json").values()
    assert (line["student_key"], line["student_name"]) == (kept, "Zora Quill")
    (profile,) = learnloom("profile", "Zora Quill", "--json").values()
    assert (profile["student_key"], profile["student_name"]) == (kept, "Zora Quill")
    assert learnloom("signals", "Zora Quill").out.count("Zora Quill") > 0
    looks = learnloom("audit", "Zora Quill", "--json").values()
    assert [look["what"] for look in looks] == ["signals", "profile", "students", "query"]
    assert learnloom("audit", "--verify").code == Exit.DONE
    assert learnloom("vault", "forget", "Zora Quill").code == Exit.DONE
    assert learnloom("profile", "Zora Quill").code == Exit.FAILED
    assert "Zora" not in learnloom("profile", kept).out


def test_where_the_vault_is_not_to_be_read_keys_are_shown(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no vault is shown what the warehouse holds, but nobody is trained on whose refusal cannot be read."""
    monkeypatch.setenv("LEARNLOOM_VAULT__FILE", "elsewhere/vault.sqlite")
    ran = learnloom("profile", kept)
    assert (ran.code, "Zora" in ran.out) == (Exit.DONE, False)
    assert "there is no vault" in learnloom("export", "out.duckdb").err


def test_an_export_leaves_out_who_refused(kept: str) -> None:
    """No table of it has the student, and the statements as they came are not exported at all."""
    assert learnloom("vault", "consent", "Zora Quill", "research", "--no").code == Exit.DONE
    assert learnloom("export", "out.duckdb", "--everything").code == Exit.FAILED
    assert learnloom("export", "out.duckdb").code == Exit.DONE
    with duckdb.connect("out.duckdb", read_only=True) as exported:
        tables = exported.execute(
            "SELECT schema_name, table_name FROM duckdb_columns() WHERE column_name = 'student_key'"
        ).fetchall()
        assert len(tables) > 20
        for schema, table in tables:
            found = exported.execute(
                f"SELECT count(*) FROM {schema}.{table} WHERE student_key = ?", [kept]
            ).fetchone()
            assert found == (0,), (schema, table)
        assert exported.execute("SELECT count(*) FROM dimensional.dim_student").fetchone() != (0,)


def test_a_filter_puts_statements_under_pseudonyms() -> None:
    """What it can read comes out under pseudonyms, once or twice; what it cannot is told by its place."""
    env = {**_HOME, "LEARNLOOM_PSEUDONYMS__KEY": "k" * 32}
    ran = learnloom("pseudonymise", "-", stdin=lines(answer(1)), env=env)
    assert ran.code == Exit.DONE
    actor = orjson.loads(ran.out)["actor"]
    assert actor["account"]["homePage"] == "https://school.example/p/1"
    assert learnloom("pseudonymise", "-", stdin=ran.out.encode(), env=env).out == ran.out
    ran = learnloom("pseudonymise", "-", stdin=b'{"actor": "Mila"}\n', env=env)
    assert (ran.code, ran.out, "Mila" in ran.err, "standard input:1" in ran.err or ":1" in ran.err) == (
        Exit.SOME_REFUSED,
        "",
        False,
        True,
    )


def test_a_key_that_cannot_be_used_is_an_error() -> None:
    """None, one that is too short, or one that lies with the statements: the message says what to do."""
    assert "LEARNLOOM_PSEUDONYMS__KEY" in learnloom("pseudonymise", "-", stdin=b"").err
    short = {**_HOME, "LEARNLOOM_PSEUDONYMS__KEY": "too short"}
    ran = learnloom("pseudonymise", "-", stdin=b"", env=short)
    assert (ran.code, "at least 32" in ran.err, "too short\n" in ran.err) == (Exit.FAILED, True, False)
    Path("learnloom-warehouse").mkdir()
    Path("learnloom-warehouse/key").write_text("k" * 32)
    inside = {**_HOME, "LEARNLOOM_PSEUDONYMS__KEY_FILE": "learnloom-warehouse/key"}
    assert "lies in the warehouse" in learnloom("pseudonymise", "-", stdin=b"", env=inside).err


@pytest.mark.slow
def test_a_backup_says_that_names_are_left_out(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless they were asked for; of a vault in a database it says how that is copied."""
    assert kept
    assert "does not hold the vault, in which the names are: --vault" in learnloom("backup", "safe").out
    assert not list(Path("safe").rglob("vault*"))
    assert "does not hold the vault" not in learnloom("backup", "all", "--vault").out
    monkeypatch.delenv("LEARNLOOM_VAULT__FILE")
    monkeypatch.setenv("LEARNLOOM_VAULT__DATABASE", "postgresql://nobody@127.0.0.1:1/names")
    assert "by pg_dump, apart from this" in learnloom("backup", "safe").out
