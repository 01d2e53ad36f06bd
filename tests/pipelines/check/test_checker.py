"""The report on many records: what mending saves, who sends what, what stays unknown, and its bounds."""

import json
from collections.abc import Iterator

import pytest

from learnloom.pipelines.check import counts, seen_ids
from learnloom.pipelines.check.advice import ADVICE
from learnloom.pipelines.check.checker import check
from learnloom.pipelines.ingest.sources.source import Positions
from learnloom.pipelines.ingest.validate.validator import validate
from learnloom.schemas.record import Batch, Fault, Record
from learnloom.schemas.xapi.rules import RULES
from tests.pipelines.check.samples import GOOD, NOW, Records, numbered, raw, report

BAD_MBOX = {"mbox": "mila@school.example"}


def test_faults_are_ranked_by_what_mending_saves() -> None:
    """A rule that stands alone in two records comes before one that three break together with another."""
    both = {"actor": BAD_MBOX, "verb": {"id": "answered", "display": {"en": "answered"}}}
    found = report(
        *(raw(numbered(n, **both)) for n in range(3)),
        *(raw(numbered(n, result={"success": "yes"})) for n in (3, 4)),
        raw(numbered(5, actor=BAD_MBOX)),
        raw(numbered(6)),
    )
    assert (found.records, found.valid, found.refused) == (7, 1, 6)
    told = [(rule.rule, rule.statements, rule.saved) for rule in found.faults]
    assert told == [("value-type", 2, 2), ("mbox-format", 4, 1), ("iri-format", 3, 0)]
    assert [round(rule.share_after * 7) for rule in found.faults] == [3, 4, 7]


def test_mending_all_that_is_told_makes_all_valid() -> None:
    """Where every broken rule is shown, the last one's share is the whole."""
    found = report(raw(numbered(1, actor=BAD_MBOX, result={"success": "yes"})), b"{", raw(numbered(2)))
    assert found.faults[-1].share_after == 1


def test_statement_counts_once_for_a_rule_and_once_for_a_place() -> None:
    """Three elements of one list with the same fault are one record and one place; two places are one record."""
    choices = {
        "object": GOOD["object"] | {"definition": GOOD["object"]["definition"] | {"choices": [{}, {}, {}]}}
    }
    (rule,) = report(raw(numbered(1, **choices))).faults
    assert rule.statements == rule.saved == 1
    assert [(one.name, one.statements) for one in rule.places] == [("/object/definition/choices/*", 1)]


def test_what_cannot_be_read_is_saved_at_most() -> None:
    """Behind broken JSON there may be more faults, and the report says so."""
    syntax, mbox = report(b"{", b"{", raw(numbered(1, actor=BAD_MBOX))).faults
    assert (syntax.rule, syntax.is_at_most, mbox.is_at_most) == ("json-syntax", True, False)


def test_sample_shows_place_bytes_and_the_marked_value() -> None:
    """A sample says where it was read, what is wrong, and marks the value in the text that came."""
    sent = raw(numbered(1, actor=BAD_MBOX))
    (rule,) = report(raw(numbered(0)), sent).faults
    (sample,) = rule.samples
    assert (sample.where, sample.path) == ("lms.jsonl:2", "/actor/mbox")
    assert sample.excerpt.marked == '"mila@school.example"'
    assert sample.excerpt.n_bytes == len(sent)
    assert sample.message == '/actor/mbox is "mila@school.example"'
    assert rule.fix == RULES["mbox-format"].fix


def test_samples_are_limited_and_can_be_left_out() -> None:
    """As many samples as asked for, none where none may leave the school."""
    bad = [raw(numbered(n, actor=BAD_MBOX)) for n in range(5)]
    assert len(report(*bad, samples=3).faults[0].samples) == 3
    assert report(*bad, samples=0).faults[0].samples == ()


def test_no_records_have_no_share() -> None:
    """Where nothing was judged the share is unknown, not zero or one."""
    found = report()
    assert (found.records, found.share_valid, found.faults, found.warnings) == (0, None, (), ())


def test_source_is_platform_then_authority_then_file() -> None:
    """Each record belongs to the first source that is told; what cannot be read to its file."""
    context = {name: part for name, part in GOOD["context"].items() if name != "platform"}
    authority = {"account": {"homePage": "https://lrs.example", "name": "key-7"}}
    found = report(
        raw(numbered(1, authority=authority)),
        raw(numbered(2, context=context, authority=authority, actor=BAD_MBOX)),
        raw(numbered(3, context=context)),
        b"{",
    )
    assert {
        (one.name, one.identified_by): (one.records, one.valid, one.frequent_rule) for one in found.sources
    } == {
        ("Example LMS", "context.platform"): (1, 1, ""),
        ("key-7 https://lrs.example", "authority"): (1, 0, "mbox-format"),
        ("lms.jsonl", "read from"): (2, 1, "json-syntax"),
    }


def test_verbs_are_told_apart() -> None:
    """Records are counted by verb; those without one, and those that cannot be read, by themselves."""
    found = report(raw(numbered(1)), raw(numbered(2, verb=None)), b"[]")
    assert {one.name: (one.records, one.valid) for one in found.verbs} == {
        "http://adlnet.gov/expapi/verbs/answered": (1, 1),
        "(no verb)": (1, 0),
        "(cannot be read)": (1, 0),
    }


def test_warnings_are_counted_against_what_they_can_apply_to() -> None:
    """An answer without a skill is one of the answers, not one of all statements; the table's words are told."""
    hint = numbered(
        3, verb={"id": "https://learnloom.example/xapi/verbs/requested-hint", "display": {"en": "?"}}
    )
    bare = numbered(1, context=GOOD["context"] | {"contextActivities": {"grouping": [_course()]}})
    (warning,) = report(raw(bare), raw(numbered(2)), raw(hint)).warnings
    assert (warning.id, warning.statements, warning.of, warning.about) == ("skill-missing", 1, 2, "answers")
    assert warning.unknown == ADVICE["skill-missing"].unknown


def _course() -> object:
    return GOOD["context"]["contextActivities"]["grouping"][0]


def test_warnings_are_given_for_refused_statements_too() -> None:
    """A vendor learns at once what is wrong and what is missing."""
    found = report(raw(numbered(1, actor=BAD_MBOX, timestamp=None)))
    assert [one.id for one in found.warnings] == ["timestamp-missing", "actor-not-account"]


def test_unknown_words_are_listed_with_what_may_be_meant() -> None:
    """A verb of the same name under another address is told with the one of the vocabulary."""
    verb = {"id": "https://lms.example/verbs/Answered", "display": {"en": "answered"}}
    (warning,) = report(raw(numbered(1, verb=verb)), raw(numbered(2, verb=verb))).warnings
    (value,) = warning.values
    assert (value.name, value.statements) == (verb["id"], 2)
    assert value.suggestion == "http://adlnet.gov/expapi/verbs/answered"


def test_sent_again_is_no_warning_but_an_id_used_again_is() -> None:
    """The same act in other key order is counted as repeated; other content under its id is a warning."""
    turned = dict(reversed(numbered(1).items()))
    found = report(
        raw(numbered(1)),
        raw(turned),
        raw(numbered(1, result={"success": False, "response": "a", "duration": "PT1S"})),
    )
    assert found.repeated == 1
    assert [(one.id, one.statements) for one in found.warnings] == [("id-used-again", 1)]


def test_equal_bytes_without_id_are_told_apart_by_their_time() -> None:
    """Without id, equal bytes with a time are one act sent twice; without one, nobody knows, and a warning says so."""
    timed, timeless = numbered(1, id=None), numbered(1, id=None, timestamp=None)
    found = report(raw(timed), raw(timed), raw(timeless), raw(timeless), raw(timeless), raw(numbered(2)))
    assert found.repeated == 1
    (warning,) = [one for one in found.warnings if one.id == "repeated-without-time"]
    assert (warning.statements, warning.of) == (2, 6)


def test_account_of_one_name_on_two_home_pages_is_told() -> None:
    """Https and http, or a slash more, make two students of one."""
    other = {"account": {"homePage": "https://lms.school.example/", "name": "4711"}}
    found = report(raw(numbered(1)), raw(numbered(2, actor=other)))
    assert [(one.id, one.statements) for one in found.warnings] == [("account-on-two-systems", 1)]


def test_time_span_leaves_out_implausible_timestamps() -> None:
    """A clock that is off does not stretch the time that the report is of."""
    found = report(raw(numbered(1)), raw(numbered(2, timestamp="1970-01-01T00:00:00Z")))
    assert found.first_at == found.last_at == "2026-09-07T10:00:00Z"


def test_source_that_could_not_deliver_a_record_is_believed() -> None:
    """A record that was cut for its size is refused for that, whatever its beginning looks like."""
    cut = Record(0, 0, raw(numbered(1))[:40], Fault("record-too-big", "", "40", "is too big"))
    (rule,) = report(cut).faults
    assert (rule.rule, rule.statements) == ("record-too-big", 1)


def test_version_setting_decides_about_statements_without_one() -> None:
    """The report judges by the version that is asked for."""
    loose = raw(numbered(1, timestamp="2026-09-07T10:00:00"))
    assert report(loose).valid == 1
    assert report(loose, default_version="2.0.0").valid == 0


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many places, verbs and sources there are, a bounded number is told apart and nothing uncounted."""
    monkeypatch.setattr(counts, "_MAX_NAMES", 3)
    found = report(
        *(
            raw(
                numbered(
                    n,
                    verb={"id": f"https://lms.example/v/{n}", "display": {"en": "did"}},
                    context=GOOD["context"] | {"platform": f"LMS {n}"},
                    **{f"own{n}": 1},
                )
            )
            for n in range(10)
        ),
        groups=2,
    )
    (rule,) = found.faults
    assert rule.statements == 10
    assert sum(one.statements for one in rule.places) == 10
    assert len(rule.places) == 4
    assert (len(found.verbs), found.more_verbs) == (2, 2)
    assert found.verbs[0].name == "(others)"
    assert (found.verbs[0].records, found.sources[0].records) == (7, 7)


def test_long_names_are_cut() -> None:
    """A verb of a megabyte is counted under its beginning."""
    found = report(
        raw(numbered(1, verb={"id": "https://x.example/" + "v" * 500_000, "display": {"en": "v"}}))
    )
    assert len(found.verbs[0].name) <= 300
    assert found.verbs[0].name.endswith("…")


def test_mixes_of_rules_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where combinations are no longer told apart nothing is said to be saved that is not."""
    monkeypatch.setattr(counts, "_MAX_MIXES", 1)
    found = report(
        raw(numbered(1, actor=BAD_MBOX, result={"success": "yes"})),
        raw(numbered(2, actor=BAD_MBOX, timestamp="today")),
        raw(numbered(3, actor=BAD_MBOX)),
    )
    assert {rule.rule: rule.saved for rule in found.faults} == {
        "mbox-format": 1,
        "value-type": 0,
        "timestamp-format": 0,
    }
    assert found.faults[-1].share_after < 1


def test_ids_are_bounded_and_the_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound ids are not compared, and the report says so."""
    monkeypatch.setattr(seen_ids, "_MAX_IDS", 2)
    found = report(*(raw(numbered(n)) for n in (1, 2, 3, 3)))
    assert found.repeated == 0
    assert any("more statement ids" in note for note in found.notes)


def test_left_out_rules_are_counted() -> None:
    """The report says how many broken rules it does not show."""
    found = report(raw(numbered(1, actor=BAD_MBOX)), b"{", None, rules=1)
    assert (len(found.faults), found.more_faults) == (1, 2)


class _Interrupted(Records):
    def batches(self, positions: Positions) -> Iterator[Batch]:
        """Give one batch, then be interrupted as by Ctrl-C."""
        yield from super().batches(positions)
        raise KeyboardInterrupt


def test_interrupted_check_reports_what_was_read() -> None:
    """Ctrl-C while reading an endless input ends in a report of what was read, which says so."""
    found = check(_Interrupted([raw(numbered(1)), b"{"]), judge=validate, now=NOW)
    assert (found.is_interrupted, found.records, found.valid) == (True, 2, 1)
    assert any("stopped" in note for note in found.notes)


def test_tables_that_statements_reach_are_counted_with_each_preset() -> None:
    """A verb of a platform reaches a table by its preset, one of ours without; one that nobody knows reaches none."""
    evaluated = {"id": "https://w3id.org/xapi/acrossx/verbs/evaluated"}
    found = report(
        raw(numbered(1)),
        *(raw(numbered(n, verb=evaluated)) for n in (2, 3)),
        raw(numbered(4, verb={"id": "https://s.example/verbs/solved"})),
        json.dumps({"statement": numbered(5)}).encode(),
    )
    assert (found.statements, found.reached_alone, found.reached) == (5, 2, 4)
    assert [(one.table, one.alone, one.statements) for one in found.tables] == [("fact_attempt", 2, 4)]
    assert [(one.name, one.reached) for one in found.presets] == [("openedx", 4)]


def test_submission_reaches_the_tables_of_its_assignment() -> None:
    """What is handed in at Moodle is the assignment above it, and work handed in; without preset it is nothing."""
    concepts = "https://xapi.edlm/profiles/edlm-lms/concepts/activity-types"
    kinds = {
        name: {"id": f"https://m.example/{name}", "definition": {"type": f"{concepts}/{name}"}}
        for name in ("submission", "assignment")
    }
    found = report(
        raw(
            numbered(
                1,
                verb={"id": "http://activitystrea.ms/submit"},
                object=kinds["submission"],
                result=None,
                context={"contextActivities": {"parent": [kinds["assignment"]]}},
            )
        )
    )
    assert [(one.table, one.alone, one.statements) for one in found.tables] == [("fact_submission", 0, 1)]
