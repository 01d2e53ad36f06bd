"""The rule table: everything for which a statement can be refused.

The ids are a contract: they stand in dead letters, reports and vendors' tickets. A rule may be added or its
words improved; an id is never renamed or given another meaning.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnloom.schemas.xapi.rule import Rule
from learnloom.schemas.xapi.rules_actor import ACTOR_RULES
from learnloom.schemas.xapi.rules_object import OBJECT_RULES
from learnloom.schemas.xapi.rules_record import RECORD_RULES
from learnloom.schemas.xapi.rules_statement import STATEMENT_RULES

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.id: rule for rule in (*RECORD_RULES, *STATEMENT_RULES, *ACTOR_RULES, *OBJECT_RULES)}
)
"""Every rule by its id."""
