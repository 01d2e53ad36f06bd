"""All dialects by name."""

from typing import Final

from learnloom.pipelines.simulate.dialects import (
    adapt,
    articulate,
    cmi5,
    h5p,
    jisc,
    moodle_4,
    moodle_5,
    open_edx,
    scorm,
)
from learnloom.pipelines.simulate.dialects.dialect import Dialect

DIALECTS: Final[dict[str, Dialect]] = {
    module.DIALECT.name: module.DIALECT
    for module in (moodle_5, moodle_4, open_edx, h5p, scorm, cmi5, articulate, adapt, jisc)
}
"""Our own is not among them: it is what the others are translated from."""
