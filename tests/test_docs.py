"""The pages of docs/ tell the truth: their examples are run, their lists are complete."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from learnloom.pipelines.config.thresholds import Thresholds
from learnloom.pipelines.feedback.signal_kinds import SIGNAL_KINDS
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.lake.extensions import extension_file, quoted
from learnloom.pipelines.lake.maintain import KEPT_DAYS
from learnloom.pipelines.reference.rules import PAGES, RULES
from learnloom.schemas import vocabulary
from tests.conftest import SmallClass, land, refresh_to
from tests.documents import Block, blocks, page

_ANALYST = "docs/how-to/analyst.md"
_VOCABULARY = "docs/reference/vocabulary.md"
_WEEK_AGO = "now() - INTERVAL 7 DAY"
_WHERE = "learnloom-warehouse/catalog.sqlite"
QUESTIONS = [block for block in blocks(_ANALYST, "sql") if re.match(r"\d+\. |Time travel", block.heading)]
EXAMPLES = blocks(_VOCABULARY, "json")


def _name(block: Block) -> str:
    return block.heading


# The analyst's page ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(small_class: SmallClass) -> Iterator[duckdb.DuckDBPyConnection]:
    """Plain DuckDB with the warehouse attached as the page says, the extensions taken from the wheels."""
    with duckdb.connect() as connection:
        for statement in _opening(small_class):
            connection.execute(statement)
        yield connection


def _offline(statement: str) -> str:
    """An INSTALL from the network becomes a LOAD of the wheel's file."""
    for name, wheel in (("ducklake", "ducklake"), ("sqlite", "sqlite_scanner")):
        statement = statement.replace(f"INSTALL {name}", f"LOAD {quoted(str(extension_file(wheel)))}")
    return statement


def _opening(small_class: SmallClass) -> list[str]:
    (block,) = [block for block in blocks(_ANALYST, "sql") if block.heading == "DuckDB"]
    text = block.text.replace(_WHERE, str(small_class.folder / "catalog.sqlite"))
    return [_offline(statement) for statement in text.split(";") if statement.strip()]


def test_there_are_ten_questions() -> None:
    """Ten worked questions, each with one query."""
    numbers = [block.heading.split(".")[0] for block in QUESTIONS if block.heading[0].isdigit()]
    assert numbers == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_question_is_answered(
    question: Block, plain: duckdb.DuckDBPyConnection, small_class: SmallClass
) -> None:
    """Each query runs in plain DuckDB and finds something in a class that has it all."""
    rows = plain.execute(_as_if_weekly(question.text, plain)).fetchall()
    assert rows
    assert all(len(row) > 1 for row in rows)


def test_the_effect_of_signals_is_asked_as_the_page_says(plain: duckdb.DuckDBPyConnection) -> None:
    """The queries about signals run; in a class told for a week only there is nothing to compare yet."""
    asked = [block for block in blocks(_ANALYST, "sql") if block.heading == "Does a signal help?"]
    assert len(asked) == 2
    for block in asked:
        assert plain.execute(block.text).fetchall() == []
    assert plain.execute("SELECT count(*) > 0 FROM feedback.signal_said").fetchone() == (True,)


def _as_if_weekly(sql: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Let the refresh before the last, a moment ago, be the one of a week ago."""
    if _WEEK_AGO not in sql:
        return sql
    times = connection.execute(
        "SELECT snapshot_time FROM lake.snapshots() WHERE changes::VARCHAR LIKE '%tables_inserted_into%' "
        "ORDER BY snapshot_id DESC LIMIT 2"
    ).fetchall()
    return sql.replace(_WEEK_AGO, f"TIMESTAMPTZ '{times[1][0].isoformat()}'")


def test_a_week_ago_was_different(plain: duckdb.DuckDBPyConnection, small_class: SmallClass) -> None:
    """Time travel reads the state of the refresh before the last."""
    sql = f"SELECT as_of FROM run.refresh_state AT (TIMESTAMP => {_WEEK_AGO})"
    (row,) = plain.execute(_as_if_weekly(sql, plain)).fetchall()
    assert row[0].date() == small_class.earlier_day


def test_reading_does_not_change(plain: duckdb.DuckDBPyConnection) -> None:
    """Attached as the page says, nothing can be written."""
    with pytest.raises(duckdb.Error, match="read-only"):
        plain.execute("DELETE FROM feedback.signal")


def test_python_snippet_runs(
    small_class: SmallClass, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Python of the page prints the items that surprise the most."""
    monkeypatch.chdir(small_class.folder.parent)
    (block,) = blocks(_ANALYST, "python")
    code = block.text.replace("learnloom-warehouse", small_class.folder.name)
    code = re.sub(r'execute\("(INSTALL \w+)"\)', lambda m: f"execute({_offline(m[1])!r})", code)
    exec(compile(code, _ANALYST, "exec"), {})  # noqa: S102 - the page's own code is what is tested
    assert capsys.readouterr().out.startswith("[('https://campus.example/")


def test_moved_warehouse_opens_as_the_page_says(small_class: SmallClass, tmp_path: Path) -> None:
    """A copy elsewhere opens when the new place of the data is given."""
    folder = small_class.copy_to(tmp_path / "moved")
    found = re.search(r"`(\(READ_ONLY, DATA_PATH .*?\))`", page(_ANALYST))
    assert found
    options = found[1].replace("/new/place/learnloom-warehouse", str(folder))
    with duckdb.connect() as connection:
        connection.execute(_offline("INSTALL ducklake"))
        connection.execute(_offline("INSTALL sqlite"))
        connection.execute(f"ATTACH 'ducklake:sqlite:{folder}/catalog.sqlite' AS lake {options}")
        assert connection.execute("SELECT count(*) > 0 FROM lake.feedback.signal").fetchone() == (True,)


def test_kept_days_are_told() -> None:
    """The page says for how long snapshots are kept."""
    assert f"kept for {KEPT_DAYS} days" in page(_ANALYST)


# The vocabulary ----------------------------------------------------------------------------------------------


def _constants() -> list[str]:
    return [
        value
        for name, value in vars(vocabulary).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    ]


def test_every_word_of_the_vocabulary_is_on_its_page() -> None:
    """Every verb, type and extension to which we give a meaning stands in the page's tables, and no other."""
    listed = re.findall(r"^\| `(\S+)` \|", page(_VOCABULARY), re.MULTILINE)
    assert sorted(listed) == sorted(_constants())


def test_every_word_is_sorted_in_where_the_page_lists_it() -> None:
    """The sets of verbs and of activity types hold what the page's tables of verbs and types list."""
    told = page(_VOCABULARY).split("\n### Verbs\n")[1]
    verbs, rest = told.split("\n### Activity types\n")
    types = rest.split("\n### Extensions\n")[0]
    assert set(re.findall(r"^\| `(\S+)` \|", verbs, re.MULTILINE)) == vocabulary.VERBS
    assert set(re.findall(r"^\| `(\S+)` \|", types, re.MULTILINE)) == vocabulary.ACTIVITY_TYPES


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_example_is_a_valid_statement(example: Block) -> None:
    """Every example is accepted as it stands."""
    assert validate(example.text.encode()).faults == ()


def _of_student(number: int, statement: dict[str, Any]) -> dict[str, Any]:
    """The example as said by a student of its own, with ids of its own."""
    text = json.dumps(statement).replace("00000000-0000-4000-", f"{number:08x}-0000-4000-")
    return dict(json.loads(text.replace('"mila"', f'"mila-{number}"')))


@pytest.fixture(scope="module")
def examples_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """All examples imported and refreshed, each with what the page says it comes after."""
    place = tmp_path_factory.mktemp("examples")
    by_id = {json.loads(example.text)["id"]: json.loads(example.text) for example in EXAMPLES}
    lines = []
    for number, example in enumerate(EXAMPLES):
        said = [by_id[example.notes["after"]]] if "after" in example.notes else []
        said.append(json.loads(example.text))
        lines += [json.dumps(_of_student(number, statement)) + "\n" for statement in said]
    (place / "examples.jsonl").write_text("".join(lines))
    with Warehouse(place / "warehouse") as warehouse:
        land(warehouse, place / "examples.jsonl")
        refresh_to(warehouse, dt.date(2026, 9, 30))
        yield warehouse


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[_name(example) for example in EXAMPLES])
def test_example_shows_in_the_table_that_is_promised(number: int, examples_warehouse: Warehouse) -> None:
    """After import and refresh the table named above an example says what it promises."""
    (key,) = examples_warehouse.one(
        "SELECT any_value(student_key) FROM staging.stg_statement WHERE identifier LIKE ?",
        [f"% mila-{number}"],
    )
    promise = EXAMPLES[number].notes["shows"]
    sql = re.sub(r"FROM (\w+\.\w+)", rf"FROM (FROM \1 WHERE student_key = '{key}')", promise)
    assert examples_warehouse.rows(sql) == [(True,)], sql


# Signals and schemas -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "file"),
    [
        ("catalogue", "docs/reference/signals.md"),
        ("messages", "docs/reference/messages.md"),
        ("template", "pipelines/feedback/locales/learnloom.pot"),
        ("profile", "docs/reference/schemas/student_profile.json"),
        ("signal", "docs/reference/schemas/signal.json"),
        ("event", "docs/reference/schemas/signal_event.json"),
        ("why", "docs/reference/schemas/skill_why.json"),
    ],
)
def test_generated_page_is_up_to_date(what: str, file: str) -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page(file) == PAGES[what](), "run `make docs`"


def test_every_kind_of_signal_has_its_rule() -> None:
    """The catalogue's page explains each kind, and every threshold is named where it matters."""
    assert set(RULES) == set(SIGNAL_KINDS)
    told = page("docs/reference/signals.md").split("## Thresholds")[0]
    named = set(re.findall(r"`(\w+)`", told))
    assert set(Thresholds.model_fields) <= named


@pytest.mark.parametrize(
    ("file", "documents"),
    [
        ("student_profile", "SELECT profile FROM feedback.student_profile"),
        ("signal", "SELECT signal FROM feedback.signal"),
        ("signal_event", "SELECT event FROM feedback.outbox"),
    ],
)
def test_documents_follow_their_published_schema(file: str, documents: str, small_class: SmallClass) -> None:
    """Every profile and signal of a class is valid by the schema that downstream tools read."""
    schema = json.loads(page(f"docs/reference/schemas/{file}.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        found = [json.loads(row[0]) for row in warehouse.rows(documents)]
    assert found
    for document in found:
        validator.validate(document)


def test_schema_refuses_what_is_no_signal(small_class: SmallClass) -> None:
    """The published schema is a real check: an unknown kind and an unknown property are refused."""
    validator = jsonschema.Draft202012Validator(json.loads(page("docs/reference/schemas/signal.json")))
    with Warehouse(small_class.folder, read_only=True) as warehouse:
        signal = json.loads(warehouse.one("SELECT signal FROM feedback.signal LIMIT 1")[0])
    assert not validator.is_valid(signal | {"kind": "genius"})
    assert not validator.is_valid(signal | {"iq": 140})
