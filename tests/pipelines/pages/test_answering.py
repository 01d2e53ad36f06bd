"""Answers of readers become statements: kept at once, landed once, shown as waiting, counted by the next refresh."""

import re
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from learnloom.pipelines.config.settings import Settings
from learnloom.pipelines.lake.open import open_to_read
from learnloom.pipelines.roster.reader import Reader, Role
from learnloom.schemas import vocabulary
from tests.conftest import SmallClass
from tests.pipelines.pages.conftest import Pages, refresh_again


@pytest.fixture(autouse=True)
def _empty_log(pages: Pages) -> Iterator[None]:
    """Leave no answer to the next test."""
    yield
    pages.keeper.log.landed(pages.keeper.log.to_land())
    pages.keeper.log.counted(pages.keeper.log.ids())


def _form(pages: Pages, reader: Reader, path: str) -> dict[str, str]:
    """What the first form of a page carries."""
    text = pages.as_reader(reader).get(path).text
    form = text[text.index("<form") : text.index("</form>")]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"act": "noted"}


def _week(pages: Pages) -> tuple[Reader, str, dict[str, str]]:
    teacher = pages.readers[Role.TEACHER]
    path = pages.as_reader(teacher).get("/").headers["location"]
    return teacher, path, _form(pages, teacher, path)


def test_an_answer_waits_on_the_page_to_which_it_leads_back(pages: Pages) -> None:
    """Without a script: the form leads back to its page, which says what was answered."""
    teacher, path, form = _week(pages)
    answer = pages.as_reader(teacher).post("/answers", data=form | {"act": "talked"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "You have talked to them." in pages.as_reader(teacher).get(path).text
    (kept,) = pages.keeper.log.to_land()
    statement = orjson.loads(kept.statement)
    assert statement["verb"]["id"].endswith("followed-signal")
    assert statement["context"]["instructor"]["account"] == {"homePage": "https://idp.example", "name": "t"}
    assert statement["context"]["platform"] == "learnloom-pages"


def test_a_form_that_is_sent_twice_is_one_statement(pages: Pages) -> None:
    """A double click is kept once; the same form that says something else by then is another answer."""
    teacher, _, form = _week(pages)
    for change in ({}, {}, {"reason": "known"}, {"act": "talked"}):
        pages.as_reader(teacher).post("/answers", data=form | change)
    assert len(pages.keeper.log.to_land()) == 3


def test_who_says_so_then_otherwise_and_then_so_again_is_believed(pages: Pages) -> None:
    """Each time a page is shown its forms are others: of three answers within a moment none is lost."""
    student = pages.readers[Role.STUDENT]
    for act in ("known", "not-known", "known"):
        form = _form(pages, student, "/known") | {"act": act, "skill": _skill(pages, student)}
        assert pages.as_reader(student).post("/answers", data=form).status_code == 303
    assert [answer.act for answer in pages.keeper.log.to_land()] == ["known", "not-known", "known"]


def _skill(pages: Pages, reader: Reader) -> str:
    """The key of a skill that a student has yet to master."""
    row = pages.keeper.model().one(
        "SELECT skill_key FROM student_skill WHERE student_key = $key AND level = 'needs_work' "
        "ORDER BY skill_key LIMIT 1",
        {"key": reader.student_key},
    )
    assert row is not None
    return str(row["skill_key"])


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({"csrf": "0" * 64}, {}, 403),
        ({"csrf": ""}, {}, 403),
        ({}, {"sec-fetch-site": "cross-site"}, 403),
        ({"act": "hack"}, {}, 400),
        ({"act": "choose"}, {}, 404),
        ({"signal": "0" * 32}, {}, 400),
        ({"student": "0" * 16}, {}, 404),
        ({"act": "set", "skill": "nothing"}, {}, 400),
        ({"reason": "x" * 70_000}, {}, 413),
    ],
)
def test_a_wrong_form_is_refused(
    pages: Pages, change: dict[str, str], headers: dict[str, str], status: int
) -> None:
    """What we did not make, or what is not the reader's to say, is kept nowhere."""
    teacher, _, form = _week(pages)
    answer = pages.as_reader(teacher).post("/answers", data=form | change, headers=headers)
    assert answer.status_code == status
    assert pages.keeper.log.to_land() == []


def test_a_form_of_one_reader_is_not_anothers(pages: Pages) -> None:
    """The token of a form holds for the reader to whom it was shown."""
    teacher, _, form = _week(pages)
    other = replace(teacher, subject="https://idp.example#other")
    assert pages.as_reader(other).post("/answers", data=form).status_code == 403


def test_nobody_answers_for_a_student_who_is_not_theirs(pages: Pages) -> None:
    """A teacher of another course answers nothing, and a student answers as themselves whatever the form says."""
    teacher, _, form = _week(pages)
    stranger = replace(teacher, courses=frozenset({"https://elsewhere.example"}))
    assert pages.as_reader(stranger).post("/answers", data=form).status_code == 404
    student = pages.readers[Role.STUDENT]
    ask = _form(pages, student, "/today") | {"act": "talk", "student": pages.other}
    assert pages.as_reader(student).post("/answers", data=ask).status_code == 303
    assert [answer.student_key for answer in pages.keeper.log.to_land()] == [student.student_key]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", ""])
def test_a_form_leads_back_to_us_alone(pages: Pages, back: str) -> None:
    """A form cannot send its reader to another site."""
    teacher, _, form = _week(pages)
    answer = pages.as_reader(teacher).post("/answers", data=form | {"back": back})
    assert answer.headers["location"] == "/"


def test_what_fails_is_a_fragment_for_a_script(pages: Pages) -> None:
    """An error fits into the page where a script has asked."""
    teacher, _, form = _week(pages)
    answer = pages.as_reader(teacher).post(
        "/answers", data=form | {"csrf": "old"}, headers={"hx-request": "true"}
    )
    assert (answer.status_code, answer.headers["hx-retarget"]) == (403, "#notice")
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_a_teacher_says_what_a_student_knows(pages: Pages) -> None:
    """By a button on a skill it becomes the teacher's word and waits on their page alone; the student is its actor."""
    teacher, student = pages.readers[Role.TEACHER], pages.readers[Role.STUDENT]
    path = f"/s/{student.student_key}"
    text = pages.as_reader(teacher).get(path).text
    form = text[text.rindex("<form", 0, text.index('value="not-known"')) :]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    sends = fields | {"act": "not-known"}
    assert pages.as_reader(teacher).post("/answers", data=sends).headers["location"] == path
    assert "You said: not known." in pages.as_reader(teacher).get(path).text
    (kept,) = pages.keeper.log.to_land()
    statement = orjson.loads(kept.statement)
    assert (kept.student_key, statement["result"]) == (student.student_key, {"success": False})
    assert statement["verb"]["id"] == vocabulary.STATED_KNOWN
    assert statement["context"]["extensions"][vocabulary.STATED_BY] == "teacher"
    own = pages.as_reader(student).get("/known").text
    assert ("You said" in own, 'value="not-known"' in own) == (False, True)


@pytest.mark.slow
def test_a_story_from_practice_set_to_a_choice_offered(
    pages: Pages, small_class: SmallClass, settings: Settings
) -> None:
    """Practice set and a wish to talk reach the other side, and no act of the teacher's is the student's."""
    teacher, student = pages.readers[Role.TEACHER], pages.readers[Role.STUDENT]
    form = _form(pages, teacher, f"/s/{student.student_key}")
    skill = pages.keeper.model().one(
        "SELECT skill_key, skill_name FROM student_skill WHERE student_key = $key AND level = 'needs_work' "
        "ORDER BY skill_key LIMIT 1",
        {"key": student.student_key},
    )
    assert skill is not None
    before = _own_acts(settings, student)
    sets = form | {"act": "set", "skill": skill["skill_key"], "student": student.student_key or ""}
    assert pages.as_reader(teacher).post("/answers", data=sets).status_code == 303
    asks = _form(pages, student, "/today") | {"act": "talk"}
    assert pages.as_reader(student).post("/answers", data=asks).status_code == 303

    pages.keeper.land()
    refresh_again(settings, small_class.day)
    pages.keeper.look()

    assert pages.keeper.log.ids() == []
    # A browser that sends the form of yesterday again.
    assert pages.as_reader(teacher).post("/answers", data=sets).status_code == 303
    assert pages.keeper.log.ids() == []
    path = pages.as_reader(teacher).get("/").headers["location"]
    assert "They asked to talk to you" in pages.as_reader(teacher).get(path).text
    practice = pages.as_reader(teacher).get(path.replace("/week", "/practice")).text
    assert skill["skill_name"] in practice
    today = pages.as_reader(student).get("/today").text
    assert "Your teacher asks you to practise it." in today
    assert _own_acts(settings, student) == before + 1  # the wish to talk


def _own_acts(settings: Settings, reader: Reader) -> int:
    with open_to_read(settings) as warehouse:
        (n,) = warehouse.one(
            "SELECT count(*) FROM dimensional.fact_statement WHERE student_key = ? AND is_own_act",
            [reader.student_key],
        )
    return int(n)
