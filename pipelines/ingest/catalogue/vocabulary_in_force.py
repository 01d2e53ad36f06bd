"""Which rules of the vocabulary are in force: the school's own, then those of the presets in use."""

from typing import Any

from learnloom.pipelines.ingest.catalogue.vocabulary_presets import effective_rules
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.pipelines.ingest.land import school_tables
from learnloom.pipelines.lake.connection import Warehouse


def landed_vocabulary(warehouse: Warehouse) -> list[RuleRow]:
    """Read the school's own rows, in order; none where it has no file, or the warehouse no such table yet."""
    return [RuleRow(*row) for row in school_tables.vocabulary_rows(warehouse, RuleRow._fields)]


def vocabulary_in_force(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Read the rules in force, the columns of run.vocabulary_rule by name."""
    rules = effective_rules(landed_vocabulary(warehouse))
    return [{"rule_id": number, **rule._asdict()} for number, rule in enumerate(rules, 1)]
