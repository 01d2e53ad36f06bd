"""The reference of a vocabulary's file."""

import re
from pathlib import Path

from learnloom.pipelines.ingest.catalogue.vocabulary import read_vocabulary
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import PRESETS
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import FORMS
from learnloom.pipelines.reference.vocabulary import vocabulary_page
from tests.documents import blocks, page

_PAGE = "docs/reference/vocabulary-file.md"


def test_the_page_is_up_to_date() -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page(_PAGE) == vocabulary_page(), "run `make docs`"


def test_every_form_and_preset_is_listed() -> None:
    """Each form has its section with all of its fields, and each preset its row."""
    text = page(_PAGE)
    assert re.findall(r"^## `\[\[(\w+)\]\]`$", text, re.MULTILINE) == list(FORMS)
    for form, rule in FORMS.items():
        section = text.split(f"\n## `[[{form}]]`\n")[1].split("\n## ")[0]
        fields = [field.alias or name for name, field in rule.model_fields.items()]
        assert re.findall(r"^\| `(\w+)` \| (?:yes|no) \| \S", section, re.MULTILINE) == fields
    presets = text.split("\n## Presets\n")[1]
    assert re.findall(r"^\| `([a-z0-9-]+)` \| \S", presets, re.MULTILINE) == list(PRESETS)


def test_the_example_can_be_imported(tmp_path: Path) -> None:
    """The file that the page shows is right."""
    (example,) = blocks(_PAGE, "toml")
    path = tmp_path / "school.toml"
    path.write_text(example.text, encoding="utf-8")
    assert {row.form for row in read_vocabulary(path)} == {"type", "verb", "course", "preset"}
