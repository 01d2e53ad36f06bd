"""`learnloom convert`, `import --format`, and topics of a format."""

import json
import uuid
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from servers.kafka.broker import Broker
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.ingest.sources.kafka.samples import new_topic, send

_HOME = ("--home-page", "https://lms.school.example")
_MAP = """
[columns]
student = "student"
item = "question"
correct = "right"
at = "when"
"""
_ROWS = "student,question,right,when\nmila,q1,1,2026-09-07T10:00:00\nben,q1,0,2026-09-07T10:01:00\n"


@pytest.fixture(autouse=True)
def _files() -> None:
    Path("map.toml").write_text(_MAP, encoding="utf-8")
    Path("answers.csv").write_text(_ROWS, encoding="utf-8")


def test_formats_are_listed() -> None:
    """`--list` names every format with a sentence."""
    ran = learnloom("convert", "--list", "--json")
    assert ran.code == Exit.DONE
    assert {"csv", "canvas-quiz", "oneroster"} <= {row["format"] for row in ran.values()}


@pytest.mark.slow
def test_statements_go_to_standard_output_and_the_receipt_to_standard_error() -> None:
    """What is written can be checked and imported as it is, and twice is the same."""
    ran = learnloom("convert", "csv", "answers.csv", "--map", "map.toml", *_HOME)
    assert (ran.code, len(ran.values())) == (Exit.DONE, 2)
    assert "2 records read: 2 converted to 2 statements, 0 ignored, 0 refused." in ran.err
    assert learnloom("convert", "csv", "answers.csv", "--map", "map.toml", *_HOME).out == ran.out
    assert learnloom("check", "-", stdin=ran.out.encode()).code == Exit.DONE
    assert "2 new statements landed" in learnloom("import", "-", stdin=ran.out.encode()).out
    again = learnloom("import", "--format", "csv", "answers.csv", "--map", "map.toml", *_HOME)
    assert "0 new statements landed, 2 duplicates skipped" in again.out


def test_what_is_refused_has_code_3_and_place_and_reason() -> None:
    """The receipt for machines is one JSON object on standard error."""
    Path("answers.csv").write_text(_ROWS + "ada,q1,perhaps,2026-09-07T10:01:00\n", encoding="utf-8")
    ran = learnloom("convert", "csv", "answers.csv", "absent.csv", "--map", "map.toml", *_HOME, "--json")
    assert (ran.code, len(ran.values())) == (Exit.SOME_REFUSED, 2)
    told = json.loads(ran.err)
    assert told["refused"][0]["rule"] == "convert-correct"
    assert told["refused"][0]["example"].startswith("line 4: right is 'perhaps'")
    assert [problem["name"] for problem in told["problems"]] == ["absent.csv"]


@pytest.mark.slow
def test_a_corrected_file_is_told_of_and_its_dead_letters_can_be_seen() -> None:
    """Import says how many were replaced; what was refused is among the dead letters with its bytes."""
    learnloom("import", "--format", "csv", "answers.csv", "--map", "map.toml", *_HOME)
    Path("answers.csv").write_text(_ROWS.replace("q1,0", "q1,1") + "ada,q1,,\n,q1,1,2026\n", encoding="utf-8")
    ran = learnloom("import", "--format", "csv", "answers.csv", "--map", "map.toml", *_HOME)
    assert ran.code == Exit.SOME_REFUSED
    assert "Former statements voided, because their source has corrected them: 1." in ran.out
    (letter,) = learnloom("dead", "list", "--json").values()
    assert letter["rule"] == "convert-student"
    assert ",q1,1,2026" in learnloom("dead", "show", letter["id"]).out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["convert", "csv"], Exit.USAGE, "give a format and files"),
        (["convert", "cvs", "answers.csv"], Exit.FAILED, "there is no format 'cvs': there are assistments"),
        (["convert", "csv", "answers.csv"], Exit.FAILED, "give --map FILE"),
        (["convert", "csv", "answers.csv", "--map", "map.toml"], Exit.FAILED, "--home-page https://"),
        (
            ["convert", "csv", "answers.csv", "--map", "answers.csv", *_HOME],
            Exit.FAILED,
            "answers.csv is no TOML",
        ),
        (
            ["convert", "csv", "answers.csv", "--map", "none.toml", *_HOME],
            Exit.FAILED,
            "none.toml cannot be read",
        ),
        (["convert", "moodle-quiz", "answers.csv", *_HOME], Exit.FAILED, "give its address with --quiz"),
        (["import", "answers.csv", "--map", "map.toml"], Exit.USAGE, "give --format, too"),
        (
            ["convert", "csv", "answers.csv", "--map", "map.toml", *_HOME, "--time-zone", "Mars/Base"],
            Exit.FAILED,
            "'Mars/Base' is no time zone",
        ),
    ],
)
def test_wrong_options_are_told(arguments: list[str], code: Exit, said: str) -> None:
    """An error names the option, the value, and what to do; nothing is written."""
    ran = learnloom(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_a_mapping_s_errors_name_its_fields() -> None:
    """What is misspelt, absent or of another kind is told by its place in the TOML file."""
    for text, said in {
        '[columns]\nstudent = "a"\n': "columns.item is absent",
        '[columns]\nstudent = "a"\nitem = "b"\n': "has none of correct, score, response",
        '[columns]\nstudents = "a"\n': "columns.students: Extra inputs are not permitted",
        '[columns]\nstudent = "a"\n[wide]\nscore = "["\n': "is no regular expression",
        '[columns]\nstudent = "a"\n[wide]\nscore = "x"\n': "has no group (?P<item>",
        'encoding = "morse"\n[columns]\nstudent = "a"\n[wide]\nscore = "(?P<item>x)"\n': "encoding 'morse' is unknown",
    }.items():
        Path("map.toml").write_text(text, encoding="utf-8")
        ran = learnloom("convert", "csv", "answers.csv", "--map", "map.toml", *_HOME)
        assert ran.code == Exit.FAILED
        assert said in " ".join(ran.err.split())


def test_a_topic_of_a_format_is_converted_before_it_is_validated(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting `conversions` names it; a message with several rows gives several statements, each once."""
    topic = new_topic(broker)
    monkeypatch.setenv("LEARNLOOM_KAFKA_BOOTSTRAP_SERVERS", broker.address)
    monkeypatch.setenv("LEARNLOOM_KAFKA_GROUP_ID", f"group-{uuid.uuid4().hex}")
    monkeypatch.setenv("LEARNLOOM_KAFKA_SESSION_TIMEOUT_SECONDS", "6")
    settings = (
        f'[[conversions]]\nformat = "csv"\nmap = "map.toml"\nhome_page = "{_HOME[1]}"\ntopics = ["{topic}"]\n'
    )
    Path("learnloom.toml").write_text(settings, encoding="utf-8")
    send(broker, topic, [_ROWS.encode(), _ROWS.partition("\n")[0].encode(), b"something else"])
    told = learnloom("consume", "--topic", topic, "--until-caught-up", "--json")
    assert told.code == Exit.SOME_REFUSED, told.err
    found = told.values()[-1]
    assert (found["accepted"], found["refused"]) == (2, {"convert-unreadable": 1})
    assert found["conversion"]["converted"] == {"answer": 2}
    again = learnloom("consume", "--topic", topic, "--until-caught-up", "--json")
    assert again.values()[-1]["read"] == 0
