-- Every activity ever mentioned, with its place in the tree of course, module and activity.
-- grain: activity_id
-- scope: reference
-- columns:
--   activity_id     IRI of the activity
--   activity_name   its name, English where given
--   activity_type   IRI of its type, by the rules of the vocabulary
--   activity_kind   course, module, quiz, question, video, reading, assignment, forum, skill or other
--   course_id       the course to which it belongs: told of it, else by the school's rules, else its parent's
--   module_id       the nearest module or lesson above it
--   parent_id       the activity right above it, where that is not the course
--   skill_ids       skills that statements tell of it; empty where none
--   topic_name      what it is about
--   is_optional     whether students need not do it
--   due_at          when the work is due
--   introduced_at   when it was first seen
WITH in_force AS (
    SELECT
        activity_id,
        property_name,
        property_value
    FROM staging.stg_activity_property
    -- A course's own name is given by the latest definition, and by one from the future, of a clock that is ahead, only
    -- where there is no other; ties are broken so that every run agrees.
    QUALIFY row_number() OVER (
        PARTITION BY activity_id, property_name
        ORDER BY
            introduced_at < (SELECT as_of FROM run.refresh_state) DESC,
            introduced_at DESC,
            property_value DESC
    ) = 1
),

described AS (
    SELECT
        activity_id,
        max(property_value) FILTER (WHERE property_name = 'name') AS activity_name,
        max(property_value) FILTER (WHERE property_name = 'topic_name') AS topic_name,
        (max(property_value) FILTER (WHERE property_name = 'is_optional'))::BOOLEAN AS is_optional,
        (max(property_value) FILTER (WHERE property_name = 'due_at'))::TIMESTAMPTZ AS due_at
    FROM in_force
    GROUP BY activity_id
),

contexts AS (
    SELECT
        context_id,
        min(introduced_at) AS introduced_at
    FROM dimensional.dim_usage_told
    GROUP BY context_id
),

mentions AS (
    SELECT
        dim_context.course_id,
        contexts.introduced_at,
        unnest(dim_context.activities) AS activity
    FROM dimensional.dim_context
    INNER JOIN contexts ON dim_context.context_id = contexts.context_id
),

places AS (
    SELECT
        activity_id,
        nullif(course_id, activity_id) AS course_id,
        module_id,
        parent_id,
        skill_ids,
        introduced_at
    FROM dimensional.dim_usage_told
    WHERE activity_id IS NOT NULL
    UNION ALL
    SELECT
        activity.id,
        CASE activity.role WHEN 'parent' THEN nullif(course_id, activity.id) END,
        NULL,
        NULL,
        [],
        introduced_at
    FROM mentions
),

timed AS (
    SELECT
        *,
        {'is_past': introduced_at < (SELECT as_of FROM run.refresh_state), 'at': introduced_at} AS told_at
    FROM places
),

told AS (
    SELECT
        activity_id,
        -- Of several the one told last; ties are broken so that every run agrees.
        arg_max(course_id, {'at': told_at, 'id': course_id}) FILTER (WHERE course_id IS NOT NULL) AS course_id,
        arg_max(module_id, {'at': told_at, 'id': module_id}) FILTER (WHERE module_id IS NOT NULL) AS module_id,
        arg_max(parent_id, {'at': told_at, 'id': parent_id}) FILTER (WHERE parent_id IS NOT NULL) AS parent_id,
        list_sort(list_distinct(flatten(list(skill_ids)))) AS skill_ids,
        min(introduced_at) AS introduced_at
    FROM timed
    GROUP BY activity_id
),

prefixes AS (
    SELECT
        told.activity_id,
        arg_min(rules.to_id, rules.position) AS course_id
    FROM told
    INNER JOIN run.vocabulary_rule AS rules
        ON rules.form = 'course' AND starts_with(told.activity_id, rules.from_id)
    GROUP BY told.activity_id
),

placed AS (
    SELECT
        told.activity_id,
        coalesce(dim_activity_type.activity_kind, 'other') AS activity_kind,
        dim_activity_type.activity_type,
        coalesce(told.course_id, nullif(prefixes.course_id, told.activity_id)) AS course_id,
        told.module_id,
        told.parent_id,
        told.skill_ids,
        least(told.introduced_at, dim_activity_type.introduced_at) AS introduced_at
    FROM told
    LEFT JOIN prefixes ON told.activity_id = prefixes.activity_id
    LEFT JOIN dimensional.dim_activity_type ON told.activity_id = dim_activity_type.activity_id
),

-- Eight levels: deeper trees are not built by hand, and a ring of parents ends there.
above AS (
    WITH RECURSIVE chain AS (
        SELECT
            activity_id,
            parent_id AS ancestor_id,
            1 AS level
        FROM placed
        WHERE parent_id IS NOT NULL
        UNION ALL
        SELECT
            chain.activity_id,
            placed.parent_id,
            chain.level + 1
        FROM chain
        INNER JOIN placed ON chain.ancestor_id = placed.activity_id
        WHERE placed.parent_id IS NOT NULL AND chain.level < 8
    )

    SELECT
        chain.activity_id,
        arg_min(
            CASE placed.activity_kind WHEN 'course' THEN placed.activity_id ELSE placed.course_id END, chain.level
        ) AS course_id,
        arg_min(CASE placed.activity_kind WHEN 'module' THEN placed.activity_id END, chain.level) AS module_id
    FROM chain
    INNER JOIN placed ON chain.ancestor_id = placed.activity_id
    GROUP BY chain.activity_id
)

SELECT
    placed.activity_id,
    described.activity_name,
    placed.activity_type,
    placed.activity_kind,
    CASE
        WHEN placed.activity_kind = 'course' THEN placed.course_id
        ELSE coalesce(placed.course_id, nullif(above.course_id, placed.activity_id))
    END AS course_id,
    coalesce(nullif(above.module_id, placed.activity_id), placed.module_id) AS module_id,
    placed.parent_id,
    placed.skill_ids,
    described.topic_name,
    described.is_optional,
    described.due_at,
    placed.introduced_at
FROM placed
LEFT JOIN described ON placed.activity_id = described.activity_id
LEFT JOIN above ON placed.activity_id = above.activity_id
