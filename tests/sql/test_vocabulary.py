"""A refresh reads words by the presets just as `learnloom check` does, one statement at a time."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from learnloom.pipelines.ingest.catalogue.vocabulary_meaning import Meanings
from learnloom.pipelines.ingest.catalogue.vocabulary_presets import effective_rules
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from tests.sql.harness import Row, harness
from tests.usages import Usage, usages_of

pytestmark = pytest.mark.slow

_RULE = "run.vocabulary_rule"


def _run(name: str, rules: Sequence[RuleRow], given: dict[str, list[Row]]) -> list[dict[str, Any]]:
    """The rows of a relation, by the rules about verbs and types among these."""
    rows = [row._asdict() for row in rules if row.form in ("verb", "type")]
    return harness().run(harness().relations[name], {_RULE: rows, **given}, {})


def _verbs(rules: Sequence[RuleRow], usages: Sequence[Usage]) -> list[str]:
    told = _run(
        "dim_usage_told",
        rules,
        {
            "staging.stg_usage": [
                {
                    "usage_id": number,
                    "verb_id": usage.word,
                    "activity_id": usage.on,
                    "context_id": number,
                    "platform_name": usage.platform,
                }
                for number, usage in enumerate(usages)
            ],
            "dimensional.dim_activity_type": [
                {"activity_id": on, "source_type": on, "activity_kind": "other"}
                for on in {usage.on for usage in usages} - {None}
            ],
            "dimensional.dim_context": [
                {"context_id": number, "source_types": [usage.within]}
                for number, usage in enumerate(usages)
                if usage.within
            ],
        },
    )
    return [row["verb_id"] for row in sorted(told, key=lambda row: str(row["usage_id"]))]


def test_a_verb_means_the_same_in_sql() -> None:
    """On every type of object, within every type of context, the same verb is meant; its own where no rule fits."""
    rules = effective_rules([])
    meanings = Meanings(rules)
    usages = [usage for usage in usages_of(rules) if usage.form == "verb"]
    expected = [
        meanings.verb_rules(one.word, one.on, one.platform, frozenset(filter(None, [one.within])))
        for one in usages
    ]
    told = zip(usages, _verbs(rules, usages), expected, strict=True)
    assert [(one, verb) for one, verb, fit in told if verb != (fit[0].to_id if fit else one.word)] == []


def test_a_type_means_the_same_in_sql() -> None:
    """Whatever the activity's id, the same type is meant; its own where no rule fits."""
    rules = effective_rules([])
    meanings = Meanings(rules)
    types = [usage for usage in usages_of(rules) if usage.form == "type" and usage.platform is None]
    for word, found in itertools.groupby(types, key=lambda usage: usage.word):
        ids = [str(usage.on) for usage in found]
        properties: list[Row] = [
            {"activity_id": iri, "property_name": "type", "property_value": word} for iri in ids
        ]
        about = [rule for rule in rules if rule.from_id == word]
        told = _run("dim_activity_type", about, {"staging.stg_activity_property": properties})
        expected = {iri: meanings.type_rules(word, iri, None) for iri in ids}
        assert {row["activity_id"]: row["activity_type"] for row in told} == {
            iri: fit[0].to_id if fit else word for iri, fit in expected.items()
        }
