"""The reference of a vocabulary's file as Markdown, made from the models that read it.

`python -m learnloom.pipelines.reference.vocabulary > docs/reference/vocabulary-file.md` writes it, a test compares.
"""

import sys
from collections.abc import Iterator
from typing import Final

from learnloom.pipelines.ingest.catalogue.vocabulary import MAX_BYTES, MAX_ROWS
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import PRESETS, VocabularyFile, preset
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import FORMS, MAX_IRIS, VocabularyRule

_HEAD: Final = """\
# The file of a vocabulary

A school says in a TOML file what the verbs, activity types and extensions of its platforms mean, and imports it:
`learnloom vocabulary import school.toml`. The presets of the package are such files, too: `learnloom vocabulary show
moodle-5`. What can be meant stands in the [vocabulary](vocabulary.md); what to switch on where, in
[platforms](../how-to/platforms.md). This page is made from the models that read the file (`make docs`).

```toml
title = "What our maths trainer says"
presets = ["moodle-5", "h5p"]

[[verb]]
from = "https://trainer.example/verbs/solved"
on = ["https://trainer.example/types/task", "https://trainer.example/types/puzzle"]
to = "http://adlnet.gov/expapi/verbs/answered"

[[type]]
from = "https://trainer.example/types/task"
to = "http://adlnet.gov/expapi/activities/cmi.interaction"

[[type]]
from = "https://trainer.example/types/page"
matching = '/test-\\d+$'
to = "http://adlnet.gov/expapi/activities/assessment"

[[course]]
prefix = "https://trainer.example/grade-7/"
course = "https://school.example/maths-7"
```

## How rules are read

- Statements stay as they were sent. A refresh reads them by the rules in force; where these have changed it reads all
  of them again. A wrong rule costs a refresh, and nothing else.
- Of the rules of one form the first that fits counts: the school's, from the top of the file to its end, then those of
  the presets, those with conditions before those without. No two presets contradict each other: their order does not
  matter.
- `from`, `type`, `on` and `within` name words as they were sent: a rule for a type does not change which rules for
  verbs fit. Where a statement names an activity without its type, the type that others told of it counts.
- `to` names a word of learnloom's own. A meaning is not read by the rules again.
- Conditions are optional, and all that are given have to hold.
- An IRI or a list of IRIs may stand wherever a list is told below. Regular expressions are those of
  [RE2](https://github.com/google/re2/wiki/Syntax), in single quotes: nothing is escaped there.
- What nobody understands is listed by `learnloom vocabulary missing`, and comes as rules to fill in with `--rules`.
- Before a file is imported, `learnloom vocabulary check school.toml` tells which statements would mean something else.

## The file itself

| field | needed | meaning |
|---|---|---|
"""
_LIMITS: Final = f"""
A file has up to {MAX_BYTES:,} bytes and a list up to {MAX_IRIS:,} IRIs. Every combination of what a rule lists is a row
of [`landing.vocabulary`](tables.md); a file makes up to {MAX_ROWS:,}.
"""
_FORM: Final = """
## {form}

{meaning}

| field | needed | meaning |
|---|---|---|
"""
_PRESETS: Final = """
## Presets

All are in use unless the file names some: `presets = ["moodle-5"]`, or none: `presets = []`.

| preset | what it is for | rules |
|---|---|---|
"""


def vocabulary_page() -> str:
    """Write the page, in Markdown."""
    return "".join([_HEAD, *_file_rows(), _LIMITS, *map(_form, FORMS.values()), _PRESETS, *_preset_rows()])


def _file_rows() -> Iterator[str]:
    """The fields of the file that are no rules."""
    for name, field in VocabularyFile.model_fields.items():
        if name not in FORMS:
            yield f"| `{name}` | no | {field.description} |\n"


def _form(rule: type[VocabularyRule]) -> str:
    heading, _, meaning = (rule.__doc__ or "").splitlines()[0].partition(": ")
    rows = (
        f"| `{field.alias or name}` | {'yes' if field.is_required() else 'no'} | {field.description} |\n"
        for name, field in rule.model_fields.items()
    )
    return _FORM.format(form=heading, meaning=f"{meaning[0].upper()}{meaning[1:]}") + "".join(rows)


def _preset_rows() -> Iterator[str]:
    for name in PRESETS:
        yield f"| `{name}` | {preset(name).title} | {len(preset(name).rules())} |\n"


if __name__ == "__main__":
    sys.stdout.write(vocabulary_page())
