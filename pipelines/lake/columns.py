"""Columns of a table that a file of sql/ defines, which have come since an earlier release made it."""

import re
from collections.abc import Container
from typing import Final

from learnloom.pipelines.lake.connection import LAKE
from learnloom.pipelines.lake.relation import Relation

_COLUMN_TYPE: Final = re.compile(r'^    "?(\w+)"? ([^,\n]+?),?$', re.MULTILINE)
"""Name and type of a column in a file of sql/ that defines a table; one added later may be NULL."""


def new_columns(relation: Relation, known: Container[str]) -> list[str]:
    """Give the statements that add to a table of an earlier release the columns that have come since."""
    types = dict(_COLUMN_TYPE.findall(relation.sql))
    return [
        f'ALTER TABLE {LAKE}.{relation.full_name} ADD COLUMN IF NOT EXISTS "{name}" {types[name]}'
        for name in relation.columns
        if name not in known
    ]
