"""What docs/how-to/convert.md shows works as it is shown."""

import re
import tomllib

from learnloom.pipelines.config.conversions import Conversion
from learnloom.pipelines.convert.format import Options
from learnloom.pipelines.convert.registry import format_names
from learnloom.pipelines.convert.rules import CONVERT_RULES
from learnloom.pipelines.convert.tables.mapping import ColumnMapping, TableMapping, Wide, read_mapping
from learnloom.pipelines.convert.tables.table_format import TableFormat
from tests.documents import page
from tests.pipelines.convert.format_contract import converted

_PAGE = page("docs/how-to/convert.md")


def _toml() -> list[str]:
    return [block.partition("```")[0] for block in _PAGE.split("```toml\n")[1:]]


def test_mappings_that_are_shown_can_be_read() -> None:
    """The table for each answer, and the one with columns for each piece of work."""
    long, wide = (read_mapping(tomllib.loads(text), None) for text in _toml()[:2])
    assert long.columns.at == ("Answered at",)
    options = Options(home_page="https://lms.school.example", table=tomllib.loads(_toml()[1]))
    found = converted(TableFormat, options, b"Student ID,Essay (of 20),Poem (of 10)\ns1,15,\n")
    assert [each["result"]["score"] for each in found.values()] == [{"raw": 15, "min": 0, "max": 20}]
    assert wide.kind == "grades"


def test_settings_that_are_shown_can_be_read() -> None:
    """Conversions of the inbox and of topics."""
    shown = tomllib.loads(_toml()[2])["conversions"]
    assert [Conversion(**each).inbox_folder for each in shown] == ["moodle-grades", "maths-tutor"]
    assert {each["format"] for each in shown} <= set(format_names())


def test_every_table_format_every_field_and_no_unknown_rule_is_on_the_page() -> None:
    """Whoever looks for a platform, a column's meaning or an option finds it."""
    for name in format_names():
        assert f"`{name}`" in _PAGE, name
    fields = {*ColumnMapping.model_fields, *Wide.model_fields, *TableMapping.model_fields}
    # Told by options and headings, or of presets alone.
    fields -= {"columns", "wide", "home_page", "needs_quiz", "item_types", "only_scored", "order_start"}
    assert {name for name in fields if f"`{name}`" not in _PAGE} == set()
    assert set(re.findall(r"\bconvert-[a-z]+", _PAGE)) <= set(CONVERT_RULES)
