"""The page of dialects says what the dialects tell."""

from learnloom.pipelines.reference.dialects import dialects_page
from learnloom.pipelines.simulate.dialects.acts import ActKind
from learnloom.pipelines.simulate.dialects.registry import DIALECTS
from tests.documents import page


def test_the_page_is_up_to_date() -> None:
    """What stands in docs/ is what `make docs` would write."""
    assert page("docs/reference/dialects.md") == dialects_page(), "run `make docs`"


def test_the_page_shows_every_dialect_and_every_act() -> None:
    """No dialect and no kind of act is left out, and the cells are as many as the dialects."""
    rows = [line.split(" | ") for line in dialects_page().splitlines() if line.startswith("| ")]
    first = {row[0].strip("| `") for row in rows}
    assert set(DIALECTS) <= first
    assert {kind.value for kind in ActKind} <= first
    acts = [row for row in rows if row[0].strip("| ") in set(ActKind)]
    assert {len(row) for row in acts} == {len(DIALECTS) + 1}
