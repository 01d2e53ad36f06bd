"""`learnloom evaluate`: how good predictions are, for people and machines."""

from pathlib import Path

import numpy as np
import pytest

from learnloom.pipelines.cli.options import Exit
from tests.conftest import SmallClass
from tests.pipelines.cli.shell import learnloom
from tests.pipelines.learner.make import a_class

_QUICK = ("--resamples", 100)


def write_answers(name: str, *, n_students: int = 60, n_answers: int = 3_000, seed: int = 1) -> None:
    """Write a file of answers by students of known ability."""
    history, _ = a_class(n_students=n_students, n_items=30, n_skills=3, n_answers=n_answers, seed=seed)
    rows = zip(history.student, history.item, history.skill, history.score.astype(np.int64), strict=True)
    lines = [f"s{student},q{item},k{skill},{correct}" for student, item, skill, correct in rows]
    Path(name).write_text("\n".join(["student,item,skill,correct", *lines, ""]))


@pytest.mark.slow
def test_figures_are_told_to_people() -> None:
    """Headline, figures with intervals, baselines, cold start, mastery and reliability stand one below the other."""
    write_answers("answers.csv")
    ran = learnloom("evaluate", "answers.csv", *_QUICK)
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert ran.out.startswith("3,000 answers of 60 students to 30 items on 3 skills")
    for told in (
        "AUC ",
        "calibration slope",
        "class mean",
        "item mean",
        "0 to 4",
        "3 right in a row",
        "0.93 to 1.00",
    ):
        assert told in ran.out


@pytest.mark.slow
def test_machines_are_told_one_object() -> None:
    """With --json there is one value with every figure, its interval, and None where it is unknown."""
    write_answers("answers.csv")
    (told,) = learnloom("evaluate", "answers.csv", *_QUICK, "--json").values()
    assert told["model"]["n"] == 3_000
    assert told["model"]["auc"]["low"] < told["model"]["auc"]["value"] < told["model"]["auc"]["high"]
    assert told["cold_start"][0]["auc"] == {
        "value": None,
        "low": None,
        "high": None,
        "unknown": "too few answers (60 of at least 100)",
    }
    assert told["baselines"][0]["name"] == "class mean"


@pytest.mark.slow
def test_a_split_is_taken_as_given() -> None:
    """--test names the answers that are predicted; the first file is what the model is fitted on."""
    write_answers("train.csv", n_students=80, seed=1)
    write_answers("test.csv", n_answers=1_000, seed=2)
    (told,) = learnloom("evaluate", "train.csv", "--test", "test.csv", *_QUICK, "--json").values()
    assert (told["model"]["n"], told["split"][:5]) == (1_000, "given")


@pytest.mark.slow
def test_columns_may_have_other_names() -> None:
    """--columns says what the file calls ours."""
    write_answers("answers.csv")
    text = Path("answers.csv").read_text().replace("student,item", "user_id,problem")
    Path("answers.csv").write_text(text)
    absent = learnloom("evaluate", "answers.csv")
    assert (absent.code, "has no column student, item; there are: user_id, problem" in absent.err) == (
        Exit.FAILED,
        True,
    )
    ran = learnloom("evaluate", "answers.csv", *_QUICK, "--columns", "student=user_id, item=problem")
    assert ran.code == Exit.DONE


@pytest.mark.parametrize("columns", ["pupil=user_id", "student", "student="])
def test_columns_that_are_not_understood_are_a_usage_error(columns: str) -> None:
    """A name that is not ours, or none of theirs: code 2, and the names that there are."""
    write_answers("answers.csv")
    ran = learnloom("evaluate", "answers.csv", "--columns", columns)
    assert (ran.code, "student, item, skill, correct" in ran.err) == (Exit.USAGE, True)


def test_too_few_students_are_unknown_and_said() -> None:
    """Of twenty students no figure is told, and the reason stands at the end."""
    write_answers("answers.csv", n_students=20)
    ran = learnloom("evaluate", "answers.csv", *_QUICK)
    assert ran.code == Exit.DONE
    assert "Unknown (auc, log-loss, slope): too few students (20 of at least 30)." in ran.out


def test_a_wrong_value_is_named() -> None:
    """A value that is neither 0 nor 1: code 1, file, row, column and value."""
    Path("answers.csv").write_text("student,item,skill,correct\ns,q,k,1\ns,q,k,maybe\n")
    ran = learnloom("evaluate", "answers.csv")
    assert ran.code == Exit.FAILED
    assert "answers.csv, row 2 below the header, column correct is 'maybe'" in ran.err


@pytest.mark.slow
def test_groups_are_held_against_each_other() -> None:
    """--groups gives every group its figures, and a group too small for them is said to be unknown."""
    write_answers("answers.csv")
    rows = [
        f"s{student},{'even' if student % 2 == 0 else 'odd'},{'few' if student < 5 else 'most'}"
        for student in range(60)
    ]
    Path("groups.csv").write_text("\n".join(["student,parity,size", *rows, ""]))
    (told,) = learnloom("evaluate", "answers.csv", "--groups", "groups.csv", *_QUICK, "--json").values()
    by_name = {(one["grouping"], one["group"]): one for one in told["fairness"]}
    assert by_name["parity", "even"]["auc"]["value"] > 0.5
    assert by_name["parity", "even"]["abroca"]["p_value"] > 0.0
    assert by_name["size", "few"]["auc"]["value"] is None
    ran = learnloom("evaluate", "answers.csv", "--groups", "groups.csv", *_QUICK)
    assert "parity even" in ran.out
    assert "too few students" in ran.out


def test_groups_of_nobody_are_an_error() -> None:
    """A file whose students have no answer is refused with its first student."""
    write_answers("answers.csv")
    Path("groups.csv").write_text("student,group\nnobody,a\n")
    ran = learnloom("evaluate", "answers.csv", "--groups", "groups.csv", *_QUICK)
    assert ran.code == Exit.FAILED
    assert "'nobody'" in ran.err


def test_the_school_itself_is_evaluated(school: SmallClass) -> None:
    """Without a file the warehouse's own answers are predicted, and groups go by the students' keys."""
    (told,) = learnloom("evaluate", *_QUICK, "--json").values()
    assert told["model"]["n"] > 0
    assert told["n_students"] > 0
    assert "too few students" in told["risk"]["unknown"]
    assert any(warning.startswith("Risk of not passing: unknown") for warning in told["warnings"])
    assert school.skill_map.exists()


@pytest.mark.slow
def test_a_page_tells_all_of_it() -> None:
    """--html writes one page with both plots and every table, which loads nothing, and escapes what files say."""
    write_answers("answers.csv")
    rows = [f"s{student},{'<b>a' if student % 2 else 'c'}" for student in range(60)]
    Path("groups.csv").write_text("\n".join(["student,<i>g", *rows, ""]))
    ran = learnloom("evaluate", "answers.csv", "--groups", "groups.csv", "--html", "page.html", *_QUICK)
    assert (ran.code, ran.err) == (Exit.DONE, "")
    written = Path("page.html").read_text(encoding="utf-8")
    assert written.count("<svg") == 2
    assert "calibration slope" in written
    assert "&lt;b&gt;a" in written
    assert "<b>a" not in written
    assert "<script" not in written
    assert "<?xml" not in written


@pytest.mark.slow
def test_signals_are_those_of_the_warehouse() -> None:
    """A file has no signals: to ask for both is refused, and says what to leave out."""
    write_answers("answers.csv", n_answers=10)
    ran = learnloom("evaluate", "answers.csv", "--signals")
    assert ran.code == Exit.USAGE
    assert "leave out FILE" in ran.err


@pytest.mark.slow
def test_signals_of_days_gone_by_are_told_to_people_machines_and_on_a_page(small_class: SmallClass) -> None:
    """One object has every kind with its claim and figures; the page has the same tables."""
    day = small_class.earlier_day
    days = ("--from", day, "--to", day, *_QUICK)
    (told,) = learnloom(
        "evaluate", "--signals", *days, "-w", small_class.folder, "--html", "p.html", "--json"
    ).values()
    kinds = {one["kind"]: one for one in told["kinds"]}
    assert kinds["practise_next"]["n_right"] <= kinds["practise_next"]["n_said_known"]
    assert kinds["wheel_spinning"]["claim"].startswith("Claim: within 21 days")
    page = Path("p.html").read_text()
    assert "How often are signals right?" in page
    assert "Against a simple rule" in page
