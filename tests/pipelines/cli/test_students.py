"""`learnloom students`, `profile` and `signals`: looking at what was computed."""

from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from learnloom.schemas.profile import StudentProfile
from learnloom.schemas.signal import Signal
from learnloom.schemas.why import SkillWhy
from tests.conftest import SmallClass
from tests.pipelines.cli.samples import answer, lines
from tests.pipelines.cli.shell import learnloom


def _named(number: int, home_page: str) -> dict[str, object]:
    actor = {"name": "Mila Kovač", "account": {"homePage": home_page, "name": "mila"}}
    return answer(number, actor=actor)


def test_students_lists_everybody_by_name(school: SmallClass) -> None:
    """Each of the twenty students stands on a line, in order of name."""
    ran = learnloom("students", "--json")
    students = ran.values()
    assert len(students) == 20
    names = [student["student_name"] for student in students]
    assert names == sorted(names)
    table = learnloom("students").out.splitlines()
    assert " ".join(table[0].split()) == "student name last seen statements answers mean mastery signals"
    assert len(table) == 21


def test_students_are_found_by_part_of_a_name(school: SmallClass) -> None:
    """--search takes a part of a name in any case; nobody found is said, and is no failure."""
    everybody = learnloom("students", "--json").values()
    name = everybody[0]["student_name"]
    found = learnloom("students", "--search", name[1:].upper(), "--json").values()
    assert name in [student["student_name"] for student in found]
    nobody = learnloom("students", "--search", "nobody at all")
    assert (nobody.code, "No student matches." in nobody.out) == (Exit.DONE, True)


def test_a_limit_that_cuts_is_said(school: SmallClass) -> None:
    """Where --limit leaves somebody out, standard error says so."""
    ran = learnloom("students", "--limit", 3)
    assert "only the first 3 are shown" in ran.err
    assert "only" not in learnloom("students").err


def test_profile_is_readable_and_valid(school: SmallClass) -> None:
    """A profile reads in sections for people, and is a StudentProfile for machines."""
    key = learnloom("students", "--limit", 1, "--json").values()[0]["student_key"]
    told = learnloom("profile", key).out
    for section in ("Courses", "Knows", "Could practise next", "Rhythm and pace"):
        assert f"\n{section}\n" in told
    (value,) = learnloom("profile", key, "--json").values()
    assert StudentProfile.model_validate(value).student_key == key


def test_an_estimate_can_be_asked_why(school: SmallClass) -> None:
    """`--why` explains the profile's own estimate: as sentences for people, as a SkillWhy for machines."""
    key = learnloom("students", "--limit", 1, "--json").values()[0]["student_key"]
    (profile,) = learnloom("profile", key, "--json").values()
    skill = next(skill for skill in profile["skills"] if skill["n_attempts"])
    (value,) = learnloom("profile", key, "--why", skill["skill_id"], "--json").values()
    found = SkillWhy.model_validate(value)
    assert found.p == pytest.approx(skill["p_mastery"], abs=1e-9)
    told = learnloom("profile", key, "--why", skill["skill_name"].upper()).out
    for section in ("How that comes about", "What would change it", "Your latest answers on it"):
        assert f"\n{section}\n" in told


def test_a_skill_that_nobody_knows_is_said_with_the_nearest(school: SmallClass) -> None:
    """A mistyped skill: code 1, and the student's skills that are the most like it."""
    key = learnloom("students", "--limit", 1, "--json").values()[0]["student_key"]
    (profile,) = learnloom("profile", key, "--json").values()
    name = profile["skills"][0]["skill_name"]
    ran = learnloom("profile", key, "--why", name[::-1] + name)
    assert (ran.code, ran.out) == (Exit.FAILED, "")
    assert "the nearest are:\n  " in ran.err


def test_reviews_show_what_the_profile_dates(own_school: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar holds every skill whose review has a date, and reads as text, also where there is none."""
    # In six weeks hardly anybody masters anything by the usual edge.
    monkeypatch.setenv("LEARNLOOM_THRESHOLDS", '{"mastered": 0.85}')
    assert learnloom("refresh", "--as-of", own_school.day).code == Exit.DONE
    rows = learnloom(
        "query",
        "SELECT student_key, count(review_due_at) AS n FROM estimates.student_skill "
        "GROUP BY ALL ORDER BY n DESC, student_key",
        "--json",
    ).values()
    most, none = rows[0], rows[-1]
    assert most["n"] > none["n"] == 0
    (calendar,) = learnloom("reviews", most["student_key"], "--json").values()
    coming = sum(len(each["reviews"]) for each in calendar["coming"])
    assert len(calendar["due"]) + coming + calendar["n_later"] == most["n"]
    assert "Your reviews as of" in learnloom("reviews", most["student_key"]).out
    assert "no reviews yet" in learnloom("reviews", none["student_key"]).out


def test_student_goes_by_name_account_and_identifier(school: SmallClass) -> None:
    """Key, name, account name and whole identifier lead to the same profile."""
    row = learnloom(
        "query",
        "SELECT student_key, student_name, identifier FROM dimensional.dim_student ORDER BY student_key LIMIT 1",
        "--json",
    ).values()[0]
    account = row["identifier"].rsplit(" ", 1)[1]
    shown = {learnloom("profile", wanted).out for wanted in (*row.values(), account)}
    assert len(shown) == 1


def test_unknown_student_is_said_with_the_way_out(school: SmallClass) -> None:
    """Nobody of that name: code 1, and where to look."""
    for command in ("profile", "signals"):
        ran = learnloom(command, "nobody at all")
        assert (ran.code, ran.out) == (Exit.FAILED, "")
        assert ran.err == (
            "learnloom: no student has the key, identifier or name 'nobody at all': "
            "list them with `learnloom students`\n"
        )


@pytest.mark.slow
def test_two_of_one_name_are_listed_with_their_keys() -> None:
    """Two people of one name and account name on two home pages: neither is guessed, both are named."""
    Path("two.jsonl").write_bytes(
        lines(_named(1, "https://a.school.example"), _named(2, "https://b.school.example"))
    )
    assert learnloom("import", "two.jsonl").code == Exit.DONE
    assert learnloom("refresh", "--as-of", "2026-09-08").code == Exit.DONE
    ran = learnloom("profile", "mila")
    assert ran.code == Exit.FAILED
    assert "2 students match 'mila': choose one by its key" in ran.err
    keys = [student["student_key"] for student in learnloom("students", "--json").values()]
    assert len(set(keys)) == 2
    assert all(key in ran.err for key in keys)
    assert learnloom("profile", keys[0]).code == Exit.DONE


def test_signals_are_ordered_by_urgency(school: SmallClass) -> None:
    """Signals come the most urgent first, valid by their schema, and only as many as asked for."""
    values = learnloom("signals", "--limit", 40, "--json").values()
    signals = [Signal.model_validate(value) for value in values]
    assert len(signals) == 40
    assert [s.urgency for s in signals] == sorted((s.urgency for s in signals), reverse=True)


def test_signals_can_be_narrowed(school: SmallClass) -> None:
    """Student, audience and kind narrow what is listed."""
    key = learnloom("students", "--limit", 1, "--json").values()[0]["student_key"]
    ran = learnloom("signals", key, "--audience", "student", "--kind", "mastery", "--json")
    values = ran.values()
    assert values
    assert {(v["student_key"], v["audience"], v["kind"]) for v in values} == {(key, "student", "mastery")}


def test_wrong_kind_is_a_usage_error(school: SmallClass) -> None:
    """A kind that does not exist: code 2, and the kinds there are."""
    ran = learnloom("signals", "--kind", "genius")
    assert ran.code == Exit.USAGE
    assert "wheel_spinning" in ran.err


def test_signals_name_the_student_and_say_a_sentence(school: SmallClass) -> None:
    """For people each signal stands under the student's name with its sentence below."""
    (value,) = learnloom("signals", "--limit", 1, "--json").values()
    told = learnloom("signals", "--limit", 1).out.splitlines()
    assert not told[0].startswith(value["student_key"])
    assert told[1].strip() == value["sentence"]


@pytest.mark.slow
def test_without_refresh_the_way_out_is_said() -> None:
    """After an import alone there is nothing to look at: code 1 and the command that is missing."""
    learnloom("import", "-", stdin=lines(answer(1)))
    for command in (["students"], ["signals"], ["profile", "s1"]):
        ran = learnloom(*command)
        assert (ran.code, ran.err) == (
            Exit.FAILED,
            "learnloom: nothing has been computed yet: run `learnloom refresh`\n",
        )
