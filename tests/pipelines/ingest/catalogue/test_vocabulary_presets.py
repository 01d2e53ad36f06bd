"""The package's presets: all of them in use at once, none against another, each for what its platform sends."""

import pytest

from learnloom.pipelines.ingest.catalogue.vocabulary import read_vocabulary
from learnloom.pipelines.ingest.catalogue.vocabulary_meaning import Meanings
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import (
    PRESETS,
    effective_rules,
    preset,
    preset_text,
)
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.pipelines.ingest.sources.errors import VocabularyFileError
from learnloom.schemas import vocabulary as words
from tests.documents import ROOT
from tests.usages import Usage, usages_of

_TC, _EDLM = "http://id.tincanapi.com/", "https://xapi.edlm/profiles/edlm-lms/concepts/"
_TIN_CAN = "http://www.tincanapi.co.uk/verbs/"
_CMI5_COURSE = "https://w3id.org/xapi/cmi5/activitytype/course"
_RESOURCE = f"{_TC}activitytype/resource"
_EDX = "https://e.example/xblock/block-v1:S+M+1+type"
_MEETING = "https://w3id.org/xapi/acrossx/activities/face-to-face-discussion"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_file_as_a_school_may_write_it(name: str) -> None:
    """It passes the checks of a school's own: no rule that never counts, no expression that DuckDB cannot read."""
    path = ROOT / "schemas" / "vocabularies" / f"{name}.toml"
    assert path.read_text(encoding="utf-8") == preset_text(name)
    assert len(read_vocabulary(path)) >= 4
    assert preset(name).title
    assert preset(name).presets is None


def test_every_preset_of_the_folder_is_in_use() -> None:
    """A file that nobody reads would be mistaken for one that counts."""
    files = {path.stem for path in (ROOT / "schemas" / "vocabularies").glob("*.toml")}
    assert files == set(PRESETS)


def test_an_unknown_preset_is_named() -> None:
    """The message lists those that there are."""
    with pytest.raises(
        VocabularyFileError, match="there is no preset 'moodle'; there are moodle-5, moodle-4"
    ):
        preset_text("moodle")


def _fitting(meanings: Meanings, usage: Usage) -> tuple[RuleRow, ...]:
    if usage.form == "verb":
        return meanings.verb_rules(
            usage.word, usage.on, usage.platform, frozenset(filter(None, [usage.within]))
        )
    return meanings.type_rules(usage.word, usage.on, usage.platform)


def _has_conditions(row: RuleRow) -> bool:
    return (row.on_type, row.within_type, row.platform, row.matching) != (None,) * 4


def test_no_two_presets_contradict_each_other() -> None:
    """Of rules with conditions, and else of those without, all presets that have one say the same: order is nothing."""
    rules = effective_rules([])
    meanings = Meanings(rules)
    wrong = []
    usages = list(usages_of(rules))
    assert len(usages) > 1_000
    for usage in usages:
        fitting = _fitting(meanings, usage)
        narrow = [row for row in fitting if _has_conditions(row)]
        assert list(fitting[: len(narrow)]) == narrow
        first = {row.vocabulary: row.to_id for row in reversed(narrow or fitting)}
        if len(set(first.values())) > 1:
            wrong.append((usage, first))
    assert wrong == []


@pytest.mark.parametrize("form", ["category", "extension", "lift", "whole"])
def test_what_has_no_conditions_means_one_thing(form: str) -> None:
    """No two presets give a category, an extension or a whole another meaning, nor lift to other parents."""
    meant: dict[str | None, dict[str, set[str | None]]] = {}
    for row in effective_rules([]):
        if row.form == form:
            meant.setdefault(row.from_id, {}).setdefault(row.vocabulary, set()).add(row.to_id)
    assert meant
    assert [found for found in meant.values() if len({frozenset(each) for each in found.values()}) > 1] == []


def test_no_rule_gives_a_word_of_ours_another_meaning_everywhere() -> None:
    """A verb or type of learnloom's own means something else on some objects at the most."""
    assert [
        row
        for row in effective_rules([])
        if row.form in ("verb", "type")
        and row.from_id in words.VERBS | words.ACTIVITY_TYPES
        and not _has_conditions(row)
    ] == []


@pytest.mark.parametrize(
    ("activity_type", "activity_id", "meaning"),
    [
        (_RESOURCE, "https://m.example/mod/resource/view.php?id=1", words.READING),
        (_RESOURCE, f"{_EDX}@sequential+block@a", words.ASSESSMENT),
        (_RESOURCE, f"{_EDX}@vertical+block@a", words.MODULE),
        (_RESOURCE, f"{_EDX}@video+block@a", words.VIDEO),
        (_RESOURCE, "https://other.example/x", None),
        (_CMI5_COURSE, "https://m.example/course/view.php?id=2", words.COURSE),
        (_CMI5_COURSE, "https://m.example/mod/imscp/view.php?id=2", words.READING),
        (_CMI5_COURSE, "https://other.example/course", words.COURSE),
        (f"{_TC}activitytype/lms/course", "https://m.example/course/view.php?id=2", words.COURSE),
        ("http://xapi.jisc.ac.uk/courseArea", "https://b.example/1", words.COURSE),
        (words.ASSESSMENT, "https://m.example/mod/assign/view.php?id=1", words.ASSIGNMENT),
        (words.ASSESSMENT, "https://m.example/mod/quiz/view.php?id=1", None),
        (words.LESSON, "https://m.example/mod/lesson/view.php?id=1", words.ASSESSMENT),
        (words.LESSON, "https://a.example/course/page-1", None),
        (words.OBJECTIVE, "urn:articulate:storyline:6abc/8def", words.ASSESSMENT),
        (words.OBJECTIVE, "http://6abc_course_id/6Quiz", words.ASSESSMENT),
        (words.MODULE, "http://6abc_course_id/6Slide", words.READING),
        (words.OBJECTIVE, "https://s.example/skill/fractions", None),
        (
            "http://vocab.xapi.fr/activities/course",
            "https://m.example/xapi/activities/course/1",
            words.COURSE,
        ),
        (
            "http://vocab.xapi.fr/activities/quiz",
            "https://m.example/xapi/activities/quiz/1",
            words.ASSESSMENT,
        ),
        (f"{_EDLM}activity-types/assignment", "https://m.example/mod/assign/view.php?id=1", words.ASSIGNMENT),
    ],
)
def test_a_type_is_read_with_the_activity_s_id(
    activity_type: str, activity_id: str, meaning: str | None
) -> None:
    """What two platforms call by one name is told apart; a type of ours stays itself where no rule fits (None)."""
    found = Meanings(effective_rules([])).type_rules(activity_type, activity_id, None)
    assert next((row.to_id for row in found), None) == meaning


@pytest.mark.parametrize(
    ("verb", "on", "within", "meaning"),
    [
        ("https://w3id.org/xapi/acrossx/verbs/evaluated", words.INTERACTION, None, words.ANSWERED),
        ("https://w3id.org/xapi/acrossx/verbs/evaluated", words.VIDEO, None, None),
        (
            words.ASKED,
            "https://w3id.org/xapi/acrossx/extensions/supplemental-info",
            None,
            words.REQUESTED_HINT,
        ),
        (words.ASKED, words.FORUM_TOPIC, None, None),
        (words.RESPONDED, words.INTERACTION, None, words.ANSWERED),
        (words.RESPONDED, words.FORUM_TOPIC, None, None),
        (words.ATTEMPTED, words.QUESTION, None, words.INTERACTED),
        (words.ATTEMPTED, words.ASSIGNMENT, None, None),
        (f"{_EDLM}verbs/enrolled", _CMI5_COURSE, None, words.REGISTERED),
        ("https://w3id.org/xapi/tla/verbs/suspended", _CMI5_COURSE, None, words.UNREGISTERED),
        ("https://w3id.org/xapi/tla/verbs/suspended", f"{_TC}activitytype/survey", None, words.INTERACTED),
        ("http://activitystrea.ms/leave", f"{_EDLM}activity-types/group", None, words.INTERACTED),
        (words.REGISTERED, _MEETING, None, words.INTERACTED),
        (words.UNREGISTERED, _MEETING, None, words.INTERACTED),
        (words.UNREGISTERED, words.COURSE, None, None),
        ("https://w3id.org/xapi/tla/verbs/scored", f"{_EDLM}activity-types/submission", None, words.SCORED),
        (
            "https://w3id.org/xapi/tla/verbs/scored",
            "http://activitystrea.ms/schema/1.0/review#slot",
            None,
            words.INTERACTED,
        ),
        (
            "https://w3id.org/xapi/acrossx/verbs/posted",
            f"{_TC}activitytype/discussion",
            f"{_TC}activitytype/discussion",
            words.RESPONDED,
        ),
        (
            "https://w3id.org/xapi/acrossx/verbs/posted",
            f"{_TC}activitytype/discussion",
            words.COURSE,
            words.ASKED,
        ),
        ("http://activitystrea.ms/create", f"{_TC}activitytype/discussion", None, words.ASKED),
        ("http://activitystrea.ms/create", f"{_TC}activitytype/book", None, words.INTERACTED),
        (words.SUBMITTED, f"{_TC}activitytype/survey", None, words.COMPLETED),
        ("https://w3id.org/xapi/adl/verbs/satisfied", _CMI5_COURSE, None, words.COMPLETED),
        ("http://id.tincanapi.com/verb/earned", words.COURSE, None, words.SCORED),
        ("http://vocab.xapi.fr/verbs/navigated-in", "x:any", None, words.EXPERIENCED),
        ("https://w3id.org/xapi/dod-isd/verbs/created", words.FORUM_TOPIC, None, words.ASKED),
        (
            "https://w3id.org/xapi/dod-isd/verbs/created",
            f"{_TC}activitytype/forum-reply",
            None,
            words.RESPONDED,
        ),
        (f"{_TC}verb/rated", words.ASSESSMENT, None, words.INTERACTED),
        (f"{_TIN_CAN}evaluated", words.ASSIGNMENT, None, words.INTERACTED),
        (words.ANSWERED, words.INTERACTION, f"{_TC}activitytype/survey", words.INTERACTED),
        (words.ANSWERED, words.INTERACTION, f"{_EDLM}activity-types/feedback", words.INTERACTED),
        (words.ANSWERED, words.INTERACTION, words.ASSESSMENT, None),
        (f"{_TIN_CAN}enrolled_onto_learning_plan", f"{_TC}activitytype/lms/course", None, words.REGISTERED),
        (f"{_TIN_CAN}enrolled_onto_learning_plan", f"{_TC}activitytype/lms/program", None, None),
    ],
)
def test_a_verb_is_read_with_its_object(verb: str, on: str, within: str | None, meaning: str | None) -> None:
    """One verb means several things; a verb of ours stays itself where no rule fits (None)."""
    found = Meanings(effective_rules([])).verb_rules(verb, on, None, frozenset({within} if within else ()))
    assert next((row.to_id for row in found), None) == meaning


def test_a_category_tells_the_type_of_an_object_without_one() -> None:
    """H5P names its content types there alone, with their versions."""
    meanings = Meanings(effective_rules([]))
    for library, meaning in (("InteractiveVideo-1.27", words.VIDEO), ("MultiChoice-1.16", words.INTERACTION)):
        (rule,) = meanings.category_rules([f"http://h5p.org/libraries/H5P.{library}"])
        assert rule.to_id == meaning
    assert list(meanings.category_rules(["http://h5p.org/libraries/H5P.VideoSomething-1.0"])) == []
