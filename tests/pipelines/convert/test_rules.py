"""Every rule of converting is written down, and explained to whoever asks."""

import re

from learnloom.pipelines.check.explain import explain
from learnloom.pipelines.convert.format import RULE_PREFIX
from learnloom.pipelines.convert.rules import CONVERT_RULES
from tests.sources import sources


def test_every_rule_that_is_raised_is_written_down() -> None:
    """Ids in the sources and those of the table are the same."""
    texts = [path.read_text(encoding="utf-8") for path in sources("pipelines") if "/convert/" in str(path)]
    raised = {rule for text in texts for rule in re.findall(rf'"({RULE_PREFIX}[a-z-]+)"', text)}
    assert raised == set(CONVERT_RULES)


def test_every_rule_is_explained() -> None:
    """`learnloom check --rule` says what must hold and what to do."""
    for rule in CONVERT_RULES:
        assert dict(explain(rule).lines).keys() == {"Requirement", "Fix"}
