-- What every usage tells by the rules of the vocabulary: which verb, of which activity, at which place.
-- grain: usage_id
-- scope: reference
-- columns:
--   usage_id       the usage
--   verb_id        IRI of the verb that is meant
--   activity_id    the activity that is meant: of one student's attempt at a quiz the quiz; NULL where it is none
--   course_id      the object where it is a course, else the course of the context
--   module_id      the module or lesson of the context
--   parent_id      the first parent that is no course
--   skill_ids      the skills of the context; empty where none
--   vocabulary     whose rule told another verb or activity than was sent; NULL where none did
--   context_id     the context
--   introduced_at  earliest such statement
WITH usages AS (
    SELECT
        stg_usage.usage_id,
        stg_usage.verb_id,
        stg_usage.activity_id,
        stg_usage.platform_name,
        stg_usage.context_id,
        stg_usage.introduced_at,
        dim_activity_type.source_type,
        dim_activity_type.activity_kind,
        dim_context.course_id,
        dim_context.module_id,
        dim_context.parents,
        dim_context.source_types,
        coalesce(dim_context.skill_ids, []) AS skill_ids
    FROM staging.stg_usage
    LEFT JOIN dimensional.dim_activity_type ON stg_usage.activity_id = dim_activity_type.activity_id
    LEFT JOIN dimensional.dim_context ON stg_usage.context_id = dim_context.context_id
),

rules AS (
    SELECT *
    FROM run.vocabulary_rule
),

verbs AS (
    SELECT
        usages.usage_id,
        rules.to_id,
        rules.cut,
        rules.vocabulary
    FROM usages
    INNER JOIN rules
        ON
            rules.form = 'verb'
            AND usages.verb_id = rules.from_id
            AND (rules.on_type IS NULL OR usages.source_type = rules.on_type)
            AND (
                rules.within_type IS NULL
                OR list_contains(usages.source_types, rules.within_type)
            )
            AND (rules.platform IS NULL OR usages.platform_name = rules.platform)
    QUALIFY row_number() OVER (PARTITION BY usages.usage_id ORDER BY rules.position) = 1
),

parents AS (
    SELECT
        usage_id,
        source_type,
        unnest(parents) AS parent,
        generate_subscripts(parents, 1) AS place
    FROM usages
),

wholes AS (
    SELECT
        parents.usage_id,
        parents.parent.id AS activity_id,
        rules.vocabulary
    FROM parents
    INNER JOIN rules
        ON
            rules.form = 'lift'
            AND parents.source_type = rules.from_id
            AND parents.parent.source_type = rules.to_id
    QUALIFY row_number() OVER (PARTITION BY parents.usage_id ORDER BY rules.position, parents.place) = 1
),

read AS (
    SELECT
        usages.*,
        coalesce(verbs.to_id, usages.verb_id) AS meant_verb_id,
        coalesce(
            wholes.activity_id, regexp_replace(usages.activity_id, verbs.cut, ''), usages.activity_id
        ) AS meant_activity_id,
        coalesce(verbs.vocabulary, wholes.vocabulary) AS vocabulary
    FROM usages
    LEFT JOIN verbs ON usages.usage_id = verbs.usage_id
    LEFT JOIN wholes ON usages.usage_id = wholes.usage_id
)

SELECT
    usage_id,
    meant_verb_id AS verb_id,
    meant_activity_id AS activity_id,
    CASE activity_kind WHEN 'course' THEN activity_id ELSE course_id END AS course_id,
    nullif(module_id, meant_activity_id) AS module_id,
    list_filter(parents, LAMBDA parent: parent.id <> meant_activity_id)[1].id AS parent_id,
    skill_ids,
    vocabulary,
    context_id,
    introduced_at
FROM read
