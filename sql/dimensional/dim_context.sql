-- The place that each context names, by what its activities are known to be.
-- grain: context_id
-- scope: reference
-- columns:
--   context_id    the context
--   activities    its activities that are places, in order: role, id, type as sent, kind
--   course_id     the first that is a course
--   module_id     the first that is a module or lesson
--   parents       the parents that are no course
--   skill_ids     those that are skills; empty where none is
--   source_types  types of all, as sent
WITH mentions AS (
    SELECT
        context_id,
        unnest(activities) AS activity,
        generate_subscripts(activities, 1) AS place
    FROM staging.stg_context
),

known AS (
    SELECT
        mentions.context_id,
        list(
            {
                'role': mentions.activity.role,
                'id': dim_activity_type.activity_id,
                'source_type': dim_activity_type.source_type,
                'kind': dim_activity_type.activity_kind
            } ORDER BY mentions.place
        ) AS activities
    FROM mentions
    INNER JOIN dimensional.dim_activity_type ON mentions.activity.id = dim_activity_type.activity_id
    WHERE NOT dim_activity_type.is_left_out
    GROUP BY mentions.context_id
)

SELECT
    context_id,
    activities,
    list_filter(activities, LAMBDA activity: activity.kind = 'course')[1].id AS course_id,
    list_filter(activities, LAMBDA activity: activity.kind = 'module')[1].id AS module_id,
    list_filter(activities, LAMBDA activity: activity.role = 'parent' AND activity.kind <> 'course') AS parents,
    list_transform(
        list_filter(activities, LAMBDA activity: activity.kind = 'skill'), LAMBDA activity: activity.id
    ) AS skill_ids,
    list_transform(activities, LAMBDA activity: activity.source_type) AS source_types
FROM known
