"""What a school's statements say by rules of a vocabulary: words without a meaning, meanings that would change.

Verbs and types are looked at as they were sent, by whatever is known of the activities. No student is looked at.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import pyarrow as pa

from learnloom.pipelines.ingest.catalogue.vocabulary import rule_table
from learnloom.pipelines.ingest.catalogue.vocabulary_rules import RuleRow
from learnloom.pipelines.lake.connection import Warehouse
from learnloom.pipelines.serve.students import must_be_refreshed
from learnloom.schemas.vocabulary import ACTIVITY_TYPES, VERBS

_READ: Final = "dimensional.dim_context"
"""What a refresh writes last of what is read here."""


class UnknownWord(NamedTuple):
    """A verb or an activity type as sent, to which neither learnloom nor any rule in force gives a meaning."""

    kind: str
    """verb or type."""
    iri: str
    n_statements: int
    """Statements with this verb; with this type at their object or in their context."""
    example_id: str | None
    """An activity with it: the object of the verb, or one of the type."""
    example_name: str | None
    example_type: str | None
    """Of a verb the most frequent type of its objects; NULL where none is sent."""


class ChangedWord(NamedTuple):
    """A verb or an object's type that would mean something else."""

    kind: str
    """verb or type."""
    iri: str
    meaning: str | None
    """What it means now; None where it has no meaning."""
    new_meaning: str | None
    n_statements: int


class RuleChanges(NamedTuple):
    """What other rules would change."""

    words: list[ChangedWord]
    """Most statements first."""
    n_statements: int
    """Statements whose verb or type would mean something else, each once."""
    n_all_statements: int


# Each usage with how many statements it has, the type of its object as sent, and what stands around it.
_USAGE = """
    counted AS (
        SELECT
            usage_id,
            count(*) AS n_statements
        FROM staging.stg_statement
        GROUP BY usage_id
    ),

    usage AS (
        SELECT
            stg_usage.usage_id,
            stg_usage.verb_id,
            stg_usage.activity_id,
            stg_usage.platform_name,
            dim_activity_type.source_type AS activity_type,
            dim_context.activities,
            dim_context.source_types,
            counted.n_statements
        FROM staging.stg_usage
        INNER JOIN counted ON stg_usage.usage_id = counted.usage_id
        LEFT JOIN dimensional.dim_activity_type ON stg_usage.activity_id = dim_activity_type.activity_id
        LEFT JOIN dimensional.dim_context ON stg_usage.context_id = dim_context.context_id
    )
"""


def _fitting(name: str, rules: str) -> str:
    """SQL: what verb and object's type of each usage mean, by the rules in a relation.

    Of verbs and types that are learnloom's own the meaning is themselves; of others without a rule it is NULL.
    """
    return f"""
    {name}_verb AS (
        SELECT
            usage_id,
            arg_min(rule.to_id, rule.position) AS to_id
        FROM usage
        INNER JOIN {rules} AS rule
            ON rule.form = 'verb'
            AND usage.verb_id = rule.from_id
            AND (rule.on_type IS NULL OR usage.activity_type = rule.on_type)
            AND (rule.within_type IS NULL OR list_contains(usage.source_types, rule.within_type))
            AND (rule.platform IS NULL OR usage.platform_name = rule.platform)
        GROUP BY usage_id
    ),

    {name}_type AS (
        SELECT
            usage_id,
            arg_min(rule.to_id, rule.position) AS to_id
        FROM usage
        INNER JOIN {rules} AS rule
            ON rule.form = 'type'
            AND usage.activity_type = rule.from_id
            AND (rule.platform IS NULL OR usage.platform_name = rule.platform)
            AND (rule.matching IS NULL OR regexp_matches(usage.activity_id, rule.matching))
        GROUP BY usage_id
    ),

    {name} AS (
        SELECT
            usage_id,
            coalesce(
                {name}_verb.to_id, CASE WHEN usage.verb_id IN (SELECT iri FROM known) THEN usage.verb_id END
            ) AS verb_id,
            coalesce(
                {name}_type.to_id,
                CASE WHEN usage.activity_type IN (SELECT iri FROM known) THEN usage.activity_type END
            ) AS activity_type
        FROM usage
        LEFT JOIN {name}_verb USING (usage_id)
        LEFT JOIN {name}_type USING (usage_id)
    )
    """


_UNKNOWN = f"""
    WITH {_USAGE},
{_fitting("meant", "rules")},

    verbs AS (
        SELECT
            'verb' AS kind,
            usage.verb_id AS iri,
            sum(n_statements)::BIGINT AS n_statements,
            arg_max(usage.activity_id, n_statements) AS example_id,
            arg_max(usage.activity_type, n_statements) AS example_type
        FROM usage
        INNER JOIN meant USING (usage_id)
        WHERE meant.verb_id IS NULL
        GROUP BY usage.verb_id
    ),

    typed AS (
        SELECT
            usage_id,
            n_statements,
            platform_name,
            activity_id AS id,
            activity_type AS type
        FROM usage
        WHERE activity_type IS NOT NULL
        UNION ALL
        SELECT
            usage_id,
            n_statements,
            platform_name,
            activity.id AS id,
            activity.source_type AS type
        FROM (
            SELECT
                usage_id,
                n_statements,
                platform_name,
                unnest(activities) AS activity
            FROM usage
        )
        WHERE activity.source_type IS NOT NULL
    ),

    unknown AS (
        SELECT
            usage_id,
            type,
            any_value(n_statements) AS n_statements,
            any_value(id) AS id
        FROM typed
        WHERE
            type NOT IN (SELECT iri FROM known)
            AND NOT EXISTS (
                SELECT 1
                FROM rules AS rule
                WHERE
                    rule.on_type = typed.type
                    OR (rule.form IN ('drop', 'lift', 'other') AND rule.from_id = typed.type)
                    OR (
                        rule.form = 'type'
                        AND rule.from_id = typed.type
                        AND (rule.platform IS NULL OR typed.platform_name = rule.platform)
                        AND (rule.matching IS NULL OR regexp_matches(typed.id, rule.matching))
                    )
            )
        GROUP BY usage_id, type
    ),

    words AS (
        FROM verbs
        UNION ALL
        SELECT
            'type',
            type,
            sum(n_statements)::BIGINT,
            arg_max(id, n_statements),
            NULL
        FROM unknown
        GROUP BY type
    )

    SELECT
        words.kind,
        words.iri,
        words.n_statements,
        words.example_id,
        dim_activity.activity_name AS example_name,
        words.example_type
    FROM words
    LEFT JOIN dimensional.dim_activity ON words.example_id = dim_activity.activity_id
    ORDER BY words.n_statements DESC, words.kind, words.iri
"""
_CHANGED = f"""
    WITH {_USAGE},
{_fitting("old", "rules")}, {_fitting("new", "new_rules")},

    changed AS (
        SELECT
            usage.usage_id,
            usage.n_statements,
            usage.verb_id,
            usage.activity_type,
            old.verb_id AS old_verb,
            new.verb_id AS new_verb,
            old.activity_type AS old_type,
            new.activity_type AS new_type
        FROM usage
        INNER JOIN old USING (usage_id)
        INNER JOIN new USING (usage_id)
        WHERE old.verb_id IS DISTINCT FROM new.verb_id OR old.activity_type IS DISTINCT FROM new.activity_type
    )

    SELECT kind, iri, meaning, new_meaning, sum(n_statements)::BIGINT AS n_statements
    FROM (
        SELECT 'verb' AS kind, verb_id AS iri, old_verb AS meaning, new_verb AS new_meaning, n_statements
        FROM changed
        WHERE old_verb IS DISTINCT FROM new_verb
        UNION ALL
        SELECT 'type', activity_type, old_type, new_type, n_statements
        FROM changed
        WHERE old_type IS DISTINCT FROM new_type
        UNION ALL
        -- Each statement once, for the sum.
        SELECT NULL, NULL, NULL, NULL, n_statements
        FROM changed
    )
    GROUP BY kind, iri, meaning, new_meaning
    ORDER BY n_statements DESC, kind, iri, meaning, new_meaning
"""


def _known() -> pa.Table:
    """Verbs and types that are learnloom's own, as a relation."""
    return pa.table({"iri": pa.array(sorted(VERBS | ACTIVITY_TYPES), pa.string())})


def unknown_words(warehouse: Warehouse, rules: Iterable[RuleRow]) -> list[UnknownWord]:
    """List verbs and activity types that neither learnloom nor `rules` understand, most statements first.

    Raises:
        WarehouseError: nothing has been refreshed yet.
    """
    must_be_refreshed(warehouse, _READ)
    with warehouse.holding(rules=rule_table(rules), known=_known()):
        return [UnknownWord(*row) for row in warehouse.rows(_UNKNOWN)]


def changed_words(
    warehouse: Warehouse, rules: Iterable[RuleRow], new_rules: Iterable[RuleRow]
) -> RuleChanges:
    """Tell which verbs and objects' types would mean something else if `new_rules` were in force instead of `rules`.

    Raises:
        WarehouseError: nothing has been refreshed yet.
    """
    must_be_refreshed(warehouse, _READ)
    with warehouse.holding(rules=rule_table(rules), new_rules=rule_table(new_rules), known=_known()):
        rows = warehouse.rows(_CHANGED)
    n_all = warehouse.one("SELECT count(*) FROM staging.stg_statement")[0]
    words = [ChangedWord(*row) for row in rows if row[0] is not None]
    return RuleChanges(words, sum(row[4] for row in rows if row[0] is None), n_all)
