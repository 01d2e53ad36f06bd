"""`learnloom plan`: the page's own example is imported, and what is wrong is said in one line."""

import json
from pathlib import Path

import pytest

from learnloom.pipelines.cli.options import Exit
from tests.documents import blocks
from tests.pipelines.cli.shell import learnloom


@pytest.mark.slow
def test_the_example_of_the_page_is_imported() -> None:
    """The CSV in docs/how-to/course-plan.md is right as it stands."""
    (block,) = blocks("docs/how-to/course-plan.md", "csv")
    Path("plan.csv").write_text(block.text, encoding="utf-8")
    ran = learnloom("plan", "import", "plan.csv", "--json")
    assert ran.code == Exit.DONE, ran.err
    assert json.loads(ran.out) == {"courses": 1, "runs": 1, "work": 2}


def test_a_wrong_plan_is_one_line_on_standard_error() -> None:
    """File, line, column, value and what to do, and code 1."""
    Path("plan.csv").write_text("course,begins,ends\nhttps://s.example/c,2026-09-01,soon\n", encoding="utf-8")
    ran = learnloom("plan", "import", "plan.csv")
    assert (ran.code, ran.out) == (Exit.FAILED, "")
    assert ran.err == "learnloom: plan.csv, line 2, column ends: 'soon' is no day; write it like 2026-09-01\n"
