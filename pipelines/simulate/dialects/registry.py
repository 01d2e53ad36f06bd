"""All dialects by name."""

from typing import Final

from learnloom.pipelines.simulate.dialects import moodle_5
from learnloom.pipelines.simulate.dialects.dialect import Dialect

DIALECTS: Final[dict[str, Dialect]] = {dialect.name: dialect for dialect in (moodle_5.DIALECT,)}
"""Our own is not among them: it is what the others are translated from."""
