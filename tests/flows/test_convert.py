"""Folders of the inbox whose files are of a format are converted, and only they."""

from pathlib import Path

import pytest

from learnloom.flows.land import land
from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.config.settings import Settings, read_settings
from tests.pipelines.cli.samples import answer, lines

_SETTINGS = """
[[conversions]]
format = "csv"
map = "map.toml"
home_page = "https://lms.school.example"

[[conversions]]
format = "canvas-quiz"
folder = "canvas"
home_page = "https://canvas.school.example"
"""
_MAP = 'kind = "grades"\nmax_score = 10\n[columns]\nstudent = "student"\nitem = "work"\nscore = "points"\n'


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty inbox of a deployment that converts two formats."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEARNLOOM_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("LEARNLOOM_FLOWS__TOPICS", "[]")
    (tmp_path / "learnloom.toml").write_text(_SETTINGS, encoding="utf-8")
    (tmp_path / "map.toml").write_text(_MAP, encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.mark.slow
def test_files_land_once_by_the_format_of_their_folder(inbox: Path) -> None:
    """Statements and tables lie side by side; what is in a format's folder is never taken for statements."""
    (inbox / "a.jsonl").write_bytes(lines(answer(1)))
    (inbox / "csv").mkdir()
    (inbox / "csv/grades.csv").write_text(
        "student,work,points\nmila,essay,7\nben,essay,many\n", encoding="utf-8"
    )
    (inbox / "csv/more.json").write_text("student;work;points\nada;essay;7\n", encoding="utf-8")
    assert land.fn(inbox=str(inbox)) == {"read": 4, "accepted": 3, "duplicates": 0, "refused": 1}
    assert land.fn(inbox=str(inbox))["read"] == 0
    (inbox / "csv/grades.csv").write_text("student,work,points\nmila,essay,8\n", encoding="utf-8")
    assert land.fn(inbox=str(inbox))["accepted"] == 2, "the new grade, and the voiding of the former"


def test_an_inbox_of_tables_alone_is_no_trouble(inbox: Path, caplog: pytest.LogCaptureFixture) -> None:
    """That there are no files of statements is not complained of where a format has its folder."""
    (inbox / "csv").mkdir()
    (inbox / "csv/grades.csv").write_text("student,work,points\nmila,essay,7\n", encoding="utf-8")
    assert land.fn(inbox=str(inbox))["accepted"] == 1
    assert "no statement files" not in caplog.text


def test_topics_of_formats_are_landed_too(inbox: Path) -> None:
    """Whoever names a topic under `conversions` need not name it again."""
    chosen = read_settings().model_copy(
        update={"conversions": (Conversion(format="csv", topics=("grades",)),)}
    )
    assert chosen.landed_topics == ("grades",)


@pytest.mark.parametrize(
    ("conversions", "said"),
    [
        ([{"format": "csv"}, {"format": "csv"}], "two conversions have the folder csv"),
        (
            [{"format": "a", "topics": ["t"]}, {"format": "b", "topics": ["t"]}],
            "two conversions have the topic t",
        ),
        ([{"format": "csv", "folder": "../x"}], "String should match pattern"),
    ],
)
def test_conversions_do_not_get_into_each_other_s_way(
    conversions: list[dict[str, object]], said: str
) -> None:
    """A folder or topic has one format, and a folder is one of the inbox."""
    with pytest.raises(ValueError, match=said):
        Settings(conversions=conversions)
