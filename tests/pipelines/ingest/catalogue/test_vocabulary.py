"""A school's vocabulary is read whole or not at all; what is wrong is named by rule, field and value."""

from pathlib import Path

import pytest

from learnloom.pipelines.ingest.catalogue.vocabulary import (
    MAX_BYTES,
    import_vocabulary,
    read_vocabulary,
    rule_table,
)
from learnloom.pipelines.ingest.catalogue.vocabulary_in_force import landed_vocabulary
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import (
    PRESETS,
    digest_of,
    effective_rules,
    presets_of,
)
from learnloom.pipelines.ingest.sources.errors import VocabularyFileError
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.schemas.vocabulary import ANSWERED, COURSE, MODULE

_TYPE = f'[[type]]\nfrom = "x:a"\nto = "{COURSE}"\n'
_GOOD = f"""
title = "Ours"
{_TYPE}
[[verb]]
from = ["x:done", "x:solved"]
on = ["x:quiz", "x:task"]
within = "x:room"
platform = "Ours"
to = "{ANSWERED}"
[[course]]
prefix = ["https://s.example/1/", "https://s.example/2/"]
course = "https://s.example/maths"
[[course]]
id = "https://s.example/art"
"""


def _many(number: int) -> list[str]:
    """As many IRIs, as TOML writes them, too."""
    return [f"x:{n}" for n in range(number)]


def _write(folder: Path, text: str) -> Path:
    path = folder / "school.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_imported_is_what_stands(warehouse: Warehouse) -> None:
    """Each combination of a rule's values is a row at the rule's position; the next file replaces the first."""
    folder = warehouse.folder.parent
    assert landed_vocabulary(warehouse) == []
    counts = import_vocabulary(warehouse, _write(folder, _GOOD), wait_seconds=30)
    assert (counts.rules, counts.presets) == (4, PRESETS)
    rows = landed_vocabulary(warehouse)
    assert sorted(rows, key=repr) == sorted(read_vocabulary(folder / "school.toml"), key=repr)
    verbs = [row for row in rows if row.form == "verb"]
    assert {(row.from_id, row.on_type) for row in verbs} == {
        (verb, on) for verb in ("x:done", "x:solved") for on in ("x:quiz", "x:task")
    }
    assert {(row.position, row.within_type, row.platform, row.to_id) for row in verbs} == {
        (2, "x:room", "Ours", ANSWERED)
    }
    assert [(row.position, row.from_id, row.to_id) for row in rows if row.form == "course"] == [
        (3, "https://s.example/1/", "https://s.example/maths"),
        (3, "https://s.example/2/", "https://s.example/maths"),
        (4, None, "https://s.example/art"),
    ]
    import_vocabulary(warehouse, _write(folder, ""), wait_seconds=30)
    assert landed_vocabulary(warehouse) == []


def test_a_wrong_file_changes_nothing(warehouse: Warehouse) -> None:
    """What stands stays where the new file is wrong."""
    folder = warehouse.folder.parent
    import_vocabulary(warehouse, _write(folder, _GOOD), wait_seconds=30)
    before = landed_vocabulary(warehouse)
    with pytest.raises(VocabularyFileError):
        import_vocabulary(warehouse, _write(folder, f"{_GOOD}x"), wait_seconds=30)
    assert landed_vocabulary(warehouse) == before


def test_the_school_comes_before_the_presets(tmp_path: Path) -> None:
    """Its rules have the first positions, and each rule has one of its own."""
    school = read_vocabulary(_write(tmp_path, _GOOD))
    rules = effective_rules(school)
    assert [row for row in rules if row.vocabulary == "school"] == school
    assert [row.position for row in rules] == sorted(row.position for row in rules)
    assert min(row.position for row in rules if row.vocabulary != "school") == 5
    assert rule_table(rules).num_rows == len(rules)


@pytest.mark.parametrize(
    ("line", "in_use"),
    [
        ("", PRESETS),
        ("presets = []", ()),
        ('presets = ["scorm", "moodle-5"]', ("moodle-5", "scorm")),
    ],
)
def test_the_school_chooses_the_presets(warehouse: Warehouse, line: str, in_use: tuple[str, ...]) -> None:
    """All are in use where the file names none; else those that it names, which may be none."""
    path = _write(warehouse.folder.parent, f"{line}\n{_TYPE}")
    assert import_vocabulary(warehouse, path, wait_seconds=30) == (1, in_use)
    landed = landed_vocabulary(warehouse)
    assert presets_of(landed) == in_use
    rules = effective_rules(landed)
    assert {row.vocabulary for row in rules} == {"school", *in_use}
    assert {row.form for row in rules} & {"preset"} == set()


def test_other_rules_have_another_digest(tmp_path: Path) -> None:
    """Whoever keeps the digest can tell that rules have changed, and that they have not."""
    ours = effective_rules(read_vocabulary(_write(tmp_path, _TYPE)))
    same = effective_rules(read_vocabulary(_write(tmp_path, f"# a comment\n{_TYPE}")))
    other = effective_rules(read_vocabulary(_write(tmp_path, _TYPE.replace("x:a", "x:b"))))
    assert digest_of(ours) == digest_of(same) != digest_of(other)
    assert digest_of(ours) != digest_of(effective_rules([]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x =", "school.toml is no TOML: Invalid value"),
        ("x = 1", "school.toml: 'x' is unknown; there are title, presets, type, category, verb"),
        ("[[verbs]]\nx = 1", ": 'verbs' is unknown"),
        ('[type]\nfrom = "x:a"', ": write [[type]] with two brackets"),
        ("type = 3", ": write [[type]] with two brackets"),
        (f"{_TYPE}on = 'x:b'", ", [[type]] 1: 'on' is unknown; there are from, to, matching, platform"),
        (f"{_TYPE}[[type]]\nto = '{COURSE}'", ", [[type]] 2, from: it is missing; add it"),
        (
            _TYPE.replace("x:a", "a"),
            ", [[type]] 1, from: 'a' is no IRI; give one like https://school.example/x",
        ),
        (_TYPE.replace('"x:a"', "3"), ", [[type]] 1, from: 3 is no IRI"),
        (_TYPE.replace('"x:a"', "[]"), ", [[type]] 1, from: []: "),
        (_TYPE.replace('"x:a"', '["x:a", "x:a"]'), ", [[type]] 1, from: 'x:a' stands twice: remove one"),
        (_TYPE.replace(COURSE, "x:b"), ", [[type]] 1, to: 'x:b' is no activity type that learnloom knows"),
        (_TYPE.replace(COURSE, ANSWERED), "choose one from docs/reference/vocabulary.md"),
        (_TYPE.replace(f'"{COURSE}"', "[]"), ", [[type]] 1, to: []: input should be a valid string"),
        (f"[[verb]]\nfrom = 'x:a'\nto = '{COURSE}'", ", [[verb]] 1, to: "),
        (f"[[extension]]\nfrom = 'x:a'\nto = '{COURSE}'", "is no extension that learnloom knows"),
        (f"{_TYPE}matching = '('", ", [[type]] 1, matching: '(' is no regular expression: "),
        (f"{_TYPE}matching = '(?=a)'", ", [[type]] 1, matching: '(?=a)' is no regular expression of RE2: "),
        (f"{_TYPE}platform = ''", ", [[type]] 1, platform: ''"),
        ("[[course]]\nprefix = 'x:a'", ", [[course]] 1: give prefix and course, or id alone"),
        ("[[course]]\nid = 'x:a'\ncourse = 'x:b'", ", [[course]] 1: give prefix and course, or id alone"),
        ("[[course]]", ", [[course]] 1: give prefix and course, or id alone"),
        ("presets = 'scorm'", ", presets: 'scorm'"),
        ("presets = ['moodle']", ", presets: 'moodle' is none; there are moodle-5, moodle-4"),
        (
            f"{_TYPE}[[type]]\nfrom = ['x:b', 'x:a']\nto = '{MODULE}'",
            ", [[type]] 2: x:a never counts here, because [[type]] 1 has it with the same conditions: remove one",
        ),
        (
            "[[drop]]\ntype = 'x:a'\n[[drop]]\ntype = 'x:a'",
            ", [[drop]] 2: x:a never counts here, because [[drop]] 1 has it",
        ),
        (f"[[type]]\nfrom = {_many(201)}\nto = '{COURSE}'", ", [[type]] 1, from: "),
        (
            f"[[verb]]\nfrom = {_many(200)}\non = {_many(51)}\nto = '{ANSWERED}'",
            ": its rules make 10,200 combinations of values, more than 10,000: shorten the lists",
        ),
        ("#" * (MAX_BYTES + 1), "has more than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    """File, rule, field and value are named, and what to do."""
    path = _write(tmp_path, text)
    with pytest.raises(VocabularyFileError) as caught:
        read_vocabulary(path)
    assert str(caught.value).startswith(str(path))
    assert says in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, a folder, and a file that is not there."""
    path = tmp_path / "school.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(VocabularyFileError, match="not UTF-8"):
        read_vocabulary(path)
    for missing in (tmp_path, tmp_path / "absent"):
        with pytest.raises(VocabularyFileError, match="cannot be read"):
            read_vocabulary(missing)
