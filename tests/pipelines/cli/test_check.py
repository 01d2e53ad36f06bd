"""`learnloom check`: the vendor's report."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from learnloom.pipelines.check.advice import ADVICE
from learnloom.pipelines.cli.options import Exit
from learnloom.schemas.xapi.rules import RULES
from tests.pipelines.check.samples import GOOD, numbered
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import Ran, learnloom

_BAD = {"mbox": "mila@school.example"}


def _told(ran: Ran) -> dict[str, Any]:
    (told,) = ran.values()
    return dict(told)


def test_each_fault_is_told_with_place_value_and_remedy() -> None:
    """How much is valid, and for each rule: how often, what mending saves, a sample line with the value, the fix."""
    Path("one.jsonl").write_bytes(lines(answer(1), answer(2), answer(3, actor=_BAD)))
    ran = learnloom("check", "one.jsonl")
    assert ran.code == Exit.SOME_REFUSED
    assert "2 of 3 records are valid (66.66 %); 1 would be refused." in ran.out
    assert "1. mbox-format: " in ran.out
    assert "1 record; this fix alone makes 1 valid; with all fixes above, 100 % are valid" in ran.out
    assert "one.jsonl:3  /actor/mbox is" in ran.out
    assert '»"mila@school.example"«' in ran.out
    assert "send a value such as mailto:" in ran.out
    assert not Path("learnloom-warehouse").exists()


def test_report_names_sources_verbs_and_warnings() -> None:
    """Who sent it, what was done, and what stays unknown with what to send."""
    ran = learnloom("check", "-", stdin=lines(answer(1), numbered(2)))
    assert ran.code == Exit.DONE
    assert "Example LMS (context.platform)" in ran.out
    assert "stdin (read from)" in ran.out
    assert "http://adlnet.gov/expapi/verbs/answered" in ran.out
    assert "skill-missing: an answer that names no skill, in 1 of 2 answers (50 %)" in ran.out
    assert ADVICE["skill-missing"].unknown in ran.out
    assert ADVICE["skill-missing"].fix in ran.out


def test_machines_are_told_the_same() -> None:
    """With --json one object comes with counts, faults, warnings, sources and verbs, and nothing else."""
    ran = learnloom("check", "-", "--json", stdin=lines(numbered(1), numbered(2, actor=_BAD)))
    told = _told(ran)
    assert ran.code == Exit.SOME_REFUSED
    assert (told["records"], told["valid"], told["refused"], told["share_valid"]) == (2, 1, 1, 0.5)
    (fault,) = told["faults"]
    assert (fault["rule"], fault["statements"], fault["saved"], fault["share_after"]) == (
        "mbox-format",
        1,
        1,
        1.0,
    )
    assert fault["samples"][0]["excerpt"]["marked"] == '"mila@school.example"'
    assert [one["id"] for one in told["warnings"]] == ["actor-not-account"]
    assert told["sources"][0]["name"] == "Example LMS"


def test_valid_statements_leave_code_0() -> None:
    """Nothing wrong and nothing missing: code 0, and no warning."""
    ran = learnloom("check", "-", stdin=lines(GOOD))
    assert (ran.code, "Warnings" in ran.out) == (Exit.DONE, False)
    assert ran.out.startswith("1 of 1 record is valid (100 %).")


def test_nothing_is_said_to_be_nothing() -> None:
    """An empty input has no share of valid records."""
    Path("empty.jsonl").touch()
    ran = learnloom("check", "empty.jsonl")
    assert (ran.code, ran.out) == (Exit.DONE, "The input has no records.\n")


def test_unreadable_input_costs_only_itself() -> None:
    """A missing file and a damaged one are named, on standard error and in the report; the rest is judged."""
    Path("cut.jsonl.gz").write_bytes(gzip.compress(lines(*(numbered(n) for n in range(99))))[:-20])
    Path("one.jsonl").write_bytes(lines(GOOD))
    ran = learnloom("check", "absent.jsonl", "cut.jsonl.gz", "one.jsonl", "--json")
    assert ran.code == Exit.SOME_REFUSED
    assert "absent.jsonl: there is no such file" in ran.err
    told = _told(ran)
    assert [problem["name"] for problem in told["problems"]] == ["absent.jsonl", "cut.jsonl.gz"]
    assert told["valid"] >= 1


def test_version_setting_decides_about_statements_without_one() -> None:
    """LEARNLOOM_XAPI_VERSION=2.0.0 judges a statement without a version by 2.0."""
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:t@school.example"}}]}
    statement = lines(answer(1, context=agents))
    by_first = learnloom("check", "-", stdin=statement)
    by_second = learnloom("check", "-", stdin=statement, env={"LEARNLOOM_XAPI_VERSION": "2.0.0"})
    assert (by_first.code, by_second.code) == (Exit.SOME_REFUSED, Exit.DONE)


def test_terminal_is_not_acted_upon() -> None:
    """Escape sequences in a record are shown and not sent to the terminal."""
    ran = learnloom(
        "check", "-", stdin=b'{"a": "\x1b[2J\xe2\x80\xae"\n' + lines(numbered(1, verb={"id": "\x9b2J"}))
    )
    assert "\\x1b[2J" in ran.out
    assert not {"\x1b", "\x9b", "\u202e"} & set(ran.out)


# The page ----------------------------------------------------------------------------------------------------


def test_page_is_written_beside_the_report() -> None:
    """--html writes one page, with the file's name as it was given and not its whole path."""
    Path("one.jsonl").write_bytes(lines(GOOD, numbered(2, actor=_BAD)))
    ran = learnloom("check", "one.jsonl", "--html", "report.html", "--samples", "2")
    html = Path("report.html").read_text(encoding="utf-8")
    assert ran.code == Exit.SOME_REFUSED
    assert "the report is in report.html" in ran.err
    assert html.startswith("<!DOCTYPE html>")
    assert "<b>one.jsonl:2</b>" in html
    assert str(Path.cwd()) not in html


def test_no_sample_leaves_the_school() -> None:
    """Beside a page for others no statement is shown unless asked for, neither on the terminal nor on the page."""
    ran = learnloom("check", "-", "--html", "r.html", stdin=lines(numbered(1, actor=_BAD)))
    assert "mila@school.example" not in ran.out + Path("r.html").read_text(encoding="utf-8")


def test_page_that_cannot_be_written_is_said() -> None:
    """A folder that does not exist is an error that names it, after the report was given."""
    ran = learnloom("check", "-", "--html", "nowhere/r.html", stdin=lines(GOOD))
    assert (ran.code, "nowhere/r.html" in ran.err, "1 of 1" in ran.out) == (Exit.FAILED, True, True)


# Rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [*RULES, *ADVICE])
def test_every_rule_and_warning_is_explained(rule: str) -> None:
    """--rule says what must hold and what to do, for every id that a report can name, and reads nothing."""
    ran = learnloom("check", "--rule", rule)
    assert ran.code == Exit.DONE
    assert ran.out.startswith(f"{rule} (")
    assert (RULES[rule].section if rule in RULES else ADVICE[rule].unknown) in ran.out


def test_rule_is_explained_to_machines() -> None:
    """With --json it is one object."""
    told = _told(learnloom("check", "--rule", "mbox-format", "--json"))
    assert (told["id"], told["is_fault"]) == ("mbox-format", True)
    assert told["lines"]["Fix"].startswith("Send a value such as mailto:")
    assert told["lines"]["Right"] == RULES["mbox-format"].right
    assert told["lines"]["Wrong"] == RULES["mbox-format"].wrong


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (
            "mbox-format",
            '"actor": {"mbox": "mailto:ada@example.org"}',
            '"actor": {"mbox": "ada@example.org"}',
        ),
        ("record-null", '{"actor": ', "(a record without a value)"),
        ("text-utf8", "Café", r"Caf\xe9"),
        ("record-too-big", '"result": {"response": "an essay"}', "more … xxx"),
    ],
)
def test_rule_is_explained_by_examples(rule: str, right: str, wrong: str) -> None:
    """A right and a wrong example stand there, also where the wrong one is no text, nothing, or very long."""
    told = learnloom("check", "--rule", rule).out.splitlines()
    shown = {line.split()[0]: line for line in told if line.startswith(("  Right ", "  Wrong "))}
    assert right in shown["Right"]
    assert wrong in shown["Wrong"]


def test_misspelt_rule_names_the_near_ones() -> None:
    """An unknown id is an error that says what may have been meant."""
    ran = learnloom("check", "--rule", "mbox-fromat")
    assert (ran.code, "did you mean mbox-format" in ran.err) == (Exit.FAILED, True)
    assert "there is no rule" in learnloom("check", "--rule", "zzz").err


def test_no_input_is_a_usage_error() -> None:
    """Neither path nor rule: code 2, and what to name."""
    ran = learnloom("check")
    assert (ran.code, "for standard input" in ran.err) == (Exit.USAGE, True)


# Profiles ----------------------------------------------------------------------------------------------------


def _profile(location: str) -> str:
    template = {
        "id": "https://school.example/profile/answer",
        "prefLabel": {"en": "An answer"},
        "verb": GOOD["verb"]["id"],
        "rules": [{"location": location, "presence": "included"}],
    }
    document = {"id": "https://school.example/profile", "type": "Profile", "prefLabel": {"en": "Ours"}}
    Path("ours.jsonld").write_text(json.dumps(document | {"templates": [template]}))
    return "ours.jsonld"


def test_failing_a_profile_is_a_warning() -> None:
    """A valid statement that fails a profile is told of, and the code stays 0."""
    ran = learnloom("check", "-", "--profile", _profile("$.result.score"), stdin=lines(GOOD))
    assert ran.code == Exit.DONE
    assert "Profile Ours" in ran.out
    assert "An answer: $.result.score must be present." in ran.out


def test_strict_profiles_leave_code_3_only_where_one_fails() -> None:
    """--strict-profiles makes the failure count, and nothing else."""
    failing = learnloom(
        "check", "-", "--strict-profiles", "--profile", _profile("$.result.score"), stdin=lines(GOOD)
    )
    keeping = learnloom(
        "check", "-", "--strict-profiles", "--profile", _profile("$.result"), stdin=lines(GOOD)
    )
    assert (failing.code, keeping.code) == (Exit.SOME_REFUSED, Exit.DONE)


def test_several_profiles_are_told_one_after_the_other() -> None:
    """--profile can be given again."""
    ours = _profile("$.result")
    told = _told(learnloom("check", "-", "--json", "--profile", ours, "--profile", ours, stdin=lines(GOOD)))
    assert [one["failing"] for one in told["profiles"]] == [0, 0]


def test_file_that_is_no_profile_is_an_error() -> None:
    """Nothing is judged where a profile cannot be used; the message names the file."""
    Path("ours.jsonld").write_text("{}")
    ran = learnloom("check", "-", "--profile", "ours.jsonld", stdin=lines(GOOD))
    assert (ran.code, ran.out, "ours.jsonld" in ran.err) == (Exit.FAILED, "", True)


# Real and judged statements ----------------------------------------------------------------------------------

_DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
_CASES = _DATA / "conformance" / "xapi-1.0.3-cases.jsonl"


@pytest.mark.skipif(not _CASES.exists(), reason="the judged cases are not on this machine")
def test_report_on_the_judged_cases_is_right() -> None:
    """Of 950 judged statements 343 are valid; mending every rule that is told makes all of them so."""
    cases = [json.loads(line) for line in _CASES.read_bytes().splitlines()]
    told = _told(
        learnloom("check", "-", "--json", "--top", "1000", stdin=lines(*(c["statement"] for c in cases)))
    )
    assert (told["records"], told["valid"]) == (950, 343)
    assert told["more_faults"] == 0
    assert told["faults"][-1]["share_after"] == 1
    assert sum(fault["saved"] for fault in told["faults"]) <= told["refused"]


# A shell without job control lets what it starts in the background ignore Ctrl-C, and so would this one.
_ENDLESS = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from learnloom.pipelines.cli.main import main
sys.argv = ["learnloom", "check", "-", "--json"]
main()
"""


@pytest.mark.slow
def test_interrupted_check_reports_what_was_read() -> None:
    """Ctrl-C on an input that does not end gives the report of what was read, and code 130."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LEARNLOOM_BATCH_RECORDS": "1"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # More than the pipe and a chunk hold: once all is written, some of it has been read and judged.
    process.stdin.write(lines(*(numbered(n) for n in range(4_000))))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    told = json.loads(process.stdout.read())
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == Exit.INTERRUPTED
    assert told["is_interrupted"] is True
    assert told["records"] > 0
